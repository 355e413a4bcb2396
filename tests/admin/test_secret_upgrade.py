"""Secrets of another system: stored anew after their first success, and the list of who moved."""

from collections.abc import Callable

import pytest

from tests.admin.scene import NOW, context, events
from watchword.admin.estate import Estate
from watchword.admin.import_file import Numbered
from watchword.admin.import_line import ImportLine
from watchword.admin.pepper import open_peppers
from watchword.admin.secret_import import import_clients
from watchword.admin.secret_upgrade import SecretUpgrades
from watchword.core import secret_hash
from watchword.core.issuer import Issuer
from watchword.core.secret import HMAC, Secret
from watchword.core.secret_hash import argon2id
from watchword.core.secret_verifier import matching_secrets
from watchword.core.usage import TokenOutcome
from watchword.storage import UsageFlusher

LONG = "a secret that is long enough"
SHORT = "twelve chars"


class Upgrader:
    """Upgrades whose thread is run by hand."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.jobs: list[Callable[[], None]] = []
        self.upgrades = SecretUpgrades(estate, self.jobs.append, lambda: NOW + 60.5)

    def show(self, secret: Secret, value: str) -> None:
        self.upgrades.first_success(secret, value)

    def run(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()


@pytest.fixture
def upgrader(estate: Estate) -> Upgrader:
    return Upgrader(estate)


def take_over(estate: Estate, issuer: Issuer, client_id: str, encoded: str) -> Secret:
    line = ImportLine(client_id=client_id, secret_hash=encoded)
    report = import_clients(estate, context(), issuer.name, [Numbered(1, line)])
    assert report.done
    return stored(estate, issuer, client_id)


def stored(estate: Estate, issuer: Issuer, client_id: str) -> Secret:
    with estate.store.reading() as reading:
        record = reading.client_record(issuer.id, client_id)
    assert record is not None
    return record.secrets[0]


def sha256(value: str) -> str:
    import hashlib

    return hashlib.sha256(value.encode()).hexdigest()


def test_a_long_secret_becomes_one_of_ours(
    estate: Estate, issuer: Issuer, upgrader: Upgrader
) -> None:
    before = take_over(estate, issuer, "a", sha256(LONG))
    upgrader.show(before, LONG)
    upgrader.run()
    after = stored(estate, issuer, "a")
    with estate.store.reading() as reading:
        peppers = open_peppers(reading, estate)

    assert (before.kind, after.kind) == ("sha256", HMAC)
    assert matching_secrets(LONG, [after], peppers) == [after]
    assert after.key_id == before.key_id


def test_a_short_secret_becomes_argon2id(
    estate: Estate, issuer: Issuer, upgrader: Upgrader
) -> None:
    upgrader.show(take_over(estate, issuer, "a", sha256(SHORT)), SHORT)
    upgrader.run()
    after = stored(estate, issuer, "a")

    assert after.kind == argon2id.KIND
    assert secret_hash.verify(after.kind, after.verifier, SHORT)


def test_a_secret_that_is_stored_by_todays_rule_is_left_alone(
    estate: Estate, issuer: Issuer, upgrader: Upgrader
) -> None:
    encoded = argon2id.encode(SHORT, b"sixteen octets!!").decode()
    upgrader.show(take_over(estate, issuer, "a", encoded), SHORT)

    assert upgrader.jobs == []


def test_the_event_says_from_what_to_what_and_holds_no_secret(
    estate: Estate, issuer: Issuer, upgrader: Upgrader
) -> None:
    secret = take_over(estate, issuer, "a", sha256(LONG))
    upgrader.show(secret, LONG)
    upgrader.show(secret, LONG)
    upgrader.run()
    (event,) = events(estate, "secret.upgrade")

    assert (event.before, event.after) == ({"kind": "sha256"}, {"kind": "hmac"})
    assert (event.actor, event.source, event.at) == ("server", "server", NOW + 60)
    assert (event.target, event.name) == (secret.id, secret.key_id)
    assert LONG not in repr(event)
    assert LONG not in repr(upgrader.upgrades)


def test_many_are_stored_in_few_transactions(
    estate: Estate, issuer: Issuer, upgrader: Upgrader
) -> None:
    for number in range(60):
        value = f"{LONG} {number}"
        upgrader.show(take_over(estate, issuer, f"c{number}", sha256(value)), value)
    first, *_ = upgrader.jobs
    first()

    assert len(events(estate, "secret.upgrade")) == 50
    upgrader.run()
    assert len(events(estate, "secret.upgrade")) == 60


def test_who_has_moved_is_a_list_with_the_first_use(estate: Estate, issuer: Issuer) -> None:
    secrets = {name: take_over(estate, issuer, name, sha256(LONG + name)) for name in "abc"}
    usage = UsageFlusher(estate.store, interval=3600)
    for at in (NOW + 10, NOW + 500):
        secret = secrets["b"]
        use = TokenOutcome(issuer.id, at, "issued", secret.client_ref, secret.id, "192.0.2.7")
        usage.record(use)
        usage.flush()
    usage.close()

    with estate.store.reading() as reading:
        (moved,) = reading.taken_over(issuer.id, moved=True)
        waiting = reading.taken_over(issuer.id, moved=False)
        behind = reading.taken_over(issuer.id, after=("a", secrets["a"].id), limit=1)
        count = reading.takeover_count(issuer.id)
    assert moved.client_id == "b"
    assert moved.last_use is not None
    assert (moved.last_use.first_at, moved.last_use.at) == (NOW + 10, NOW + 500)
    assert [each.client_id for each in waiting] == ["a", "c"]
    assert [each.client_id for each in behind] == ["b"]
    assert (count.clients, count.moved) == (3, 1)
