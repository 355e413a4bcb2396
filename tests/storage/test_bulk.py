"""Many clients at once, on each back end."""

import pytest

from tests.storage.things import a_client, a_secret, fill
from watchword.storage import Duplicate, Store


def clients_and_secrets(count: int) -> tuple[list, list]:  # type: ignore[type-arg]
    clients = [a_client(f"bulk{number}") for number in range(count)]
    secrets = [a_secret(100 + n, client.id) for n, client in enumerate(clients)]
    return clients, secrets


def test_many_clients_are_added_with_their_secrets_and_counted(store: Store) -> None:
    fill(store)
    clients, secrets = clients_and_secrets(50)

    with store.changing() as changing:
        changing.add_clients("i-acme", clients, secrets)

    with store.reading() as reading:
        record = reading.client_record("i-acme", "bulk7")
        issuer = reading.issuer_record("i-acme")
        changes = reading.changes_since(0)
    assert record is not None
    assert (record.client, record.secrets) == (clients[7], (secrets[7],))
    assert issuer is not None
    assert issuer.secret_kinds["hmac"] == 51
    assert (changes[-1].kind, changes[-1].id) == ("clients", "i-acme")


def test_none_of_them_is_added_if_one_is_there_already(store: Store) -> None:
    fill(store)
    clients, secrets = clients_and_secrets(5)

    with store.changing() as changing:
        with pytest.raises(Duplicate) as caught:
            changing.add_clients("i-acme", [*clients, a_client("robot", id="c-other")], secrets)
        left = changing.clients(issuer_id="i-acme")

    assert (caught.value.kind, caught.value.name) == ("client", "robot")
    assert [client.client_id for client in left] == ["robot"]


def test_a_name_that_was_drawn_twice_is_told_from_a_client_id_that_is_taken(store: Store) -> None:
    fill(store)
    clients, secrets = clients_and_secrets(2)

    with store.changing() as changing:
        with pytest.raises(Duplicate) as of_client:
            changing.add_clients("i-acme", [*clients, a_client("x", id="c-acme-robot")], [])
        with pytest.raises(Duplicate) as of_batch:
            changing.add_clients("i-acme", [*clients, a_client("x", id=clients[0].id)], secrets)

    assert {of_client.value.kind, of_batch.value.kind} == {"id"}


def test_look_alikes_are_found_for_a_batch(store: Store) -> None:
    fill(store)

    with store.reading() as reading:
        found = reading.look_alikes("i-acme", ["ROBOT", "other"])

    assert [client.client_id for client in found] == ["robot"]
