"""A file in which processes share tokens: pre-fork workers, cron jobs, shell scripts.

One JSON object, a member a source. Mode 0600 from the first byte on; written to a new file and
moved over the old one, so that a reader never sees half of it. Who holds the lock beside it
(`<file>.lock`, `flock`) may ask for a token; the others wait for the result, so that ten workers
send one request. A lock that is not to be had in time is done without: a token twice is better
than none.

The file holds instants of the calendar's clock; a source counts in seconds of the steady one.
"""

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from watchword.caller.errors import UnsafeCache
from watchword.caller.exchange import Presentation
from watchword.caller.private import Private

_LARGEST = 1024 * 1024
_POLL_SECONDS = 0.02


class CachedToken(Private, frozen=True, kw_only=True):
    """A token, the instants (epoch seconds) between which it lives, and how an API wants it."""

    shown = ("obtained_at", "expires_at")

    access_token: str
    obtained_at: float
    expires_at: float
    presentation: Presentation


class CacheFile:
    """The tokens in the file `path`, which may not exist yet.

    Raises `UnsafeCache` at once and at each use if others could read or write it; each use raises
    `OSError` for what cannot be read or written at all, and names the path.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock_path = self.path.with_name(self.path.name + ".lock")
        # What cannot be used now may be usable when it is: that costs nobody his token.
        with contextlib.suppress(OSError):
            self._content()

    @contextlib.contextmanager
    def locked(self, seconds: float) -> Iterator[bool]:
        """Hold the lock, or go on without it after `seconds`; says which."""
        descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            yield _lock(descriptor, seconds)
        finally:
            os.close(descriptor)

    def read(self, key: str) -> CachedToken | None:
        """The token kept for `key`, None without one; an unreadable file is an empty one."""
        return self._tokens().get(key)

    def write(self, key: str, token: CachedToken, now: float) -> None:
        """Keep `token` for `key`, and drop what has ended by `now` (epoch seconds)."""
        kept = {name: old for name, old in self._tokens().items() if old.expires_at > now}
        self._replace({**kept, key: token})

    def _tokens(self) -> dict[str, CachedToken]:
        try:
            return msgspec.json.decode(self._content() or b"{}", type=dict[str, CachedToken])
        except msgspec.DecodeError:
            return {}

    def _content(self) -> bytes:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return b""
        # Not within `open` alone: of a folder it would name the descriptor, and not the path.
        try:
            _require_private(self.path, os.fstat(descriptor))
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(_LARGEST)
        finally:
            os.close(descriptor)

    def _replace(self, tokens: Mapping[str, CachedToken]) -> None:
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "wb") as file:
            file.write(msgspec.json.encode(dict(tokens)))
        draft.replace(self.path)


def _require_private(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(status.st_mode):
        raise UnsafeCache(f"the token cache {path} is not a regular file")
    if status.st_uid != os.geteuid():
        raise UnsafeCache(f"the token cache {path} belongs to another user")
    if status.st_mode & 0o077:
        raise UnsafeCache(f"others can use the token cache: chmod 600 {path}, or remove it")


def _lock(descriptor: int, seconds: float) -> bool:
    # Here and not above: there is no such module on Windows, where only the cache needs it.
    import fcntl

    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)
        else:
            return True
