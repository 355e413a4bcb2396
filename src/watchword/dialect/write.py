"""From a token or a refusal to a WireResponse (RFC 6749, 5.1 and 5.2), in a dialect's words.

Each answer says that it must not be stored (RFC 6749, 5.1) and carries the request id.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from watchword.dialect.answer import Sources, TokenAnswer
from watchword.dialect.fault import FaultFound
from watchword.dialect.model import AnswerPart, RefusalPart
from watchword.dialect.place import HEADER_NAME
from watchword.dialect.placeholder import Where
from watchword.dialect.refusal import MethodNotAllowed, Refusal
from watchword.dialect.scene import Scene, Wording
from watchword.dialect.slot import Pieces, parse_pieces
from watchword.dialect.template import (
    Body,
    Emit,
    EmitMaybe,
    filler,
    fits_header,
    header_emitter,
)
from watchword.dialect.wire import Header, WireRequest, WireResponse

# Headers that are the server's own, or that a vendor's file has no business with.
RESERVED_HEADERS = frozenset(
    "cache-control pragma x-request-id content-type content-length content-encoding connection "
    "transfer-encoding date server set-cookie strict-transport-security upgrade trailer te host "
    "access-control-allow-origin access-control-allow-credentials retry-after allow".split()
)

# The path in the file of a key of an answer.
PathOf = Callable[[str], str]

_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]*)", re.IGNORECASE)
_NO_STORE: tuple[Header, ...] = ((b"cache-control", b"no-store"), (b"pragma", b"no-cache"))


class Head(NamedTuple):
    """The status and headers of an answer."""

    status: int
    fixed: tuple[Header, ...]
    filled: tuple[tuple[bytes, EmitMaybe], ...]

    def headers(self, scene: Scene, more: tuple[Header, ...] = ()) -> tuple[Header, ...]:
        """The headers for one answer."""
        request_id = (b"x-request-id", scene.request.request_id.encode("ascii", "replace"))
        if not self.filled:
            return (*self.fixed, request_id, *more)
        filled = [(name, emit(scene)) for name, emit in self.filled]
        extra = tuple((name, value) for name, value in filled if value is not None)
        return (*self.fixed, request_id, *extra, *more)


def compile_head(
    status: int, content_type: str, headers: dict[str, str], where: Where, path_of: PathOf
) -> Head:
    """A Head; FaultFound for a header that cannot be, or is not the file's to give."""
    _check_content_type(content_type, path_of("content_type"))
    fixed: tuple[Header, ...] = ((b"content-type", content_type.encode()), *_NO_STORE)
    filled: list[tuple[bytes, EmitMaybe]] = []
    for name, text in headers.items():
        key = f"{path_of('headers')}.{name}"
        if not HEADER_NAME.match(name):
            raise FaultFound(key, f"{name!r} is no header name")
        if name.lower() in RESERVED_HEADERS:
            raise FaultFound(key, f"the header {name} is the server's own")
        if name.lower().encode() in (other for other, _ in filled):
            raise FaultFound(key, "is there twice", "capitals make no other header")
        filled.append((name.lower().encode(), header_emitter(_header_pieces(text, where, key))))
    return Head(status, fixed, tuple(filled))


def _header_pieces(text: str, where: Where, key: str) -> Pieces:
    """The pieces of a header's value, whose constants must be what a header can carry."""
    pieces = parse_pieces(text, where, key)
    if not all(fits_header(piece) for piece in pieces if isinstance(piece, str)):
        raise FaultFound(key, "a header holds printable ASCII and nothing else", near=text)
    return pieces


class AnswerWriter:
    """Writes the answer that carries the token."""

    def __init__(self, part: AnswerPart) -> None:
        # The head first: what a bad content type makes of the body is no fault of the body's.
        self.head = compile_head(
            part.status, part.content_type, dict(part.headers), "answer", "answer.{}".format
        )
        self.body = Body(part.body, part.content_type, "answer", "answer.body")
        self._render: Emit = self.body.render

    def write(self, answer: TokenAnswer, request: WireRequest, sources: Sources) -> WireResponse:
        """The wire response for a token."""
        scene = Scene(request, sources)
        scene.answer = answer
        head = self.head
        if head.filled:
            return WireResponse(head.status, head.headers(scene), self._render(scene))
        # The commonest answer, without a call more than it needs.
        request_id = (b"x-request-id", request.request_id.encode("ascii", "replace"))
        return WireResponse(head.status, (*head.fixed, request_id), self._render(scene))


class RefusalRules(NamedTuple):
    """What a dialect's file says for one cause, after its parents have filled the gaps."""

    cause: str
    status: int
    error: str | None
    description: str | None
    code: str | int | None
    retry_after: int | None
    alike: bool


class RefusalWriter:
    """Writes the answer to one cause. `alike`: it is told in the words of invalid_client only.

    path_of: where the file says each key.
    """

    def __init__(
        self, rules: RefusalRules, part: RefusalPart, path_of: PathOf, basic_only: bool
    ) -> None:
        content_type = part.content_type or "application/json"
        self.rules = rules
        self.content_type = content_type
        headers = dict(part.headers or {})
        self.head = compile_head(rules.status, content_type, headers, "refusal", path_of)
        self.body = Body(part.body or "", content_type, "refusal", path_of("body"))
        self._describe = _description(rules, path_of("description"))
        own_challenge = any(name.lower() == "www-authenticate" for name in headers)
        self._challenges = rules.status == 401 and not own_challenge
        self._basic_only = basic_only

    def write(self, refusal: Refusal, request: WireRequest, sources: Sources) -> WireResponse:
        """The wire response for a refusal."""
        rules = self.rules
        retry_after = rules.retry_after
        if refusal.retry_after is not None and not rules.alike:
            retry_after = refusal.retry_after
        scene = Scene(request, sources)
        scene.wording = Wording(
            cause=rules.cause,
            error=rules.error or refusal.error,
            description="Client authentication failed." if rules.alike else refusal.description,
            status=rules.status,
            code=rules.code,
            retry_after=retry_after,
            values={} if rules.alike else refusal.values,
        )
        if self._describe is not None:
            scene.wording.description = self._describe(scene)
        more = self._more_headers(refusal, request, retry_after)
        return WireResponse(rules.status, self.head.headers(scene, more), self.body.render(scene))

    def _more_headers(
        self, refusal: Refusal, request: WireRequest, retry_after: int | None
    ) -> tuple[Header, ...]:
        more: list[Header] = []
        if retry_after is not None:
            more.append((b"retry-after", str(retry_after).encode()))
        if isinstance(refusal, MethodNotAllowed) and self.rules.status == 405:
            more.append((b"allow", ", ".join(refusal.allowed).encode()))
        # "If the client attempted to authenticate via the Authorization request header field, the
        # authorization server MUST respond with ... the WWW-Authenticate response header field
        # matching the authentication scheme used by the client." (RFC 6749, 5.2)
        if self._challenges and (
            self._basic_only or any(name == b"authorization" for name, _ in request.headers)
        ):
            more.append((b"www-authenticate", b'Basic realm="token", charset="UTF-8"'))
        return tuple(more)


def _check_content_type(content_type: str, path: str) -> None:
    if not (content_type and content_type.isascii() and content_type.isprintable()):
        raise FaultFound(path, "is no content type", "such as application/json")
    charset = _CHARSET.search(content_type)
    if charset and charset[1].lower() not in ("utf-8", "utf8"):
        raise FaultFound(path, f"bodies are UTF-8, not {charset[1]}", "charset=utf-8, or none")


def _description(rules: RefusalRules, path: str) -> Callable[[Scene], str] | None:
    if rules.description is None:
        return None
    return filler(parse_pieces(rules.description, "refusal", path), None)
