"""The endpoints of an issuer as applications: one line in ENDPOINTS for each.

To add one: give it a name and a path in `watchword.oauth.endpoint`, write what answers it, and put
a line here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

import msgspec

from watchword.app import self_service
from watchword.app.asgi import Application
from watchword.app.client_endpoint import Answer, ClientEndpoint, Freshness
from watchword.app.cors import CrossOrigin
from watchword.app.document import Document, kept_for
from watchword.app.exposure import Exposures
from watchword.app.feed import Feed
from watchword.app.intake.endpoint import Intake
from watchword.app.routing import Site
from watchword.app.self_service import SelfService
from watchword.app.tally import Durations, Tally
from watchword.dialect import Dialect
from watchword.oauth import introspection, jwks, metadata, revocation, shown_token, token
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.endpoint import (
    CLAIMS,
    CREDENTIALS,
    DIALECT,
    INTROSPECTION,
    JWKS,
    METADATA,
    OPENID_METADATA,
    REQUESTS,
    RETIREMENT,
    REVOCATION,
    REVOCATIONS,
    TOKEN,
    paths_of,
)
from watchword.oauth.parts import Parts


@dataclass(frozen=True, slots=True)
class Workshop:
    """What endpoints are made with, the same for all issuers of a worker."""

    parts: Parts
    tally: Tally
    exposures: Exposures
    freshness: Freshness
    self_service: SelfService
    intake: Intake
    sample_api: Application | None = None


Endpoint = Callable[[AuthorizationServer, Workshop, int], Application | None]


def token_endpoint(server: AuthorizationServer, workshop: Workshop, now: int) -> Application:
    """Where clients get their tokens."""
    durations = workshop.tally.durations_of(server.issuer.name)
    return _client_endpoint(token.answer, server.dialect, server, workshop, durations)


def introspection_endpoint(
    server: AuthorizationServer, workshop: Workshop, now: int
) -> Application:
    """Where APIs ask about tokens."""
    return _client_endpoint(introspection.answer, shown_token.DIALECT, server, workshop)


def revocation_endpoint(server: AuthorizationServer, workshop: Workshop, now: int) -> Application:
    """Where clients end tokens of their own."""
    return _client_endpoint(revocation.answer, shown_token.DIALECT, server, workshop)


def credentials_endpoint(server: AuthorizationServer, workshop: Workshop, now: int) -> Application:
    """Where clients see and make their own secrets."""
    answer = workshop.self_service.credentials
    return _client_endpoint(answer, self_service.DIALECT, server, workshop)


def retirement_endpoint(server: AuthorizationServer, workshop: Workshop, now: int) -> Application:
    """Where clients retire their own secrets."""
    answer = workshop.self_service.retirement
    return _client_endpoint(answer, self_service.DIALECT, server, workshop)


def requests_page(server: AuthorizationServer, workshop: Workshop, now: int) -> Application:
    """Where anyone asks for credentials."""
    return workshop.intake.requests(server.issuer)


def claims_page(server: AuthorizationServer, workshop: Workshop, now: int) -> Application:
    """Where a one-time link leads."""
    return workshop.intake.claims(server.issuer)


def revocation_feed(server: AuthorizationServer, workshop: Workshop, now: int) -> Application:
    """The signed list that guards poll."""
    return Feed(server, workshop.parts.clock)


def metadata_document(server: AuthorizationServer, workshop: Workshop, now: int) -> Application:
    """RFC 8414 metadata, also where OpenID clients look."""
    return _json_document(server, metadata.document(server, now))


def jwk_set(server: AuthorizationServer, workshop: Workshop, now: int) -> Application | None:
    """The JWK Set, None where all keys are shared ones."""
    published = jwks.document(server, now)
    if published is None:
        return None
    return Document(published, cache_control=kept_for(server.issuer.jwks_max_age))


def dialect_document(server: AuthorizationServer, workshop: Workshop, now: int) -> Application:
    """The public half of the dialect, for callers and guards."""
    return _json_document(server, {**server.dialect.public, "key_prefix": server.issuer.key_prefix})


ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType(
    {
        TOKEN: token_endpoint,
        METADATA: metadata_document,
        OPENID_METADATA: metadata_document,
        JWKS: jwk_set,
        DIALECT: dialect_document,
        INTROSPECTION: introspection_endpoint,
        REVOCATION: revocation_endpoint,
        REVOCATIONS: revocation_feed,
        CREDENTIALS: credentials_endpoint,
        RETIREMENT: retirement_endpoint,
        REQUESTS: requests_page,
        CLAIMS: claims_page,
    }
)

# Paths that RFC 8414, 3.1 puts between the host and the issuer's own path.
_INSERTED = {
    METADATA: "/.well-known/oauth-authorization-server",
    OPENID_METADATA: "/.well-known/openid-configuration",
}


def site_of(server: AuthorizationServer, workshop: Workshop, now: int) -> Site:
    """All that `server`'s issuer answers, as it is at `now`."""
    issuer = server.issuer
    below: dict[str, Application] = {}
    inserted: dict[str, Application] = {}
    for name, path in paths_of(issuer, server.dialect).items():
        app = ENDPOINTS[name](server, workshop, now) if name in ENDPOINTS else None
        if app is None:
            continue
        below[path] = app = _for_browsers(app, issuer.cors_origins)
        if path == _INSERTED.get(name) and urlsplit(issuer.url).path.strip("/"):
            inserted[path] = app
    rest = workshop.sample_api
    return Site(
        urls=issuer.urls,
        below=below,
        inserted=inserted,
        rest=None if rest is None else _for_browsers(rest, issuer.cors_origins),
    )


def _client_endpoint(
    answer: Answer,
    dialect: Dialect,
    server: AuthorizationServer,
    workshop: Workshop,
    durations: Durations | None = None,
) -> Application:
    return ClientEndpoint(
        answer,
        dialect,
        server,
        workshop.parts,
        durations or Durations(),
        workshop.exposures,
        workshop.freshness,
    )


def _for_browsers(app: Application, origins: tuple[str, ...]) -> Application:
    return CrossOrigin(app, origins) if origins else app


def _json_document(server: AuthorizationServer, content: object) -> Document:
    cache_control = kept_for(server.issuer.jwks_max_age)
    return Document(msgspec.json.encode(content), cache_control=cache_control)
