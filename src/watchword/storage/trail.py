"""The audit trail's chain.

Rules. Each event carries HMAC-SHA-256 over the chain value before it and its own row, exactly as
it is stored. The key is random, made with the database and kept in it, sealed under a key that
comes from the master key: so whoever can write the database, but has no master key, cannot make a
value that fits. The head (number and chain value of the newest event) is kept beside it with an
HMAC of its own, so that cutting off the end is seen too. What nobody inside the database can see
is a whole database put back to an earlier day: keep the head elsewhere, e.g. in the log.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Row

from watchword.core.event import Event
from watchword.storage import schema
from watchword.storage.errors import MasterKeyMismatch, StorageError
from watchword.storage.records import TrailHead

BEGINNING = TrailHead(seq=0, chain=bytes(32))
_JSON_FIELDS = ("before", "after", "detail")
_FIELDS = tuple(field for field in Event.__struct_fields__ if field != "chain")
COLUMNS = [schema.event.c[field] for field in Event.__struct_fields__]
_NONCE_OCTETS = 12


def new_key() -> bytes:
    """A key for a new database's chain."""
    return os.urandom(32)


def seal_key(key: bytes, chain_key: bytes) -> bytes:
    """The chain's key, as the database keeps it."""
    nonce = os.urandom(_NONCE_OCTETS)
    return nonce + _box(chain_key).encrypt(nonce, key, b"trail")


def open_key(sealed: bytes, chain_keys: Sequence[bytes]) -> bytes:
    """The chain's key, by whichever of `chain_keys` opens it. Raises MasterKeyMismatch."""
    for chain_key in chain_keys:
        try:
            return _box(chain_key).decrypt(sealed[:_NONCE_OCTETS], sealed[_NONCE_OCTETS:], b"trail")
        except InvalidTag:
            continue
    raise MasterKeyMismatch(
        "the master key is not the one this database was made with: give it the right one,"
        " by its file or WATCHWORD_MASTER_KEY"
    )


def row_of(event: Event) -> dict[str, Any]:
    """An event's row, but for its chain value; texts that no database can hold are mended."""
    row = {field: getattr(event, field) for field in _FIELDS}
    for field, value in row.items():
        if field in _JSON_FIELDS:
            row[field] = None if value is None else _as_json(value)
        elif isinstance(value, str):
            row[field] = _mended(value)
    return row


def event_of(row: Row[Any]) -> Event:
    """The event of a row of COLUMNS."""
    values = dict(zip(Event.__struct_fields__, row, strict=True))
    for field in _JSON_FIELDS:
        if values[field] is not None:
            values[field] = msgspec.json.decode(values[field])
    return Event(**values)


def link(key: bytes, previous: bytes, row: dict[str, Any]) -> bytes:
    """Chain value of `row`, whose predecessor has the chain value `previous`."""
    canonical = msgspec.json.encode([row[field] for field in _FIELDS])
    return hmac.digest(key, previous + canonical, hashlib.sha256)


def head_octets(key: bytes, head: TrailHead) -> bytes:
    """The head as `meta` keeps it: chain value and HMAC."""
    return head.chain + _head_mac(key, head)


def read_head(key: bytes, seq: int, octets: bytes) -> TrailHead | None:
    """The head as `meta` has it, None if we did not write it so."""
    head = TrailHead(seq=seq, chain=octets[:32])
    return head if hmac.compare_digest(octets[32:], _head_mac(key, head)) else None


def require_head(key: bytes, seq: int, octets: bytes) -> TrailHead:
    """The same. Raises StorageError for a head that we did not write."""
    head = read_head(key, seq, octets)
    if head is None:
        raise StorageError("the trail's head is not as we wrote it: verify the trail")
    return head


def told_mac(key: bytes, day: int) -> bytes:
    """MAC of the note that the head was told on `day`: nobody else can keep it from being told."""
    return hmac.digest(key, b"told %d" % day, hashlib.sha256)


def anchor_mac(key: bytes, previous: bytes, row: Mapping[str, Any]) -> bytes:
    """MAC of an anchor; `previous` is the one of the anchor before it, b"" for the first."""
    text = b"anchor %d %d %d " % (row["seq"], row["day"], row["events"])
    return hmac.digest(key, text + bytes(row["chain"]) + previous, hashlib.sha256)


def _head_mac(key: bytes, head: TrailHead) -> bytes:
    return hmac.digest(key, b"head %d " % head.seq + head.chain, hashlib.sha256)


def _box(chain_key: bytes) -> AESGCM:
    return AESGCM(hmac.digest(chain_key, b"watchword:trail key", hashlib.sha256))


def _as_json(value: dict[str, Any]) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (UnicodeEncodeError, OverflowError):
        return _mended(json.dumps(value, ensure_ascii=False))


def _mended(text: str) -> str:
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
