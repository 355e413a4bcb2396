"""What can go wrong with a store. No database library's own error leaves this package.

    StorageError
    ├── StoreUnavailable       the database cannot be reached, opened or written; try again later
    │   └── StoreLocked        somebody else held it for too long; try again
    ├── SchemaTooNew           a newer Watchword has been here
    ├── MasterKeyMismatch      the master key at hand is not the one the database was made with
    ├── Conflict               the thing was changed since it was read
    ├── Duplicate              a name that must be unique is taken
    ├── NotFound               the thing to be changed is not there
    └── InvalidValue           a value that no database can hold (NUL in a text, a number too big)

Messages name hosts, files and things, never a password, a secret or a statement's parameters.
"""

from sqlalchemy.exc import DontWrapMixin

from watchword.core.ports import Unavailable


class StorageError(Exception):
    """Anything that a store refuses or cannot do."""


class StoreUnavailable(StorageError, Unavailable):
    """The database cannot be reached, opened or written now."""


class StoreLocked(StoreUnavailable):
    """Another writer held the database for longer than we wait. Nothing was changed."""


class SchemaTooNew(StorageError):
    """The database's schema is of a newer version of Watchword than this one."""


class MasterKeyMismatch(StorageError):
    """The master key at hand does not open what the database holds."""


class Conflict(StorageError):
    """The stored version has moved on since the thing was read. Nothing was changed."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind} {name!r} was changed by somebody else in the meantime")
        self.kind = kind
        self.name = name


class Duplicate(StorageError):
    """`name` is taken among things of `kind`: "issuer", "url", "customer", "client", ...

    Kinds "id" and "key_id" are names that we drew ourselves: draw again.
    """

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind} {name!r} is there already")
        self.kind = kind
        self.name = name


class NotFound(StorageError):
    """There is no `kind` with the id `name`."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"there is no {kind} {name!r}")
        self.kind = kind
        self.name = name


class InvalidValue(StorageError, ValueError, DontWrapMixin):
    """A value that cannot be stored: a text with NUL or half a surrogate pair, a huge number."""
