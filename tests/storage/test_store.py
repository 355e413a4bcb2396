"""What every store does, on every back end: the one storage suite."""

import pytest

from tests.storage.things import (
    CHAIN_KEY,
    NOW,
    a_client,
    a_customer,
    a_key,
    a_pepper,
    a_secret,
    an_event,
    an_issuer,
    fill,
)
from watchword.core.record import ClientRecord, IssuerRecord
from watchword.core.revocation import Revocation
from watchword.storage import (
    Change,
    Conflict,
    Duplicate,
    InvalidValue,
    MasterKeyMismatch,
    NotFound,
    StorageError,
    Store,
    open_store,
)


def test_an_issuer_comes_back_as_it_was_given(store: Store) -> None:
    issuer = an_issuer(
        aliases=("https://other.example", "http://127.0.0.1:8080/acme"),
        dialect="own",
        dialect_text='title = "ours — naïve"\n',
        scopes=("a", "b"),
        audiences=("https://api.example",),
        cors_origins=("*",),
        revocation="expiry",
        endpoints={"introspection": None, "jwks": "/keys"},
        ledger=True,
        enabled=False,
    )
    with store.changing() as changing:
        changing.add_issuer(issuer)

    with store.reading() as reading:
        assert issuer == reading.issuer("i-acme") == reading.issuer_named("acme")
        assert [issuer] == reading.issuers()
        assert issuer == reading.issuer_with_url("https://other.example")


def test_a_client_comes_back_as_it_was_given(store: Store) -> None:
    client = a_client(
        name="Ünïcode 🤖",
        scopes=("a",),
        audiences=("x",),
        claims={"account": {"id": 7, "roles": ["a", None, 1.5]}},
        attributes={"instance": "eu"},
        lifetime=60,
        introspects=("y",),
        enabled=False,
    )
    with store.changing() as changing:
        changing.add_issuer(an_issuer())
        changing.add_client(client)

    with store.reading() as reading:
        assert client == reading.client(client.id) == reading.client_named("i-acme", "robot")


def test_customer_secret_key_and_pepper_come_back_as_they_were_given(store: Store) -> None:
    fill(store)

    with store.reading() as reading:
        assert a_customer() == reading.customer("u-Roadrunner")
        assert a_customer() == reading.customer_named("Roadrunner")
        assert a_secret() == reading.secret("s-1") == reading.secret_with_key_id("key00001")
        assert [a_secret()] == reading.secrets("c-acme-robot")
        assert [a_key()] == reading.keys("i-acme")
        assert [a_pepper()] == reading.peppers()


def test_what_is_not_there_is_none_or_an_empty_list(store: Store) -> None:
    with store.reading() as reading:
        for method in (
            reading.issuer,
            reading.issuer_named,
            reading.issuer_record,
            reading.customer,
            reading.customer_named,
            reading.client,
            reading.secret,
            reading.secret_with_key_id,
        ):
            assert method("nobody") is None
        assert reading.client_record("nobody", "nobody") is None
        assert reading.client_named("nobody", "nobody") is None
        assert [] == reading.keys("x") == reading.secrets("x") == reading.events()


@pytest.mark.parametrize(
    "name", ["nul\0", "half \ud800 pair", "'; DROP TABLE client; --", "é" * 999]
)
def test_names_that_cannot_be_stored_are_not_found(store: Store, name: str) -> None:
    with store.reading() as reading:
        assert reading.client_record("i-acme", name) is None
        assert reading.customer_named(name) is None
        assert reading.clients(after=name) == []


@pytest.mark.parametrize("name", ["nul\0", "half \ud800 pair"])
def test_names_that_cannot_be_stored_are_refused_when_written(store: Store, name: str) -> None:
    with pytest.raises(InvalidValue), store.changing() as changing:
        changing.add_customer(a_customer(name))


def test_a_number_too_big_for_the_database_is_refused(store: Store) -> None:
    with pytest.raises(InvalidValue), store.changing() as changing:
        changing.add_issuer(an_issuer(lifetime=10**30))


def test_a_client_record_is_client_customer_and_secrets(store: Store) -> None:
    fill(store)
    dead = a_secret(2, expires_at=NOW - 1, revoked_at=NOW - 2, kind="argon2id", pepper_id=None)
    with store.changing() as changing:
        changing.add_secret(dead)

    with store.reading(snapshot=False) as reading:
        record = reading.client_record("i-acme", "robot")

    expected = ClientRecord(
        client=a_client(customer_id="u-Roadrunner"),
        customer_enabled=True,
        secrets=(a_secret(), dead),
    )
    assert expected == record


def test_a_client_record_says_whether_the_customer_is_enabled(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.update_customer(a_customer(enabled=False))

    with store.reading() as reading:
        record = reading.client_record("i-acme", "robot")

    assert record is not None
    assert record.customer_enabled is False


def test_a_client_without_customer_and_secrets_has_a_record_too(store: Store) -> None:
    with store.changing() as changing:
        changing.add_issuer(an_issuer())
        changing.add_client(a_client())

    with store.reading() as reading:
        record = reading.client_record("i-acme", "robot")

    assert record == ClientRecord(client=a_client())


def test_a_client_is_found_by_its_secrets_verifier_alone(store: Store) -> None:
    fill(store)
    with store.reading() as reading:
        found = reading.client_record_by_verifiers(
            "i-acme", [(2, (1).to_bytes(32)), (1, (1).to_bytes(32))]
        )
        other_issuer = reading.client_record_by_verifiers("i-other", [(1, (1).to_bytes(32))])
        nothing = reading.client_record_by_verifiers("i-acme", [])

    assert found is not None
    assert (found[0].client.client_id, found[1]) == ("robot", a_secret())
    assert other_issuer is None
    assert nothing is None


def test_verifiers_that_secrets_of_an_issuer_have_already_are_known(store: Store) -> None:
    fill(store)
    known, unknown = (1).to_bytes(32), (99).to_bytes(32)

    with store.reading() as reading:
        found = reading.known_verifiers("i-acme", 1, [known, unknown])
        other_pepper = reading.known_verifiers("i-acme", 2, [known])
        other_issuer = reading.known_verifiers("i-other", 1, [known])
        nothing = reading.known_verifiers("i-acme", 1, [])

    assert found == {known}
    assert (other_pepper, other_issuer, nothing) == (set(), set(), set())


def test_a_verifier_that_fits_two_clients_finds_neither(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.add_client(a_client("other"))
        changing.add_secret(a_secret(2, "c-acme-other", verifier=(1).to_bytes(32)))

    with store.reading() as reading:
        assert reading.client_record_by_verifiers("i-acme", [(1, (1).to_bytes(32))]) is None


def test_an_issuer_record_has_its_keys_and_kinds_of_secrets(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.add_secret(a_secret(2, kind="argon2id"))
        changing.add_secret(a_secret(3, kind="argon2id"))
        changing.update_secret(a_secret(3, kind="hmac"))

    with store.reading() as reading:
        expected = IssuerRecord(
            issuer=an_issuer(),
            keys=(a_key(),),
            secret_kinds={"hmac": 2, "argon2id": 1},
            version=reading.version(),
        )
        assert expected == reading.issuer_record("i-acme")
        assert [expected] == reading.issuer_records()


def test_a_revocation_gives_way_to_a_later_one_and_dead_ones_are_dropped(store: Store) -> None:
    fill(store)
    entry = Revocation(issuer_id="i-acme", kind="client", subject="c1", before=10, until=100)
    later = Revocation(issuer_id="i-acme", kind="client", subject="c1", before=20, until=200)
    other = Revocation(issuer_id="i-acme", kind="token", subject="j1", before=300, until=400)
    seen = []
    for revocation, now in ((entry, 10), (later, 20), (other, 300)):
        with store.changing() as changing:
            changing.add_revocation(revocation, now)
        with store.reading() as reading:
            seen.append(reading.revocations("i-acme"))

    assert seen == [[entry], [later], [other]]


def test_an_update_raises_the_version_and_returns_what_is_stored(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        issuer = changing.update_issuer(an_issuer(lifetime=60))
        customer = changing.update_customer(a_customer(contacts=("a@example.org",)))
        client = changing.update_client(a_client(name="new"))
        key = changing.update_key(a_key(retires_at=NOW))

    assert issuer.version == customer.version == client.version == 2
    with store.reading() as reading:
        assert issuer == reading.issuer("i-acme")
        assert customer == reading.customer("u-Roadrunner")
        assert client == reading.client("c-acme-robot")
        assert [key] == reading.keys("i-acme")


def test_an_update_of_what_somebody_else_has_changed_is_a_conflict(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.update_client(a_client(name="theirs"))

    with pytest.raises(Conflict) as raised, store.changing() as changing:
        changing.update_client(a_client(name="ours"))

    assert (raised.value.kind, raised.value.name) == ("client", "robot")
    with store.reading() as reading:
        client = reading.client("c-acme-robot")
    assert client is not None
    assert client.name == "theirs"


def test_an_update_of_what_is_not_there_says_so(store: Store) -> None:
    with store.changing() as changing:
        with pytest.raises(NotFound):
            changing.update_client(a_client())
        with pytest.raises(NotFound):
            changing.update_secret(a_secret())
        with pytest.raises(NotFound):
            changing.update_issuer(an_issuer())

    assert store.version() == 0


def test_names_that_are_taken_are_refused_and_the_transaction_goes_on(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        refused = {}
        for add, thing in (
            (changing.add_issuer, an_issuer(id="other", url="https://other")),
            (changing.add_issuer, an_issuer("other", id="i-acme", url="https://other")),
            (changing.add_customer, a_customer(id="other")),
            (changing.add_client, a_client(id="other")),
            (changing.add_secret, a_secret(id="other")),
            (changing.add_secret, a_secret(key_id="other")),
            (changing.add_key, a_key(id="other")),
        ):
            with pytest.raises(Duplicate) as raised:
                add(thing)  # type: ignore[operator]
            refused[raised.value.kind, raised.value.name] = add
        changing.add_client(a_client("second"))

    assert list(refused) == [
        ("issuer", "acme"),
        ("id", "i-acme"),
        ("customer", "Roadrunner"),
        ("client", "robot"),
        ("key_id", "key00001"),
        ("id", "s-1"),
        ("key", "k1"),
    ]
    with store.reading() as reading:
        assert [each.client_id for each in reading.clients()] == ["robot", "second"]


def test_a_renaming_to_a_taken_name_is_refused(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.add_issuer(an_issuer("other"))
        with pytest.raises(Duplicate) as raised:
            changing.update_issuer(an_issuer("other", id="i-acme", url="https://new"))

    assert (raised.value.kind, raised.value.name) == ("issuer", "other")


def test_no_two_issuers_share_a_url(store: Store) -> None:
    fill(store)
    alias = an_issuer("other", aliases=("https://acme.example",))
    with pytest.raises(Duplicate) as raised, store.changing() as changing:
        changing.add_issuer(alias)

    assert (raised.value.kind, raised.value.name) == ("url", "https://acme.example")
    with store.reading() as reading:
        assert reading.issuer_named("other") is None


def test_a_url_that_an_issuer_gives_up_is_free_again(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.update_issuer(an_issuer(url="https://new.example"))
        changing.add_issuer(an_issuer("other", url="https://acme.example"))

    with store.reading() as reading:
        assert reading.issuer_with_url("https://acme.example") == reading.issuer_named("other")


def test_a_deleted_client_keeps_its_client_id(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.update_client(a_client(deleted_at=NOW))

    with pytest.raises(Duplicate), store.changing() as changing:
        changing.add_client(a_client(id="another"))
    with store.reading() as reading:
        assert reading.clients() == []
        assert [each.client_id for each in reading.clients(deleted=True)] == ["robot"]


def test_a_client_of_no_issuer_is_refused(store: Store) -> None:
    with pytest.raises(StorageError, match="not there"), store.changing() as changing:
        changing.add_client(a_client())


def test_client_ids_that_differ_only_in_case_are_noticed(store: Store) -> None:
    fill(store)
    with store.reading() as reading:
        assert reading.similar_client_id("i-acme", "ROBOT") == "robot"
        assert reading.similar_client_id("i-acme", "robot") is None
        assert reading.similar_client_id("i-other", "ROBOT") is None


def test_lists_come_in_pages_in_byte_order(store: Store) -> None:
    names = ["B", "Zebra", "a", "a b", "a-b", "ab", "b", "~"]
    with store.changing() as changing:
        changing.add_issuer(an_issuer())
        for name in reversed(names):
            changing.add_client(a_client(name))
            changing.add_customer(a_customer(name))

    with store.reading() as reading:
        first = reading.clients("i-acme", limit=3)
        rest = reading.clients("i-acme", after=first[-1].client_id)
        some = reading.customers(limit=3)
        others = reading.customers(after=some[-1].name)
    assert names == [each.client_id for each in first + rest]
    assert names == [each.name for each in some + others]


def test_customers_are_told_apart_by_the_issuers_where_they_have_clients(store: Store) -> None:
    with store.changing() as changing:
        for issuer in ("here", "there"):
            changing.add_issuer(an_issuer(issuer))
        for name in ("both", "here", "none", "there", "was there"):
            changing.add_customer(a_customer(name))
        for number, (issuer, name) in enumerate(
            [("here", "both"), ("there", "both"), ("here", "here"), ("there", "there")]
        ):
            changing.add_client(a_client(f"c{number}", issuer, customer_id=f"u-{name}"))
        gone = a_client("gone", "there", customer_id="u-was there", deleted_at=NOW, enabled=False)
        changing.add_client(gone)

    with store.reading() as reading:
        found, last = reading.customers_at(["i-here"], ["i-there"])
        first, looked_at = reading.customers_at(["i-here"], ["i-there"], look_at=2)
        rest, end = reading.customers_at(["i-here"], ["i-there"], after=looked_at, look_at=4)
        there = [reading.has_clients_at(f"u-{name}", ["i-there"]) for name in ("both", "was there")]
    assert ([each.name for each in found], last) == (["both", "here", "none", "was there"], None)
    assert ([each.name for each in first], looked_at) == (["both", "here"], "here")
    assert ([each.name for each in rest], end) == (["none", "was there"], None)
    assert there == [True, False]


def test_pages_over_issuers_lose_no_client_of_the_same_name(store: Store) -> None:
    with store.changing() as changing:
        for issuer in ("a", "b", "c"):
            changing.add_issuer(an_issuer(issuer))
            changing.add_client(a_client("same", issuer))

    seen = []
    with store.reading() as reading:
        page = reading.clients(limit=1)
        while page:
            seen += page
            page = reading.clients(after=page[-1].client_id, after_id=page[-1].id, limit=1)

    assert [each.issuer_id for each in seen] == ["i-a", "i-b", "i-c"]


def test_clients_are_listed_by_customer(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.add_client(a_client("alone"))

    with store.reading() as reading:
        found = reading.clients(customer_id="u-Roadrunner")

    assert [each.client_id for each in found] == ["robot"]


def test_expiring_secrets_are_listed_in_the_order_of_their_end(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        for number, days in enumerate((30, 10, 20, 20), start=2):
            changing.add_secret(a_secret(number, expires_at=NOW + days))

    with store.reading() as reading:
        page = reading.secrets_ending("expires_at", NOW, NOW + 25, limit=2)
        last = page[-1]
        assert last.expires_at is not None
        rest = reading.secrets_ending("expires_at", NOW, NOW + 25, (last.expires_at, last.id))

    assert [each.id for each in page + rest] == ["s-3", "s-4", "s-5"]


def test_live_secrets_are_counted(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.add_secret(a_secret(2, revoked_at=NOW))
        changing.add_secret(a_secret(3, expires_at=NOW + 1))

    with store.reading() as reading:
        assert reading.live_secret_count("c-acme-robot", NOW) == 2


def test_every_change_is_listed_once_in_a_transaction(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.update_secret(a_secret(label="new"))
        changing.append(an_event())

    with store.reading() as reading:
        changes = reading.changes_since(0)
        assert changes[-1].version == reading.version() == store.version()
    assert [(each.kind, each.id) for each in changes] == [
        ("issuer", "i-acme"),
        ("key", "i-acme"),
        ("pepper", "1"),
        ("customer", "u-Roadrunner"),
        ("client", "c-acme-robot"),
        ("client", "c-acme-robot"),
    ]
    assert list(range(1, 7)) == [each.version for each in changes]


def test_an_exception_undoes_everything(store: Store) -> None:
    def change_and_fail() -> None:
        with store.changing() as changing:
            changing.add_issuer(an_issuer())
            changing.append(an_event())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()

    with store.reading() as reading:
        assert [] == reading.issuers() == reading.events()
        assert reading.version() == 0


def test_commits_are_told_to_those_who_subscribed(store: Store) -> None:
    heard: list[Change] = []
    unsubscribe = store.subscribe(heard.extend)
    fill(store)
    told = [each.id for each in heard]
    unsubscribe()
    with store.changing() as changing:
        changing.add_customer(a_customer("other"))

    assert told == ["i-acme", "i-acme", "1", "u-Roadrunner", "c-acme-robot"]
    assert len(heard) == len(told)


def test_a_store_opens_again_with_what_was_in_it(store: Store, database_url: str) -> None:
    fill(store)
    store.close()
    again = open_store(database_url, chain_key=CHAIN_KEY, create=False)
    with again.reading() as reading:
        assert reading.client_record("i-acme", "robot") is not None
    again.close()


def test_another_master_key_is_refused(store: Store, database_url: str) -> None:
    with pytest.raises(MasterKeyMismatch, match="master key"):
        open_store(database_url, chain_key=bytes(32))


def test_the_trails_key_can_be_sealed_anew(store: Store, database_url: str) -> None:
    fill(store)
    new = bytes(32)
    with store.changing() as changing:
        changing.seal_trail_key(new)
    with pytest.raises(MasterKeyMismatch):
        open_store(database_url, chain_key=CHAIN_KEY)
    again = open_store(database_url, chain_key=[new, CHAIN_KEY])
    with again.changing() as changing:
        event = changing.append(an_event())
    again.close()

    assert event.seq == 2


def test_events_come_back_numbered_and_in_pages(store: Store) -> None:
    fill(store)
    event = an_event(
        issuer_id="i-acme",
        before={"a": 1},
        after={"ünï": [None]},
        detail={"big": 10**20},
        outcome="refused",
        target="other",
    )
    with store.changing() as changing:
        stored = changing.append(event)
        third = changing.append(an_event())

    assert (stored.seq, third.seq, len(stored.chain)) == (2, 3, 32)
    with store.reading() as reading:
        assert [each.seq for each in reading.events(after=1)] == [2, 3]
        assert [each.seq for each in reading.events(newest_first=True, limit=2)] == [3, 2]
        assert [each.seq for each in reading.events(newest_first=True, after=3)] == [2, 1]
        assert [stored] == reading.events(issuer_id="i-acme") == reading.events(target="other")


def test_an_event_about_a_hostile_name_is_stored_all_the_same(store: Store) -> None:
    with store.changing() as changing:
        changing.append(an_event(name="a\0b\ud800", detail={"name": "a\0b\ud800"}))

    with store.reading() as reading:
        (event,) = reading.events()
    assert event.name == "a\N{REPLACEMENT CHARACTER}b?"
