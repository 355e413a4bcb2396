"""RFC 7515 and RFC 8725: reading a token, before anything about it is believed.

All that can be refused without a key is refused here, so that rubbish costs no signature check and
starts no fetch.
"""

from collections.abc import Mapping

from msgspec import Struct

from watchword.guard.errors import MalformedToken, UnacceptedAlgorithm, UnacceptedHeader
from watchword.jose import base64url, jws, strict_json
from watchword.jose.algorithm import ALGORITHMS, Algorithm
from watchword.jose.errors import JoseError

# A key that the token brings along proves nothing (RFC 8725, 3.10).
KEYS_IN_HEADER = frozenset({"jwk", "jku", "x5u", "x5c"})
# An issuer has few headers, one a key; an attacker has many.
_REMEMBERED_HEADERS = 64


class TokenHeader(Struct, frozen=True, kw_only=True):
    """algorithm: of the table. kid: None without one. typ: normalized, None without one."""

    algorithm: Algorithm
    kid: str | None
    typ: str | None


class UnverifiedToken(Struct, frozen=True, gc=False):
    """What a token says of itself. Nothing is true until its signature has been verified."""

    header: TokenHeader
    claims: Mapping[str, object]
    signing_input: bytes
    signature: bytes


class HeaderMemory:
    """JOSE headers by their segment: all tokens of a key share one, so it is read once."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[bytes, TokenHeader] = {}

    def read(self, segment: bytes) -> TokenHeader:
        """The header; raises what `read_header` does."""
        header = self._known.get(segment)
        if header is None:
            header = read_header(segment)
            if len(self._known) >= _REMEMBERED_HEADERS:
                self._known.clear()
            self._known[segment] = header
        return header


def read_token(token: bytes, headers: HeaderMemory) -> UnverifiedToken:
    """A compact JWS taken apart; `MalformedToken`, `UnacceptedHeader`, `UnacceptedAlgorithm`."""
    try:
        parts = jws.segments(token)
        header = headers.read(parts.header)
        claims = strict_json.loads(base64url.decode(parts.payload))
        signature = base64url.decode(parts.signature)
    except JoseError as fault:
        raise MalformedToken(str(fault)) from None
    if not isinstance(claims, dict):
        raise MalformedToken("the claims are not a JSON object")
    signing_input = token[: len(parts.header) + 1 + len(parts.payload)]
    return UnverifiedToken(header, claims, signing_input, signature)


def read_header(segment: bytes) -> TokenHeader:
    """The JOSE header; raises `JoseError`, `UnacceptedHeader` or `UnacceptedAlgorithm`."""
    said = jws.header_of(segment)
    # An extension that is not understood makes the JWS invalid (RFC 7515, 4.1.11); none is here.
    if "crit" in said:
        raise UnacceptedHeader("the header has crit")
    if not KEYS_IN_HEADER.isdisjoint(said):
        raise UnacceptedHeader("the header brings its own key")
    return TokenHeader(
        algorithm=_algorithm(said.get("alg")),
        kid=_optional_text(said, "kid"),
        typ=normal_typ(_optional_text(said, "typ")),
    )


def normal_typ(typ: str | None) -> str | None:
    """A media type for comparing: lower case, without "application/" (RFC 7515, 4.1.9)."""
    return None if typ is None else typ.lower().removeprefix("application/")


def _algorithm(name: object) -> Algorithm:
    # `none` is not in the table.
    algorithm = ALGORITHMS.get(name) if isinstance(name, str) else None
    if algorithm is None:
        raise UnacceptedAlgorithm("the algorithm is none or not one of ours")
    return algorithm


def _optional_text(said: Mapping[str, object], name: str) -> str | None:
    value = said.get(name)
    if name in said and not isinstance(value, str):
        raise UnacceptedHeader(f"{name} is not a text")
    return value if isinstance(value, str) else None
