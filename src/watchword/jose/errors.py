"""The errors of `watchword.jose`.

JoseError
├── InvalidBase64url       not the one canonical spelling of any octets
├── InvalidJson            not JSON, or JSON that two parsers could read differently
├── InvalidJws             not a compact JWS
├── InvalidKey             key material that is broken, too small or of another kind
└── UnsupportedAlgorithm   a name that the table of algorithms does not have

None of them carries the input: it may be a token or a key.
"""


class JoseError(ValueError):
    """Anything that is wrong with a token, a key or their parts."""


class InvalidBase64url(JoseError):
    """Not canonical base64url without padding (RFC 7515, 2; RFC 4648, 3.5)."""


class InvalidJson(JoseError):
    """Not strict JSON in UTF-8."""


class InvalidJws(JoseError):
    """Not a JWS in compact serialization (RFC 7515, 7.1)."""


class InvalidKey(JoseError):
    """A key that cannot be used: broken, too small, or not of the algorithm's kind."""


class UnsupportedAlgorithm(JoseError):
    """An algorithm that is not in the table; `none` never is."""
