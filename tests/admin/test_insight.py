"""Usage, what expires soon, and why a client fails."""

import pytest

from tests.admin.scene import DAY, NOW, context
from watchword.admin.client import CreatedClient, NewClient, create_client, disable_client
from watchword.admin.customer import NewCustomer, create_customer, disable_customer
from watchword.admin.diagnosis import diagnose
from watchword.admin.estate import Estate
from watchword.admin.expiring import ending_secrets, expiring_secrets
from watchword.admin.issuer import disable_issuer
from watchword.admin.roll import roll_secret
from watchword.admin.secret import NewSecret, issue_secret, revoke_secret
from watchword.admin.usage import usage_of
from watchword.core.secret import Secret
from watchword.core.usage import DONE, ISSUED, TokenOutcome
from watchword.storage import StoredRefusal, UsageFlusher

HOUR = 3600


@pytest.fixture
def old(created: CreatedClient) -> Secret:
    assert created.secret is not None
    return created.secret.secret


def count(
    estate: Estate, created: CreatedClient, secret: Secret | None, outcome: str, at: int, times: int
) -> None:
    """What the token endpoint counts for so many requests."""
    flusher = UsageFlusher(estate.store)
    for _ in range(times):
        flusher.record(
            TokenOutcome(
                issuer_id=created.issuer.id,
                at=at,
                outcome=outcome,
                client_ref=created.client.id,
                secret_id=secret.id if secret else None,
                address="192.0.2.7",
                user_agent="curl/8",
            )
        )
    flusher.close()


def test_usage_tells_the_old_secret_from_the_new_one(
    estate: Estate, created: CreatedClient, old: Secret
) -> None:
    new = roll_secret(estate, context(), old.id).new.secret
    count(estate, created, old, ISSUED, NOW + HOUR, 1)
    count(estate, created, new, ISSUED, NOW + 2 * HOUR, 3)

    with estate.store.reading() as reading:
        by_id = {
            each.secret.id: each
            for each in usage_of(reading, created.client, NOW + 3 * HOUR, window=DAY)
        }

    assert (by_id[old.id].issued, by_id[old.id].share) == (1, 0.25)
    assert (by_id[new.id].issued, by_id[new.id].share) == (3, 0.75)
    last_use = by_id[old.id].last_use
    assert last_use is not None
    assert (last_use.address, last_use.user_agent) == ("192.0.2.7", "curl/8")


def test_a_secret_is_safe_to_revoke_when_nobody_used_it_for_a_day(
    estate: Estate, created: CreatedClient, old: Secret
) -> None:
    count(estate, created, old, ISSUED, NOW + HOUR, 1)

    def safe(now: int) -> bool:
        with estate.store.reading() as reading:
            return usage_of(reading, created.client, now)[0].safe_to_revoke

    assert not safe(NOW + HOUR + DAY - 60)
    assert safe(NOW + HOUR + DAY)


def test_a_new_secret_that_was_never_used_is_not_called_safe(
    estate: Estate, created: CreatedClient
) -> None:
    with estate.store.reading() as reading:
        [usage] = usage_of(reading, created.client, NOW + HOUR)

    assert not usage.safe_to_revoke


def test_secrets_that_expire_soon_are_listed_with_whom_to_tell(
    estate: Estate, created: CreatedClient
) -> None:
    create_customer(estate, context(), NewCustomer(name="ACME", contacts=("it@acme.example",)))
    made = create_client(
        estate,
        context(),
        created.issuer.id,
        NewClient(client_id="soon", customer="ACME"),
        secret=NewSecret(lifetime=10 * DAY),
    )
    gone = issue_secret(estate, context(), created.client.id, NewSecret(lifetime=5 * DAY))
    revoke_secret(estate, context(), gone.secret.id)

    with estate.store.reading() as reading:
        found = expiring_secrets(reading, NOW, 30 * DAY)
        none = expiring_secrets(reading, NOW, 9 * DAY)

    assert made.secret is not None
    assert [each.secret.key_id for each in found] == [made.secret.secret.key_id]
    assert found[0].customer is not None
    assert found[0].customer.contacts == ("it@acme.example",)
    assert found[0].successor == ""
    assert none == []


def test_a_secret_that_is_rolled_ends_with_its_overlap_and_not_when_it_expires(
    estate: Estate, created: CreatedClient, old: Secret
) -> None:
    soon = issue_secret(estate, context(), created.client.id, NewSecret(lifetime=20 * DAY))
    roll_secret(estate, context(), soon.secret.id, overlap=DAY)
    roll_secret(estate, context(), old.id, overlap=2 * DAY)

    with estate.store.reading() as reading:
        found = ending_secrets(reading, NOW, 5 * DAY)
        expiring = expiring_secrets(reading, NOW, 30 * DAY)

    ends = [(each.secret.key_id, each.secret.ends_at) for each in found]
    assert ends == [(soon.secret.key_id, NOW + DAY), (old.key_id, NOW + 2 * DAY)]
    assert expiring == []


def test_a_secret_with_a_successor_says_so(estate: Estate, created: CreatedClient) -> None:
    issue_secret(estate, context(), created.client.id, NewSecret(lifetime=5 * DAY))

    with estate.store.reading() as reading:
        [found] = expiring_secrets(reading, NOW, 30 * DAY)

    assert created.secret is not None
    assert found.successor == created.secret.secret.key_id


def test_a_healthy_client_is_called_healthy(
    estate: Estate, created: CreatedClient, old: Secret
) -> None:
    count(estate, created, old, ISSUED, NOW, 2)

    with estate.store.reading() as reading:
        found = diagnose(reading, created.client, NOW + 60)

    assert [each.severity for each in found.findings] == ["fine"]
    assert (found.issued, found.last_issued_at) == (2, NOW - NOW % 60)


def test_a_disabled_client_is_named_with_who_did_it_and_when(
    estate: Estate, created: CreatedClient
) -> None:
    client = disable_client(estate, context(NOW + 120), created.client.id)

    with estate.store.reading() as reading:
        [finding] = diagnose(reading, client, NOW + 180).findings

    assert finding.text == "the client ACME01 is disabled by local:test"
    assert finding.at == NOW + 120


def test_a_disabled_customer_and_a_disabled_issuer_are_named(
    estate: Estate, created: CreatedClient
) -> None:
    customer = create_customer(estate, context(), NewCustomer(name="ACME"))
    made = create_client(estate, context(), created.issuer.id, NewClient(customer="ACME"))
    disable_customer(estate, context(), customer.id)
    disable_issuer(estate, context(), created.issuer.id)

    with estate.store.reading() as reading:
        texts = [each.text for each in diagnose(reading, made.client, NOW).findings]

    assert texts[0].startswith("the customer ACME is disabled")
    assert texts[1].startswith("the issuer acme is disabled")


def test_refusals_are_told_by_cause_with_their_first_hour(
    estate: Estate, created: CreatedClient
) -> None:
    count(estate, created, None, "wrong_secret", NOW + HOUR, 3)
    count(estate, created, None, "invalid_scope", NOW + 2 * HOUR, 1)

    with estate.store.reading() as reading:
        found = diagnose(reading, created.client, NOW + 3 * HOUR)

    assert [(each.cause, each.count) for each in found.refusals] == [
        ("wrong_secret", 3),
        ("invalid_scope", 1),
    ]
    assert found.refusals[0].first_hour == NOW + HOUR - (NOW + HOUR) % HOUR
    assert "refused 3 times: wrong secret" in found.findings[0].text
    assert "compare key ids" in found.findings[0].advice


def test_what_a_client_did_besides_asking_for_tokens_is_no_refusal(
    estate: Estate, created: CreatedClient, old: Secret
) -> None:
    for outcome in DONE:
        count(estate, created, old, outcome, NOW, 1)

    with estate.store.reading() as reading:
        found = diagnose(reading, created.client, NOW + 60)

    assert not found.refusals
    assert [each.severity for each in found.findings] == ["fine"]


def test_since_when_is_told_to_the_second_while_the_first_refusal_is_kept(
    estate: Estate, created: CreatedClient
) -> None:
    began = NOW - NOW % HOUR + 123
    flusher = UsageFlusher(estate.store)
    for number, at in enumerate((began + 60, began)):
        flusher.record_refusal(
            StoredRefusal(
                request_id=f"q-{number}",
                at=at,
                issuer_id=created.issuer.id,
                client_ref=created.client.id,
                cause="wrong_secret",
            )
        )
    flusher.close()
    count(estate, created, None, "wrong_secret", began, 2)

    with estate.store.reading() as reading:
        [finding] = diagnose(reading, created.client, began + 300).findings

    assert finding.at == began


def test_a_client_without_a_living_secret_is_named(
    estate: Estate, created: CreatedClient, old: Secret
) -> None:
    revoke_secret(estate, context(NOW + 9), old.id)

    with estate.store.reading() as reading:
        found = diagnose(reading, created.client, NOW + 60)

    assert found.findings[0].text == "none of its secrets works any more"
    assert found.findings[0].at == NOW + 9
    assert found.events[0].action == "secret.revoke"


def test_a_last_secret_that_ends_soon_is_a_warning(estate: Estate, created: CreatedClient) -> None:
    with estate.store.reading() as reading:
        found = diagnose(reading, created.client, NOW + 350 * DAY)

    assert [each.severity for each in found.findings] == ["warning"]
