"""RFC 4648, 5: base64url without padding, one spelling for each octet string.

A lenient decoder gives several texts the same meaning, and a token that was remembered or revoked
under one spelling would come back under another. So `decode` takes only what `encode` would write.
"""

from binascii import Error, a2b_base64, b2a_base64

from watchword.jose.errors import InvalidBase64url

_TO_URL = bytes.maketrans(b"+/", b"-_")
# What stands for itself in base64 and not here becomes something that stands for nothing.
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/\0\0\0")
# The last character of a group that is not full has bits to spare; they must be zero. By the length
# of the text modulo 4: the padding to add, and the last characters that are canonical.
_ENDS = {
    0: (b"", None),
    2: (b"==", frozenset(b"AQgw")),
    3: (b"=", frozenset(b"AEIMQUYcgkosw048")),
}


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
        padding, last = _ENDS[len(spelled) & 3]
        if last is not None and spelled[-1] not in last:
            raise InvalidBase64url("not canonical base64url")
        return a2b_base64(spelled.translate(_FROM_URL) + padding, strict_mode=True)
    except (UnicodeEncodeError, KeyError, Error):
        raise InvalidBase64url("not base64url") from None
