"""A vendor's token endpoint, spoken by the server's half of its dialect."""

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from tests.caller.token_server import Reply, Request
from watchword.dialect import Refusal, Sources, TokenAnswer, WireRequest, WireResponse, load
from watchword.dialect.refusal import UnknownClient, WrongSecret

SOURCES = Sources(1_800_000_000.0, lambda count: b"\x07" * count)


def vendor(
    name: str, client_id: str, secrets: Collection[str], mint: Callable[[], str], life: int = 3600
) -> Callable[[Request], Reply]:
    """Answers as the vendor `name` does; `secrets` may change while it runs."""
    dialect = load(name)

    def answer(request: Request) -> Reply:
        wire = _wire(request)
        try:
            asked = dialect.read(wire)
            reading = asked.credentials.readings[0]
            if reading.client_id != client_id:
                raise UnknownClient("Invalid client credentials.")
            if reading.secret not in secrets:
                raise WrongSecret("Invalid client credentials.")
        except Refusal as refusal:
            return _reply(dialect.write_refusal(refusal, wire, SOURCES))
        token = TokenAnswer(access_token=mint(), issued_at=int(SOURCES.now), expires_in=life)
        return _reply(dialect.write_token(token, wire, SOURCES))

    return answer


def _wire(request: Request) -> WireRequest:
    parts = urlsplit(request.path)
    return WireRequest(
        method=request.method,
        path=parts.path.encode(),
        query=parts.query.encode(),
        headers=[(name.encode(), value.encode()) for name, value in request.headers.items()],
        body=request.body,
        request_id="r1",
    )


def _reply(response: WireResponse) -> Reply:
    headers = {name.decode(): value.decode() for name, value in response.headers}
    return Reply(response.status, response.body, headers)
