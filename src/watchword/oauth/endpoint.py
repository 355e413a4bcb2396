"""Which endpoints an issuer has, and where below its URL they stand."""

from collections.abc import Mapping

from watchword.core.issuer import Issuer
from watchword.dialect import Dialect
from watchword.jose.algorithm import ALGORITHMS

TOKEN = "token"  # noqa: S105 - the endpoint's name
METADATA = "metadata"
OPENID_METADATA = "openid_metadata"
JWKS = "jwks"
DIALECT = "dialect"
INTROSPECTION = "introspection"
REVOCATION = "revocation"
REVOCATIONS = "revocations"
CREDENTIALS = "credentials"
RETIREMENT = "retirement"
REQUESTS = "requests"
CLAIMS = "claims"

# Below the issuer's URL; each can be moved or switched off per issuer.
PATHS: Mapping[str, str] = {
    METADATA: "/.well-known/oauth-authorization-server",
    OPENID_METADATA: "/.well-known/openid-configuration",
    JWKS: "/.well-known/jwks.json",
    DIALECT: "/.well-known/watchword-dialect",
    INTROSPECTION: "/oauth/introspect",
    REVOCATION: "/oauth/revoke",
    REVOCATIONS: "/oauth/revocations",
    CREDENTIALS: "/credentials",
    RETIREMENT: "/credentials/retire",
    CLAIMS: "/credentials/claim",
}


def paths_of(issuer: Issuer, dialect: Dialect) -> dict[str, str]:
    """Endpoint name → path below the issuer's URL, for those that are on.

    The metadata documents are RFC 8414's: an issuer whose dialect is not RFC 6749 has none. Where
    tokens live their time, nothing can be revoked and there is no feed; nor is there one under a
    shared key, with which every guard could write a list of its own. Self-service is off unless
    the issuer turns it on, and so are requests for credentials, until it gives them a path.
    """
    paths: dict[str, str | None] = {TOKEN: dialect.token_path, **PATHS, **issuer.endpoints}
    if not dialect.rfc6749:
        paths |= {METADATA: None, OPENID_METADATA: None}
    if issuer.revocation != "feed":
        paths |= {REVOCATION: None, REVOCATIONS: None}
    if not issuer.self_service:
        paths |= {CREDENTIALS: None, RETIREMENT: None}
    if not paths.get(REQUESTS):
        paths |= {CLAIMS: None}
    if ALGORITHMS[issuer.alg].symmetric:
        paths |= {REVOCATIONS: None}
    return {name: path for name, path in paths.items() if path is not None}
