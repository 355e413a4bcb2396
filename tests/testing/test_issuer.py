"""The in-memory issuer, and its fixture, as an application's tests use them."""

import pytest

from watchword.guard import Guard
from watchword.guard.errors import GuardError
from watchword.testing.issuer import DEFAULT_URL, InMemoryIssuer

# An application makes its guard when it is imported, before any fixture is there.
APPLICATIONS_GUARD = Guard(DEFAULT_URL)


def test_the_applications_own_guard_takes_the_issuers_tokens(
    watchword_issuer: InMemoryIssuer,
) -> None:
    headers = watchword_issuer.headers(scopes=["a", "b"], claims={"customer": "ACME"})
    claims = APPLICATIONS_GUARD.verify(headers["Authorization"], scope="a")

    assert claims.to_dict()["customer"] == "ACME"


def test_a_guard_of_the_issuer_takes_its_tokens_and_no_others() -> None:
    issuer, other = InMemoryIssuer(), InMemoryIssuer()

    assert issuer.guard().verify(f"Bearer {issuer.mint()}").client_id == "test-client"
    with pytest.raises(GuardError):
        issuer.guard().verify(f"Bearer {other.mint()}")


@pytest.mark.parametrize(
    "wrong",
    [{"lifetime": -10}, {"claims": {"aud": "another"}}, {"claims": {"exp": None}}],
    ids=["ended", "another audience", "no end"],
)
def test_tokens_that_a_guard_must_refuse_can_be_minted(wrong: dict[str, object]) -> None:
    issuer = InMemoryIssuer()
    token = issuer.mint(**wrong)  # type: ignore[arg-type]

    with pytest.raises(GuardError):
        issuer.guard().verify(f"Bearer {token}")


def test_shared_keys_work_as_well() -> None:
    issuer = InMemoryIssuer(alg="HS256", typ="JWT", shared_key=b"k" * 32)
    guard = Guard(issuer.url, shared_keys=[b"k" * 32], typ="JWT")

    assert guard.verify(f"Bearer {issuer.mint('read')}", scope="read").client_id == "test-client"
    assert issuer.guard().verify(f"Bearer {issuer.mint()}").client_id == "test-client"
