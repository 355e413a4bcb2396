"""The token path over real HTTP: each algorithm, each place of credentials, and its refusals.

One worker on one core, as it ships: limits, usage counters, coherence, logs; the ledger is
off but where a row says so.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench import load, ours, process
from bench.ours import CLIENT_ID, FORM, Registered, Wanted
from bench.rounds import Candidate, figures, measure

SCOPE = b"scope=payments%3Aread"
GRANT = b"grant_type=client_credentials&" + SCOPE
ALGORITHMS = ("ES256", "ES384", "RS256", "PS256", "Ed25519", "HS256")

# A dialect for places that the shipped ones do not use.
_HEADERS_AND_QUERY = """
name = "bench"
[request]
path = "/token"
methods = ["POST"]
scope = "form:scope"
[[request.credentials]]
client_id = "header:x-client-id"
client_secret = "header:x-client-secret"
[[request.credentials]]
client_id = "json:clientId"
client_secret = "json:secret"
[[request.credentials]]
client_id = "query:client_id"
client_secret = "query:client_secret"
[answer]
body = \'\'\'{"access_token": "{access_token}", "expires_in": "{expires_in}"}\'\'\'
[refusals.default]
status = 400
body = \'\'\'{"error": "{error}"}\'\'\'
"""


def run(*, rounds: int, seconds: float, patience: float = 0) -> dict[str, Any]:
    """Measure each algorithm with Basic, and ES256 with the credentials in each place."""
    process.pin_load()
    wanted = [Wanted(alg.lower(), alg) for alg in ALGORITHMS]
    wanted.append(Wanted("places", "ES256", "bench", _HEADERS_AND_QUERY))
    wanted.append(Wanted("ledger", "ES256", ledger=True))
    with ours.serving(wanted) as (server, registered):
        candidates = [
            _candidate(server, registered[alg.lower()], f"{alg}, {place}", request)
            for alg in ALGORITHMS
            for place, request in (("Basic", _basic), ("form", _form))
        ]
        candidates += [
            _candidate(server, registered["places"], f"ES256, {place}", request)
            for place, request in (("JSON", _json), ("headers", _headers), ("query", _query))
        ]
        kept = registered["ledger"]
        candidates.append(_candidate(server, kept, "ES256, Basic, ledger on", _basic))
        candidates += _refusals(server, registered["es256"])
        sticks = measure(candidates, rounds=rounds, seconds=seconds, patience=patience)
        memory = server.resident_mib()
    return {
        "candidates": [figures(each, sticks) for each in candidates],
        "resident_mib": max(memory.values()),
    }


Make = Callable[[Registered], tuple[str, bytes, list[tuple[str, str]]]]


def _candidate(server: process.Server, issuer: Registered, name: str, make: Make) -> Candidate:
    path, body, headers = make(issuer)
    request = load.post(path, body, headers, "127.0.0.1", server.port)
    return ours.candidate(server, issuer, name, request)


def _refusals(server: process.Server, issuer: Registered) -> list[Candidate]:
    """What a guesser gets, which must not be dearer than a token."""
    guesses = {
        "a wrong secret of our format": ours.basic(CLIENT_ID, issuer.secret[:-1] + "!"),
        "an unknown client": ours.basic("nobody", issuer.secret),
        "no credentials": "",
    }
    refused = []
    for name, authorization in guesses.items():
        headers = [("Authorization", authorization)] if authorization else []
        request = load.post(issuer.token_path, GRANT, [*headers, FORM], "127.0.0.1", server.port)
        request = replace(request, statuses=(b"400", b"401"))
        refused.append(
            Candidate(
                name=f"refused: {name}", server=server, request=request, alg="ES256", check=None
            )
        )
    return refused


def _basic(issuer: Registered) -> tuple[str, bytes, list[tuple[str, str]]]:
    headers = [("Authorization", ours.basic(CLIENT_ID, issuer.secret)), FORM]
    return issuer.token_path, GRANT, headers


def _form(issuer: Registered) -> tuple[str, bytes, list[tuple[str, str]]]:
    credentials = f"&client_id={CLIENT_ID}&client_secret={issuer.secret}"
    return issuer.token_path, GRANT + credentials.encode(), [FORM]


def _headers(issuer: Registered) -> tuple[str, bytes, list[tuple[str, str]]]:
    headers = [("X-Client-Id", CLIENT_ID), ("X-Client-Secret", issuer.secret), FORM]
    return issuer.token_path, SCOPE, headers


def _json(issuer: Registered) -> tuple[str, bytes, list[tuple[str, str]]]:
    body = {"clientId": CLIENT_ID, "secret": issuer.secret}
    return issuer.token_path, json.dumps(body).encode(), [("Content-Type", "application/json")]


def _query(issuer: Registered) -> tuple[str, bytes, list[tuple[str, str]]]:
    query = f"?client_id={CLIENT_ID}&client_secret={issuer.secret}"
    return issuer.token_path + query, SCOPE, [FORM]
