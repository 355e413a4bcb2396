"""A dialect ready for work: it reads token requests and writes answers, and can do nothing else."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec
from msgspec import Struct

from watchword.dialect.answer import Sources
from watchword.dialect.cause import known_cause
from watchword.dialect.compile import Compiled, auth_methods
from watchword.dialect.model import DialectFile
from watchword.dialect.refusal import Refusal
from watchword.dialect.wire import WireRequest, WireResponse

PUBLIC_FORMAT = 1


class TokenHeader(Struct, frozen=True, kw_only=True):
    """What the JWT's header says: `typ` (None: nothing), and whether it names its key."""

    typ: str | None
    kid: bool


class Presentation(Struct, frozen=True, kw_only=True):
    """How a token stands at the API: the header's name in lower case, and the word before it."""

    header: str
    scheme: str


class Dialect:
    """One vendor's token endpoint. Made by `load` and `parse`; immutable; safe between threads.

    name, title: of the file. token_path: below the issuer's URL. methods: HTTP methods taken.
    rfc6749: whether RFC 8414 metadata describes it. auth_methods: for that metadata.
    header: of the JWT. alg: what the vendor's page shows, None for nothing. presentation: at the
    API.
    decodes_basic: whether a client id may hold ":" and still be sent by Basic.
    client_attributes: the client's attributes that it reads. revealed: causes told apart.
    """

    def __init__(self, file: DialectFile, compiled: Compiled) -> None:
        request = file.request
        self.file = file
        self.name = file.name
        self.title = file.title or file.name
        self.token_path = request.path
        self.methods: tuple[str, ...] = tuple(request.methods)
        self.rfc6749 = file.rfc6749
        self.auth_methods = auth_methods(request)
        self.header = TokenHeader(typ=file.token.typ or None, kid=file.token.kid)
        self.alg = file.token.alg
        self.decodes_basic = any(
            "form" in credentials.basic or "base64" in credentials.basic
            for credentials in request.credentials
        )
        self.presentation = Presentation(
            header=file.presentation.header.lower(), scheme=file.presentation.scheme
        )
        self.client_attributes = compiled.attributes
        self.revealed = frozenset(file.reveal)
        self.refusals = compiled.refusals
        self.answer_body = compiled.answer.body
        # Bound here, so that the hot path looks nothing up twice.
        self.read = compiled.reader.read
        self.write_token = compiled.answer.write

    def __repr__(self) -> str:
        return f"Dialect({self.name!r})"

    def write_refusal(
        self, refusal: Refusal, request: WireRequest, sources: Sources
    ) -> WireResponse:
        """The answer to a refused request, in the dialect's words. Never raises."""
        writer = self.refusals.get(refusal.cause) or self.refusals[known_cause(refusal)]
        return writer.write(refusal, request, sources)

    @cached_property
    def public(self) -> Mapping[str, Any]:
        """The public half: what guards and callers read, as JSON-able data."""
        return {"format": PUBLIC_FORMAT, **msgspec.to_builtins(self.file)}
