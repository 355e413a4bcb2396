"""Issuing, taking over and revoking secrets."""

import pytest

from tests.admin.scene import DAY, NOW, context, events
from watchword.admin.client import CreatedClient, NewClient, create_client
from watchword.admin.errors import Invalid, LimitReached, NeedsForce, Taken, Unknown
from watchword.admin.estate import Estate
from watchword.admin.pepper import open_peppers
from watchword.admin.secret import NewSecret, adopt_secret, issue_secret, revoke_secret
from watchword.core.issuer import Issuer
from watchword.core.secret_format import compose_secret
from watchword.core.secret_hash import verify
from watchword.core.secret_verifier import matching_secrets


def matches(estate: Estate, client_ref: str, value: str) -> list[str]:
    """Key ids of the client's secrets that `value` fits."""
    with estate.store.reading() as reading:
        secrets, peppers = reading.secrets(client_ref), open_peppers(reading, estate)
    return [secret.key_id for secret in matching_secrets(value, secrets, peppers)]


def test_an_issued_secret_fits_what_is_stored(estate: Estate, created: CreatedClient) -> None:
    issued = issue_secret(estate, context(), created.client.id, NewSecret(label="second"))

    assert matches(estate, created.client.id, issued.value) == [issued.secret.key_id]
    assert issued.secret.label == "second"


def test_a_secret_may_be_short_lived_or_live_for_ever(
    estate: Estate, created: CreatedClient
) -> None:
    short = issue_secret(estate, context(), created.client.id, NewSecret(lifetime=DAY))
    endless = issue_secret(estate, context(), created.client.id, NewSecret(lifetime=None))

    assert short.secret.expires_at == NOW + DAY
    assert endless.secret.expires_at is None
    with pytest.raises(Invalid):
        issue_secret(estate, context(), created.client.id, NewSecret(lifetime=0))


def test_past_the_limit_of_live_secrets_a_new_one_is_refused(
    estate: Estate, created: CreatedClient, issuer: Issuer
) -> None:
    for _ in range(issuer.max_live_secrets - 1):
        issue_secret(estate, context(NOW + 1), created.client.id)

    with pytest.raises(LimitReached) as refused:
        issue_secret(estate, context(NOW + 1), created.client.id)

    assert created.secret is not None
    attempt = events(estate)[-1]
    assert (attempt.outcome, attempt.name) == ("refused", created.client.client_id)
    assert (attempt.target, attempt.issuer_id) == (created.client.id, issuer.id)
    assert refused.value.code == "too_many_secrets"
    assert created.secret.secret.key_id in refused.value.hint
    revoke_secret(estate, context(), created.secret.secret.id)
    assert issue_secret(estate, context(), created.client.id)


def test_a_revoked_secret_ends_at_once_and_stays_as_it_is(
    estate: Estate, created: CreatedClient
) -> None:
    assert created.secret is not None
    secret = revoke_secret(estate, context(NOW + 9), created.secret.secret.key_id)
    again = revoke_secret(estate, context(NOW + 99), created.secret.secret.key_id)

    assert secret.state(NOW + 9) == "revoked"
    assert again == secret
    assert len(events(estate, "secret.revoke")) == 1


def test_a_long_secret_of_the_customers_own_is_stored_as_hmac(
    estate: Estate, created: CreatedClient
) -> None:
    value = "a long random string, 24+"
    secret = adopt_secret(estate, context(), created.client.id, value)

    assert (secret.kind, secret.generated) == ("hmac", False)
    assert matches(estate, created.client.id, value) == [secret.key_id]
    assert value not in repr(events(estate))


def test_a_short_one_is_stored_as_argon2id(estate: Estate, created: CreatedClient) -> None:
    secret = adopt_secret(estate, context(), created.client.id, "twelve chars")

    assert secret.kind.startswith("argon2id$")
    assert verify(secret.kind, secret.verifier, "twelve chars")


def test_a_weak_one_is_taken_over_only_on_purpose(estate: Estate, created: CreatedClient) -> None:
    with pytest.raises(NeedsForce) as refused:
        adopt_secret(estate, context(), created.client.id, "hunter2")

    assert refused.value.code == "weak_secret"
    assert "hunter2" not in repr(events(estate))
    assert adopt_secret(estate, context(), created.client.id, "hunter2", weak=True)


@pytest.mark.parametrize("value", ["", "x" * 513, "ends in a line break....\n", "pässword" * 4])
def test_what_no_header_can_carry_is_refused(
    estate: Estate, created: CreatedClient, value: str
) -> None:
    with pytest.raises(Invalid):
        adopt_secret(estate, context(), created.client.id, value, weak=True)


def test_a_mistyped_secret_of_ours_is_noticed(estate: Estate, created: CreatedClient) -> None:
    assert created.secret is not None
    value = created.secret.value
    mistyped = value[:-1] + ("0" if value[-1] != "0" else "1")

    with pytest.raises(Invalid) as refused:
        adopt_secret(estate, context(), created.client.id, mistyped)

    assert "check digits" in refused.value.message


def test_two_clients_never_share_a_secret(
    estate: Estate, issuer: Issuer, created: CreatedClient
) -> None:
    other = create_client(estate, context(), issuer.id, NewClient(client_id="other"))
    value = "the same secret for two clients"
    adopt_secret(estate, context(), created.client.id, value)

    with pytest.raises(Taken) as refused:
        adopt_secret(estate, context(), other.client.id, value)

    assert refused.value.code == "secret_taken"


def test_a_secret_that_is_not_there_is_unknown(estate: Estate) -> None:
    with pytest.raises(Unknown) as refused:
        revoke_secret(estate, context(), "nothere1")

    assert refused.value.code == "unknown_secret"


def test_a_secret_whose_key_id_is_another_ones_handle_is_refused(
    estate: Estate, created: CreatedClient
) -> None:
    """The handle of a secret stands in tokens; each name must lead to one secret only."""
    assert created.secret is not None
    crafted = compose_secret("wk", created.secret.secret.id, b"r" * 20)

    with pytest.raises(Taken) as refused:
        adopt_secret(estate, context(), created.client.id, crafted)

    assert refused.value.code == "secret_taken"
