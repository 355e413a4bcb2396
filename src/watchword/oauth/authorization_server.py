"""One issuer, ready to serve: its dialect compiled, its keys opened and parsed.

An AuthorizationServer never changes what it says about its issuer: a change in the store makes a
new one. What depends on time (which key signs, which are published) it works out for each instant.
"""

from collections.abc import Callable, Mapping
from hmac import digest

from watchword import dialect as dialects
from watchword.core.issuer import Issuer
from watchword.core.record import IssuerRecord
from watchword.core.revocation import LIST_TYP
from watchword.core.secret import HMAC
from watchword.core.signing_key import SigningKey, next_change_after, published_at, signing_key_at
from watchword.dialect import Dialect
from watchword.dialect.refusal import ServerError
from watchword.jose.jws import Signer, Verifier

_NEVER = 2**63


class AuthorizationServer:
    """An issuer with all that its token endpoint needs in memory.

    issuer, dialect, keys: what it serves. peppers: pepper id → octets, for its clients' secrets.
    revocations, version: what its feed says. has_feed: whether it has one at all.
    """

    def __init__(
        self,
        record: IssuerRecord,
        open_key: Callable[[SigningKey], bytes],
        peppers: Mapping[int, bytes],
        stand_in_key: bytes,
    ) -> None:
        """Compile the dialect and parse the keys.

        open_key: gives a key's private part in clear. stand_in_key: a secret of the installation,
        under which unknown clients are dealt their kinds. Raises DialectError.
        """
        self.issuer: Issuer = record.issuer
        self.dialect: Dialect = dialect_of(record.issuer)
        self.keys = record.keys
        self.revocations = record.revocations
        self.version = record.version
        self.peppers = dict(peppers)
        materials = {key.kid: open_key(key) for key in record.keys}
        self._signers = {
            key.kid: Signer(key.alg, materials[key.kid], _header(key, self.dialect))
            for key in record.keys
        }
        self._list_signers = {
            key.kid: Signer(key.alg, materials[key.kid], _list_header(key))
            for key in record.keys
            if key.public_jwk
        }
        self._verifiers = {
            key.kid: Verifier(key.alg, key.public_jwk or materials[key.kid]) for key in record.keys
        }
        self._shared = {key.kid: materials[key.kid] for key in record.keys if not key.public_jwk}
        self._stand_in_key = stand_in_key
        self._secret_kinds = sorted(record.secret_kinds.items()) or [(HMAC, 1)]
        self._signer: Signer | None = None
        self._signer_until = 0

    def signer_at(self, now: int) -> Signer:
        """What signs at `now`. Raises ServerError if no key is active."""
        if self._signer is None or now >= self._signer_until:
            key = signing_key_at(self.keys, now)
            if key is None:
                raise ServerError("Unexpected error", reason="the issuer has no active signing key")
            self._signer = self._signers[key.kid]
            self._signer_until = next_change_after(self.keys, now) or _NEVER
        return self._signer

    @property
    def has_feed(self) -> bool:
        """Whether guards can learn of revoked tokens; else they live their time."""
        return self.issuer.revocation == "feed"

    def list_signer_at(self, now: int) -> Signer | None:
        """What signs the revocation list at `now`, None for an issuer without a feed."""
        key = signing_key_at(self.keys, now)
        return self._list_signers.get(key.kid) if self.has_feed and key else None

    def verifiers_at(self, now: int, kid: str | None) -> list[Verifier]:
        """What verifies our tokens at `now`: the key named, or all that are not removed."""
        keys = [key for key in self.keys if key.state(now) != "removed"]
        return [self._verifiers[key.kid] for key in keys if kid is None or key.kid == kid]

    def published_keys(self, now: int) -> list[dict[str, str]]:
        """JWKs of the JWK Set at `now`, the signing one first; none for a shared key."""
        return [key.public_jwk for key in published_at(self.keys, now)]

    def shared_keys_at(self, now: int) -> list[bytes]:
        """Octets of the shared (HS256) keys that tokens of `now` may be signed with, newest first.

        Whoever has them can mint: they never leave the process but by `watchword key export`.
        """
        keys = [key for key in self.keys if key.kid in self._shared and key.state(now) != "removed"]
        keys.sort(key=lambda key: -key.activates_at)
        return [self._shared[key.kid] for key in keys]

    def stand_in_kind(self, client_id: str | None) -> str:
        """The secret kind in whose time an unknown `client_id` is answered.

        Always the same for one client_id, and over all of them in the issuer's own proportions, so
        that time does not tell which ids exist.
        """
        total = sum(count for _, count in self._secret_kinds)
        mark = digest(self._stand_in_key, f"{self.issuer.id}\0{client_id}".encode(), "sha256")
        drawn = int.from_bytes(mark[:8], "big") % total
        for kind, count in self._secret_kinds:
            drawn -= count
            if drawn < 0:
                return kind
        return HMAC


def dialect_of(issuer: Issuer) -> Dialect:
    """The dialect that `issuer` speaks: its own file or a shipped one. Raises DialectError."""
    if issuer.dialect_text is None:
        return dialects.load(issuer.dialect)
    return dialects.parse(issuer.dialect_text, source=issuer.dialect)


def _header(key: SigningKey, dialect: Dialect) -> dict[str, str]:
    header = {"alg": key.alg}
    if dialect.header.typ is not None:
        header["typ"] = dialect.header.typ
    if dialect.header.kid:
        header["kid"] = key.kid
    return header


def _list_header(key: SigningKey) -> dict[str, str]:
    return {"alg": key.alg, "typ": LIST_TYP, "kid": key.kid}
