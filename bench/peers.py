"""Tokens a CPU second, ours beside four authorization servers that do the same grant.

Each has one client in memory (django-oauth-toolkit: in its database, as it must), takes the same
request (client_secret_basic, `grant_type` and `scope` in the form) over the same keep-alive
connections, and answers with a JWT access token signed with ES256 that an independent verifier
accepts. One core each, all in rounds of one run.
"""

import base64
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from bench import load, ours, process
from bench.rounds import Candidate, figures, measure

BODY = b"grant_type=client_credentials&scope=payments%3Aread"
PEER = Path("bench/peer")
TOKEN_PATHS = {"django-oauth-toolkit": "/token/"}

# Name → its command. The Python ones run in one process of gunicorn's threaded worker.
COMMANDS: dict[str, list[str]] = {
    "@jmondi/oauth2-server": ["node", str(PEER / "jmondi.mjs")],
    "oidc-provider": ["node", str(PEER / "oidc_provider.mjs")],
    "Authlib on Flask": process.python("-m", "bench.peer.wsgi", "bench.peer.authlib_flask"),
    "django-oauth-toolkit": process.python("-m", "bench.peer.wsgi", "bench.peer.django_toolkit"),
}


def run(*, rounds: int, seconds: float, patience: float = 0) -> dict[str, Any]:
    """Measure all that can run here; `left_out` says what could not, and why."""
    process.pin_load()
    left_out = {} if shutil.which("node") else dict.fromkeys(list(COMMANDS)[:2], "no node")
    with contextlib.ExitStack() as stack:
        candidates = [stack.enter_context(ours.es256_candidate(BODY))]
        names = [name for name in COMMANDS if name not in left_out]
        candidates += [stack.enter_context(_peer(name)) for name in names]
        sticks = measure(candidates, rounds=rounds, seconds=seconds, patience=patience)
    results = [figures(candidate, sticks) for candidate in candidates]
    for candidate, result in zip(candidates, results, strict=True):
        result["times_ours"] = _times(candidate, candidates[0])
    return {"candidates": results, "left_out": left_out}


def _times(candidate: Candidate, mine: Candidate) -> float:
    """How many times our CPU a token it takes, by rounds."""
    pairs = zip(candidate.rounds, mine.rounds, strict=True)
    return round(median(theirs.cpu / our.cpu for theirs, our in pairs), 2)


@contextlib.contextmanager
def _peer(name: str) -> Iterator[Candidate]:
    with tempfile.TemporaryDirectory() as folder:
        key = ec.generate_private_key(ec.SECP256R1())
        key_file = Path(folder) / "key.pem"
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        secret = base64.urlsafe_b64encode(os.urandom(30)).decode()
        environment = {
            "BENCH_CLIENT_ID": ours.CLIENT_ID,
            "BENCH_CLIENT_SECRET": secret,
            "BENCH_KEY": str(key_file),
            "BENCH_FOLDER": folder,
            "NODE_ENV": "production",
        }
        with process.start(name, COMMANDS[name], environment=environment) as server:
            yield Candidate(
                name=name,
                server=server,
                request=_request(TOKEN_PATHS.get(name, "/token"), secret, server.port),
                alg="ES256",
                check=ours.verifier(ECKey.import_key(key.public_key()), ["payments:read"]),
            )


def _request(path: str, secret: str, port: int) -> load.Request:
    headers = [("Authorization", ours.basic(ours.CLIENT_ID, secret)), ours.FORM]
    return load.post(path, BODY, headers, "127.0.0.1", port)
