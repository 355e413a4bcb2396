"""Column types of the schema: texts in byte order, and JSON of a stated shape in a text."""

from typing import Any

import msgspec
from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from watchword.storage.errors import InvalidValue

Instant = BigInteger


class Words(TypeDecorator[str]):
    """Text, compared and ordered by its bytes on every back end.

    Page keys rest on the order, and an ordering by some language's rules would differ from one
    database to the next. NUL and half surrogate pairs, which PostgreSQL cannot hold, are refused
    here so that all back ends refuse the same.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text(collation="C" if dialect.name == "postgresql" else None)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is not None and not (value.isascii() and value.isprintable()):
            require_storable(value)
        return value


class JsonText(TypeDecorator[Any]):
    """A value of type `of` as JSON text; None as NULL."""

    impl = Text
    cache_ok = True

    def __init__(self, of: Any) -> None:
        super().__init__()
        self.of = of
        self._decode = msgspec.json.Decoder(of).decode

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        try:
            return None if value is None else msgspec.json.encode(value).decode()
        except (UnicodeEncodeError, OverflowError):
            raise InvalidValue("a text or number in a JSON value cannot be stored") from None

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self._decode(value)


def require_storable(text: str) -> str:
    """Return `text` if every back end can hold it, else raise InvalidValue."""
    if "\0" in text:
        raise InvalidValue("a text with a NUL character cannot be stored")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidValue("a text with half a surrogate pair cannot be stored") from None
    return text
