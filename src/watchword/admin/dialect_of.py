"""The dialect of an issuer, shipped or the vendor's own."""

from functools import lru_cache

from watchword.admin.errors import Invalid
from watchword.core.issuer import Issuer
from watchword.core.nearest import nearest
from watchword.dialect import Dialect, DialectError, load, names, parse


def dialect_of(issuer: Issuer) -> Dialect:
    """What `issuer` speaks."""
    return _parsed(issuer.dialect_text) if issuer.dialect_text else load(issuer.dialect)


def require_dialect(name: str, text: str | None) -> Dialect:
    """The dialect of a file's `text`, or the shipped one called `name`; `Invalid` if it is none."""
    if text is not None:
        return _require_text(text)
    if name not in names():
        similar = nearest(name, names())
        raise Invalid(
            f"there is no dialect {name!r}",
            hint=f"did you mean {similar!r}?" if similar else f"there are: {', '.join(names())}",
            field="dialect",
            code="unknown_dialect",
        )
    return load(name)


def _require_text(text: str) -> Dialect:
    try:
        return _parsed(text)
    except DialectError as error:
        fault = error.faults[0]
        more = len(error.faults) - 1
        raise Invalid(
            f"the dialect file: {fault.place}{fault.message}",
            hint=fault.hint or (f"and {more} more faults" if more else ""),
            field="dialect_text",
            code="invalid_dialect",
        ) from None


@lru_cache(maxsize=64)
def _parsed(text: str) -> Dialect:
    return parse(text, source="the dialect file")
