"""RFC 4648, 5: base64url without padding, one spelling for each octet string.

A lenient decoder gives several texts the same meaning, and a token that was remembered or revoked
under one spelling would come back under another. So `decode` takes only what `encode` would write.
"""

from binascii import Error, a2b_base64, b2a_base64

from watchword.jose.errors import InvalidBase64url

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


def encode(data: bytes) -> str:
    """The text of `data`, without padding."""
    return encode_bytes(data).decode("ascii")


def encode_bytes(data: bytes) -> bytes:
    """The same as `encode`, as ASCII bytes for whoever joins segments."""
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL)


def decode(text: str | bytes) -> bytes:
    """The octets that `encode` turns into exactly `text`; anything else is `InvalidBase64url`."""
    try:
        spelled = text.encode("ascii") if isinstance(text, str) else text
        data = a2b_base64(spelled.translate(_FROM_URL) + b"==")
    except (UnicodeEncodeError, Error):
        raise InvalidBase64url("not base64url") from None
    # Comparing with the canonical spelling finds stray bits, padding, "+", "/" and skipped bytes.
    if encode_bytes(data) != spelled:
        raise InvalidBase64url("not canonical base64url")
    return data
