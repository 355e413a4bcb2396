"""Every example of docs/caller.md and docs/caller/ runs, with nothing but the host replaced."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.caller.token_server import Reply, Request, TokenServer, serving
from tests.caller.vendor_server import vendor
from watchword.caller import TokenSource, errors
from watchword.caller.environment import VARIABLES
from watchword.jose import jws

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "caller.md").read_text("utf-8")


def examples(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


PYTHON = examples(PAGE, "python")
LIBRARIES = {
    f"{path.stem}-{number}": example
    for path in sorted((DOCS / "caller").glob("*.md"))
    for number, example in enumerate(examples(path.read_text("utf-8"), "python"))
}
HOSTS = re.compile(r"https://api\.(kiss|kamoa)\.example")
ID, SECRET = "ACME01", "YOUR_API_KEY"
PRODUCTS = [{"name": "a hat"}]
WITH_API = {"requests", "httpx", "aiohttp"}


def a_jwt() -> str:
    claims = json.dumps({"exp": int(time.time()) + 600}).encode()
    return jws.Signer("HS256", b"k" * 32, {"alg": "HS256", "typ": "JWT"}).sign(claims)


@pytest.fixture
def kiss() -> Iterator[TokenServer]:
    tokens = vendor("kiss", ID, [SECRET], a_jwt)

    def answer(request: Request) -> Reply:
        if request.path != "/products":
            return tokens(request)
        if not request.headers.get("authorization", "").startswith("Bearer eyJ"):
            return Reply(401)
        return Reply(200, json.dumps(PRODUCTS).encode(), {"Content-Type": "application/json"})

    with serving(answer) as server:
        yield server


@pytest.fixture
def kamoa() -> Iterator[TokenServer]:
    with serving(vendor("kamoa", ID, [SECRET], a_jwt)) as server:
        yield server


def run(beginning: str, server: TokenServer, **scene: Any) -> dict[str, Any]:
    """Runs the one example that holds `beginning`."""
    example, *others = [example for example in PYTHON if beginning in example]
    assert others == []
    program = HOSTS.sub(server.url, example)
    exec(compile(program, "docs/caller.md", "exec"), scene)
    return scene


def a_source(server: TokenServer) -> TokenSource:
    return TokenSource(
        token_endpoint=server.url + "/auth/token",
        client_id=ID,
        client_secret=SECRET,
        dialect="kiss",
    )


def test_the_first_example(kiss: TokenServer, capsys: pytest.CaptureFixture[str]) -> None:
    # Kiss takes Basic as well, which is what plain RFC 6749 sends.
    exec(compile(HOSTS.sub(kiss.url, PYTHON[0]), "docs/caller.md", "exec"), {})

    assert capsys.readouterr().out.startswith("{'Authorization': 'Bearer eyJ")


def test_kamoas_example_reads_the_environment(
    kamoa: TokenServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAMOA_CLIENT_ID", ID)
    monkeypatch.setenv("KAMOA_CLIENT_SECRET", SECRET)
    run("from_env", kamoa)

    assert capsys.readouterr().out.startswith("{'Authorization': 'eyJ")


@pytest.mark.parametrize("name", [name for name in LIBRARIES if name.split("-")[0] in WITH_API])
def test_the_example_of_a_library(
    name: str, kiss: TokenServer, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(HOSTS.sub(kiss.url, LIBRARIES[name]), f"docs/caller/{name}", "exec"), {})

    assert "a hat" in capsys.readouterr().out


def test_there_is_a_page_for_each_library() -> None:
    assert {name.split("-")[0] for name in LIBRARIES} == WITH_API | {"grpc", "shell"}


def test_the_grpc_example_makes_a_channel(kiss: TokenServer) -> None:
    scene: dict[str, Any] = {}
    exec(compile(HOSTS.sub(kiss.url, LIBRARIES["grpc-0"]), "docs/caller/grpc.md", "exec"), scene)

    assert hasattr(scene["channel"], "unary_unary")


def test_the_example_of_any_other_library(
    kiss: TokenServer, capsys: pytest.CaptureFixture[str]
) -> None:
    run('print("urllib"', kiss, source=a_source(kiss))

    assert "a hat" in capsys.readouterr().out


def test_the_example_of_errors(kiss: TokenServer, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = TokenSource(
        token_endpoint=kiss.url + "/auth/token", client_id=ID, client_secret="wrong"
    )
    run("tell somebody", kiss, source=wrong)
    run("tell somebody", kiss, source=a_source(kiss))

    assert capsys.readouterr().out == "tell somebody: invalid_client\n"


def test_the_example_of_a_rotation(kiss: TokenServer, capsys: pytest.CaptureFixture[str]) -> None:
    run("AN_OLD_API_KEY", kiss, TokenSource=TokenSource)

    assert capsys.readouterr().out.startswith("eyJ")
    assert len(kiss.requests) == 2


def test_the_example_of_a_hook(kiss: TokenServer, capsys: pytest.CaptureFixture[str]) -> None:
    run("def observe(event)", kiss, TokenSource=TokenSource)

    assert capsys.readouterr().out == "a token for 3600 s from the server\n"


def test_the_shell_example_asks_once_and_shares_its_token_with_a_program(
    bash: str, curl: str, kiss: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acme.secret").write_text(SECRET)
    (example,) = examples((DOCS / "caller" / "shell.md").read_text("utf-8"), "sh")
    program = example.replace("watchword token", f"{sys.executable} -m watchword.cli token")
    program = program.replace('--issuer-url "$ISSUER"', f"--token-endpoint {kiss.url}/auth/token")
    for _ in range(2):
        done = subprocess.run(
            [bash, "-ec", program],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "API": kiss.url},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, json.dumps(PRODUCTS))
    monkeypatch.chdir(tmp_path)
    exec(compile(HOSTS.sub(kiss.url, LIBRARIES["shell-0"]), "docs/caller/shell.md", "exec"), {})

    assert [request.path for request in kiss.requests].count("/auth/token") == 1


def test_every_exception_of_the_page_exists() -> None:
    table = PAGE.split("| exception |")[1].split("All are")[0]
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", table))

    assert len(named) > 12
    assert all(issubclass(getattr(errors, name), errors.CallerError) for name in named)


def test_every_variable_of_from_env_is_on_the_page() -> None:
    names = [f"KAMOA_{name}" for names in VARIABLES.values() for name in names]

    assert [name for name in names if f"`{name}`" not in PAGE] == []
