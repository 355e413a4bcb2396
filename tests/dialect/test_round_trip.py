"""Each of our own dialects on a real server; caller and guard have its public half."""

import json
import socket
import urllib.error
import urllib.request

import pytest

from tests.app.running import Running
from tests.cli.program import Program
from tests.dialect.own import FILES, OWN, own
from watchword.app.settings import ServeSettings
from watchword.caller import TokenSource
from watchword.dialect.public import CallerRefusal, PublicDialect
from watchword.guard import Guard
from watchword.guard.errors import GuardError

ATTRIBUTES = {"account_id": "77", "plan": "gold", "instance": "eu1", "roles": "a,b", "seats": "5"}


class Estate:
    """A server with an issuer for each dialect, and a client's secret at each."""

    def __init__(self, folder):
        self.base = f"http://127.0.0.1:{_free_port()}"
        program = Program(folder)
        self.secrets = {}
        for name in OWN:
            program.ok(
                *("issuer", "create", name, "--url", self.url(name)),
                *("--dialect", str(FILES / f"{name}.toml"), "--scope", "read", "--scope", "write"),
            )
            made = program.json(
                *("client", "create", "acme", "--issuer", name, "--scope", "read"),
                *_attributes(name),
            )
            self.secrets[name] = made["client_secret"]
        data = folder / "watchword-data"
        settings = ServeSettings(
            data=data,
            database_url=f"sqlite:///{data}/watchword.db",
            listen=self.base.removeprefix("http://"),
            admin_listen="127.0.0.1:0",
        )
        self.server = Running(settings, folder / "server.log")

    def url(self, name):
        return f"{self.base}/{name}"


def _attributes(name):
    """Options for the attributes that a dialect reads."""
    read = [f"{key}={ATTRIBUTES[key]}" for key in own(name).client_attributes & ATTRIBUTES.keys()]
    return [word for pair in read for word in ("--attr", pair)]


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    """The server, for all tests of this module."""
    estate = Estate(tmp_path_factory.mktemp("estate"))
    yield estate
    estate.server.stop()


def source(estate, name):
    """A caller that knows the issuer's URL and a secret, and learns the rest.

    Only that there is no client id must be known before anything is asked.
    """
    return TokenSource(
        dialect=PublicDialect(own(name)) if name == "solo" else None,
        issuer=estate.url(name),
        client_id="" if name == "solo" else "acme",
        client_secret=estate.secrets[name],
        fields={"account_id": "77"} if name == "ledgerly" else None,
    )


@pytest.mark.parametrize("name", OWN)
def test_server_caller_and_guard_understand_each_other(estate, name):
    with urllib.request.urlopen(estate.url(name) + "/.well-known/watchword-dialect") as answer:
        public = PublicDialect.from_json(answer.read())
    headers = source(estate, name).headers()
    guard = Guard(issuer=estate.url(name), dialect=public)

    shown = {key.lower(): value for key, value in headers.items()}
    assert guard.verify(shown[public.presentation.header]).client_id == "acme"
    with pytest.raises(GuardError):
        guard.verify(shown[public.presentation.header] + "x")


@pytest.mark.parametrize("name", OWN)
def test_a_wrong_secret_gets_no_token(estate, name):
    public = PublicDialect(own(name))
    asked = public.token_request("acme", "wrong", fields={"account_id": "77"})
    status, headers, body = _ask(estate.url(name), asked)

    with pytest.raises(CallerRefusal) as told:
        public.token_answer(status, headers, body)
    assert told.value.error == "invalid_client"


@pytest.mark.parametrize("name", sorted(set(OWN) - {"beacon", "solo"}))
def test_unknown_and_wrong_are_alike_on_the_wire(estate, name):
    public = PublicDialect(own(name))
    told = set()
    for client_id in ("acme", "nobody"):
        asked = public.token_request(client_id, "wrong", fields={"account_id": "77"})
        status, _, body = _ask(estate.url(name), asked)
        told.add((status, _without_ids(body)))

    assert len(told) == 1


def test_a_field_that_is_bound_must_be_the_client_s_own(estate):
    public = PublicDialect(own("ledgerly"))
    told = []
    for account in ("77", "78"):
        asked = public.token_request(
            "acme", estate.secrets["ledgerly"], fields={"account_id": account}
        )
        told.append(_ask(estate.url("ledgerly"), asked)[0])

    assert told[0] == 200
    assert 400 <= told[1] < 500


def _ask(url, asked):
    target = url + asked.path + (f"?{asked.query}" if asked.query else "")
    request = urllib.request.Request(
        target, method=asked.method, headers=dict(asked.headers), data=asked.body or None
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def _without_ids(body):
    """A refusal without what is another in each answer."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    for name in ("traceId", "timestamp", "errmsg"):
        value.pop(name, None)
    return json.dumps(value)
