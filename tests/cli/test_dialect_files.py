"""`dialect new` and `dialect test`: from a recording to a file that a server proves."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.cli.program import Program
from watchword.dialect import Refusal, Sources, TokenAnswer, WireRequest, load
from watchword.dialect.refusal import InvalidScope, UnknownClient, WrongSecret

RECORDING = """\
$ curl -i https://api.kiss.example.com/auth/token -d grant_type=client_credentials \\
    -d client_id=ACME01 -d client_secret=planted-secret
HTTP/1.1 200 OK
Content-Type: application/json

{"access_token": "eyJhbGciOiJIUzI1NiJ9...", "token_type": "Bearer", "expires_in": 3600}
$ curl -i https://api.kiss.example.com/auth/token -d grant_type=client_credentials \\
    -d client_id=ACME01 -d client_secret=another
HTTP/1.1 401 Unauthorized
Content-Type: application/json

{"error": "invalid_client", "error_description": "Invalid client credentials."}
"""


class _Kiss(BaseHTTPRequestHandler):
    """Kiss as it was before Watchword: one client, its own words."""

    def do_POST(self) -> None:
        dialect, sources = load("kiss"), Sources(0.0, bytes)
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        headers = [(n.lower().encode(), v.encode()) for n, v in self.headers.items()]
        request = WireRequest(self.command, self.path.encode(), b"", headers, body, "r")
        try:
            read = dialect.read(request)
            if read.credentials.readings[0].client_id != "ACME01":
                raise UnknownClient("unknown")
            if read.credentials.readings[0].secret != "planted-secret":
                raise WrongSecret("wrong")
            if read.scope:
                raise InvalidScope("Not permitted.")
            minted = TokenAnswer(access_token="a.b.c", issued_at=0, expires_in=3600)
            response = dialect.write_token(minted, request, sources)
        except Refusal as refusal:
            response = dialect.write_refusal(refusal, request, sources)
        self.send_response(response.status)
        for name, value in (*response.headers, (b"content-length", b"%d" % len(response.body))):
            self.send_header(name.decode(), value.decode())
        self.end_headers()
        self.wfile.write(response.body)

    do_DELETE = do_POST

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def kiss() -> Iterator[str]:
    """The URL of a server that speaks as Kiss does."""
    server = HTTPServer(("127.0.0.1", 0), _Kiss)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _test(program: Program, file: str, url: str) -> tuple[str, ...]:
    return ("dialect", "test", file, "--against", url, "--client-id", "ACME01",
            "--secret-file", "-")  # fmt: skip


def test_a_recording_becomes_a_file_without_faults(program: Program) -> None:
    (program.folder / "recorded.txt").write_text(RECORDING)

    made = program.ok("dialect", "new", "--from-curl", "recorded.txt")
    (program.folder / "ours.toml").write_text(made.out)
    assert "planted" not in made.out
    assert "look at" in made.err
    assert "without faults" in program.ok("dialect", "check", "ours.toml").out


def test_a_recording_without_a_token_is_told(program: Program) -> None:
    (program.folder / "recorded.txt").write_text("curl https://a.example.com -d a=b\n")

    done = program.run("dialect", "new", "--from-curl", "recorded.txt")
    assert done.code == 1
    assert "no answer holds a token" in done.err


def test_a_file_is_proved_by_a_server_that_speaks_it(program: Program, kiss: str) -> None:
    done = program.run(*_test(program, "kiss", kiss), "--json", stdin="planted-secret")

    assert done.code == 0, done.err
    assert all(case["ok"] for case in done.json["items"])
    assert "planted-secret" not in done.out + done.err


def test_a_file_that_the_server_contradicts_is_told_where(program: Program, kiss: str) -> None:
    text = program.ok("dialect", "show", "kiss").out
    (program.folder / "ours.toml").write_text(text.replace("Invalid client", "Wrong client"))

    done = program.run(*_test(program, "ours.toml", kiss), stdin="planted-secret")
    assert done.code == 1
    assert "error_description is another text" in done.out
    assert "differ from the file" in done.err


def test_several_differences_are_told_apart(program: Program, kiss: str) -> None:
    done = program.run(*_test(program, "kamoa", kiss), stdin="planted-secret")

    assert "message is missing; error is not in the file" in " ".join(done.out.split())


def test_a_field_that_a_right_request_needs_is_asked_for(program: Program, kiss: str) -> None:
    text = program.ok("dialect", "show", "kiss").out
    field = '[request.fields.account]\nplace = "form:account"\n\n[answer]'
    (program.folder / "ours.toml").write_text(text.replace("[answer]", field, 1))

    done = program.run(*_test(program, "ours.toml", kiss), stdin="planted-secret")
    assert done.code == 2
    assert "--field account=VALUE" in done.err


@pytest.mark.parametrize("command", ["check", "explain"])
def test_a_file_without_end_is_too_large(program: Program, command: str) -> None:
    done = program.run("dialect", command, "/dev/zero")

    assert done.code == 1
    assert "larger than 32 KiB" in done.out + done.err


def test_a_recording_without_end_is_too_large(program: Program) -> None:
    done = program.run("dialect", "new", "--from-curl", "/dev/zero")

    assert "larger than" in done.err


def test_a_file_that_is_not_utf_8_has_a_fault_with_its_line(program: Program) -> None:
    (program.folder / "ours.toml").write_bytes(b'name = "a"\ntitle = "\xe4"\n')

    done = program.run("dialect", "check", "ours.toml")
    assert done.code == 1
    assert "ours.toml: line 2: this is not UTF-8" in done.out


def test_credentials_are_not_sent_over_plain_http(program: Program) -> None:
    done = program.run(*_test(program, "kiss", "http://api.example.com"), stdin="planted-secret")

    assert done.code != 0
    assert "https" in done.err
