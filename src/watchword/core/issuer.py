"""An issuer: one authorization server (RFC 8414), of which a Watchword server holds many."""

from typing import Literal

from msgspec import Struct

from watchword.core.duration import SECONDS

Revocation = Literal["expiry", "feed"]

DEFAULT_LIFETIME = SECONDS["h"]
DEFAULT_SECRET_LIFETIME = SECONDS["y"]
MAX_LIVE_SECRETS = 5
# A JWK Set may be kept this long (Cache-Control), so a new key is published longer than this
# before it signs.
JWKS_MAX_AGE = 300


class Issuer(Struct, frozen=True, kw_only=True):
    """URL and settings of one authorization server.

    id: opaque and stable. name: what people type. url: RFC 8414 `issuer`, without a slash at the
    end. aliases: further URLs under which it answers; tokens carry `url`.
    dialect: name of a shipped dialect, or of the one in dialect_text.
    dialect_text: a dialect file of the vendor's own, None for a shipped one.
    alg: JWS algorithm of its tokens. lifetime: of its tokens, seconds.
    scopes: the catalogue; clients may be allowed these. audiences: the first one is the default.
    key_prefix: what its secrets begin with. cors_origins: browsers' origins that may call it,
    "*" for all. revocation: "expiry" lets tokens live their time, "feed" publishes a list.
    secret_lifetime: of new secrets, seconds. max_live_secrets: per client.
    jwks_max_age: seconds for which guards may keep the JWK Set.
    endpoints: name → path below url where moved, None where switched off.
    ledger: whether every token is committed before it leaves.
    self_service: whether clients may see and roll their own secrets.
    version: raised by each change.
    """

    id: str
    name: str
    url: str
    aliases: tuple[str, ...] = ()
    dialect: str = "rfc6749"
    dialect_text: str | None = None
    alg: str = "ES256"
    lifetime: int = DEFAULT_LIFETIME
    scopes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    key_prefix: str = "wk"
    cors_origins: tuple[str, ...] = ()
    revocation: Revocation = "feed"
    secret_lifetime: int = DEFAULT_SECRET_LIFETIME
    max_live_secrets: int = MAX_LIVE_SECRETS
    jwks_max_age: int = JWKS_MAX_AGE
    endpoints: dict[str, str | None] = {}
    ledger: bool = False
    self_service: bool = False
    enabled: bool = True
    created_at: int
    version: int = 1

    @property
    def default_audience(self) -> str:
        """Audience of a token whose request names no resource: its URL, unless set."""
        return self.audiences[0] if self.audiences else self.url

    @property
    def urls(self) -> tuple[str, ...]:
        """All URLs under which it answers, its own first."""
        return (self.url, *self.aliases)
