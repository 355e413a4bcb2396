"""The master key: what seals peppers and signing keys, and from which further keys are derived.

Written as 32 octets in base64 (either alphabet, padded or not) or as 64 hexadecimal digits. For
its rotation several may be listed, by white space or commas or one a line: the first one seals,
all of them open. Each sealed text names its key by four octets that say nothing about it.
"""

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from watchword.storage.errors import MasterKeyMismatch, StorageError

FILE_NAME = "master.key"
VARIABLE = "WATCHWORD_MASTER_KEY"
FILE_VARIABLE = "WATCHWORD_MASTER_KEY_FILE"
KEY_OCTETS = 32
_NONCE_OCTETS = 12
_NUMBER_OCTETS = 4
# First octet of everything sealed, so that another way of sealing can be told apart one day.
_FORMAT = b"\x01"


class InvalidMasterKey(StorageError):
    """A master key cannot be read, or its file is open to others."""


class MasterKey:
    """One or more master keys, newest first. Has no readable representation on purpose."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_OCTETS for key in keys):
            raise InvalidMasterKey(f"a master key is {KEY_OCTETS} octets")
        self._keys = tuple(keys)
        self._boxes = {_derived(key, "number")[:_NUMBER_OCTETS]: _box(key) for key in keys}
        self._number = next(iter(self._boxes))

    def __repr__(self) -> str:
        return f"<MasterKey {self.number}>"

    @classmethod
    def find(cls, data: Path, environ: Mapping[str, str]) -> "MasterKey | None":
        """The master key of an installation, None if there is none yet.

        WATCHWORD_MASTER_KEY (the key itself) goes before WATCHWORD_MASTER_KEY_FILE (paths), and
        that before DATA/master.key. Raises InvalidMasterKey.
        """
        if environ.get(VARIABLE, "").strip():
            return cls(_parse(environ[VARIABLE], VARIABLE))
        if environ.get(FILE_VARIABLE, "").strip():
            paths = environ[FILE_VARIABLE].split(os.pathsep)
            return cls([key for path in paths for key in _read(Path(path.strip()))])
        path = data / FILE_NAME
        if not path.exists():
            return None
        _require_private(path)
        return cls(_read(path))

    @classmethod
    def create(cls, path: Path, random: Callable[[int], bytes]) -> "MasterKey":
        """Make a key and write it to `path`, mode 0600, whole or not at all.

        If another process was quicker, its key is the one. Raises InvalidMasterKey.
        """
        text = base64.urlsafe_b64encode(random(KEY_OCTETS)).decode().rstrip("=")
        draft = path.with_name(f"{path.name}.{os.getpid()}.{random(4).hex()}")
        try:
            _write_private(draft, f"{text}\n")
            try:
                # A link, unlike a rename, never takes the place of a key that is there already.
                os.link(draft, path)
            except FileExistsError:
                return cls(_read(path))
            finally:
                draft.unlink()
            _sync_folder(path.parent)
        except OSError as fault:
            raise InvalidMasterKey(f"{path} cannot be written: {fault.strerror}") from None
        return cls(_parse(text, str(path)))

    @property
    def number(self) -> str:
        """Public name of the key that seals, as hexadecimal digits."""
        return self._number.hex()

    def seal(self, plain: bytes, associated: bytes) -> bytes:
        """Encrypt `plain` for storage (AES-256-GCM), bound to `associated`, e.g. what it is."""
        nonce = os.urandom(_NONCE_OCTETS)
        box = self._boxes[self._number]
        return _FORMAT + self._number + nonce + box.encrypt(nonce, plain, associated)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """What `seal` was given with the same `associated`. Raises MasterKeyMismatch."""
        number, nonce, ciphertext = _take_apart(sealed)
        if number not in self._boxes:
            raise MasterKeyMismatch(
                f"what is stored was sealed under master key {number.hex()},"
                f" at hand is {self.number}"
            )
        try:
            return self._boxes[number].decrypt(nonce, ciphertext, associated)
        except InvalidTag:
            raise MasterKeyMismatch("what is stored was changed, or belongs elsewhere") from None

    def seals_newest(self, sealed: bytes) -> bool:
        """Whether `sealed` is under the key that seals now; if not, a rotation is not done."""
        return sealed[1 : 1 + _NUMBER_OCTETS] == self._number

    def derive(self, purpose: str) -> bytes:
        """A key of 32 octets for `purpose` (HKDF-SHA-256), of the key that seals."""
        return _derived(self._keys[0], f"derive:{purpose}")

    def derive_all(self, purpose: str) -> tuple[bytes, ...]:
        """The same of every key, in their order."""
        return tuple(_derived(key, f"derive:{purpose}") for key in self._keys)


def _derived(key: bytes, purpose: str) -> bytes:
    info = f"watchword:{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key)


def _box(key: bytes) -> AESGCM:
    return AESGCM(_derived(key, "seal"))


def _take_apart(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    body = sealed[len(_FORMAT) :]
    if not sealed.startswith(_FORMAT) or len(body) < _NUMBER_OCTETS + _NONCE_OCTETS:
        raise MasterKeyMismatch("what is stored was not sealed by this version of Watchword")
    start = _NUMBER_OCTETS + _NONCE_OCTETS
    return body[:_NUMBER_OCTETS], body[_NUMBER_OCTETS:start], body[start:]


def _parse(text: str, source: str) -> list[bytes]:
    lines = (line.partition("#")[0] for line in text.splitlines())
    words = re.split(r"[\s,]+", " ".join(lines).strip())
    return [_octets(word, source) for word in words]


def _octets(word: str, source: str) -> bytes:
    try:
        if len(word) == 2 * KEY_OCTETS:
            return bytes.fromhex(word)
        padded = word.rstrip("=").replace("+", "-").replace("/", "_")
        octets = base64.b64decode(padded + "=" * (-len(padded) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error):
        octets = b""
    if len(octets) != KEY_OCTETS:
        raise InvalidMasterKey(
            f"{source} holds no master key: 32 octets in base64 or hexadecimal digits"
        )
    return octets


def _read(path: Path) -> list[bytes]:
    try:
        return _parse(path.read_text("ascii"), str(path))
    except OSError as fault:
        raise InvalidMasterKey(f"{path} cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidMasterKey(f"{path} holds no master key") from None


def _require_private(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise InvalidMasterKey(f"{path} can be read by others: chmod 600 {path}")


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """The name of a new file is on disk only when its folder is."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
