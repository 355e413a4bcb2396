"""Files that hold secrets or keys: mode 0600 from the first byte on, never written over."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from watchword.cli.failure import Refused
from watchword.jose import base64url
from watchword.jose.errors import InvalidBase64url


def write_private(path: Path, text: str) -> None:
    """Write a new file of mode 0600, safely on disk. Refused where there is one already."""
    _write(_opened(path), text)


def require_absent(path: Path) -> None:
    """Refused where there is a file already."""
    if path.exists():
        raise Refused(f"{path} is there already", hint="name another file", code="file_exists")


class PrivateDraft:
    """A file that is there, and empty, before what it is to hold is made. `write` fills it once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = _opened(path)

    def write(self, text: str) -> None:
        """Put `text` on disk."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            _write(descriptor, text)

    def close(self) -> bool:
        """Whether it was filled; an empty one is taken away again."""
        if self._descriptor is None:
            return True
        os.close(self._descriptor)
        self.path.unlink(missing_ok=True)
        return False


@contextlib.contextmanager
def private_draft(path: Path | None) -> Iterator[PrivateDraft | None]:
    """A draft beside `path`, which gets its name at the end; None without a path.

    What was written stays on disk as `<path>.draft` if the block ends by an exception.
    """
    if path is None:
        yield None
        return
    require_absent(path)
    draft = PrivateDraft(path.with_name(f"{path.name}.draft"))
    filled = False
    try:
        yield draft
    finally:
        filled = draft.close()
    if filled:
        draft.path.replace(path)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        hint = "name another file, or look into that one: it may hold secrets"
        raise Refused(f"{path} is there already", hint=hint, code="file_exists") from None
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}", code="no_file") from None


def _write(descriptor: int, text: str) -> None:
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read_shared_key(path: str) -> bytes:
    """The octets of a shared key, as `key export` writes it (a JWK of kty `oct`)."""
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        why = f"{path} cannot be read: {error.strerror}"
        raise Refused(why, code="no_file", usage=True) from None
    try:
        return base64url.decode(json.loads(text)["k"])
    except (ValueError, KeyError, TypeError, InvalidBase64url):
        raise Refused(
            f"{path} holds no shared key",
            hint="`watchword key export --out FILE` writes one",
            code="no_shared_key",
            usage=True,
        ) from None
