"""Files that hold secrets or keys: mode 0600 from the first byte on, never written over."""

import json
import os
from pathlib import Path

from watchword.cli.failure import Refused
from watchword.jose import base64url
from watchword.jose.errors import InvalidBase64url


def write_private(path: Path, text: str) -> None:
    """Write a new file of mode 0600, safely on disk. Refused where there is one already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(
            f"{path} is there already", hint="name another file", code="file_exists"
        ) from None
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}", code="no_file") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read_shared_key(path: str) -> bytes:
    """The octets of a shared key, as `key export` writes it (a JWK of kty `oct`)."""
    try:
        jwk = json.loads(Path(path).read_text("utf-8"))
        return base64url.decode(jwk["k"])
    except (OSError, ValueError, KeyError, TypeError, InvalidBase64url):
        raise Refused(
            f"{path} holds no shared key",
            hint="`watchword key export --out FILE` writes one",
            code="no_shared_key",
            usage=True,
        ) from None
