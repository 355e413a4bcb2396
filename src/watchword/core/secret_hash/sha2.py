"""One round of SHA-256, SHA-384 or SHA-512, plain or with a salt behind the value.

Kept as LDAP directories write it: `{SHA256}` or `{SSHA256}` (salted) and the base64 of the digest
followed by the salt. A bare digest, in hexadecimal or base64 (Duende IdentityServer's `Sha256()`
and `Sha512()`), is told by its length. Such a hash is no protection for a guessable secret; it is
replaced at the first success like any other.
"""

import base64
import binascii
import hashlib
import hmac
import re

from watchword.core.secret_hash.recognised import HashRefused, Recognised, octets

DIGEST_OCTETS = {"sha256": 32, "sha384": 48, "sha512": 64}
MAX_SALT = 64  # octets
_LDAP = re.compile(r"\{(S?)SHA-?(256|384|512)\}([A-Za-z0-9+/]+={0,2})", re.IGNORECASE)
_HEX = re.compile(r"(?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+")


def recognise(text: str) -> Recognised | None:
    """The digest in `text`, or None; raises HashRefused."""
    if match := _LDAP.fullmatch(text):
        return _recognise_ldap(match)
    digest = _bare_digest(text)
    for scheme, length in DIGEST_OCTETS.items():
        if len(digest) == length:
            return _kept(scheme, digest, b"")
    return None


def verify(encoded: bytes, value: str) -> bool:
    """Whether `value` fits `encoded`, in LDAP's form."""
    match = _LDAP.fullmatch(encoded.decode("ascii", "replace"))
    if match is None:
        return False
    scheme = "sha" + match[2]
    try:
        data = base64.b64decode(match[3], validate=True)
    except binascii.Error:
        return False
    digest, salt = data[: DIGEST_OCTETS[scheme]], data[DIGEST_OCTETS[scheme] :]
    return hmac.compare_digest(hashlib.new(scheme, octets(value) + salt).digest(), digest)


def stand_in(scheme: str) -> bytes:
    """A digest that no value fits."""
    return _kept(scheme, bytes(DIGEST_OCTETS[scheme]), b"").verifier


def _recognise_ldap(match: re.Match[str]) -> Recognised:
    scheme = "sha" + match[2]
    length = DIGEST_OCTETS[scheme]
    try:
        data = base64.b64decode(match[3], validate=True)
    except binascii.Error:
        raise HashRefused("its digest is not base64") from None
    salt = data[length:]
    if len(data) < length or len(salt) > MAX_SALT or bool(salt) != bool(match[1]):
        raise HashRefused("its digest or salt has another length than its prefix says")
    return _kept(scheme, data[:length], salt)


def _bare_digest(text: str) -> bytes:
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    try:
        return base64.b64decode(text, validate=True) if text.endswith("=") else b""
    except (binascii.Error, ValueError):
        return b""


def _kept(scheme: str, digest: bytes, salt: bytes) -> Recognised:
    prefix = f"{{{'S' if salt else ''}SHA{scheme.removeprefix('sha')}}}".encode("ascii")
    return Recognised(kind=scheme, verifier=prefix + base64.b64encode(digest + salt))
