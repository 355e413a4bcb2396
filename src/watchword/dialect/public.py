"""The public half of a dialect: how a caller asks for a token and reads the answer.

Made from a Dialect, or from the JSON that an issuer serves at /.well-known/watchword-dialect.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from watchword.dialect.caller_request import CallerRequest, build_request
from watchword.dialect.compile import Compiled
from watchword.dialect.dialect import PUBLIC_FORMAT, Dialect
from watchword.dialect.fault import DialectError, Fault, FaultFound
from watchword.dialect.invert import Finder, Received, body_finders, header_finders, received
from watchword.dialect.json_text import InvalidJson, loads
from watchword.dialect.model import DialectFile
from watchword.dialect.recognise import recognise
from watchword.dialect.slot import parse_pieces

MAX_BYTES = 256 * 1024
_LONGEST_LIFE = 2**40


class CallerAnswer(Struct, frozen=True, gc=False, kw_only=True):
    """A token as a caller receives it.

    expires_in: seconds from now; expires_at: epoch seconds by the server's clock. Each is None
    where the answer does not say; if both are, the token's own `exp` is the only word on its life.
    """

    access_token: str
    expires_in: int | None
    expires_at: int | None
    scope: str | None

    def __repr__(self) -> str:
        return f"CallerAnswer(expires_in={self.expires_in}, expires_at={self.expires_at})"


class CallerRefusal(Exception):
    """An answer without a token.

    error: an RFC 6749 code; "unreadable_answer" for an answer that is none of the dialect's.
    cause: the dialect's cause, "" if none was recognised. retry_after: seconds, or None.
    """

    def __init__(
        self,
        error: str,
        description: str | None = None,
        *,
        status: int,
        cause: str = "",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{error} (HTTP {status})" + (f": {description}" if description else ""))
        self.error = error
        self.description = description
        self.status = status
        self.cause = cause
        self.retry_after = retry_after


class PublicDialect:
    """What guards and callers know of a dialect.

    server_only: why a caller cannot read its answers, "" if it can.
    key_prefix: of the issuer's generated secrets, None if the issuer does not tell.
    """

    def __init__(self, dialect: Dialect, key_prefix: str | None = None) -> None:
        self._part = dialect.file.request
        self._refusals = dialect.refusals
        self._finders = _answer_finders(dialect)
        self.name = dialect.name
        self.title = dialect.title
        self.token_path = dialect.token_path
        self.header = dialect.header
        self.presentation = dialect.presentation
        self.key_prefix = key_prefix
        self.takes_client_id = any(
            part.client_id or set(part.basic) - {"secret"} for part in self._part.credentials
        )
        self.server_only = "" if "access_token" in self._finders else _WHY

    def __repr__(self) -> str:
        return f"PublicDialect({self.name!r})"

    @classmethod
    def from_dialect(cls, dialect: Dialect) -> "PublicDialect":
        """The public half of a dialect at hand."""
        return cls(dialect)

    @classmethod
    def from_json(cls, text: bytes) -> "PublicDialect":
        """The public half as served. Keys that are not known are passed over.

        Raises DialectError for anything that is not a public half of this format.
        """
        raw = _parsed(text)
        try:
            file = msgspec.convert(raw, DialectFile)
            dialect = Dialect(file, Compiled(file))
        except (msgspec.ValidationError, FaultFound) as wrong:
            raise _error(str(wrong)) from None
        prefix = raw.get("key_prefix")
        return cls(dialect, prefix if isinstance(prefix, str) else None)

    def token_request(
        self,
        client_id: str | None,
        client_secret: str,
        *,
        scope: str | None = None,
        resource: Iterable[str] = (),
        fields: Mapping[str, str] | None = None,
        credentials: int = 0,
    ) -> CallerRequest:
        """The request that asks for a token; `credentials` chooses among the dialect's places."""
        return build_request(
            self._part,
            client_id=client_id,
            client_secret=client_secret,
            scope=scope,
            resource=tuple(resource),
            fields=fields,
            credentials=credentials,
        )

    def token_answer(
        self, status: int, headers: Mapping[str, str] | Iterable[tuple[str, str]], body: bytes
    ) -> CallerAnswer:
        """The token in an answer. Raises CallerRefusal, and nothing else, for any other."""
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        answer = received(status, dict(pairs), body)
        token = self._find(answer, "access_token") if 200 <= status < 300 else None
        if not isinstance(token, str) or not _is_token(token):
            raise self._refusal(answer)
        scope = self._find(answer, "scope") or self._find(answer, "scope_if_differs")
        return CallerAnswer(
            access_token=token,
            expires_in=self._seconds(answer, "expires_in"),
            expires_at=self._seconds(answer, "expires_at"),
            scope=scope if isinstance(scope, str) else None,
        )

    def _find(self, answer: Received, name: str) -> Any:
        for finder in self._finders.get(name, ()):
            value = finder.find(answer)
            if value is not None:
                return value
        return None

    def _seconds(self, answer: Received, name: str) -> int | None:
        value = self._find(answer, name)
        try:
            seconds = int(value) if isinstance(value, (int, float, str)) else None
        except (ValueError, OverflowError):
            return None
        return seconds if seconds is not None and 0 <= seconds < _LONGEST_LIFE else None

    def _refusal(self, answer: Received) -> CallerRefusal:
        found = recognise(answer, self._refusals)
        return CallerRefusal(
            found.error,
            found.description,
            status=answer.status,
            cause=found.cause,
            retry_after=found.retry_after,
        )


_WHY = "the token cannot be told from the rest of the answer"


def _answer_finders(dialect: Dialect) -> dict[str, list[Finder]]:
    finders = body_finders(dialect.answer_body)
    for name, text in dialect.file.answer.headers.items():
        finders += header_finders(name, parse_pieces(text, "answer", "answer.headers"))
    by_name: dict[str, list[Finder]] = {}
    for finder in finders:
        by_name.setdefault(finder.slot.name, []).append(finder)
    return by_name


def _is_token(text: str) -> bool:
    return bool(text) and text.isascii() and text.isprintable() and " " not in text


def _parsed(text: bytes) -> dict[str, Any]:
    if len(text) > MAX_BYTES:
        raise _error("it is too large")
    try:
        raw = loads(text)
    except InvalidJson as wrong:
        raise _error(str(wrong)) from None
    if not isinstance(raw, dict):
        raise _error("it is not a JSON object")
    if raw.get("format") != PUBLIC_FORMAT:
        raise _error(f"its format is not {PUBLIC_FORMAT}; a newer watchword may read it")
    return raw


def _error(message: str) -> DialectError:
    return DialectError((Fault(path="", line=0, message=message[:300]),), "watchword-dialect")
