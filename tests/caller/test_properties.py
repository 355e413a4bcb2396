"""Whatever happens, in whatever order: promises are kept, and only errors of ours come out."""

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from watchword.caller import CallerError
from watchword.caller.access_token import AccessToken
from watchword.caller.discovery import Endpoint
from watchword.caller.errors import ServerFailed, TokenRefused, refused, unavailable
from watchword.caller.exchange import Account, Incoming, Wanted
from watchword.caller.fetch import Clocks, Fetch
from watchword.caller.lifetime import LONGEST_LIFE
from watchword.caller.renewal import Await, Pause, Renewal, Serve
from watchword.caller.rfc6749 import Rfc6749
from watchword.caller.vendor_exchange import vendor_exchange

DICE = st.floats(0, 1, exclude_max=True)


class Source(RuleBasedStateMachine):
    """Callers ask, time passes, servers answer or fail, APIs reject."""

    def __init__(self) -> None:
        super().__init__()
        self.renewal = Renewal()
        self.now = 0.0
        self.in_flight = 0
        self.started: list[float] = []
        self.given: list[str] = []

    @rule(seconds=st.floats(0, 400))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def somebody_asks(self) -> None:
        step = self.renewal.ask(self.now)
        match step:
            case Serve(token, renew):
                assert token.lives(self.now)
                self._count(renew)
            case Await(renew):
                self._count(renew)
                assert self.in_flight == 1
            case Pause(until, failure, is_final):
                assert until > self.now
                assert is_final or not isinstance(failure, TokenRefused)

    def _count(self, renew: bool) -> None:
        if renew:
            self.in_flight += 1
            self.started.append(self.now)

    @precondition(lambda self: self.in_flight)
    @rule(life=st.floats(1, 7200), dice=DICE)
    def the_server_answers(self, life: float, dice: float) -> None:
        self.given.append(f"token-{len(self.given)}")
        token = AccessToken(value=self.given[-1], obtained_at=self.now, expires_at=self.now + life)
        self.renewal.renewed(token, self.now, dice)
        self.in_flight -= 1
        assert isinstance(self.renewal.ask(self.now), Serve)

    @precondition(lambda self: self.in_flight)
    @rule(dice=DICE, is_refusal=st.booleans(), wait=st.none() | st.floats(0, 1e6))
    def the_server_fails(self, dice: float, is_refusal: bool, wait: float | None) -> None:
        failure = unavailable(ServerFailed, "no", wait)
        delay = self.renewal.failed(
            refused("invalid_client", "", 401) if is_refusal else failure, self.now, dice
        )
        self.in_flight -= 1
        assert 0.1 <= delay <= 601

    @precondition(lambda self: self.given)
    @rule(data=st.data())
    def an_api_rejects(self, data: st.DataObject) -> None:
        value = data.draw(st.sampled_from(self.given))
        held = self.renewal.token
        self.renewal.rejected(value, self.now)
        if held is not None and held.value != value:
            assert self.renewal.token is held

    @invariant()
    def one_request_at_a_time(self) -> None:
        assert self.in_flight in (0, 1)

    @invariant()
    def what_is_young_lives(self) -> None:
        young = self.renewal.young(self.now)
        assert young is None or young.lives(self.now)


TestSource = Source.TestCase


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["access_token", "token", "expires_in", "error", "token_type", "message"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=8,
)
HEADERS = st.dictionaries(
    st.sampled_from(["date", "retry-after", "location", "content-type"]),
    st.text(string.printable, max_size=40),
)


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


@settings(max_examples=300, deadline=None)
@pytest.mark.parametrize("name", ["plain", "kamoa", "kiss"])
@given(
    status=st.integers(100, 599),
    headers=HEADERS,
    body=st.binary(max_size=100) | JSON.map(encoded),
)
def test_whatever_a_server_answers_there_is_a_token_or_an_error_of_ours(
    name: str, status: int, headers: dict[str, str], body: bytes
) -> None:
    exchange = Rfc6749() if name == "plain" else vendor_exchange(name)
    incoming = Incoming(status=status, headers=headers, body=body)
    fetch = Fetch(
        lambda: Endpoint(url="https://api.example/token", exchange=exchange),
        Account(client_id="me", secrets=("one-secret", "another"), wanted=Wanted()),
        transport=lambda url, outgoing: incoming,
        clocks=Clocks(steady=lambda: 0.0, calendar=lambda: 1.8e9),
        cache=None,
        observe=None,
    )
    try:
        token, _ = fetch(lambda _: False)
    except CallerError as error:
        shown = str(error)
    else:
        shown = token.value
        assert 0 < token.life <= LONGEST_LIFE

    assert shown.isprintable()
