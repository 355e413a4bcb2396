"""Whatever the bytes: an exception of ours, or claims that were signed."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.guard.issuing import ISSUER, NOW, SmallIssuer, guarded
from watchword.guard import Claims, GuardError
from watchword.jose import base64url

ISSUED = SmallIssuer()
GUARD = guarded(ISSUED, remember=10)
TOKEN = ISSUED.token()
SEGMENTS = TOKEN.split(".")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def refused_or_signed(value: bytes | str | None) -> None:
    verdict = verdict_on(value)
    if isinstance(verdict, GuardError):
        assert verdict.status in (400, 401)
    else:
        assert verdict.to_dict() == json.loads(base64url.decode(SEGMENTS[1]))


def verdict_on(value: bytes | str | None) -> Claims | GuardError:
    try:
        return GUARD.verify(value)
    except GuardError as refusal:
        return refusal


@given(st.binary(max_size=200))
def test_any_bytes(value: bytes) -> None:
    refused_or_signed(value)
    refused_or_signed(b"Bearer " + value)


@given(st.text(max_size=200))
def test_any_text(value: str) -> None:
    refused_or_signed(value)
    refused_or_signed("Bearer " + value)


@given(st.integers(0, len(TOKEN) - 1), st.binary(max_size=3), st.integers(0, 3))
def test_any_change_of_a_good_token(at: int, inserted: bytes, removed: int) -> None:
    token = TOKEN.encode()
    refused_or_signed(b"Bearer " + token[:at] + inserted + token[at + removed :])


@settings(max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(["alg", "typ", "kid", "crit", "jwk", "x5c", "b64", "zip"]), JSON, max_size=4
    ),
    st.dictionaries(
        st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "cnf", "scope", "sub", "jti"]),
        JSON | st.sampled_from([ISSUER, NOW + 60, NOW + 60.5, 10**400]),
        max_size=6,
    ),
    st.booleans(),
)
def test_any_header_and_claims_under_a_signature_that_is_not_theirs(
    header: dict[str, object], claims: dict[str, object], likely: bool
) -> None:
    if likely:
        header = {**ISSUED.header(), **header}
        claims = {**ISSUED.claims(), **claims}
    parts = [base64url.encode(json.dumps(part).encode()) for part in (header, claims)]
    refused_or_signed(f"Bearer {parts[0]}.{parts[1]}.{SEGMENTS[2]}")


@settings(max_examples=300)
@given(
    st.dictionaries(
        st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "scope", "sub", "jti", "x"]),
        JSON | st.sampled_from([ISSUER, NOW + 60, NOW + 60.5, 10**400, -(10**400), 1e308]),
        max_size=4,
    )
)
def test_any_claims_that_the_issuer_itself_has_signed(changes: dict[str, object]) -> None:
    """A careless issuer: still our own errors, or exactly what was signed."""
    said = {**ISSUED.claims(), **changes}
    payload = json.dumps(said).encode()
    verdict = verdict_on(f"Bearer {ISSUED.sign(payload)}")
    if isinstance(verdict, GuardError):
        assert verdict.status == 401
    else:
        assert verdict.to_dict() == json.loads(payload)
