"""Secrets, tokens and keys are planted everywhere; at debug level no log has any of them."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.demo_server import Demo, running_demo
from tests.support.token import tampered
from tests.support.wire import FORM, basic

PLANTED = "pLaNtEd-sEcReT-7f3a9c"
PLANTED_BASIC = base64.b64encode(f"ACME01:{PLANTED}".encode()).decode()
GRANT = "grant_type=client_credentials"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_secret_token_or_key_is_in_a_log_at_debug_level(tmp_path: Path, log_format: str) -> None:
    options = ("--log-level", "debug", "--log-format", log_format)
    with running_demo(tmp_path, *options) as demo:
        tokens = [*use_everything(demo)]
        plant_in_refusals(demo)
        plant_in_tokens(demo, tokens[0])
        issued = demo.command("secret", "issue", "ACME01", "--issuer", "kiss")
        demo.command("key", "rotate", "--issuer", "kashimi")
        forbidden = [*known_secrets(demo), *tokens, issued["client_secret"], PLANTED, PLANTED_BASIC]
    log = demo.log.read_text()

    # It was at work, and at that level: the refusals are there.
    assert "wrong_secret" in log
    assert [secret for secret in forbidden if secret in log] == []


def use_everything(demo: Demo) -> Iterator[str]:
    """Get a token of each vendor and show it to its API."""
    for vendor, issuer in demo.known["issuers"].items():
        client, door = demo.client(vendor), demo.door(vendor)
        path = issuer["token_endpoint"].removeprefix(issuer["issuer"])
        if vendor == "kamoa":
            body = {"clientId": client.client_id, "secret": client.client_secret}
            token = door.post_json(path, body).json["token"]
        else:
            authorization = basic(client.client_id, client.client_secret)
            grant = {"grant_type": "client_credentials"}
            token = door.post_form(path, grant, authorization).json["access_token"]
        word = "" if vendor == "kamoa" else "Bearer "
        for call in issuer["api"]:
            door.send(
                call["method"],
                call["url"].removeprefix(issuer["issuer"]),
                {"Authorization": word + token},
            )
        yield token
        # Every part of it, because half a token in a log is half a leak.
        yield token.rpartition(".")[2]


def plant_in_refusals(demo: Demo) -> None:
    """Wrong, misplaced and malformed credentials, each holding the planted secret."""
    kiss, kamoa = demo.door("kiss"), demo.door("kamoa")
    form = {"Content-Type": FORM}
    wrong = f"{GRANT}&client_id=ACME01&client_secret={PLANTED}"
    for body in (
        wrong,
        f"{wrong}&client_secret={PLANTED}",
        f"{wrong}&client_secret%00={PLANTED}",
        f"{GRANT}&client_id={PLANTED}",
        f"{GRANT}&client_id=ACME01&client_secret={PLANTED}%FF%FE",
        PLANTED * 5000,
    ):
        kiss.send("POST", "/auth/token", form, body)
    kiss.send("POST", f"/auth/token?client_secret={PLANTED}", form, GRANT)
    kiss.send("GET", f"/auth/token?client_id=ACME01&client_secret={PLANTED}")
    kiss.send("GET", f"/auth/{PLANTED}")
    for authorization in (
        f"Basic {PLANTED_BASIC}",
        f"Basic {PLANTED}",
        f"Digest {PLANTED}",
        PLANTED,
    ):
        kiss.send("POST", "/auth/token", {**form, "Authorization": authorization}, GRANT)
    for text in (
        json.dumps({"clientId": "orbit-reader", "secret": PLANTED}),
        json.dumps({"clientId": [PLANTED], "secret": {"a": PLANTED}}),
        '{"secret": "' + PLANTED,
        f'{{"secret": "a", "secret": "{PLANTED}"}}',
    ):
        kamoa.send("POST", "/auth/token", {"Content-Type": "application/json"}, text)


def plant_in_tokens(demo: Demo, token: str) -> None:
    """Tokens that the sample API refuses."""
    for vendor, path in (("kiss", "/products"), ("kamoa", "/protected-endpoint")):
        door = demo.door(vendor)
        for unusable in (PLANTED, f"{PLANTED}.{PLANTED}.{PLANTED}", tampered(token)):
            door.get(path, unusable)
            door.get(path, f"Bearer {unusable}")
        door.get(f"{path}?access_token={PLANTED}")


def known_secrets(demo: Demo) -> Iterator[str]:
    """What the demo's folder keeps: clients' secrets, HS256 keys and the master key."""
    for issuer in demo.known["issuers"].values():
        for client in issuer["clients"]:
            yield client["client_secret"]
            yield basic(client["client_id"], client["client_secret"]).removeprefix("Basic ")
    for file in (demo.data / "sample-api").glob("*.jwks.json"):
        for jwk in json.loads(file.read_text())["keys"]:
            yield jwk["k"]
    yield (demo.data / "master.key").read_text().strip()
