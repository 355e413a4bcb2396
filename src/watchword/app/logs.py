"""The server's log: one JSON object (or one readable line) an event, on standard error.

Rules. What helps the operator stands here and nowhere on the wire: the reason of each refusal, with
the request id that the client was given. Secrets, tokens and query strings are never handed to the
log; should one slip into a text all the same (a library's exception, say), `redact` takes out
whatever looks like one before the line is written.
"""

import asyncio
import logging
import re
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

import msgspec

_TOLD = "told"
_encode = msgspec.json.Encoder(enc_hook=str).encode
_REDACTED = "[redacted]"
# What each begins with, and what it looks like: the first is looked for in no time, and most
# lines have none of them.
_SECRETS = (
    # a compact JWS, whole or cut
    ("eyJ", re.compile(r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,2}")),
    # a secret in our own format, but for its prefix
    ("_", re.compile(r"_[0-9A-Za-z]{41}(?![0-9A-Za-z])")),
    # an Authorization header
    ("asic ", re.compile(r"asic [A-Za-z0-9+/=_-]{4,}")),
    ("earer ", re.compile(r"earer [A-Za-z0-9._~+/=-]{8,}")),
    # a parameter of a form or a query, a member of a JSON text
    ("secret=", re.compile(r"secret=[^&\s\"']+")),
    ('secret": "', re.compile(r'secret": "[^"]+')),
    ("PRIVATE KEY", re.compile(r"PRIVATE KEY-----[^-]+")),
)


def redact(text: str) -> str:
    """`text` without what looks like a secret, a token or a private key."""
    for mark, pattern in _SECRETS:
        if mark in text:
            text = pattern.sub(mark + _REDACTED, text)
    return text


class Log:
    """Lines with an event's name and what is told about it: `log.info("tls.reloaded", path=…)`."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def debug(self, event: str, **told: Any) -> None:
        """What helps a developer."""
        self._write(logging.DEBUG, event, told)

    def info(self, event: str, **told: Any) -> None:
        """What happened as it should."""
        self._write(logging.INFO, event, told)

    def warning(self, event: str, **told: Any) -> None:
        """What somebody should look at some time."""
        self._write(logging.WARNING, event, told)

    def error(self, event: str, *, error: BaseException | None = None, **told: Any) -> None:
        """What somebody should look at now; with the trace of `error`, if it is given."""
        self._write(logging.ERROR, event, told, error)

    def _write(
        self, level: int, event: str, told: dict[str, Any], error: BaseException | None = None
    ) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, "%s", event, exc_info=error, extra={_TOLD: told})


log = Log(logging.getLogger("watchword"))


def configure(format_: str, level: str, stream: TextIO | None = None) -> None:
    """Send this process's log to `stream` (standard error): "json" or "console" lines.

    level: "debug", "info", "warning" or "error". Logs of libraries go the same way.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Console() if format_ == "console" else _Json())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = getattr(record, _TOLD, None) or {"logger": record.name}
        line = {
            **told,
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "at": _instant(record.created),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return redact(_encode(line).decode())


class _Console(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = getattr(record, _TOLD, None) or {}
        words = [f"{name}={value}" for name, value in told.items() if value is not None]
        line = " ".join(
            [_instant(record.created)[11:19], record.levelname[:4], record.getMessage(), *words]
        )
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        # What strangers wrote must neither begin a line of its own nor move the cursor.
        return redact("".join(c if c.isprintable() or c == "\n" else "?" for c in line))


class LineLog:
    """Lines of the token path, written without logging's cost per line.

    They look like all others. A line waits for the rest of its turn of the event loop, so that a
    flood of them is put into words and written in one go.
    """

    def __init__(self, format_: str, level: str, stream: TextIO | None = None) -> None:
        self.wants_info = level in ("debug", "info")
        self._console = format_ == "console"
        self._stream = stream or sys.stderr
        self._waiting: list[dict[str, Any]] = []

    def info(self, event: str, told: Mapping[str, Any]) -> None:
        """Write `event` with what is `told` about it, unless the log wants warnings only."""
        if not self.wants_info:
            return
        if self._console:
            log.info(event, **told)
            return
        line = {**told, "event": event, "level": "info", "at": _instant(time.time())}
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        self._waiting.append(line)

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            lines = [redact(_encode(line).decode()) for line in waiting]
            self._stream.write("\n".join([*lines, ""]))
            self._stream.flush()


def _instant(at: float) -> str:
    milliseconds = int(at * 1000)
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03}Z"


@lru_cache(maxsize=2)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")[:-6]
