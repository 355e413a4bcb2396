"""The members of a JSON body template, each with the way to it."""

from collections.abc import Iterator
from typing import NamedTuple

from watchword.dialect.template import Text, member_name, slots_of

Way = tuple[str | int, ...]


class Leaf(NamedTuple):
    """A member that holds no other one. optional: whether it, or what it stands in, may be absent.

    value: a Text where it was written as one, else the constant itself.
    """

    way: Way
    optional: bool
    value: object

    @property
    def is_constant(self) -> bool:
        """Whether it is the same in each answer."""
        return not (isinstance(self.value, Text) and slots_of(self.value))


def leaves(tree: object, way: Way = (), optional: bool = False) -> Iterator[Leaf]:
    """The leaves of a parsed body, in its order."""
    if isinstance(tree, list):
        for index, item in enumerate(tree):
            yield from leaves(item, (*way, index), optional)
    elif isinstance(tree, dict):
        for key, item in tree.items():
            name, may_be_absent = member_name(key)
            yield from leaves(item, (*way, name), optional or may_be_absent)
    else:
        yield Leaf(way, optional, tree)
