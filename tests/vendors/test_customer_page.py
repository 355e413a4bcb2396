"""The generated pages of the four vendors' issuers, of the plain one, and of dialects of our own:

what they say to paste is pasted, and what they say of answers is compared with a real server's.
"""

import json
import shlex
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.admin.customer_page.pages import code, listings, rows
from tests.cli.program import Program
from tests.dialect.own import FILES, OWN
from tests.support.demo_server import Demo, running_demo
from tests.support.run import run_node, run_python, run_shell
from tests.support.token import claims_of
from watchword import dialect as dialects
from watchword.dialect import Dialect
from watchword.dialect.caller_request import CallerRequest
from watchword.dialect.cases import GRANTED, Credentials, cases
from watchword.dialect.public import PublicDialect

VENDORS = ("kamoa", "kiss", "connectivity", "kashimi")
SHIPPED = (*VENDORS, "plain")
ALL = (*SHIPPED, *OWN)
API = {
    "kamoa": "/protected-endpoint",
    "kiss": "/products",
    "connectivity": "/account",
    "kashimi": "/payments",
}


class Shown(NamedTuple):
    """An issuer with its page in Markdown, and the variables that a customer would set."""

    name: str
    page: str
    environ: dict[str, str]

    @property
    def shell(self) -> list[str]:
        """The page's shell blocks: the variables, the request, the call of the API."""
        return listings(self.page, "sh")

    def exports(self) -> str:
        lines = [f"export {name}={shlex.quote(value)}" for name, value in self.environ.items()]
        return "\n".join(lines) + "\n"


class Pages:
    """The pages of one demo, each made when it is asked for."""

    def __init__(self, demo: Demo, folder: Path) -> None:
        self.demo = demo
        self._folder = folder
        self._program = Program(folder)
        self._made: dict[str, Shown] = {}

    def of(self, name: str) -> Shown:
        if name not in self._made:
            client_id, secret = self._client(name)
            page = self._run("issuer", "page", name, *self._words(name))["text"]
            environ = {"CLIENT_ID": client_id, "CLIENT_SECRET": secret, "ACCOUNT_ID": "7"}
            self._made[name] = Shown(name, page, environ)
        return self._made[name]

    def _run(self, *arguments: str) -> Any:
        # In this process: starting Python fifty times takes a minute.
        return self._program.json(*arguments, "--data", str(self.demo.data))

    def _client(self, name: str) -> tuple[str, str]:
        if name in VENDORS:
            known = self.demo.client(name)
            return known.client_id, known.client_secret
        dialect = "rfc6749" if name == "plain" else str(FILES / f"{name}.toml")
        url = f"http://127.0.0.1:{self.demo.port}/{name}"
        create = ("issuer", "create", name, "--url", url, "--dialect", dialect)
        self._run(*create, "--scope", "read", "--scope", "write", "--self-service")
        attributes = [f"--attr={each}=7" for each in dialect_of(name).client_attributes]
        made = self._run(
            "client", "create", "ACME01", "--issuer", name, "--scope", "read", *attributes
        )
        return made["client_id"], made["client_secret"]

    def _words(self, name: str) -> tuple[str, ...]:
        if name not in API:
            return ()
        words = self._folder / f"{name}.toml"
        words.write_text(f'api = "{self.demo.door(name).url}{API[name]}"\n')
        return ("--words", str(words))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    folder = tmp_path_factory.mktemp("pages")
    with running_demo(folder) as demo:
        made = Pages(demo, folder)
        for name in ALL:
            made.of(name)
        await_last(made)
        yield made


def await_last(pages: Pages) -> None:
    """Return once the server knows the issuer that was made last."""
    door = pages.demo.door(ALL[-1])
    path = dialect_of(ALL[-1]).token_path
    pages.demo.settled(lambda: door.send("DELETE", path), 405)


def dialect_of(name: str) -> Dialect:
    if name in OWN:
        return dialects.parse((FILES / f"{name}.toml").read_text())
    return dialects.load("rfc6749" if name == "plain" else name)


def token_in(name: str, status: int, headers: dict[str, str], body: str) -> str:
    public = PublicDialect.from_dialect(dialect_of(name))
    return public.token_answer(status, headers, body.encode()).access_token


@pytest.mark.parametrize("name", ALL)
def test_the_pages_curl_gets_a_token(pages: Pages, bash: str, curl: str, name: str) -> None:
    shown = pages.of(name)
    # Of the head too, which some dialects need for the token.
    command = shown.shell[1].replace("curl ", "curl --include ", 1)
    head, body = run_shell(bash, shown.exports() + command).replace("\r", "").split("\n\n", 1)
    status, *lines = head.splitlines()
    headers = dict(line.split(": ", 1) for line in lines)

    token = token_in(name, int(status.split()[1]), headers, body)

    assert claims_of(token)["client_id"] == shown.environ["CLIENT_ID"]


@pytest.mark.parametrize("name", VENDORS)
def test_the_pages_curl_shows_the_token_to_the_api(
    pages: Pages, bash: str, curl: str, name: str
) -> None:
    shown = pages.of(name)
    answer = run_shell(bash, shown.exports() + shown.shell[1])
    token = token_in(name, 200, {}, answer)

    said = run_shell(bash, f"TOKEN={token}\n" + shown.shell[2].replace("curl ", "curl --fail ", 1))

    assert json.loads(said)


@pytest.mark.parametrize("name", ALL)
def test_the_pages_python_gets_a_token_once(pages: Pages, name: str) -> None:
    shown = pages.of(name)
    program = listings(shown.page, "python")[0]
    before = f"import os; os.environ.update({shown.environ!r})\n"
    after = "\nassert token() == token()\nprint(token())"

    *said, token = run_python(before + program + after).splitlines()

    assert claims_of(token)["client_id"] == shown.environ["CLIENT_ID"]
    assert name not in VENDORS or said[0].startswith("200 ")


@pytest.mark.parametrize("name", ALL)
def test_the_pages_node_program_gets_a_token_once(pages: Pages, node: str, name: str) -> None:
    shown = pages.of(name)
    before = f"Object.assign(process.env, {json.dumps(shown.environ)});\n"
    after = "\nconsole.log(await token() === await token());\nconsole.log(await token());"

    *said, token = run_node(node, before + listings(shown.page, "js")[0] + after).splitlines()

    assert claims_of(token)["client_id"] == shown.environ["CLIENT_ID"]
    assert said[-1] == "true"
    assert name not in VENDORS or said[0].startswith("200 ")


@pytest.mark.parametrize("name", SHIPPED)
def test_programs_tell_what_the_server_said_against_a_wrong_secret(
    pages: Pages, bash: str, curl: str, node: str, name: str
) -> None:
    shown = pages.of(name)
    wrong = {**shown.environ, "CLIENT_SECRET": "wrong"}
    row = next(
        code(row[1])
        for row in rows(shown.page, "When you get no token")
        if "secret is wrong" in row[2]
    )

    said = json.loads(run_shell(bash, shown._replace(environ=wrong).exports() + shown.shell[1]))
    caught = f"import os; os.environ.update({wrong!r})\ntry:\n    "
    program = "\n    ".join(listings(shown.page, "python")[0].splitlines())
    python = run_python(f"{caught}{program}\nexcept RuntimeError as error:\n    print(error)")
    before = f"Object.assign(process.env, {json.dumps(wrong)});\n"
    before += (
        "process.on('uncaughtException', (e) => { console.log(e.message); process.exit(0); });"
    )
    javascript = run_node(node, before + listings(shown.page, "js")[0])

    assert said == json.loads(row)
    for printed in (python, javascript):
        assert json.loads(printed[printed.index("{") :]) == json.loads(row)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_example_answer_has_the_members_of_the_real_one(
    pages: Pages, bash: str, curl: str, name: str
) -> None:
    shown = pages.of(name)
    example = json.loads(listings(shown.page, "json")[0])

    answer = json.loads(run_shell(bash, shown.exports() + shown.shell[1]))

    assert answer.keys() == example.keys()
    assert {key: type(value) for key, value in answer.items()} == {
        key: type(value) for key, value in example.items()
    }
    assert answer.get("expires_in") == example.get("expires_in")


@pytest.mark.parametrize("name", SHIPPED)
def test_what_the_server_answers_over_http_is_in_the_table(pages: Pages, name: str) -> None:
    shown = pages.of(name)
    dialect = dialect_of(name)
    known = Credentials(
        client_id=shown.environ["CLIENT_ID"], client_secret=shown.environ["CLIENT_SECRET"]
    )
    table = {(code(row[0]), error_of(code(row[1]))) for row in shown_rows(shown)}
    words = {(code(row[0]), code(row[1])) for row in shown_rows(shown)}

    answers = {
        sent(pages.demo, name, case.request)
        for case in cases(dialect, known)
        if case.expected != GRANTED
        and (case.expected != "invalid_scope" or "## Scopes" in shown.page)
    }

    # A row shows one example of its words, which may name another parameter: what a program goes
    # by has to be there in any case.
    assert {(status, error_of(body)) for status, body in answers} <= table
    assert len(answers & words) >= 4


def shown_rows(shown: Shown) -> list[list[str]]:
    return rows(shown.page, "When you get no token")


def error_of(body: str) -> Any:
    """What an answer says to a program; Kamoa's says nothing to one."""
    return json.loads(body).get("error")


def sent(demo: Demo, name: str, request: CallerRequest) -> tuple[str, str]:
    door = demo.door(name)
    answer = door.send(request.method, request.path, dict(request.headers), request.body)
    return str(answer.status), json.dumps(answer.json)


@pytest.mark.parametrize("name", SHIPPED)
def test_an_issuer_that_is_away_answers_as_its_row_says(pages: Pages, name: str) -> None:
    row = next(row for row in shown_rows(pages.of(name)) if "away for a moment" in row[2])
    door, path = pages.demo.door(name), dialect_of(name).token_path

    with pages.demo.disabled("issuer", name):
        answer = pages.demo.settled(lambda: door.send("POST", path), int(code(row[0])))
        assert (str(answer.status), answer.json) == (code(row[0]), json.loads(code(row[1])))
    # 400 or 401: the issuer is there again for the tests that follow.
    pages.demo.settled(lambda: door.send("POST", path), known_status(name))


def known_status(name: str) -> int:
    return 400 if name in ("kamoa", "kiss", "plain") else 401


def test_self_service_works_as_the_page_says(pages: Pages, bash: str, curl: str) -> None:
    shown = pages.of("plain")
    see, make, retire = shown.shell[-1].split("\ncurl")
    made = json.loads(run_shell(bash, f"{shown.exports()}curl{make}"))
    seen = json.loads(run_shell(bash, shown.exports() + see))

    assert made["secret_id"] in [each["secret_id"] for each in seen["items"]]
    new = Shown("plain", "", {**shown.environ, "CLIENT_SECRET": made["client_secret"]})
    old = shown.environ["CLIENT_SECRET"].split("_")[1][:8]
    said = run_shell(bash, f"{new.exports()}sleep 1\ncurl{retire.replace('...', old)}")
    assert json.loads(said)["secret_id"] == old


def test_a_token_is_ended_as_the_page_says(pages: Pages, bash: str, curl: str) -> None:
    shown = pages.of("plain")
    line = next(line for line in shown.page.splitlines() if "oauth/revoke" in line)
    command = line[line.index("`") + 1 : line.rindex("`")].replace("curl", "curl --fail --include")
    token = json.loads(run_shell(bash, shown.exports() + shown.shell[1]))["access_token"]

    assert "200 OK" in run_shell(bash, f"{shown.exports()}TOKEN={token}\n{command}")


@pytest.mark.parametrize("name", VENDORS)
def test_the_documents_that_the_page_names_are_there(pages: Pages, name: str) -> None:
    page = pages.of(name).page
    named = {word.strip("`.") for word in page.split() if "/.well-known/" in word}

    for url in named:
        parts = urlsplit(url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        connection.request("GET", parts.path)
        assert connection.getresponse().status == 200
        connection.close()
