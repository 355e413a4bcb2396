"""With a million clients every page answers as with ten: no read looks through a table."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.storage.things import CHAIN_KEY, NOW, fill
from watchword.storage import Reading, open_store

READS: dict[str, Callable[[Reading], object]] = {
    "a client record": lambda r: r.client_record("i-acme", "robot"),
    "a client by its secret": lambda r: r.client_record_by_verifiers("i-acme", [(1, b"v")]),
    "secrets that are known": lambda r: r.known_verifiers("i-acme", 1, [b"v", b"w"]),
    "a client by name": lambda r: r.client_named("i-acme", "robot"),
    "a look-alike": lambda r: r.similar_client_id("i-acme", "ROBOT"),
    "an issuer's clients": lambda r: r.clients("i-acme", after="m"),
    "a customer's clients": lambda r: r.clients(customer_id="u-Roadrunner", after="m"),
    "a customer's clients at an issuer": lambda r: r.clients("i-acme", "u-Roadrunner", after="m"),
    "all clients": lambda r: r.clients(after="m", after_id="x"),
    "all clients, deleted too": lambda r: r.clients(after="m", deleted=True),
    "customers": lambda r: r.customers(after="m"),
    "customers at issuers": lambda r: r.customers_at(["i-acme"], ["i-a", "i-b"], after="m"),
    "a customer at issuers": lambda r: r.has_clients_at("u-Roadrunner", ["i-a", "i-b"]),
    "a secret by key id": lambda r: r.secret_with_key_id("key00001"),
    "a client's secrets": lambda r: r.secrets("c-acme-robot"),
    "last uses": lambda r: r.last_use(["s-1", "s-2"]),
    "secrets that expire": lambda r: r.secrets_ending("expires_at", NOW, NOW + 9, (NOW, "x")),
    "secrets that were rolled": lambda r: r.secrets_ending("revoked_at", NOW, NOW + 9, (NOW, "x")),
    "the trail": lambda r: r.events(after=5, newest_first=True),
    "an issuer's trail": lambda r: r.events(after=5, issuer_id="i-acme"),
    "a thing's trail": lambda r: r.events(after=5, target="c-acme-robot"),
    "a request's trail": lambda r: r.events(request_id="q"),
    "changes": lambda r: r.changes_since(3),
    "an issuer's usage": lambda r: r.usage(NOW, NOW + 9, issuer_id="i-acme"),
    "a client's usage": lambda r: r.usage(NOW, NOW + 9, client_ref="c-acme-robot"),
    "all usage": lambda r: r.usage(NOW, NOW + 9),
    "a refusal": lambda r: r.refusal("q"),
    "a client's first refusal": lambda r: r.first_refusal("c-acme-robot", "wrong_secret", NOW),
    "a client's refusals": lambda r: r.refusals("c-acme-robot"),
    "a kept answer": lambda r: r.answer_to("alice", "k"),
    "requests for credentials": lambda r: r.credential_requests(after=(NOW, "x")),
    "open requests": lambda r: r.credential_requests(state="open", after=(NOW, "x")),
    "messages that are due": lambda r: r.notifications_due(NOW),
    "messages about a thing": lambda r: r.notifications_about("s-1"),
}


def plans_of(path: Path, read: Callable[[Reading], object]) -> list[str]:
    """How SQLite would run each statement of `read`."""
    store = open_store(f"sqlite:///{path}", chain_key=CHAIN_KEY)
    fill(store)
    statements = []
    with store.reading() as reading:
        engine = reading.connection.engine
        event.listen(engine, "before_cursor_execute", lambda *a: statements.append((a[2], a[3])))
        read(reading)
    store.close()
    with sqlite3.connect(path) as connection:
        return [
            row[3]
            for statement, values in statements
            if statement.startswith("SELECT")
            for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        ]


@pytest.mark.parametrize("name", READS)
def test_a_read_goes_through_an_index(tmp_path: Path, name: str) -> None:
    plans = plans_of(tmp_path / "w.db", READS[name])

    assert plans
    looked_through = [plan for plan in plans if plan.startswith("SCAN") and " USING " not in plan]
    assert looked_through == []


PAGES = [name for name in READS if "clients" in name or name.endswith(("the trail", "s trail"))]


# A request has a handful of events.
@pytest.mark.parametrize("name", [name for name in PAGES if name != "a request's trail"])
def test_a_page_is_not_sorted_after_reading(tmp_path: Path, name: str) -> None:
    plans = plans_of(tmp_path / "w.db", READS[name])

    assert not [plan for plan in plans if "TEMP B-TREE" in plan]


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("an issuer's clients", "client_named"),
        ("a customer's clients", "client_of_customer"),
        ("a customer's clients at an issuer", "client_of_customer "),
    ],
)
def test_a_page_of_few_among_many_is_found_by_the_narrowest_index(
    tmp_path: Path, name: str, index: str
) -> None:
    (plan,) = plans_of(tmp_path / "w.db", READS[name])

    # SQLite has made the index of a UNIQUE constraint under a name of its own.
    assert index in plan or (index == "client_named" and "issuer_id=?" in plan)
