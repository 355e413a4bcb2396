"""What every change needs: the store, the master key and a source of randomness."""

from collections.abc import Callable
from dataclasses import dataclass

from watchword.core import base62
from watchword.storage import MasterKey, Store

ID_WIDTH = 8


@dataclass(frozen=True, slots=True)
class Estate:
    """An opened data folder. `random` gives that many random octets."""

    store: Store
    master_key: MasterKey
    random: Callable[[int], bytes]

    def fresh_name(self, width: int, taken: Callable[[str], object | None]) -> str:
        """A random base62 name of `width` digits for which `taken` answers nothing."""
        while True:
            name = base62.name(self.random, width)
            if not taken(name):
                return name

    def fresh_id(self, taken: Callable[[str], object | None]) -> str:
        """An opaque id of eight base62 digits that `taken` does not know yet."""
        return self.fresh_name(ID_WIDTH, taken)
