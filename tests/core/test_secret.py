"""States of a secret, and how its value is compared."""

import pytest

from watchword.core.duration import SECONDS
from watchword.core.secret import Secret
from watchword.core.secret_verifier import hmac_verifier, matching_secrets

DAY = SECONDS["d"]
PEPPERS = {1: b"p" * 32, 2: b"q" * 32}


def secret(value: str = "s3cret", pepper_id: int = 1, **changes: object) -> Secret:
    fields: dict[str, object] = {
        "id": "AAAAAAAA",
        "issuer_id": "i",
        "client_ref": "c",
        "key_id": "k7Qm2x0a",
        "verifier": hmac_verifier(PEPPERS.get(pepper_id, b"?" * 32), value),
        "pepper_id": pepper_id,
        "created_at": 0,
    }
    return Secret(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "state", "live"),
    [
        ({}, "active", True),
        ({"expires_at": 100 + 31 * DAY}, "active", True),
        ({"expires_at": 100 + 30 * DAY}, "expiring", True),
        ({"expires_at": 101}, "expiring", True),
        ({"expires_at": 100}, "expired", False),
        ({"revoked_at": 100 + DAY}, "expiring", True),
        ({"revoked_at": 100}, "revoked", False),
        ({"revoked_at": 50, "expires_at": 40}, "revoked", False),
    ],
)
def test_the_state_at_instant_100(changes: dict[str, object], state: str, live: bool) -> None:
    subject = secret(**changes)

    assert (subject.state(100), subject.is_live(100)) == (state, live)


def test_a_value_matches_under_the_pepper_of_each_secret() -> None:
    mine, other = secret("mine", 2), secret("other", 1)

    assert matching_secrets("mine", [other, mine], PEPPERS) == [mine]
    assert matching_secrets("neither", [other, mine], PEPPERS) == []


def test_a_secret_under_a_pepper_that_is_gone_never_matches() -> None:
    assert matching_secrets("s3cret", [secret(pepper_id=3)], PEPPERS) == []


def test_a_slow_hash_is_never_compared_as_hmac() -> None:
    slow = secret(kind="argon2id$m=8", pepper_id=1)

    assert matching_secrets("s3cret", [slow], PEPPERS) == []
