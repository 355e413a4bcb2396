"""One line of an import: a client as another system knew it, and one secret of its.

The members are the same in JSON lines and CSV. A client with several secrets has several lines;
the further ones repeat its settings or leave all of them out.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from watchword.admin.errors import Invalid
from watchword.core.nearest import nearest

_TRUTH = dict.fromkeys(("true", "yes", "1", "t", "on"), True) | dict.fromkeys(
    ("false", "no", "0", "f", "off"), False
)


class ImportLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """client_id: as its customers send it. secret: in clear. secret_hash: as another system keeps
    it, in any format of `watchword.core.secret_hash`; one of the two is there.

    customer: by name. scopes: a list, or one text with spaces between. lifetime: of its tokens,
    seconds. label, expires_at: of the secret; expires_at is RFC 3339 or epoch seconds, None or
    "never" for never, UNSET for the default.
    """

    client_id: str
    secret: str | None = None
    secret_hash: str | dict[str, Any] | None = None
    name: str = ""
    customer: str | None = None
    scopes: tuple[str, ...] | str = ()
    audiences: tuple[str, ...] | str = ()
    claims: dict[str, Any] = {}
    attributes: dict[str, str] = {}
    lifetime: int | None = None
    enabled: bool = True
    label: str = ""
    expires_at: int | str | UnsetType | None = UNSET

    def __repr__(self) -> str:
        return f"ImportLine({self.client_id!r})"

    @property
    def says_settings(self) -> bool:
        """Whether it says anything about the client besides a secret of its."""
        return any(getattr(self, name) != default for name, default in _SETTINGS.items())


_SETTINGS: dict[str, Any] = {
    "name": "",
    "customer": None,
    "scopes": (),
    "audiences": (),
    "claims": {},
    "attributes": {},
    "lifetime": None,
    "enabled": True,
}
COLUMNS = ImportLine.__struct_fields__
_decode = msgspec.json.Decoder(ImportLine).decode


def of_json(octets: bytes) -> ImportLine:
    """The line of a JSON object. Raises Invalid."""
    try:
        return _decode(octets)
    except msgspec.ValidationError as error:
        raise Invalid(_explained(str(error)), hint=_hint(str(error))) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Invalid("the line is no JSON object") from None


def of_csv(cells: Mapping[str, str]) -> ImportLine:
    """The line of a CSV row by column; an empty cell says nothing. Raises Invalid."""
    values: dict[str, Any] = {}
    for column, cell in cells.items():
        if cell:
            values[column] = _CELLS.get(column, _text)(column, cell)
    try:
        return msgspec.convert(values, ImportLine)
    except msgspec.ValidationError as error:
        raise Invalid(_explained(str(error))) from None


def words(value: tuple[str, ...] | str) -> tuple[str, ...]:
    """A list that may have been written as one text with spaces between."""
    return tuple(value.split()) if isinstance(value, str) else value


def instant(value: int | str | None) -> int | None:
    """Epoch seconds of `expires_at` as it was written, None for never. Raises Invalid."""
    if value is None or value == "never":
        return None
    try:
        at = int(value) if _is_number(value) else _rfc3339(str(value))
    except ValueError:
        at = 0
    if not 0 < at < 2**40:
        raise Invalid(
            "expires_at is no instant",
            hint='write 2027-01-31T12:00:00Z, epoch seconds, or "never"',
            field="expires_at",
        )
    return at


def _is_number(value: int | str) -> bool:
    # In CSV a number is a text too.
    return isinstance(value, int) or (value.isascii() and value.isdecimal())


def _rfc3339(text: str) -> int:
    at = datetime.fromisoformat(text)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _text(_column: str, cell: str) -> str:
    return cell


def _json(column: str, cell: str) -> Any:
    try:
        return msgspec.json.decode(cell)
    except (msgspec.DecodeError, RecursionError):
        raise Invalid(
            f"{column} is not JSON", hint='write {"name": "value"}', field=column
        ) from None


def _number(column: str, cell: str) -> int:
    if not cell.isdecimal() or not cell.isascii():
        raise Invalid(f"{column} is not a whole number of seconds", field=column)
    return int(cell[:20])


def _truth(column: str, cell: str) -> bool:
    truth = _TRUTH.get(cell.strip().lower())
    if truth is None:
        raise Invalid(f"{column} is neither true nor false", field=column)
    return truth


_CELLS = {"claims": _json, "attributes": _json, "lifetime": _number, "enabled": _truth}


def _explained(text: str) -> str:
    return text[:1].lower() + text[1:].replace(" - at `$", " at `")


def _hint(text: str) -> str:
    """What was probably meant by a member that is not known."""
    if "unknown field" not in text:
        return ""
    meant = nearest(text.split("`")[1], COLUMNS)
    return f"did you mean {meant!r}?" if meant else f"known are: {', '.join(COLUMNS)}"
