"""RFC 4648, 5: one spelling for each octet string."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.jose import base64url
from watchword.jose.errors import InvalidBase64url


@given(st.binary(max_size=300))
def test_encoding_is_urlsafe_base64_without_padding(data: bytes) -> None:
    expected = base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    assert base64url.encode(data) == expected


@given(st.binary(max_size=300))
def test_decoding_gives_back_what_was_encoded(data: bytes) -> None:
    text = base64url.encode(data)

    assert base64url.decode(text) == base64url.decode(text.encode()) == data


@pytest.mark.parametrize(
    "text",
    ["QQ==", "QR", "A", "QUJD=", "QU+_", "QU/_", "QUJD\n", " QUJD", "QU JD", "QUJDé", "Q.Q"],
)
def test_another_spelling_than_the_canonical_one_is_refused(text: str) -> None:
    with pytest.raises(InvalidBase64url):
        base64url.decode(text)


@given(st.binary(max_size=40))
def test_any_bytes_are_refused_or_canonical(data: bytes) -> None:
    try:
        decoded = base64url.decode(data)
    except InvalidBase64url:
        return

    assert base64url.encode(decoded).encode() == data
