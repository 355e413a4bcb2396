"""How a secret is compared with what is stored: HMAC-SHA-256 under a pepper.

One round is enough: the secrets stored this way hold 160 random bits, or at least 24 characters of
the customer's own choice, and the pepper, which lies encrypted, is needed to try even one guess.
"""

from collections.abc import Iterable, Mapping
from hmac import compare_digest, digest

from watchword.core.secret import HMAC, Secret

PEPPER_OCTETS = 32


def hmac_verifier(pepper: bytes, value: str) -> bytes:
    """The verifier under which `value` is stored."""
    return digest(pepper, value.encode("utf-8"), "sha256")


def matching_secrets(
    value: str, secrets: Iterable[Secret], peppers: Mapping[int, bytes]
) -> list[Secret]:
    """Those "hmac" secrets that `value` is the value of, compared in constant time.

    Whether they are live is not looked at. A secret whose pepper is not in `peppers` never matches.
    """
    verifiers: dict[int, bytes] = {}
    matches = []
    for secret in secrets:
        pepper_id = secret.pepper_id
        if secret.kind != HMAC or pepper_id is None:
            continue
        verifier = verifiers.get(pepper_id)
        if verifier is None:
            pepper = peppers.get(pepper_id)
            if pepper is None:
                continue
            verifier = verifiers[pepper_id] = hmac_verifier(pepper, value)
        if compare_digest(verifier, secret.verifier):
            matches.append(secret)
    return matches
