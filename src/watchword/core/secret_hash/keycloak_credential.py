"""A hashed credential in the JSON of a Keycloak export, in its present and its older shape:

{"credentialData": "{\\"hashIterations\\": 27500, \\"algorithm\\": \\"pbkdf2-sha256\\"}",
 "secretData": "{\\"value\\": <base64>, \\"salt\\": <base64>}"}
{"algorithm": "pbkdf2-sha256", "hashIterations": 27500, "hashedSaltedValue": ..., "salt": ...}
"""

import json
from typing import Any

from msgspec import Struct

from watchword.core.secret_hash.recognised import HashRefused, decode64, number

ALGORITHMS = ("pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512")


class HashedCredential(Struct, frozen=True):
    """algorithm: one of ALGORITHMS ("pbkdf2" is with SHA-1)."""

    algorithm: str
    rounds: int
    salt: bytes
    derived: bytes


def recognise_credential(text: str) -> HashedCredential:
    """The credential in `text`; raises HashRefused."""
    members = _object(text)
    for part in ("credentialData", "secretData"):
        members |= _object(members.get(part, "{}"))
    algorithm = members.get("algorithm")
    if algorithm not in ALGORITHMS:
        raise HashRefused(f"its algorithm is not one of {', '.join(ALGORITHMS)}")
    return HashedCredential(
        algorithm=algorithm,
        rounds=number(str(members.get("hashIterations")), "hashIterations"),
        salt=decode64(str(members.get("salt", "")), "salt"),
        derived=decode64(str(members.get("value", members.get("hashedSaltedValue", ""))), "value"),
    )


def _object(value: Any) -> dict[str, Any]:
    try:
        members = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise HashRefused("it is not the JSON of a Keycloak credential")
    return members
