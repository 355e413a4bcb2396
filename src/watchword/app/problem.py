"""Problem details (RFC 9457): what is answered where no dialect has the word."""

import http
import json

from watchword.app.asgi import Header, Send, send_answer
from watchword.app.request_id import new_request_id

CONTENT_TYPE = b"application/problem+json"


def problem_body(status: int, detail: str) -> bytes:
    """The JSON text of a problem without a type of its own."""
    title = http.HTTPStatus(status).phrase
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return json.dumps(problem).encode()


def problem_headers(request_id: str) -> list[Header]:
    """Headers of every problem: it is never kept, and it can be found in the log."""
    return [
        (b"content-type", CONTENT_TYPE),
        (b"cache-control", b"no-store"),
        (b"x-request-id", request_id.encode()),
    ]


async def send_problem(
    send: Send, status: int, detail: str, *, request_id: str | None = None
) -> None:
    """Answer with `status` and a problem that says `detail`."""
    headers = problem_headers(request_id or new_request_id())
    await send_answer(send, status, headers, problem_body(status, detail))
