"""Which change stops which tokens."""

import pytest

from tests.admin.scene import DAY, NOW, context
from watchword.admin.client import (
    CreatedClient,
    NewClient,
    create_client,
    delete_client,
    disable_client,
    enable_client,
)
from watchword.admin.customer import NewCustomer, create_customer, disable_customer
from watchword.admin.estate import Estate
from watchword.admin.issuer import IssuerChanges, edit_issuer
from watchword.admin.secret import issue_secret, revoke_secret
from watchword.core.issuer import Issuer


def stopped(estate: Estate, issuer_id: str) -> list[tuple[str, str, int]]:
    with estate.store.reading() as reading:
        entries = reading.revocations(issuer_id)
    return sorted((entry.kind, entry.subject, entry.before) for entry in entries)


@pytest.mark.parametrize("change", [disable_client, delete_client])
def test_a_client_that_is_disabled_or_deleted_takes_its_tokens_with_it(
    estate: Estate, created: CreatedClient, change: object
) -> None:
    change(estate, context(), created.client.id)

    assert ("client", created.client.id, NOW) in stopped(estate, created.client.issuer_id)


def test_enabling_again_brings_no_old_token_back(estate: Estate, created: CreatedClient) -> None:
    disable_client(estate, context(), created.client.id)
    enable_client(estate, context(NOW + 60), created.client.id)

    assert stopped(estate, created.client.issuer_id) == [("client", created.client.id, NOW)]


def test_a_secret_that_is_revoked_at_once_takes_its_tokens_with_it(
    estate: Estate, created: CreatedClient
) -> None:
    issued = issue_secret(estate, context(), created.client.id)
    revoke_secret(estate, context(), issued.secret.id)

    assert stopped(estate, created.client.issuer_id) == [("secret", issued.secret.id, NOW)]


def test_a_secret_that_is_rolled_lets_its_tokens_live_their_time(
    estate: Estate, created: CreatedClient
) -> None:
    issued = issue_secret(estate, context(), created.client.id)
    revoke_secret(estate, context(), issued.secret.id, at=NOW + DAY)

    assert stopped(estate, created.client.issuer_id) == []


def test_a_disabled_customer_takes_the_tokens_of_all_its_clients_with_it(
    estate: Estate, issuer: Issuer
) -> None:
    customer = create_customer(estate, context(), NewCustomer(name="Roadrunner"))
    clients = [
        create_client(estate, context(), issuer.id, NewClient(customer=customer.id)).client.id
        for _ in range(3)
    ]
    disable_customer(estate, context(), customer.id)

    assert stopped(estate, issuer.id) == sorted(("client", client, NOW) for client in clients)


def test_where_tokens_live_their_time_nothing_is_written(
    estate: Estate, created: CreatedClient
) -> None:
    edit_issuer(estate, context(), created.client.issuer_id, IssuerChanges(revocation="expiry"))
    disable_client(estate, context(), created.client.id)

    assert stopped(estate, created.client.issuer_id) == []
