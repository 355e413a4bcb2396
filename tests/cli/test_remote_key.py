"""Signing keys of a remote server, and who has moved to it."""

import json
import stat
from typing import Any

import pytest

from tests.cli.far import Far, issued_to
from tests.support.patience import wait_until
from watchword.jose import base64url


@pytest.fixture(scope="module", autouse=True)
def issuers(far: Far) -> None:
    for name, alg in (("open", "ES256"), ("shared", "HS256")):
        url = f"{far.server.url}/{name}"
        far.ok("issuer", "create", name, "--url", url, "--alg", alg, "--scope", "read")


def events(far: Far, action: str) -> list[dict[str, Any]]:
    tail = far.json("audit", "tail", "-n", "50")["items"]
    return [event for event in tail if event["action"] == action]


def test_a_public_key_is_exported_from_afar(far: Far) -> None:
    [key] = far.json("key", "list", "--issuer", "open")["items"]

    jwk = json.loads(far.ok("key", "export", "--issuer", "open").out)
    pem = far.ok("key", "export", "--issuer", "open", "--format", "pem").out
    named = far.ok("key", "export", "--issuer", "open", "--kid", key["kid"]).out
    unknown = far.run("key", "export", "--issuer", "open", "--kid", "nothing", "--json")

    assert jwk["kid"] == key["kid"]
    assert "d" not in jwk
    assert json.loads(named) == jwk
    assert pem.startswith("-----BEGIN PUBLIC KEY-----")
    assert (unknown.code, unknown.error["error"]) == (1, "unknown_key")
    assert events(far, "key.export") == []


def test_an_owner_gets_a_shared_key_into_a_private_file_and_the_trail_says_so(
    far: Far,
) -> None:
    homeless = far.run("key", "export", "--issuer", "shared", "--json")
    nowhere = far.run("key", "export", "--issuer", "shared", "--json", "--out", "no/such/folder")
    before = events(far, "key.export")
    done = far.ok("key", "export", "--issuer", "shared", "--out", "shared.key")
    again = far.run("key", "export", "--issuer", "shared", "--out", "shared.key", "--json")

    file = far.program.folder / "shared.key"
    jwk = json.loads(file.read_text())
    assert (homeless.code, homeless.error["error"]) == (1, "shared_key")
    assert (nowhere.error["error"], again.error["error"]) == ("no_file", "file_exists")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (jwk["kty"], len(base64url.decode(jwk["k"])) >= 32) == ("oct", True)
    assert jwk["k"] not in done.out + done.err + far.server.said
    assert before == []
    [event] = events(far, "key.export")
    assert (event["actor"], event["source"], event["name"]) == ("owner", "api", jwk["kid"])
    assert jwk["k"] not in json.dumps(event)


def test_a_token_is_verified_by_a_key_that_was_exported_from_afar(far: Far) -> None:
    client = far.json("client", "create", "VERIFIED", "--issuer", "shared")
    token = issued_to(client).json()["access_token"]
    far.ok("key", "export", "--issuer", "shared", "--out", "verify.key")

    verified = far.program.run(
        *("token", "verify", "--issuer-url", f"{far.server.url}/shared"),
        *("--key-file", "verify.key", "--json"),
        stdin=token,
    )

    assert verified.code == 0, verified


@pytest.mark.parametrize("role", ["account-manager", "support", "auditor"])
def test_nobody_but_an_owner_gets_a_shared_key(far: Far, role: str) -> None:
    bounds = ["shared"] if role == "account-manager" else []
    other = far.profile(f"key-{role}", role, *bounds)

    public = far.program.run("key", "list", "--issuer", "shared", *other)
    refused = far.program.run(
        *("key", "export", "--issuer", "shared", "--out", f"{role}.key", "--json"), *other
    )

    assert public.code == 0
    assert (refused.code, refused.error["error"]) == (1, "forbidden")
    assert not list(far.program.folder.glob(f"{role}.key*"))


def test_a_private_key_never_leaves_the_server(far: Far) -> None:
    from watchword.cli.remote import RemoteDesk, read_profile

    with pytest.raises(Exception, match="never leaves the server"):
        RemoteDesk(read_profile(far.owner)).call("export_key", "open", "current")


def test_who_has_moved_is_seen_from_afar(far: Far) -> None:
    secrets = {name: f"a secret of theirs, long enough, {name}" for name in ("old", "new")}
    lines = [{"client_id": name, "secret": secret} for name, secret in secrets.items()]
    far.write("theirs.jsonl", "".join(f"{json.dumps(line)}\n" for line in lines))
    far.ok("secret", "import", "theirs.jsonl", "--issuer", "open")
    endpoint = {"token_endpoint": f"{far.server.url}/open/oauth/token"}
    issued_to({**endpoint, "client_id": "new", "client_secret": secrets["new"]})

    def moved(*arguments: str) -> Any:
        return far.json("secret", "moved", "--issuer", "open", *arguments)

    wait_until(lambda: moved("--count")["moved"] == 1)

    assert moved("--count") == {"clients": 2, "moved": 1, "not_yet": 1}
    assert [each["client_id"] for each in moved()["items"]] == ["new"]
    [waiting] = moved("--not-yet", "--limit", "1")["items"]
    assert (waiting["client_id"], waiting["first_used_at"]) == ("old", None)
