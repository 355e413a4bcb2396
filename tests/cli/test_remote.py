"""The same commands against a remote server, as an administrator."""

import csv
import io
import json
import stat
from pathlib import Path
from typing import Any

from msgspec import structs

from tests.cli.far import Far, issued_to
from tests.support.patience import wait_until
from watchword.cli.remote import RemoteDesk, read_profile
from watchword.jose import base64url


def unverified_claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(base64url.decode(token.split(".")[1]))
    return claims


def test_the_life_of_a_key_is_the_same_from_afar(far: Far) -> None:
    def said(*arguments: str, stdin: str = "") -> dict[str, object]:
        answer: dict[str, object] = far.program.json(*arguments, *far.options, stdin=stdin)
        return answer

    said("issuer", "create", "acme", "--url", f"{far.server.url}/acme", "--scope", "read")
    said("issuer", "edit", "acme", "--lifetime", "10m")
    said("customer", "create", "ACME / Ltd", "--contact", "it@acme.example")
    made = said("client", "create", "A/B", "--issuer", "acme", "--customer", "ACME / Ltd")
    rolled = said("secret", "roll", "A/B", "--overlap", "12h")
    cancelled = said("secret", "cancel", str(rolled["secret_id"]), "--yes")
    adopted = said("secret", "adopt", "A/B", "--secret-file", "-", stdin="x" * 30)
    said("secret", "revoke", str(adopted["secret_id"]), "--yes")
    disabled = said("client", "disable", "A/B")
    said("key", "rotate", "--issuer", "acme")

    assert made["token_endpoint"] == f"{far.server.url}/acme/oauth/token"
    assert cancelled["kept"] == made["secret_id"]
    assert disabled["enabled"] is False
    assert disabled["customer"] == "ACME / Ltd"
    assert said("issuer", "show", "acme")["lifetime"] == 600
    assert len(said("key", "list", "--issuer", "acme")["items"]) == 2  # type: ignore[arg-type]


def test_nothing_is_kept_on_the_administrators_side(far: Far) -> None:
    far.program.ok("issuer", "list", *far.options)

    assert not (far.program.folder / "watchword-data").exists()


def test_the_trail_names_the_administrator(far: Far) -> None:
    far.program.ok("customer", "create", "Traced", *far.options)

    tail = far.program.json("audit", "tail", "-n", "1", *far.options)["items"]

    assert (tail[0]["actor"], tail[0]["source"]) == ("owner", "api")


def test_the_trail_is_exported_and_verified_from_afar(far: Far) -> None:
    far.program.ok("customer", "create", "Exported", *far.options)

    exported = far.program.ok("audit", "export", *far.options).out.splitlines()
    table = far.program.ok("audit", "export", "--format", "csv", *far.options).out
    verified = far.program.json("audit", "verify", *far.options)

    assert json.loads(exported[-1])["name"] == "Exported"
    assert len(list(csv.DictReader(io.StringIO(table)))) == len(exported)
    assert (verified["ok"], verified["events"]) == (True, len(exported))


def test_a_token_and_its_request_are_found_from_afar(far: Far) -> None:
    far.program.ok("issuer", "edit", "default", "--ledger", *far.options)
    client = far.program.json("client", "create", "LEDGER", "--issuer", "default", *far.options)
    answer = issued_to(client)
    jti = unverified_claims(answer.json()["access_token"])["jti"]

    line = far.program.json("audit", "token", jti, *far.options)
    traced = far.program.json("trace", line["request_id"], *far.options)["items"]
    unknown = far.program.run("audit", "token", "nothing", "--json", *far.options)

    assert (line["client_id"], line["secret_id"]) == ("LEDGER", client["secret_id"])
    assert line["request_id"] == answer.headers["x-request-id"]
    assert [(each["where"], each["facts"]["jti"]) for each in traced] == [("ledger", jti)]
    assert (unknown.code, unknown.error["error"]) == (1, "unknown_token")


def test_a_refused_request_is_traced_without_a_log(far: Far) -> None:
    client = far.program.json("client", "create", "REFUSED", "--issuer", "default", *far.options)
    refused = issued_to({**client, "client_secret": "not the secret"}, status=401)
    request_id = refused.headers["x-request-id"]
    found: list[dict[str, Any]] = []

    def traced() -> bool:
        done = far.program.run("trace", request_id, "--json", *far.options)
        found[:] = done.json["items"] if done.code == 0 else []
        return bool(found)

    wait_until(traced)
    assert [each["where"] for each in found] == ["refusals"]
    assert found[0]["facts"]["client_id"] == "REFUSED"
    assert found[0]["facts"]["cause"] == "wrong_secret"


def test_an_administrator_is_made_from_afar(far: Far) -> None:
    made = far.program.json(
        *("administrator", "create", "joan", "--role", "account-manager"),
        *("--issuer", "default", *far.options),
    )
    listed = far.program.json("administrator", "list", *far.options)["items"]

    assert made["client_secret"].startswith("wwadmin_")
    assert [(each["role"], each["issuers"]) for each in listed if each["client_id"] == "joan"] == [
        ("account-manager", ["default"])
    ]


def test_a_page_for_customers_is_made_from_afar(far: Far) -> None:
    (far.program.folder / "words.toml").write_text('client_secret = "API Key"\n')
    command = ("issuer", "page", "default", "--words", "words.toml", "--format", "html")

    page = far.program.ok(*command, *far.options).out

    assert page.startswith("<!doctype html>")
    assert f"{far.server.url}/oauth/token" in page
    assert "API Key" in page


def test_a_token_that_has_died_meanwhile_is_renewed(far: Far) -> None:
    desk = RemoteDesk(read_profile(far.owner))
    desk.call("list_issuers")
    desk._token = structs.replace(desk._token, value="dead")  # type: ignore[type-var]

    assert desk.call("list_issuers")["items"]


def test_a_list_may_be_larger_than_any_token(far: Far) -> None:
    for number in range(70):
        far.ok(
            *("client", "create", f"LARGE{number}", "--issuer", "default", "--no-secret"),
            *("--claim", f"much={'x' * 4000}"),
        )

    listed = far.json("client", "list", "--issuer", "default", "--limit", "500")["items"]

    assert len(json.dumps(listed)) > 256 * 1024


def test_a_refusal_is_told_as_on_the_data_folder(far: Far) -> None:
    refused = far.program.run(
        *("client", "create", "X", "--issuer", "default", "--scope", "nope", "--json"),
        *far.options,
    )
    unknown = far.program.run("client", "show", "nobody", "--json", *far.options)

    assert (refused.code, refused.error["error"]) == (1, "unknown_scope")
    assert (unknown.code, unknown.error["error"]) == (1, "unknown_client")


def test_login_keeps_a_credential_that_only_its_owner_can_read(far: Far) -> None:
    settings = str(far.program.folder / "settings")
    environ = {"XDG_CONFIG_HOME": settings}

    done = far.program.run(
        *("login", "--server", far.server.admin_url, "--from", str(far.owner), "--json"),
        **environ,
    )
    listed = far.program.run("issuer", "list", "--server", far.server.admin_url, **environ)

    elsewhere = ("--from", str(far.owner), "--profile", str(far.program.folder / "own.json"))
    told = far.program.ok("login", "--server", far.server.admin_url, *elsewhere).out
    profile = Path(done.json["profile"])
    assert told.endswith(f"--server {far.server.admin_url} --profile {elsewhere[3]}\n")
    assert stat.S_IMODE(profile.stat().st_mode) == 0o600
    assert str(profile).startswith(settings)
    assert listed.code == 0
    assert "default" in listed.out


def test_a_server_without_a_credential_says_how_to_get_one(far: Far) -> None:
    refused = far.program.run("issuer", "list", "--server", "http://127.0.0.1:1")

    assert refused.code == 2
    assert "`watchword login --server http://127.0.0.1:1` keeps one" in refused.err


def test_logging_in_at_the_public_listener_says_which_one_it_should_be(far: Far) -> None:
    refused = far.program.run("login", "--server", far.server.url, "--from", str(far.owner))

    assert refused.code == 1
    assert "administration listener (--admin-listen)" in refused.err


def test_a_wrong_credential_is_not_kept(far: Far) -> None:
    environ = {"XDG_CONFIG_HOME": str(far.program.folder / "other")}
    refused = far.program.run(
        *("login", "--server", far.server.admin_url, "--client-id", "owner"),
        *("--secret-file", "-", "--json"),
        stdin="not the secret, but long enough",
        **environ,
    )

    assert refused.code == 1
    assert refused.error["error"] == "invalid_client"
    assert not (far.program.folder / "other").exists()


def test_a_profile_that_others_can_read_is_refused(far: Far, tmp_path: Path) -> None:
    profile = tmp_path / "profile.json"
    profile.write_text(far.owner.read_text())
    profile.chmod(0o644)

    refused = far.program.run("issuer", "list", "--profile", str(profile), "--json")

    assert refused.error["error"] == "open_profile"


def test_a_profile_of_another_server_is_refused(far: Far) -> None:
    refused = far.program.run(
        *("issuer", "list", "--server", "https://other.example", "--profile", str(far.owner)),
        "--json",
    )

    assert (refused.code, refused.error["error"]) == (2, "other_server")


def test_what_needs_the_data_folder_says_so(far: Far) -> None:
    refused = far.program.run("master-key", "show", "--json", *far.options)

    assert (refused.code, refused.error["error"]) == (2, "local_only")


def test_a_server_that_is_away_is_exit_code_3(far: Far, tmp_path: Path) -> None:
    profile = tmp_path / "profile.json"
    profile.write_text(far.owner.read_text().replace(far.server.admin_url, "http://127.0.0.1:1"))
    profile.chmod(0o600)

    away = far.program.run("issuer", "list", "--profile", str(profile), "--json")

    assert away.code == 3
