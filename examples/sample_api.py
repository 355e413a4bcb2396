"""The APIs of four vendors, each protected by Watchword's guard, offline. Read one and copy it.

Each function below is one vendor's API, as that vendor would write it: a `Guard`, made once, and
`@guarded` before each endpoint. Nothing here knows Watchword's server: keys come from the issuer's
JWK Set, or from a file where the vendor signs with HS256, and no request asks the server anything.

`watchword demo` serves all four below the vendors' URLs. By itself, beside a demo that is running:

    SAMPLE_API=demo-data/sample-api uvicorn --app-dir examples sample_api:app --port 9000
"""

import json
import os
from pathlib import Path
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from watchword import dialect
from watchword.guard import Guard
from watchword.guard.starlette import guarded
from watchword.jose import base64url

PRODUCTS = {
    "ACME01": [
        {"id": "A-100", "name": "Pirate, size M", "stock": 14},
        {"id": "A-101", "name": "Astronaut, size S", "stock": 3},
    ],
    "BELLA7": [{"id": "B-200", "name": "Harlequin, size L", "stock": 8}],
}
PAYMENTS = [{"id": "pay_1", "amount": 1250, "currency": "EUR", "status": "settled"}]
PROVIDERS = [{"id": "sepa", "name": "SEPA credit transfer"}, {"id": "card", "name": "Cards"}]


def kamoa(issuer: str, shared_keys: list[bytes]) -> list[Route]:
    """A token alone in the Authorization header, without a scheme word.

    Browsers call it too. Here the server below which it stands allows them (`--cors-origin`); an
    API on a host of its own adds Starlette's CORSMiddleware.
    """
    guard = Guard(issuer, shared_keys=shared_keys, typ="JWT", dialect=dialect.load("kamoa"))

    @guarded(guard)
    async def protected(request: Request) -> Response:
        return JSONResponse({"message": "Welcome", "client_id": request.state.claims.client_id})

    return [Route("/protected-endpoint", protected)]


def kiss(issuer: str, shared_keys: list[bytes]) -> list[Route]:
    """Data of one customer only: whose, says a claim that was signed, never the request."""
    guard = Guard(issuer, shared_keys=shared_keys, typ="JWT")

    @guarded(guard)
    async def products(request: Request) -> Response:
        customer = request.state.claims.extra["customer"]
        return JSONResponse({"customer": customer, "products": PRODUCTS[customer]})

    return [Route("/products", products)]


def connectivity(issuer: str, jwks_uri: str) -> list[Route]:
    """401 for a bad token, 403 where the account lacks a permission; that is a claim here."""
    guard = Guard(issuer, jwks_uri=jwks_uri)

    @guarded(guard)
    async def account(request: Request) -> Response:
        claims = request.state.claims
        return JSONResponse(
            {"client_id": claims.client_id, "permissions": claims.extra["permissions"]}
        )

    @guarded(guard, claims={"permissions": "admin"})
    async def admin(_request: Request) -> Response:
        return JSONResponse({"accounts": ["all of them"]})

    return [Route("/account", account), Route("/admin", admin)]


def kashimi(issuer: str, jwks_uri: str) -> list[Route]:
    """A scope for each kind of access."""
    guard = Guard(issuer, jwks_uri=jwks_uri, typ="JWT")

    @guarded(guard, scope="payments:read")
    async def payments(_request: Request) -> Response:
        return JSONResponse({"payments": PAYMENTS})

    @guarded(guard, scope="payments:write")
    async def pay(_request: Request) -> Response:
        return JSONResponse({"id": "pay_2", "status": "initiated"})

    @guarded(guard, scope="providers:read")
    async def providers(_request: Request) -> Response:
        return JSONResponse({"providers": PROVIDERS})

    return [
        Route("/payments", payments),
        Route("/payments", pay, methods=["POST"]),
        Route("/providers", providers),
    ]


def read_shared_keys(file: Path) -> list[bytes]:
    """HS256 keys as `watchword key export` writes them: one JWK, or a set of them.

    Guard the file like the server: whoever can verify with such a key can also sign.
    """
    document = json.loads(file.read_text())
    return [base64url.decode(jwk["k"]) for jwk in document.get("keys", [document])]


def problem(_request: Request, error: Exception) -> Response:
    """RFC 9457: what an unknown path, or a wrong method, is answered with."""
    refused = cast("HTTPException", error)
    told = {"title": refused.detail, "status": refused.status_code}
    kind = "application/problem+json"
    return JSONResponse(told, refused.status_code, refused.headers, media_type=kind)


def all_four(folder: Path) -> Starlette:
    """The four APIs, each below its vendor's name. folder: what `watchword demo` wrote for them."""
    known = json.loads((folder / "issuers.json").read_text())

    def shared_keys(vendor: str) -> list[bytes]:
        return read_shared_keys(folder / f"{vendor}.jwks.json")

    return Starlette(
        routes=[
            Mount("/kamoa", routes=kamoa(known["kamoa"]["issuer"], shared_keys("kamoa"))),
            Mount("/kiss", routes=kiss(known["kiss"]["issuer"], shared_keys("kiss"))),
            Mount("/connectivity", routes=connectivity(**known["connectivity"])),
            Mount("/kashimi", routes=kashimi(**known["kashimi"])),
        ],
        exception_handlers={HTTPException: problem},
    )


app = all_four(Path(os.environ.get("SAMPLE_API", "demo-data/sample-api")))
