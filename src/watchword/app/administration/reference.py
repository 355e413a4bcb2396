"""The API's reference page, made of the list of operations.

`python -m watchword.app.administration.reference > docs/admin/reference.md` brings it up to date.
"""

import sys
from collections.abc import Iterator

import msgspec

from watchword.admin.role import ROLES
from watchword.app.administration.operation import PREFIX, NoQuery, Operation
from watchword.app.administration.resource import OPERATIONS


def reference() -> str:
    """The page as Markdown."""
    return "\n".join([*_head(), *_permissions(), *_operations()]) + "\n"


def _head() -> Iterator[str]:
    yield "# Administration API: reference"
    yield ""
    yield f"Paths stand below `{PREFIX}`. Bodies and answers are in [openapi.json](openapi.json);"
    yield "the manners all operations share are on the [first page](README.md)."
    yield ""


def _permissions() -> Iterator[str]:
    yield "## Roles"
    yield ""
    yield "| role | permissions |"
    yield "|---|---|"
    for role, permissions in ROLES.items():
        yield f"| `{role}` | {' '.join(f'`{permission}`' for permission in sorted(permissions))} |"
    yield ""


def _operations() -> Iterator[str]:
    yield "## Operations"
    yield ""
    yield "| | what it does | needs | body and parameters |"
    yield "|---|---|---|---|"
    for operation in OPERATIONS:
        call = f"`{operation.method} {operation.path}`"
        yield f"| {call} | {operation.summary} | `{operation.permission}` | {_inputs(operation)} |"


def _inputs(operation: Operation) -> str:
    body = _fields(operation.body) if operation.body is not None else ""
    query = "" if operation.query is NoQuery else "?" + _fields(operation.query)
    return " ".join(part for part in (body, query) if part)


def _fields(struct: type[msgspec.Struct]) -> str:
    fields = msgspec.structs.fields(struct)
    return " ".join(f"`{field.name}`{'*' if field.required else ''}" for field in fields)


if __name__ == "__main__":
    sys.stdout.write(reference())
