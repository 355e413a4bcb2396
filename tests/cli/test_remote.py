"""The same commands against a remote server, as an administrator."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.cli.server import Server, serving


@dataclass(frozen=True)
class Far:
    """A server, and somebody elsewhere who works on it with the owner's credential."""

    server: Server
    program: Program
    owner: Path

    @property
    def options(self) -> tuple[str, ...]:
        return ("--server", self.server.admin_url, "--profile", str(self.owner))


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    folder = tmp_path_factory.mktemp("server")
    with serving(folder) as server:
        elsewhere = Program(tmp_path_factory.mktemp("elsewhere"))
        yield Far(server, elsewhere, folder / "watchword-data" / "owner.json")


def test_the_life_of_a_key_is_the_same_from_afar(far: Far) -> None:
    def json(*arguments: str, stdin: str = "") -> dict[str, object]:
        answer: dict[str, object] = far.program.json(*arguments, *far.options, stdin=stdin)
        return answer

    json("issuer", "create", "acme", "--url", f"{far.server.url}/acme", "--scope", "read")
    json("issuer", "edit", "acme", "--lifetime", "10m")
    json("customer", "create", "ACME / Ltd", "--contact", "it@acme.example")
    made = json("client", "create", "A/B", "--issuer", "acme", "--customer", "ACME / Ltd")
    rolled = json("secret", "roll", "A/B", "--overlap", "12h")
    cancelled = json("secret", "cancel", str(rolled["secret_id"]), "--yes")
    adopted = json("secret", "adopt", "A/B", "--secret-file", "-", stdin="x" * 30)
    json("secret", "revoke", str(adopted["secret_id"]), "--yes")
    disabled = json("client", "disable", "A/B")
    json("key", "rotate", "--issuer", "acme")

    assert made["token_endpoint"] == f"{far.server.url}/acme/oauth/token"
    assert cancelled["kept"] == made["secret_id"]
    assert disabled["enabled"] is False
    assert disabled["customer"] == "ACME / Ltd"
    assert json("issuer", "show", "acme")["lifetime"] == 600
    assert len(json("key", "list", "--issuer", "acme")["items"]) == 2  # type: ignore[arg-type]


def test_nothing_is_kept_on_the_administrators_side(far: Far) -> None:
    far.program.ok("issuer", "list", *far.options)

    assert not (far.program.folder / "watchword-data").exists()


def test_the_trail_names_the_administrator(far: Far) -> None:
    far.program.ok("customer", "create", "Traced", *far.options)

    tail = far.program.json("audit", "tail", "-n", "1", *far.options)["items"]

    assert (tail[0]["actor"], tail[0]["source"]) == ("owner", "api")


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

    profile = Path(done.json["profile"])
    assert stat.S_IMODE(profile.stat().st_mode) == 0o600
    assert str(profile).startswith(settings)
    assert listed.code == 0
    assert "default" in listed.out


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
    refused = far.program.run("audit", "verify", "--json", *far.options)

    assert (refused.code, refused.error["error"]) == (2, "local_only")


def test_a_server_that_is_away_is_exit_code_3(far: Far, tmp_path: Path) -> None:
    profile = tmp_path / "profile.json"
    profile.write_text(far.owner.read_text().replace(far.server.admin_url, "http://127.0.0.1:1"))
    profile.chmod(0o600)

    away = far.program.run("issuer", "list", "--profile", str(profile), "--json")

    assert away.code == 3
