"""Stories: what an administrator types, from an empty folder on."""

import json
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.cli.program import Outcome, Program
from watchword.core.secret_format import check_is_right
from watchword.jose import jws


def test_the_first_issuer_makes_the_data_folder_and_says_so(program: Program) -> None:
    done = program.ok("issuer", "create", "acme", "--url", "https://api.example.com")

    assert "made the master key" in done.err
    assert "Next: watchword client create --issuer acme" in done.out
    key = program.folder / "watchword-data" / "master.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_the_real_command_from_an_empty_folder_to_a_revoked_key(program: Program) -> None:
    def ok(*arguments: str) -> Outcome:
        done = program.process(*arguments)
        assert done.code == 0, done
        return done

    ok("issuer", "create", "acme", "--url", "https://api.example.com")
    made = ok("client", "create", "ACME01", "--issuer", "acme", "--json").json
    ok("secret", "revoke", made["secret_id"], "--yes")
    listed = ok("secret", "list", "ACME01")

    assert listed.err == ""
    assert listed.out.splitlines()[1].split()[:3] == [made["secret_id"], "-", "revoked"]


def test_a_client_is_made_as_the_interface_says(prepared: Program) -> None:
    made = prepared.json("client", "create", "ACME01", "--issuer", "acme", "--scope", "read")

    assert list(made) == [
        "issuer",
        "client_id",
        "client_secret",
        "secret_id",
        "expires_at",
        "scopes",
        "token_endpoint",
    ]
    assert check_is_right(made["client_secret"])
    assert made["token_endpoint"] == "https://api.example.com/oauth/token"
    assert made["expires_at"].endswith("Z")


def test_a_secret_is_shown_once_and_never_again(prepared: Program) -> None:
    made = prepared.json("client", "create", "ACME01", "--issuer", "acme")

    later = [
        prepared.ok("client", "show", "ACME01").out,
        prepared.ok("client", "show", "ACME01", "--json").out,
        prepared.ok("secret", "list", "ACME01").out,
        prepared.ok("client", "list", "--json").out,
    ]
    for text in later:
        assert made["client_secret"] not in text
    assert made["secret_id"] in later[0]


def test_a_key_is_rolled_by_hand(prepared: Program) -> None:
    first = prepared.json("client", "create", "ACME01", "--issuer", "acme")
    second = prepared.json("secret", "issue", "ACME01", "--label", "new", "--expires", "90d")

    revoked = prepared.json("secret", "revoke", first["secret_id"], "--yes")

    assert revoked["state"] == "revoked"
    listed = prepared.json("secret", "list", "ACME01")["items"]
    assert {each["secret_id"]: each["state"] for each in listed} == {
        first["secret_id"]: "revoked",
        second["secret_id"]: "active",
    }


def test_revoking_asks_and_says_who_used_it(prepared: Program) -> None:
    made = prepared.json("client", "create", "ACME01", "--issuer", "acme")

    asked = prepared.run("secret", "revoke", made["secret_id"], stdin="n\n")

    assert asked.code == 1
    assert "never got a token" in asked.err
    assert prepared.json("secret", "list", "ACME01")["items"][0]["state"] == "active"


def test_a_client_names_its_one_live_secret(prepared: Program) -> None:
    first = prepared.json("client", "create", "ACME01", "--issuer", "acme")
    second = prepared.json("secret", "issue", "ACME01")

    ambiguous = prepared.run("secret", "revoke", "ACME01", "--issuer", "acme", "--yes", "--json")
    prepared.ok("secret", "revoke", second["secret_id"], "--yes")
    revoked = prepared.json("secret", "revoke", "ACME01", "--issuer", "acme", "--yes")
    unknown = prepared.run("secret", "revoke", "ACME02", "--yes", "--json")

    assert (ambiguous.code, ambiguous.error["error"]) == (1, "unknown_secret")
    assert second["secret_id"] in ambiguous.error["message"]
    assert (revoked["secret_id"], revoked["state"]) == (first["secret_id"], "revoked")
    assert unknown.error == {
        "error": "unknown_secret",
        "message": "there is no secret and no client 'ACME02'",
        "hint": "did you mean 'ACME01'?",
    }


def test_a_question_that_nobody_answers_is_a_usage_error(prepared: Program) -> None:
    made = prepared.json("client", "create", "ACME01", "--issuer", "acme")

    unasked = prepared.run("secret", "revoke", made["secret_id"])
    no_secret = prepared.process(
        *("token", "get", "--token-endpoint", "http://127.0.0.1:1", "--client-id", "ACME01")
    )

    assert (unasked.code, no_secret.code) == (2, 2)
    assert "--yes" in unasked.err
    assert "--secret-file" in no_secret.err
    assert "GetPassWarning" not in no_secret.err


def test_a_customers_own_secret_comes_from_a_file_or_standard_input(prepared: Program) -> None:
    prepared.ok("client", "create", "ACME01", "--issuer", "acme", "--no-secret")
    file = prepared.folder / "secret.txt"
    file.write_text("a long random string, 24+\n")

    prepared.ok("secret", "adopt", "ACME01", "--secret-file", "secret.txt")
    piped = prepared.json(
        "secret", "adopt", "ACME01", "--secret-file", "-", stdin="another long random string\n"
    )

    assert piped["stored_as"] == "hmac"
    weak = prepared.run("secret", "adopt", "ACME01", "--secret-file", "-", "--json", stdin="short")
    assert weak.code == 1
    assert weak.error["error"] == "weak_secret"


def test_claims_are_text_or_json(prepared: Program) -> None:
    prepared.ok(
        *("client", "create", "ACME01", "--issuer", "acme"),
        *("--claim", "tenant=7", "--claim", 'roles:=["a","b"]', "--claim", "url=a=b"),
    )

    shown = prepared.json("client", "show", "ACME01")

    assert shown["claims"] == {"tenant": "7", "roles": ["a", "b"], "url": "a=b"}


def test_customers_own_clients(prepared: Program) -> None:
    prepared.ok("customer", "create", "ACME Ltd", "--contact", "it@acme.example")
    prepared.ok("client", "create", "ACME01", "--issuer", "acme", "--customer", "ACME Ltd")
    prepared.ok("client", "create", "LONE", "--issuer", "acme")

    [listed] = prepared.json("client", "list", "--customer", "ACME Ltd")["items"]
    disabled = prepared.json("customer", "disable", "ACME Ltd")

    assert listed["client_id"] == "ACME01"
    assert listed["customer"] == "ACME Ltd"
    assert disabled["enabled"] is False
    assert prepared.json("customer", "list")["items"][0]["contacts"] == ["it@acme.example"]


def test_lists_come_in_pages(prepared: Program) -> None:
    for name in ("A", "B", "C"):
        prepared.ok("client", "create", name, "--issuer", "acme", "--no-secret")

    first = prepared.json("client", "list", "--limit", "2")
    second = prepared.json("client", "list", "--limit", "2", "--after", first["next"])

    assert [each["client_id"] for each in first["items"]] == ["A", "B"]
    assert [each["client_id"] for each in second["items"]] == ["C"]
    assert second["next"] is None


def test_a_client_id_of_two_issuers_needs_the_issuers_name(prepared: Program) -> None:
    prepared.ok("issuer", "create", "other", "--url", "https://other.example.com")
    for issuer in ("acme", "other"):
        prepared.ok("client", "create", "ACME01", "--issuer", issuer)

    ambiguous = prepared.run("client", "show", "ACME01", "--json")
    named = prepared.json("client", "show", "ACME01", "--issuer", "other")
    by_id = prepared.json("client", "show", named["id"])

    assert (ambiguous.code, ambiguous.error["error"]) == (1, "ambiguous_client")
    assert ambiguous.error["hint"] == "name the issuer: acme, other"
    assert named["issuer"] == by_id["issuer"] == "other"


def test_a_client_is_disabled_deleted_and_never_comes_back(prepared: Program) -> None:
    prepared.ok("client", "create", "ACME01", "--issuer", "acme")
    assert prepared.json("client", "disable", "ACME01")["enabled"] is False
    assert prepared.json("client", "enable", "ACME01")["enabled"] is True

    prepared.ok("client", "delete", "ACME01", "--yes")

    again = prepared.run("client", "create", "ACME01", "--issuer", "acme", "--json")
    assert again.code == 1
    assert again.error["error"] == "client_id_taken"


def test_keys_are_listed_rotated_and_exported(prepared: Program) -> None:
    [first] = prepared.json("key", "list", "--issuer", "acme")["items"]
    rotated = prepared.json("key", "rotate", "--issuer", "acme")
    states = {
        each["kid"]: each["state"]
        for each in prepared.json("key", "list", "--issuer", "acme")["items"]
    }

    jwk = json.loads(prepared.ok("key", "export", "--issuer", "acme").out)
    pem = prepared.ok("key", "export", "--issuer", "acme", "--format", "pem").out

    as_json = prepared.json("key", "export", "--issuer", "acme", "--format", "pem")

    assert as_json == {"kid": first["kid"], "pem": pem}
    assert states == {first["kid"]: "active", rotated["kid"]: "upcoming"}
    assert jwk["kid"] == first["kid"]
    assert "d" not in jwk
    assert pem.startswith("-----BEGIN PUBLIC KEY-----")


def test_a_shared_key_goes_to_a_file_of_mode_0600_only(program: Program) -> None:
    program.ok(
        *("issuer", "create", "kiss", "--url", "https://kiss.example"),
        *("--dialect", "kiss", "--alg", "HS256"),
    )

    refused = program.run("key", "export", "--issuer", "kiss", "--json")
    program.ok("key", "export", "--issuer", "kiss", "--out", "kiss.key")
    again = program.run("key", "export", "--issuer", "kiss", "--out", "kiss.key")
    as_pem = program.run(
        *("key", "export", "--issuer", "kiss", "--format", "pem", "--out", "kiss.pem")
    )

    file = program.folder / "kiss.key"
    assert (refused.code, refused.error["error"]) == (1, "shared_key")
    assert refused.out == ""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["kty"] == "oct"
    assert again.code == 1
    assert as_pem.code == 2


def test_the_only_issuer_need_not_be_named(prepared: Program) -> None:
    made = prepared.json("client", "create", "ACME01")
    rotated = prepared.ok("key", "rotate")
    prepared.ok("issuer", "create", "other", "--url", "https://other.example")
    ambiguous = prepared.run("key", "list", "--json")

    assert made["issuer"] == "acme"
    assert "of acme" in rotated.out
    assert ambiguous.code == 2
    assert ambiguous.error["hint"] == "there are: acme, other"


def test_what_to_type_next_says_where_too(program: Program) -> None:
    where = ("--data", "our data")
    made = program.ok("issuer", "create", "acme", "--url", "https://a.example", *where)
    program.ok("client", "create", "ACME01", *where)
    rolled = program.ok("secret", "roll", "ACME01", *where)

    assert made.out.endswith("watchword client create --issuer acme --data 'our data'\n")
    assert rolled.out.endswith(" --data 'our data'\n")


def test_a_command_of_the_data_folder_says_what_names_a_server(prepared: Program) -> None:
    refused = prepared.run("master-key", "show", WATCHWORD_SERVER="http://127.0.0.1:1")

    assert refused.code == 2
    assert "without the environment WATCHWORD_SERVER" in refused.err


def test_what_an_edit_drops_is_told(prepared: Program) -> None:
    prepared.ok("client", "create", "ACME01", "--claim", "tenant=acme", "--claim", "tier=1")
    scopes = prepared.ok("issuer", "edit", "acme", "--scope", "write", "--scope", "new")
    emptied = prepared.ok("issuer", "edit", "acme", "--scope", "")
    claims = prepared.ok("client", "edit", "ACME01", "--claim", "tier=2")

    assert scopes.err.startswith("note: scopes dropped: read (")
    assert "dropped: write, new" in emptied.err
    assert prepared.json("issuer", "show", "acme")["scopes"] == []
    assert "note: claims dropped: tenant" in claims.err


def test_a_client_may_leave_its_customer(prepared: Program) -> None:
    prepared.ok("customer", "create", "Acme")
    prepared.ok("client", "create", "ACME01", "--customer", "Acme")

    assert prepared.json("client", "edit", "ACME01", "--customer", "")["customer"] is None


@pytest.mark.parametrize(
    "arguments", [("issuer", "edit", "acme"), ("client", "edit", "x"), ("customer", "edit", "x")]
)
def test_an_edit_that_names_nothing_to_change_is_refused(
    prepared: Program, arguments: tuple[str, ...]
) -> None:
    refused = prepared.run(*arguments)

    assert refused.code == 2
    assert "name a setting to change" in refused.err


def test_names_that_are_none_are_refused_with_what_there_is(prepared: Program) -> None:
    prepared.ok("customer", "create", "Acme")
    endpoint = prepared.run("issuer", "edit", "acme", "--endpoint", "reqests=/r", "--json")
    scope = prepared.run("client", "create", "--scope", "fly", "--json")
    customer = prepared.run("client", "create", "--customer", "Acne", "--json")

    assert endpoint.error["hint"] == "did you mean 'requests'?"
    assert "the issuer has read, write" in scope.error["hint"]
    assert customer.error["hint"] == "did you mean 'Acme'?"


def test_a_secret_that_was_found_somewhere_is_ended_by_its_whole_value(prepared: Program) -> None:
    made = prepared.json("client", "create", "ACME01")
    revoked = prepared.ok("secret", "revoke", made["client_secret"], "--yes")
    trail = prepared.ok("audit", "export").out

    assert f"Secret {made['secret_id']} of ACME01 is revoked" in revoked.out
    assert "refused by guards within ten seconds" in revoked.out
    assert made["client_secret"] not in trail


def test_what_is_disabled_says_what_becomes_of_tokens(prepared: Program) -> None:
    prepared.ok("customer", "create", "Acme")
    customer = prepared.ok("customer", "disable", "Acme").out
    issuer = prepared.ok("issuer", "disable", "acme").out

    assert "refused by guards within ten seconds" in customer
    assert issuer.endswith("go on working until they end: 1h.\n")


def test_where_tokens_live_their_time_that_is_told(prepared: Program) -> None:
    prepared.ok("issuer", "edit", "acme", "--revocation", "expiry", "--lifetime", "20m")
    prepared.ok("client", "create", "ACME01")

    disabled = prepared.ok("client", "disable", "ACME01")

    assert disabled.out.endswith("go on working until they end, 20m at most.\n")


def test_plain_http_beyond_this_machine_is_warned_of(program: Program) -> None:
    plain = ("--url", "http://api.example.com")
    warned = program.ok("issuer", "create", "acme", *plain)
    as_json = program.ok("issuer", "show", "acme", "--json")
    program.ok("issuer", "edit", "acme", "--url", "https://api.example.com")
    aliased = program.ok("issuer", "edit", "acme", "--alias", plain[1])

    assert "warning: http://api.example.com is plain http" in warned.err
    assert "warning" not in warned.out
    assert ["is plain http" in text for text in as_json.json["warnings"]] == [True]
    assert as_json.err == ""
    assert "warning: http://api.example.com" in aliased.err


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "[::1]", "localhost", "acme.localhost:8080"])
def test_plain_http_on_this_machine_is_fine(program: Program, host: str) -> None:
    made = program.ok("issuer", "create", "acme", "--url", f"http://{host}")

    assert "warning" not in made.err
    assert program.json("issuer", "show", "acme")["warnings"] == []


def test_a_dialect_of_ones_own_goes_with_the_issuer(program: Program) -> None:
    text = program.ok("dialect", "show", "kamoa").out
    (program.folder / "ours.toml").write_text(text.replace('name = "kamoa"', 'name = "ours"'))

    assert program.ok("dialect", "check", "ours.toml").out.startswith("ours.toml is a dialect")
    made = program.json(
        *("issuer", "create", "ours", "--url", "https://o.example", "--dialect", "ours.toml"),
    )

    assert (made["dialect"], made["own_dialect"]) == ("ours", True)


def test_an_issuer_that_signs_otherwise_than_the_vendors_page_says_what_to_type(
    program: Program,
) -> None:
    create = ("issuer", "create", "--url", "https://api.example.com", "--dialect", "kamoa")
    told = program.ok(*create, "one").err
    chosen = program.ok(
        *create[:2], "two", "--url", "https://b.example", *create[4:], "--alg", "ES256"
    )
    program.ok("issuer", "edit", "one", "--alg", "HS256")

    assert "shows HS256, and this issuer signs with ES256" in told
    assert "watchword issuer edit one --alg HS256" in told
    assert "HS256" not in chosen.err


def test_a_faulty_dialect_is_found_with_its_line(program: Program) -> None:
    text = program.ok("dialect", "show", "kamoa").out.replace("title =", "titel =")
    (program.folder / "ours.toml").write_text(text)

    checked = program.run("dialect", "check", "ours.toml", "--json")

    assert checked.code == 1
    assert checked.json["ok"] is False
    assert checked.json["faults"][0]["path"] == "titel"


@pytest.mark.parametrize("name", ["kamoa", "kiss", "connectivity", "kashimi", "rfc6749"])
def test_every_dialect_explains_itself_as_http(program: Program, name: str) -> None:
    told = program.json("dialect", "explain", name)

    https = [exchange["http"] for exchange in told["exchanges"]]
    assert https[0].startswith("POST /")
    assert any(text.startswith("HTTP/1.1 200 OK") for text in https)
    assert any("Authorization: " in text for text in https)
    titles = ", ".join(exchange["title"] for exchange in told["exchanges"])
    for cause in ("wrong secret", "missing fields", "server error", "invalid scope"):
        assert cause in titles


def test_an_explained_answer_is_the_one_of_the_vendors_page(program: Program) -> None:
    told = program.json("dialect", "explain", "kashimi")

    [answer] = [each["http"] for each in told["exchanges"] if each["title"] == "The answer"]
    body = json.loads(answer.partition("\n\n")[2])
    assert body.keys() == {"access_token", "token_type", "expires_in"}


class TokenEndpoint(BaseHTTPRequestHandler):
    """Answers as the page of `rfc6749` says, and takes one secret."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        good = b"grant_type=client_credentials" in body and "authorization" in self.headers
        self.send_response(200 if good else 401)
        self.send_header("content-type", "application/json")
        self.end_headers()
        answer = {"access_token": "a.b.c", "token_type": "Bearer", "expires_in": 60}
        self.wfile.write(json.dumps(answer if good else {"error": "invalid_client"}).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error."""


@pytest.fixture
def token_endpoint() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), TokenEndpoint)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/oauth/token"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_token_is_got_as_a_client_gets_it(program: Program, token_endpoint: str) -> None:
    arguments = ["token", "get", "--token-endpoint", token_endpoint, "--client-id", "ACME01"]
    got = program.ok(*arguments, "--secret-file", "-", stdin="the secret\n")

    assert got.out == "a.b.c\n"
    told = program.json(*arguments, "--secret-file", "-", stdin="the secret\n")
    assert told["headers"] == {"Authorization": "Bearer a.b.c"}


def test_a_server_that_is_not_there_is_exit_code_3(program: Program) -> None:
    done = program.run(
        *("token", "get", "--token-endpoint", "http://127.0.0.1:1/", "--client-id", "A"),
        *("--secret-file", "-", "--json"),
        stdin="the secret",
    )

    assert done.code == 3
    assert done.error["error"] == "unavailable"


def test_a_token_is_looked_into_offline(program: Program) -> None:
    header = {"alg": "HS256", "typ": "JWT"}
    token = jws.Signer("HS256", b"k" * 32, header).sign(b'{"exp":1800000000,"sub":"A"}')

    piped = program.ok("token", "inspect", "--json", stdin=f"Bearer {token}\n")
    shown = program.ok("token", "inspect", token)

    assert piped.json["header"] == header
    assert piped.json["claims"] == {"exp": 1_800_000_000, "sub": "A"}
    assert piped.json["verified"] is False
    assert "2027-01-15T08:00:00Z" in shown.out
    assert program.run("token", "inspect", "no token").code == 1


def test_a_token_is_verified_by_a_shared_key(program: Program, tmp_path: Path) -> None:
    (tmp_path / "k.jwk").write_text('{"kty":"oct","k":"' + "a" * 43 + 'A"}')
    claims = '{"iss":"https://i.example","aud":"https://i.example","exp":99999999999}'
    from watchword.jose import base64url

    key = base64url.decode("a" * 43 + "A")
    token = jws.Signer("HS256", key, {"alg": "HS256", "typ": "JWT"}).sign(claims.encode())
    options = ["--issuer-url", "https://i.example", "--key-file", "k.jwk", "--json"]

    good = program.run("token", "verify", token, *options)
    without = program.run("token", "verify", token, *options[:2])
    gone = program.run("token", "verify", token, *options[:2], "--key-file", "gone.key")
    bad = program.run("token", "verify", token[:-4] + "AAAA", *options)

    assert "hint: a shared key verifies it: --key-file FILE" in without.err
    assert "gone.key cannot be read: No such file or directory" in gone.err
    assert (good.code, good.json["valid"]) == (0, True)
    assert (bad.code, bad.error["error"]) == (1, "invalid_token")
