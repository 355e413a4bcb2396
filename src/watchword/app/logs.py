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
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec
import structlog

log = structlog.stdlib.get_logger("watchword")

_encode = msgspec.json.Encoder().encode
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


def configure(format_: str, level: str, stream: TextIO | None = None) -> None:
    """Send this process's log to `stream` (standard error): "json" or "console" lines.

    level: "debug", "info", "warning" or "error". Logs of libraries go the same way.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared_processors(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _renderer(format_, colours=handler.stream.isatty()),
                _redact_line,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class LineLog:
    """Lines of the token path, written without structlog's cost per line.

    They look like all others. A line waits for the rest of its turn of the event loop, so that a
    flood of them is written in one go.
    """

    def __init__(self, format_: str, level: str, stream: TextIO | None = None) -> None:
        self.wants_info = level in ("debug", "info")
        self._console = format_ == "console"
        self._stream = stream or sys.stderr
        self._waiting: list[str] = []

    def info(self, event: str, told: Mapping[str, Any]) -> None:
        """Write `event` with what is `told` about it, unless the log wants warnings only."""
        if not self.wants_info:
            return
        if self._console:
            log.info(event, **told)
            return
        line = _encode({**told, "event": event, "level": "info", "at": _now()}).decode()
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        self._waiting.append(redact(line))

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._stream.write("\n".join([*waiting, ""]))
            self._stream.flush()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _shared_processors() -> list[structlog.typing.Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]


def _renderer(format_: str, *, colours: bool) -> structlog.typing.Processor:
    if format_ == "console":
        return structlog.dev.ConsoleRenderer(
            colors=colours, exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.processors.JSONRenderer()


def _redact_line(
    _logger: Any, _method: str, line: str | bytes | Mapping[str, Any] | MutableMapping[str, Any]
) -> str:
    return redact(str(line))
