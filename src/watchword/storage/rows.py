"""Core's types and their tables, side by side: how a row becomes a thing and a thing a row."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from msgspec import Struct
from sqlalchemy import Select, Table, select

from watchword.core.client import Client
from watchword.core.customer import Customer
from watchword.core.issuer import Issuer
from watchword.core.secret import Secret
from watchword.core.signing_key import SigningKey
from watchword.storage import schema
from watchword.storage.records import Pepper, StoredRefusal

Thing = TypeVar("Thing", bound=Struct)


class Mapped(Generic[Thing]):
    """A type whose every field is a column of the same name.

    kind: what errors and the change list call it. unique: what must be unique, beside the id, as
    (what an error calls it, columns).
    """

    def __init__(
        self,
        kind: str,
        struct: type[Thing],
        table: Table,
        unique: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.kind = kind
        self.table = table
        self.unique = unique or {}
        self.fields = struct.__struct_fields__
        self.columns = [table.c[field] for field in self.fields]
        self._struct = struct

    def select(self) -> Select[Any]:
        """All its columns, in the order that `thing` expects."""
        return select(*self.columns)

    def thing(self, values: Sequence[Any]) -> Thing:
        """The thing of a row's values, in the order of `columns`."""
        return self._struct(**dict(zip(self.fields, values, strict=True)))

    def row(self, thing: Thing) -> dict[str, Any]:
        """Its values by column."""
        return {field: getattr(thing, field) for field in self.fields}


ISSUER = Mapped("issuer", Issuer, schema.issuer, {"issuer": ("name",)})
CUSTOMER = Mapped("customer", Customer, schema.customer, {"customer": ("name",)})
CLIENT = Mapped("client", Client, schema.client, {"client": ("issuer_id", "client_id")})
SECRET = Mapped("secret", Secret, schema.secret, {"key_id": ("key_id",)})
SIGNING_KEY = Mapped("key", SigningKey, schema.signing_key, {"key": ("issuer_id", "kid")})
PEPPER = Mapped("pepper", Pepper, schema.pepper)
REFUSAL = Mapped("refusal", StoredRefusal, schema.refusal)


def client_row(client: Client) -> dict[str, Any]:
    """A client's values, with the column by which look-alikes are found."""
    return {**CLIENT.row(client), "client_id_lower": client.client_id.lower()}
