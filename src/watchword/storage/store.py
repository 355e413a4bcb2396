"""The store: one database, whichever back end holds it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from watchword.storage import meta, trail
from watchword.storage.backend import Backend, Pulse
from watchword.storage.changing import Changing
from watchword.storage.migration import ensure_schema
from watchword.storage.reading import Reading
from watchword.storage.records import Change, TrailHead
from watchword.storage.registry import open_backend

Listener = Callable[[Sequence[Change]], object]


def open_store(url: str, *, chain_key: bytes | Sequence[bytes], create: bool = True) -> "Store":
    """Open a database, and bring its schema up to date; several processes may do so at once.

    url: sqlite:///PATH or postgresql://…. chain_key: seals the trail's key, from the master key
    (`MasterKey.derive("events")`, or `derive_all` while it is being rotated). create: whether an
    empty database may be filled. Raises StoreUnavailable, SchemaTooNew, MasterKeyMismatch.
    """
    chain_keys = [chain_key] if isinstance(chain_key, bytes) else list(chain_key)
    backend = open_backend(url)
    try:
        backend.prepare(create=create)
        ensure_schema(backend, create=create)
        return Store(backend, _trail_key(backend, chain_keys))
    except BaseException:
        backend.close()
        raise


class Store:
    """A database that is open. Its methods may be called from any thread.

    url: what messages call it, without a password. one_writer: whether a change keeps all others
    from writing, in every process, while it lasts. backend, trail_key: for this package's own
    modules.
    """

    def __init__(self, backend: Backend, trail_key: bytes) -> None:
        self.url = backend.place
        self.one_writer = backend.one_writer
        self.backend = backend
        self.trail_key = trail_key
        self._listeners: list[Listener] = []

    def __repr__(self) -> str:
        return f"<Store {self.url}>"

    @contextmanager
    def reading(self, *, snapshot: bool = True) -> Iterator[Reading]:
        """Read; with `snapshot`, everything from one state. Raises StoreUnavailable."""
        with self.backend.reading(snapshot=snapshot) as connection:
            yield Reading(connection)

    @contextmanager
    def changing(self) -> Iterator[Changing]:
        """Change something: durable when this block has ended, undone if it ends by an exception.

        All changes of all processes happen one after the other. Raises StoreLocked,
        StoreUnavailable.
        """
        with self.backend.writing(durable=True) as connection:
            changing = Changing(connection, self.backend, self.trail_key)
            yield changing
            changes = changing.finish()
        if changes:
            self.backend.announce(changes[-1].version)
            for listener in list(self._listeners):
                listener(changes)

    def version(self) -> int:
        """The change list's version."""
        with self.reading(snapshot=False) as reading:
            return reading.version()

    def trail_head(self) -> TrailHead:
        """The trail's end, worth keeping elsewhere. Raises StorageError if we did not write it."""
        with self.reading() as reading:
            stored = meta.read(reading.connection, meta.TRAIL)
        return trail.require_head(self.trail_key, stored.number, stored.octets)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with the changes of each commit made through this store, in the thread
        that made it. Returns what ends this.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def pulse(self) -> Pulse:
        """What tells an event loop that the database may have changed."""
        return self.backend.pulse()

    def close(self) -> None:
        """Close all connections. The store cannot be used afterwards."""
        self.backend.close()


def _trail_key(backend: Backend, chain_keys: Sequence[bytes]) -> bytes:
    with backend.reading(snapshot=False) as connection:
        sealed = meta.sealed_trail_key(connection)
    if sealed is None:
        with backend.writing(durable=True) as connection:
            backend.lock_schema(connection)
            sealed = meta.begin(connection, chain_keys[0])
    return trail.open_key(sealed, chain_keys)
