"""The resource server's side: verifies access tokens inside an API, offline.

    guard = Guard(issuer="https://auth.example.com", audience="https://api.example.com")
    claims = guard.verify(request.headers.get("authorization"), scope="payments:read")

`Guard` is the core; each framework has a thin adapter of its own beside it (`asgi`, `wsgi`,
`starlette`, `litestar`, `django`, `flask`, `aiohttp`, `grpc`), imported only where it is used.
"""

from watchword.guard.claims import Claims
from watchword.guard.errors import GuardError
from watchword.guard.guard import Guard
from watchword.guard.issuer import Issuer
from watchword.guard.presentation import Presentation
from watchword.guard.requirement import Requirement

__all__ = ["Claims", "Guard", "GuardError", "Issuer", "Presentation", "Requirement"]
