"""Tokens taken apart, and forged ones put together, without the code under test."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import jwt


def header_of(token: str) -> dict[str, Any]:
    return _part(token, 0)


def claims_of(token: str) -> dict[str, Any]:
    return _part(token, 1)


def header_octets(token: str) -> bytes:
    """The header's JSON text as it was signed."""
    return _octets(token, 0)


def without_signature(token: str) -> str:
    return token.rpartition(".")[0] + "."


def tampered(token: str) -> str:
    """The same token with another subject and the old signature."""
    header, _, signature = token.split(".")
    payload = json.dumps({**claims_of(token), "sub": "someone-else"}).encode()
    return f"{header}.{base64.urlsafe_b64encode(payload).rstrip(b'=').decode()}.{signature}"


def expired(token: str, shared_key: bytes) -> str:
    """What `token` was an hour after its end: signed by the same HS256 key."""
    past = int(time.time()) - 3600
    claims = {**claims_of(token), "iat": past - 60, "exp": past}
    return jwt.encode(claims, shared_key, algorithm="HS256", headers=header_of(token))


def shared_key(path: Path) -> bytes:
    """The HS256 key in a file that `watchword key export` wrote."""
    keys = json.loads(path.read_text())
    return base64.urlsafe_b64decode(keys["keys"][0]["k"] + "==")


def _part(token: str, number: int) -> dict[str, Any]:
    part: dict[str, Any] = json.loads(_octets(token, number))
    return part


def _octets(token: str, number: int) -> bytes:
    segment = token.split(".")[number]
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
