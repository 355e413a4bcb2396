"""The store: what a Watchword server keeps, in SQLite or PostgreSQL.

`open_store` opens a database; `Store.reading` and `Store.changing` are the two ways into it.
`MasterKey` seals what must not be read in it. No error of a database library leaves here.
"""

from watchword.storage.answers import IdempotentAnswer
from watchword.storage.audit import TrailFault, TrailReport, verify_chain
from watchword.storage.cache import ClientCache
from watchword.storage.changing import Changing
from watchword.storage.coherence import Watcher
from watchword.storage.errors import (
    Conflict,
    Duplicate,
    InvalidValue,
    MasterKeyMismatch,
    NotFound,
    SchemaTooNew,
    StorageError,
    StoreLocked,
    StoreUnavailable,
)
from watchword.storage.forgetting import forget_old
from watchword.storage.joined import JoinedStore
from watchword.storage.ledger_writer import LedgerWriter
from watchword.storage.master_key import InvalidMasterKey, MasterKey
from watchword.storage.reading import Reading
from watchword.storage.records import (
    Change,
    LastUse,
    Pepper,
    StoredRefusal,
    TakenOver,
    TakeoverCount,
    TrailHead,
    UsageCount,
)
from watchword.storage.store import Store, open_store
from watchword.storage.usage import UsageFlusher

__all__ = [
    "Change",
    "Changing",
    "ClientCache",
    "Conflict",
    "Duplicate",
    "IdempotentAnswer",
    "InvalidMasterKey",
    "InvalidValue",
    "JoinedStore",
    "LastUse",
    "LedgerWriter",
    "MasterKey",
    "MasterKeyMismatch",
    "NotFound",
    "Pepper",
    "Reading",
    "SchemaTooNew",
    "StorageError",
    "Store",
    "StoreLocked",
    "StoreUnavailable",
    "StoredRefusal",
    "TakenOver",
    "TakeoverCount",
    "TrailFault",
    "TrailHead",
    "TrailReport",
    "UsageCount",
    "UsageFlusher",
    "Watcher",
    "forget_old",
    "open_store",
    "verify_chain",
]
