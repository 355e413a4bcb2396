"""RFC 6750, 3.1: what a route asks beyond a good token."""

import pytest

from tests.guard.issuing import SmallIssuer, bearer, guarded
from watchword.guard import errors
from watchword.guard.requirement import Expected, requirement

ISSUED = SmallIssuer()
GUARD = guarded(ISSUED)
TOKEN = bearer(ISSUED.token(admin=True, level=3, roles=["read", "write"], plan="gold"))


def test_scopes_that_the_token_has_are_enough() -> None:
    assert GUARD.verify(TOKEN, scope="providers:read payments:read").subject == "ACME01"


def test_a_missing_scope_is_403_and_named() -> None:
    with pytest.raises(errors.InsufficientScope) as refused:
        GUARD.verify(TOKEN, scope="payments:write payments:read")

    assert refused.value.status == 403
    assert refused.value.challenge == (
        'Bearer error="insufficient_scope", error_description="The access token does not have the '
        'scope that is needed.", scope="payments:read payments:write"'
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("admin", True),
        ("level", 3),
        ("roles", "write"),
        ("plan", "gold"),
        ("plan", lambda plan: plan in ("gold", "silver")),
    ],
)
def test_a_claim_as_it_is_expected(name: str, expected: Expected) -> None:
    assert GUARD.verify(TOKEN, require=requirement(claims={name: expected})).subject == "ACME01"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("admin", 1),
        ("admin", "true"),
        ("level", True),
        ("roles", "admin"),
        ("missing", None),
        ("plan", lambda plan: False),
    ],
)
def test_a_claim_that_is_otherwise_is_403(name: str, expected: Expected) -> None:
    with pytest.raises(errors.PermissionDenied) as refused:
        GUARD.verify(TOKEN, require=requirement(claims={name: expected}))

    assert refused.value.status == 403
    assert 'error="insufficient_scope"' in refused.value.challenge


def test_scopes_may_be_given_as_words() -> None:
    assert requirement(["b", "a"]) == requirement("a b")


def test_nothing_is_required_of_a_remembered_token_that_another_route_required() -> None:
    with pytest.raises(errors.InsufficientScope):
        GUARD.verify(TOKEN, scope="payments:write")

    assert GUARD.verify(TOKEN).subject == "ACME01"
    with pytest.raises(errors.InsufficientScope):
        GUARD.verify(TOKEN, scope="payments:write")
