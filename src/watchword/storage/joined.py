"""One transaction for what would else be several: a store whose changes join the one under way.

Whoever is given a JoinedStore reads and changes as with any store, and everything becomes durable
together when the outer transaction does. A block that ends by an exception is undone by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from watchword.storage.changing import Changing
from watchword.storage.reading import Reading
from watchword.storage.store import Store


class JoinedStore(Store):
    """`store` within `changing`, its transaction under way. Used by the thread that opened it."""

    def __init__(self, store: Store, changing: Changing) -> None:
        super().__init__(store.backend, store.trail_key)
        self._changing = changing

    @contextmanager
    def reading(self, *, snapshot: bool = True) -> Iterator[Reading]:
        """Read what is stored, and what the transaction has changed."""
        del snapshot  # The transaction sees one state anyway.
        yield self._changing

    @contextmanager
    def changing(self) -> Iterator[Changing]:
        """Change something as a part of the transaction."""
        with self._changing.part():
            yield self._changing
