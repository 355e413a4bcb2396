"""The issuer's revocation list: a stopped token dies within seconds, and nothing else does."""

import asyncio
import json
import logging
from typing import Any

import pytest

from tests.guard.issuing import API, NOW, Clock, SmallIssuer, bearer, guarded
from tests.support.patience import eventually
from watchword.core.revocation import LIST_TYP, RevocationList
from watchword.guard import Guard, Issuer, errors
from watchword.guard.fetch import Fetched, FetchFailed, NotFound
from watchword.jose import key

JTI = "clientAAsecretBB0123456789abcdefghijkl"


class Revoking(SmallIssuer):
    """An issuer with a list. `stopped` holds its maps; None where it has no list."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.stopped: dict[str, Any] | None = {}
        self.version = 1
        self.asked: list[str | None] = []
        self.list_changes: dict[str, Any] = {}
        self.list_header: dict[str, Any] = {}
        self.list_down = False

    def list(self) -> bytes:
        now = int(self.clock())
        claims = {"iss": self.url, "iat": now, "exp": now + 300, "version": self.version}
        claims |= {**(self.stopped or {}), **self.list_changes}
        header = {"alg": self.alg, "typ": LIST_TYP, "kid": self.kid, **self.list_header}
        return self.sign(json.dumps(claims).encode(), header).encode()

    def __call__(self, url: str, timeout: float) -> Fetched:
        if not url.endswith("/oauth/revocations"):
            return super().fetch(url, timeout)
        return self.feed(None)

    def if_changed(self, url: str, timeout: float, etag: str) -> Fetched:
        return self.feed(etag)

    def feed(self, etag: str | None) -> Fetched:
        self.asked.append(etag)
        if self.list_down:
            raise FetchFailed("connection refused")
        if self.stopped is None:
            raise NotFound("404")
        current = f'"{self.version}"'
        if etag == current:
            return Fetched(body=b"", headers={"etag": etag}, modified=False)
        return Fetched(body=self.list(), headers={"etag": current})

    def stop(self, **maps: dict[str, int]) -> None:
        self.stopped = {**(self.stopped or {}), **maps}
        self.version += 1

    def guard(self, **options: Any) -> Any:
        options.setdefault("audience", API)
        return Guard(self.url, fetch=self, clock=self.clock, **options)

    def shown(self, **claims: Any) -> str:
        return bearer(self.token(jti=JTI, **claims))


@pytest.fixture
def issuer() -> Revoking:
    return Revoking()


def test_a_token_that_nothing_stops_is_taken(issuer: Revoking) -> None:
    issuer.stop(clients={"otherrrr": NOW}, tokens={"other": NOW}, keys={"x": NOW})

    assert issuer.guard().verify(issuer.shown()).subject == "ACME01"


@pytest.mark.parametrize(
    "maps", [{"clients": "clientAA"}, {"secrets": "secretBB"}, {"tokens": JTI}]
)
def test_a_token_is_stopped_by_client_by_secret_or_by_itself(
    maps: dict[str, str], issuer: Revoking
) -> None:
    issuer.stop(**{kind: {subject: NOW - 10} for kind, subject in maps.items()})

    with pytest.raises(errors.RevokedToken) as refused:
        issuer.guard().verify(issuer.shown(iat=NOW - 10))
    assert (refused.value.status, refused.value.error) == (401, "invalid_token")
    assert issuer.guard().verify(issuer.shown(iat=NOW - 9)).subject == "ACME01"


def test_a_token_is_stopped_by_its_key(issuer: Revoking) -> None:
    published = key.public_jwk("ES256", issuer.material["k1"], "k1")
    issuer.stop(keys={key.thumbprint(published): NOW})

    with pytest.raises(errors.RevokedToken):
        issuer.guard().verify(issuer.shown())


def test_a_token_that_does_not_say_when_it_was_issued_is_stopped_too(issuer: Revoking) -> None:
    issuer.stop(clients={"clientAA": NOW})

    with pytest.raises(errors.RevokedToken):
        issuer.guard().verify(issuer.shown(iat=None))


@pytest.mark.parametrize("idle", [10, 40, 3000])
def test_a_remembered_token_dies_within_ten_seconds_even_after_an_idle_hour(
    idle: int, issuer: Revoking
) -> None:
    guard, token = issuer.guard(), issuer.shown()
    guard.verify(token)
    issuer.stop(clients={"clientAA": NOW})
    issuer.clock.now += idle

    with pytest.raises(errors.RevokedToken):
        guard.verify(token)


def test_the_async_side_waits_for_the_list_as_well(issuer: Revoking) -> None:
    issuer.stop(clients={"clientAA": NOW})

    with pytest.raises(errors.RevokedToken):
        asyncio.run(issuer.guard().verify_async(issuer.shown()))


def test_in_between_the_list_is_asked_for_without_anybody_waiting(issuer: Revoking) -> None:
    guard = issuer.guard()
    guard.verify(issuer.shown())
    issuer.stop(clients={"clientAA": NOW})
    issuer.clock.now += 6

    def refused() -> bool:
        try:
            guard.verify(issuer.shown())
        except errors.RevokedToken:
            return True
        return False

    assert eventually(refused)
    assert issuer.asked == [None, '"1"']


def test_an_unchanged_list_is_not_sent_again(issuer: Revoking) -> None:
    guard = issuer.guard()
    for _ in range(5):
        guard.verify(issuer.shown())
        issuer.clock.now += 11

    assert issuer.asked == [None, '"1"', '"1"', '"1"', '"1"']


def test_warming_brings_the_list_too(issuer: Revoking) -> None:
    guard = issuer.guard()

    assert guard.warm() is True
    assert issuer.asked == [None]


class TestLists:
    def test_an_older_list_than_one_that_was_seen_is_not_taken(self, issuer: Revoking) -> None:
        """Somebody replays yesterday's answer: what was stopped since stays stopped."""
        issuer.stop(clients={"clientAA": NOW})
        guard = issuer.guard()
        with pytest.raises(errors.RevokedToken):
            guard.verify(issuer.shown())
        issuer.stopped, issuer.version = {}, 1
        issuer.clock.now += 11

        with pytest.raises(errors.RevokedToken):
            guard.verify(issuer.shown())

    @pytest.mark.parametrize(
        "changes",
        [
            {"list_header": {"typ": "at+jwt"}},
            {"list_header": {"typ": None}},
            {"list_header": {"crit": ["x"]}},
            {"list_header": {"kid": "other"}},
            {"list_changes": {"iss": "https://other.example"}},
            {"list_changes": {"exp": NOW - 61}},
            {"list_changes": {"iat": NOW + 61}},
            {"list_changes": {"clients": [1]}},
            {"list_changes": {"version": "1"}},
        ],
    )
    def test_a_list_that_is_not_in_order_is_not_taken(
        self, changes: dict[str, Any], issuer: Revoking
    ) -> None:
        for name, value in changes.items():
            setattr(issuer, name, value)
        issuer.stop(clients={"clientAA": NOW})

        assert issuer.guard().verify(issuer.shown()).subject == "ACME01"
        with pytest.raises(errors.KeysUnavailable):
            issuer.guard(revocations="required").verify(issuer.shown())

    def test_a_list_that_somebody_else_signed_is_not_taken(self, issuer: Revoking) -> None:
        forger = Revoking()
        forger.stop(clients={"clientAA": NOW})
        issuer.list = forger.list  # type: ignore[method-assign]

        assert issuer.guard().verify(issuer.shown()).subject == "ACME01"

    def test_no_access_token_passes_for_a_list(self, issuer: Revoking) -> None:
        issuer.list = lambda: issuer.token(version=9).encode()  # type: ignore[method-assign]

        with pytest.raises(errors.KeysUnavailable, match="not a revocation list"):
            issuer.guard(revocations="required").verify(issuer.shown())

    def test_no_list_passes_for_an_access_token(self, issuer: Revoking) -> None:
        with pytest.raises(errors.UnacceptedHeader):
            issuer.guard().verify(bearer(issuer.list().decode()))

    def test_a_list_signed_with_a_new_key_is_taken_once_the_key_is_known(
        self, issuer: Revoking
    ) -> None:
        guard, old = issuer.guard(), issuer.shown()
        guard.verify(old)
        issuer.rotate("k2")
        issuer.stop(clients={"clientAA": NOW})

        def refused() -> bool:
            issuer.clock.now += 11
            try:
                guard.verify(old)
            except errors.RevokedToken:
                return True
            return False

        assert eventually(refused)


class TestAway:
    def test_the_list_at_hand_goes_on_while_the_issuer_is_away(
        self, issuer: Revoking, caplog: pytest.LogCaptureFixture
    ) -> None:
        issuer.stop(clients={"clientAA": NOW})
        guard = issuer.guard()
        guard.warm()
        issuer.list_down = True
        issuer.clock.now += 1000

        with pytest.raises(errors.RevokedToken):
            guard.verify(issuer.shown())
        assert guard.verify(bearer(issuer.token())).subject == "ACME01"
        assert caplog.text.count("no fresh revocation list") == 1

    def test_who_requires_it_refuses_after_it_has_expired_and_not_before(
        self, issuer: Revoking
    ) -> None:
        guard = issuer.guard(revocations="required")
        guard.warm()
        issuer.list_down = True
        issuer.clock.now += 299
        assert guard.verify(issuer.shown()).subject == "ACME01"
        issuer.clock.now += 62

        with pytest.raises(errors.KeysUnavailable) as refused:
            guard.verify(issuer.shown())
        assert refused.value.status == 503

    def test_who_requires_it_takes_nothing_from_an_issuer_without(self, issuer: Revoking) -> None:
        issuer.stopped = None

        with pytest.raises(errors.KeysUnavailable):
            issuer.guard(revocations="required").verify(issuer.shown())

    def test_an_issuer_without_a_list_is_asked_every_few_minutes(self, issuer: Revoking) -> None:
        issuer.stopped = None
        guard = issuer.guard()
        for _ in range(60):
            guard.verify(issuer.shown())
            issuer.clock.now += 1

        assert len(issuer.asked) == 1
        issuer.stop(clients={"clientAA": NOW})
        issuer.clock.now += 300
        with pytest.raises(errors.RevokedToken):
            guard.verify(issuer.shown())

    def test_a_list_that_is_suddenly_absent_goes_on(self, issuer: Revoking) -> None:
        issuer.stop(clients={"clientAA": NOW})
        guard = issuer.guard()
        guard.warm()
        issuer.stopped = None
        issuer.clock.now += 11

        with pytest.raises(errors.RevokedToken):
            guard.verify(issuer.shown())


class TestOff:
    def test_off_never_asks(self, issuer: Revoking) -> None:
        issuer.stop(clients={"clientAA": NOW})

        assert issuer.guard(revocations="off").verify(issuer.shown()).subject == "ACME01"
        assert issuer.asked == []

    def test_shared_keys_have_no_list(self) -> None:
        guard: Any = guarded(Revoking(), shared_keys=[b"k" * 32])

        assert guard._issuers[Revoking().url].feed is None

    def test_the_list_may_be_elsewhere(self, issuer: Revoking) -> None:
        issuer.stop(clients={"clientAA": NOW})
        asked: list[str] = []

        def fetch(url: str, timeout: float) -> Fetched:
            asked.append(url)
            return issuer(url.replace("moved", "oauth"), timeout)

        elsewhere = Issuer(
            url=issuer.url,
            audience="https://api.example.com",
            revocations_uri=f"{issuer.url}/moved/revocations",
        )
        guard = Guard(elsewhere, fetch=fetch, clock=issuer.clock)
        with pytest.raises(errors.RevokedToken):
            guard.verify(issuer.shown())
        assert asked[-1] == f"{issuer.url}/moved/revocations"


def test_what_the_server_writes_is_what_the_guard_reads(issuer: Revoking) -> None:
    import msgspec

    written = RevocationList(iss=issuer.url, iat=NOW, exp=NOW + 300, version=7, tokens={JTI: NOW})
    header = {"alg": "ES256", "typ": LIST_TYP, "kid": "k1"}
    issuer.list = lambda: issuer.sign(msgspec.json.encode(written), header).encode()  # type: ignore[method-assign]

    with pytest.raises(errors.RevokedToken):
        issuer.guard().verify(issuer.shown())


def test_the_log_never_has_the_token(issuer: Revoking, caplog: pytest.LogCaptureFixture) -> None:
    issuer.stop(clients={"clientAA": NOW})
    with caplog.at_level(logging.DEBUG), pytest.raises(errors.RevokedToken):
        issuer.guard().verify(issuer.shown())

    assert "RevokedToken" in caplog.text
    assert JTI not in caplog.text
