"""An API that takes one token at a time, on a real socket, beside its token endpoint."""

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.caller.token_server import Reply, Request, TokenServer, numbered, serving
from watchword.caller import TokenSource


class Api(NamedTuple):
    """`accepted` are the tokens that are good; without any, all are."""

    url: str
    api: TokenServer
    tokens: TokenServer
    source: TokenSource
    accepted: set[str]

    def accept(self, *tokens: str) -> None:
        self.accepted.clear()
        self.accepted.update(tokens)

    @property
    def seen(self) -> list[str]:
        """The Authorization headers that came, in order."""
        return [request.headers.get("authorization", "") for request in self.api.requests]


@contextlib.contextmanager
def guarded_api(challenge: str = 'Bearer error="invalid_token"', **options: Any) -> Iterator[Api]:
    accepted: set[str] = set()

    def answer(request: Request) -> Reply:
        if request.path == "/moved":
            # Another origin for a client, the same server for us.
            other = f"http://127.0.0.1:{request.headers['host'].split(':')[1]}/elsewhere"
            return Reply(302, headers={"Location": other})
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if accepted and token not in accepted:
            return Reply(401, b"no", {"WWW-Authenticate": challenge} if challenge else {})
        return Reply(200, request.body or b"hello")

    with serving(numbered()) as tokens, serving(answer) as api:
        source = TokenSource(
            token_endpoint=tokens.url, client_id="me", client_secret="s", **options
        )
        yield Api(api.url, api, tokens, source, accepted)
