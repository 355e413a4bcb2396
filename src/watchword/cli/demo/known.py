"""`demo.json`: where the demo's issuers are and how its clients prove themselves.

The one place where the demo keeps secrets in the clear, mode 0600, because it is a demo.
"""

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from watchword.cli.failure import Refused

FILE = "demo.json"


class KnownClient(Struct, frozen=True, kw_only=True):
    """A client with its secret."""

    client_id: str
    client_secret: str
    scopes: tuple[str, ...] = ()


class KnownCall(Struct, frozen=True, kw_only=True):
    """A request to the sample API, the scope that it needs, and its status with it."""

    method: str
    url: str
    scope: str | None
    expect: int


class KnownIssuer(Struct, frozen=True, kw_only=True):
    """An issuer. jwks_uri: None where its keys are never published (HS256)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str | None
    clients: tuple[KnownClient, ...]
    api: tuple[KnownCall, ...]


class Known(Struct, frozen=True, kw_only=True):
    """All of demo.json."""

    base_url: str
    issuers: dict[str, KnownIssuer]

    def secret_of(self, issuer: str, client_id: str) -> str | None:
        """The secret that was written down for a client, None if there is none."""
        known = self.issuers.get(issuer)
        clients = known.clients if known else ()
        return next((it.client_secret for it in clients if it.client_id == client_id), None)


def read(data: Path) -> Known | None:
    """What an earlier run wrote, None if there was none. Raises Refused for another file."""
    path = data / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Known)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        raise Refused(
            f"{path} is not what the demo wrote",
            hint="move it away; the demo then issues new secrets to its clients",
            code="demo_file",
        ) from None


def write(data: Path, known: Known) -> None:
    """Write demo.json whole or not at all."""
    text = msgspec.json.format(msgspec.json.encode(known), indent=2)
    write_private(data / FILE, text + b"\n")


def write_private(path: Path, octets: bytes) -> None:
    """Replace `path` by a file of mode 0600; a reader sees the old one or the new one."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(octets)
    fresh.replace(path)
