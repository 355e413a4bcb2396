"""RFC 6750, 3: a refusal, or the API's own metadata, as an HTTP answer for the adapters."""

from typing import Any

import msgspec
from msgspec import Struct

from watchword.guard.errors import GuardError
from watchword.guard.guard import Guard


class Answer(Struct, frozen=True, kw_only=True):
    """status; headers with names in lower case, content-length among them; body: JSON."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as ASGI wants them."""
        return [(name.encode("ascii"), value.encode("latin-1")) for name, value in self.headers]


def refusal_answer(refusal: GuardError) -> Answer:
    """The answer to a request that is not let through."""
    return _json(refusal.status, refusal.body, refusal.headers)


def metadata_answer(guard: Guard[Any], method: str, path: str) -> Answer | None:
    """The answer to a request for the API's metadata (RFC 9728, 3); None for any other request."""
    metadata = guard.resource_metadata
    if metadata is None or method not in ("GET", "HEAD") or path != metadata.path:
        return None
    # Any page may read it: it is what a browser's client needs before it has a token.
    shared = (("cache-control", "max-age=3600"), ("access-control-allow-origin", "*"))
    return _json(200, metadata.document(), shared)


def _json(status: int, document: object, headers: tuple[tuple[str, str], ...]) -> Answer:
    body = msgspec.json.encode(document)
    described = (("content-type", "application/json"), ("content-length", str(len(body))))
    return Answer(status=status, headers=(*described, *headers), body=body)
