"""Tokens that were verified already: the same one comes back many times in its life.

Only good tokens are remembered, by digest, so that memory holds no token and nobody without one can
push others out. Two generations bound it: when the young one is full the old one goes, and what is
used again moves over. Nothing needs a lock: each step is one operation on a dict.
"""

from hashlib import sha256
from typing import NamedTuple

from watchword.guard.claims import Claims
from watchword.guard.issuer import TrustedIssuer
from watchword.guard.key_set import KeySet
from watchword.guard.key_source import KeySource, SharedKeys


class Remembered(NamedTuple):
    """The claims of a token, and under which key, of which set and issuer, it was verified."""

    claims: Claims
    issuer: TrustedIssuer
    source: KeySource | SharedKeys
    keys: KeySet | None
    thumbprint: str | None

    def good(self, now: float) -> bool:
        """Whether nothing needs to be verified again: not expired, and the keys are the same."""
        return now < self.claims.expires_at and self.source.holds(self.keys, now)


class TokenMemory:
    """At most `size` verified tokens."""

    __slots__ = ("_half", "_old", "_young")

    def __init__(self, size: int) -> None:
        self._half = max(1, size // 2)
        self._young: dict[bytes, Remembered] = {}
        self._old: dict[bytes, Remembered] = {}

    def get(self, digest: bytes) -> Remembered | None:
        """What is remembered under the digest of a token."""
        found = self._young.get(digest)
        if found is None:
            found = self._old.get(digest)
            if found is not None:
                self.put(digest, found)
        return found

    def put(self, digest: bytes, remembered: Remembered) -> None:
        """Remembers a token that has just been verified."""
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[digest] = remembered

    def __len__(self) -> int:
        return len(self._young) + len(self._old)


def digest_of(token: bytes) -> bytes:
    """SHA-256 of the whole token: its signature counts too."""
    return sha256(token).digest()
