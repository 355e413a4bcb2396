"""How a run ends that did not succeed: a short text or JSON on standard error, and an exit code.

Never a stack trace, unless WATCHWORD_DEBUG=1 asks for it. Modules of the server are looked at only
where they were loaded anyway: most of what can fail has not loaded them.
"""

import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click
from msgspec import Struct

REFUSED, USAGE, UNREACHABLE, FAULT = 1, 2, 3, 70

_WHICH_DATABASE = "`watchword config explain` shows which database is meant, and what set it"
_WHY = "its server knows why: `watchword client diagnose CLIENT_ID`"

# Which extra brings a module that is not there.
_EXTRAS = {
    "sqlalchemy": "server",
    "alembic": "server",
    "psycopg": "server",
    "uvicorn": "server",
    "httptools": "server",
    "uvloop": "server",
    "starlette": "server",
    "argon2": "server",
    "bcrypt": "server",
    "rich": "server",
}


class Refused(Exception):
    """What a command refuses by itself.

    usage: the command was typed wrong (exit code 2). unreachable: a server is away (3).
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str = "refused",
        usage: bool = False,
        unreachable: bool = False,
    ) -> None:
        super().__init__(message)
        exit_code = USAGE if usage else UNREACHABLE if unreachable else REFUSED
        self.failure = Failure(code, message, hint, exit_code)


class Failure(Struct, frozen=True):
    """What is told about an error, and the exit code."""

    code: str
    message: str
    hint: str
    exit_code: int


def report(error: Exception, *, as_json: bool) -> int:
    """Tell standard error what happened; the exit code back."""
    if os.environ.get("WATCHWORD_DEBUG") == "1":
        traceback.print_exception(error)
    failure = failure_of(error)
    if as_json:
        told = {"error": failure.code, "message": failure.message, "hint": failure.hint or None}
        sys.stderr.write(json.dumps(told) + "\n")
    else:
        hint = f"hint: {failure.hint}\n" if failure.hint else ""
        sys.stderr.write(f"watchword: {failure.message}\n{hint}")
    return failure.exit_code


def reason_of(error: Exception) -> str:
    """Why a file cannot be read or written, in words: neither number nor path."""
    if isinstance(error, UnicodeDecodeError):
        return "it is no UTF-8 text"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def failure_of(error: Exception) -> Failure:
    """What `error` means to whoever typed the command."""
    for known in _KINDS:
        failure = known(error)
        if failure is not None:
            return failure
    return Failure(
        "internal_error",
        f"a fault of ours ({type(error).__name__})",
        "WATCHWORD_DEBUG=1 shows where; please report it",
        FAULT,
    )


def _own(error: Exception) -> Failure | None:
    return error.failure if isinstance(error, Refused) else None


def _of_click(error: Exception) -> Failure | None:
    if not isinstance(error, click.ClickException):
        return None
    hint = ""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"`{error.ctx.command_path} --help` shows how"
    return Failure("usage", error.format_message(), hint, USAGE)


def _missing_extra(error: Exception) -> Failure | None:
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return None
    extra = _EXTRAS.get(error.name.partition(".")[0])
    if extra is None:
        return None
    return Failure(
        "missing_extra",
        f"this command needs {error.name.partition('.')[0]}, which is not installed",
        f'pip install "watchword[{extra}]"',
        USAGE,
    )


def _of_admin(error: Exception) -> Failure | None:
    if not _is_a(error, "watchword.admin.errors", ["ChangeRefused"]):
        return None
    refused: Any = error
    return Failure(refused.code, refused.message, refused.hint, REFUSED)


def _of_storage(error: Exception) -> Failure | None:
    module = "watchword.storage.errors"
    if _is_a(error, module, ["StoreLocked"]):
        return Failure("locked", str(error), "another process writes; try again", UNREACHABLE)
    if _is_a(error, module, ["StoreUnavailable"]):
        return Failure("unreachable", str(error), _WHICH_DATABASE, UNREACHABLE)
    if _is_a(error, module, ["SchemaTooNew"]):
        return Failure("schema_too_new", str(error), "update this Watchword", REFUSED)
    if _is_a(error, module, ["StorageError"]):
        return Failure("storage", str(error), "", REFUSED)
    return None


def _of_app(error: Exception) -> Failure | None:
    if not _is_a(error, "watchword.app.settings", ["InvalidSettings"]):
        return None
    refused: Any = error
    return Failure("invalid_setting", refused.message, refused.hint, USAGE)


def _of_caller(error: Exception) -> Failure | None:
    module = "watchword.caller.errors"
    if _is_a(error, module, ["ConfigurationError"]):
        return Failure("invalid_configuration", str(error), "", USAGE)
    if _is_a(error, module, ["TokenRefused"]):
        refused: Any = error
        hint = _WHY if refused.error == "invalid_client" else ""
        return Failure(refused.error, str(error), hint, REFUSED)
    if _is_a(error, module, ["DiscoveryFailed"]):
        return Failure("unavailable", str(error), "is it an issuer's own URL?", UNREACHABLE)
    if _is_a(error, module, ["CallerError"]):
        return Failure("unavailable", str(error), "", UNREACHABLE)
    return None


def _of_guard(error: Exception) -> Failure | None:
    module = "watchword.guard.errors"
    if not _is_a(error, module, ["GuardError"]):
        return None
    refused: Any = error
    unreachable = _is_a(error, module, ["KeysUnavailable"])
    code = refused.error or "no_token"
    return Failure(code, refused.reason, "", UNREACHABLE if unreachable else REFUSED)


def _of_system(error: Exception) -> Failure | None:
    """A file that cannot be used: a full disk, a folder of somebody else's."""
    if not isinstance(error, OSError) or not error.filename:
        return None
    return Failure("no_file", f"{error.filename}: {reason_of(error)}", "", REFUSED)


def _is_a(error: Exception, module: str, names: Sequence[str]) -> bool:
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(error, tuple(getattr(loaded, name) for name in names))


_KINDS = (
    _own,
    _of_click,
    _missing_extra,
    _of_admin,
    _of_storage,
    _of_app,
    _of_caller,
    _of_guard,
    _of_system,
)
