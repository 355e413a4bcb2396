"""`watchword serve` as a person runs it: an empty folder, one terminal for it, one beside it."""

import contextlib
from collections.abc import Iterator

import pytest

from tests.cli.program import Program
from tests.cli.server import Server, serving
from tests.support.patience import wait_until
from watchword.guard import Guard
from watchword.guard.errors import InvalidToken


@pytest.fixture
def server(program: Program) -> Iterator[Server]:
    """`watchword serve` in an empty folder."""
    with serving(program.folder) as started:
        yield started


def test_from_an_empty_folder_to_a_token_that_a_guard_takes(
    program: Program, server: Server
) -> None:
    made = program.json("client", "create", "ACME01", "--issuer", "default")
    asks = ["token", "get", "--issuer-url", server.url, "--client-id", "ACME01"]
    asks += ["--secret-file", "-"]

    token = program.ok(*asks, stdin=made["client_secret"]).out
    verified = program.run("token", "verify", "--issuer-url", server.url, stdin=token)
    other = program.run("token", "verify", "--issuer-url", "http://localhost:1", stdin=token)
    lacking = ("token", "verify", "--issuer-url", server.url, "--scope", "fly")
    told = program.run(*lacking, stdin=token).err
    program.ok("client", "disable", "ACME01")

    def refused() -> bool:
        asked = program.run(*asks, "--json", stdin=made["client_secret"])
        return asked.code == 1 and asked.error["error"] == "invalid_client"

    assert verified.code == 0, verified
    assert f"hint: the token has iss '{server.url}'" in other.err
    assert "lacks the scope fly" in told
    wait_until(refused)
    assert server.stop() == 0
    assert made["client_secret"] not in server.said
    assert token.strip() not in server.said


def test_it_says_what_it_made_where_and_what_to_type_next(program: Program, server: Server) -> None:
    said = server.said

    assert "made the master key watchword-data/master.key" in said
    assert "made the database watchword-data/watchword.db" in said
    assert "KEEP A COPY of the master key" in said
    assert f"made the issuer default {server.url}" in said
    assert "watchword client create --issuer default" in said


def test_a_second_start_makes_nothing(program: Program, server: Server) -> None:
    server.stop()

    with serving(program.folder) as again:
        assert "made the" not in again.said
        assert again.stop() == 0


def test_a_url_that_changes_nothing_is_told(program: Program, server: Server) -> None:
    taken = server.url.removeprefix("http://")
    options = ("--listen", taken, "--admin-listen", "off", "--url")
    other = program.run("serve", *options, "https://auth.example.com")
    same = program.run("serve", *options, server.url)

    assert "warning: --url https://auth.example.com changes no issuer" in other.err
    assert "warning" not in same.err


def test_a_signing_key_that_leaked_is_taken_out_and_guards_follow(
    program: Program, server: Server
) -> None:
    made = program.json("client", "create", "ACME01")
    asks = ("token", "get", "--issuer-url", server.url, "--client-id", "ACME01")
    token = program.ok(*asks, stdin=made["client_secret"]).out.strip()
    guard = Guard(server.url)
    subject = guard.verify(f"Bearer {token}").subject
    [old] = program.json("key", "list")["items"]
    rotated = program.ok("key", "rotate", "--now")
    program.ok("key", "remove", old["kid"], "--yes")

    def refused() -> bool:
        with contextlib.suppress(InvalidToken):
            guard.verify(f"Bearer {token}")
            return False
        return True

    assert subject == "ACME01"
    assert f"watchword key remove {old['kid']} --issuer default" in rotated.out
    wait_until(refused)


def test_an_address_that_is_taken_is_named_with_its_flag(program: Program, server: Server) -> None:
    taken = server.url.removeprefix("http://")
    public = program.run("serve", "--listen", taken, "--admin-listen", "off")
    admin = program.run("serve", "--listen", "127.0.0.1:0", "--admin-listen", taken)

    assert (public.code, admin.code) == (2, 2)
    assert f"cannot listen at {taken}: Address already in use" in public.err
    assert "choose another --listen" in public.err
    assert "choose another --admin-listen" in admin.err


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--listen", "0.0.0.0:8080"], "--behind-proxy"),
        (["--listen", "nonsense"], "127.0.0.1:8080"),
        (["--listen", "127.0.0.1:0"], "--url"),
        (["--behind-proxy", "127.0.0.1"], "--url https://auth.example.com"),
        (["--workers", "0"], "workers"),
        (["--tls-cert", "x.pem"], "--tls-key"),
    ],
)
def test_what_cannot_be_served_is_refused_with_the_way_out(
    program: Program, arguments: list[str], hint: str
) -> None:
    done = program.run("serve", *arguments)

    assert done.code == 2
    assert hint in done.err
    assert not (program.folder / "watchword-data").exists()
