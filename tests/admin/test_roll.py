"""Rolling a secret, and taking it back."""

import pytest

from tests.admin.scene import DAY, NOW, context, events
from watchword.admin.client import CreatedClient
from watchword.admin.errors import Invalid, LimitReached, NotNow, Unknown
from watchword.admin.estate import Estate
from watchword.admin.roll import cancel_roll, plan_roll, roll_secret, rollable
from watchword.admin.secret import NewSecret, issue_secret, revoke_secret
from watchword.core.issuer import Issuer
from watchword.core.secret import Secret


@pytest.fixture
def old(created: CreatedClient) -> Secret:
    assert created.secret is not None
    return created.secret.secret


def stored(estate: Estate, secret: Secret) -> Secret:
    with estate.store.reading() as reading:
        found = reading.secret(secret.id)
    assert found is not None
    return found


def test_both_secrets_work_until_the_minute_on_which_the_old_one_dies(
    estate: Estate, old: Secret
) -> None:
    done = roll_secret(estate, context(), old.id, overlap=DAY)

    after = stored(estate, old)
    assert after == done.old
    assert after.is_live(NOW + DAY - 1)
    assert not after.is_live(NOW + DAY)
    assert done.new.secret.is_live(NOW)
    assert after.state(NOW) == "expiring"


def test_a_roll_is_two_events_that_name_each_other(estate: Estate, old: Secret) -> None:
    done = roll_secret(estate, context(), old.id)

    [rolled] = events(estate, "secret.roll")
    assert rolled.target == old.id
    assert rolled.after == {"revoked_at": NOW + DAY}
    assert rolled.detail == {"new": done.new.secret.key_id}
    assert done.new.value not in repr(events(estate))


def test_the_new_secret_keeps_the_label_and_the_lifetime_of_the_issuer(
    estate: Estate, created: CreatedClient, issuer: Issuer
) -> None:
    labelled = issue_secret(estate, context(), created.client.id, NewSecret(label="live"))

    done = roll_secret(estate, context(), labelled.secret.id)
    other = roll_secret(
        estate, context(), done.new.secret.id, new=NewSecret(label="x", lifetime=DAY)
    )

    assert done.new.secret.label == "live"
    assert done.new.secret.expires_at == NOW + issuer.secret_lifetime
    assert (other.new.secret.label, other.new.secret.expires_at) == ("x", NOW + DAY)


def test_an_old_secret_never_lives_longer_for_being_rolled(
    estate: Estate, created: CreatedClient
) -> None:
    short = issue_secret(estate, context(), created.client.id, NewSecret(lifetime=60))

    done = roll_secret(estate, context(), short.secret.id, overlap=DAY)

    assert done.old.ends_at == NOW + 60


def test_without_overlap_the_old_secret_ends_at_once(estate: Estate, old: Secret) -> None:
    done = roll_secret(estate, context(), old.id, overlap=0)

    assert done.old.state(NOW) == "revoked"


def test_a_secret_is_rolled_once_at_a_time(estate: Estate, old: Secret) -> None:
    roll_secret(estate, context(), old.id)

    with pytest.raises(NotNow) as refused:
        roll_secret(estate, context(), old.id)

    assert refused.value.code == "roll_under_way"


def test_a_secret_that_has_ended_is_not_rolled(estate: Estate, old: Secret) -> None:
    revoke_secret(estate, context(), old.id)

    with pytest.raises(NotNow) as refused:
        roll_secret(estate, context(), old.id)

    assert refused.value.code == "secret_ended"


def test_an_overlap_has_bounds(estate: Estate, old: Secret) -> None:
    for overlap in (-1, 366 * DAY):
        with pytest.raises(Invalid, match="between 0s and 1y"):
            roll_secret(estate, context(), old.id, overlap=overlap)


def test_a_successor_outlives_the_overlap(estate: Estate, old: Secret) -> None:
    short = NewSecret(lifetime=3600)
    with pytest.raises(Invalid) as refused:
        roll_secret(estate, context(), old.id, overlap=DAY, new=short)
    with estate.store.reading() as reading, pytest.raises(Invalid):
        plan_roll(reading, old.id, NOW, overlap=DAY, new=short)

    assert refused.value.field == "lifetime"
    assert stored(estate, old) == old
    assert roll_secret(estate, context(), old.id, overlap=3600, new=short).old.ends_at == NOW + 3600


def test_past_the_limit_of_live_secrets_a_roll_is_refused_and_changes_nothing(
    estate: Estate, created: CreatedClient, old: Secret, issuer: Issuer
) -> None:
    for _ in range(issuer.max_live_secrets - 1):
        issue_secret(estate, context(), created.client.id)

    with pytest.raises(LimitReached):
        roll_secret(estate, context(), old.id)

    assert stored(estate, old) == old


def test_a_plan_says_what_would_happen_and_changes_nothing(estate: Estate, old: Secret) -> None:
    before = events(estate)
    with estate.store.reading() as reading:
        plan = plan_roll(reading, old.id, NOW, overlap=DAY, new=NewSecret(lifetime=2 * DAY))

    assert (plan.old_ends_at, plan.new_expires_at, plan.live) == (NOW + DAY, NOW + 2 * DAY, 2)
    assert stored(estate, old) == old
    assert events(estate) == before


@pytest.mark.parametrize("by", ["old", "new"])
def test_cancelling_takes_a_roll_back(estate: Estate, old: Secret, by: str) -> None:
    done = roll_secret(estate, context(), old.id)
    named = old if by == "old" else done.new.secret

    cancelled = cancel_roll(estate, context(NOW + 5), named.id)

    assert cancelled.old == stored(estate, old) == old
    assert stored(estate, done.new.secret).state(NOW + 5) == "revoked"


def test_a_roll_that_is_over_cannot_be_taken_back(estate: Estate, old: Secret) -> None:
    roll_secret(estate, context(), old.id, overlap=60)

    with pytest.raises(NotNow):
        cancel_roll(estate, context(NOW + 60), old.id)


def test_what_was_never_rolled_cannot_be_taken_back(estate: Estate, old: Secret) -> None:
    with pytest.raises(NotNow) as refused:
        cancel_roll(estate, context(), old.id)

    assert refused.value.code == "no_roll_under_way"


def test_after_a_cancelled_roll_the_next_one_can_be_cancelled_too(
    estate: Estate, old: Secret
) -> None:
    roll_secret(estate, context(), old.id)
    cancel_roll(estate, context(NOW + 1), old.id)
    second = roll_secret(estate, context(NOW + 2), old.id)

    cancelled = cancel_roll(estate, context(NOW + 3), old.id)

    assert cancelled.new.key_id == second.new.secret.key_id
    assert stored(estate, old).revoked_at is None


def test_a_client_names_its_secret_where_it_has_one(
    estate: Estate, created: CreatedClient, old: Secret
) -> None:
    with estate.store.reading() as reading:
        assert rollable(reading, created.client, NOW) == old
    issue_secret(estate, context(), created.client.id)

    with estate.store.reading() as reading, pytest.raises(Unknown) as refused:
        rollable(reading, created.client, NOW)

    assert old.key_id in refused.value.hint
