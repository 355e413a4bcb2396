"""The built-in issuer, whose clients are the administrators: nothing locks all of them out.

Rules. Its clients are made by `admin.administrator` alone, which gives each its role, and of their
settings only the name is changed later. An owner that can get a token must be left, whatever is
deleted or disabled. What the administration API relies on in the issuer itself stays; its URL, and
whether it is enabled, is changed on the server's machine only, where a mistake can be undone.
"""

from collections.abc import Iterator

from watchword.admin.errors import Invalid, NotNow
from watchword.admin.role import BUILT_IN
from watchword.core.client import Client
from watchword.core.event import Context
from watchword.core.issuer import Issuer
from watchword.core.secret import Secret
from watchword.jose.algorithm import ALGORITHMS
from watchword.storage import Reading

ROLE_CLAIM = "watchword_role"
OWNER = "owner"
_PAGE = 500
# Administrators' tokens are got and verified by these.
_FIXED = ("name", "aliases", "dialect", "dialect_text", "endpoints", "scopes", "audiences")


def require_not_reserved(name: str) -> None:
    """Raise Invalid for an issuer that somebody wants to call as the built-in one."""
    if name == BUILT_IN:
        raise _refused(f"the issuer {BUILT_IN} is built in", "name", "choose another name")


def require_usable(context: Context, before: Issuer, wanted: Issuer) -> None:
    """Raise Invalid if changing `before` into `wanted` would lock administrators out."""
    if before.name != BUILT_IN:
        require_not_reserved(wanted.name)
        return
    for field in _FIXED:
        if getattr(wanted, field) != getattr(before, field):
            what = f"the administration API relies on the {field} of the issuer {BUILT_IN}"
            raise _refused(what, field, "leave it as it is")
    if wanted.alg != before.alg and ALGORITHMS[wanted.alg].symmetric:
        what = f"the issuer {BUILT_IN} signs with a key that can be published"
        raise _refused(what, "alg", "choose e.g. ES256")
    if wanted.url != before.url and _is_afar(context):
        what = f"another URL of the issuer {BUILT_IN} would end all administrators' tokens"
        raise _refused(what, "url", f"`watchword issuer edit {BUILT_IN} --url` on its machine")


def require_may_disable(context: Context, issuer: Issuer) -> None:
    """Raise NotNow for the built-in issuer, unless on the machine where it can be enabled again."""
    if issuer.name == BUILT_IN and _is_afar(context):
        raise NotNow(
            f"without the issuer {BUILT_IN} nobody could administer this server from elsewhere",
            hint=f"`watchword issuer disable {BUILT_IN}` on its machine",
            code="built_in",
        )


def require_not_built_in(issuer: Issuer) -> None:
    """Raise Invalid for the built-in issuer, whose clients have roles."""
    if issuer.name == BUILT_IN:
        what = "administrators are made with a role, and not as other clients are"
        raise _refused(what, "issuer", "`watchword administrator create`, or POST /administrators")


def require_only_renamed(issuer: Issuer, before: Client, wanted: Client) -> None:
    """Raise Invalid if more than the name of an administrator would change."""
    if issuer.name != BUILT_IN:
        return
    for field in before.__struct_fields__:
        if field != "name" and getattr(wanted, field) != getattr(before, field):
            what = f"the {field.removesuffix('_id')} of an administrator cannot be changed"
            hint = "make another administrator with the role that is wanted, and delete this one"
            raise _refused(what, field.removesuffix("_id"), hint)


def require_owner_left(reading: Reading, client: Client, now: int) -> None:
    """Raise NotNow if `client` is the last owner that can get a token, or the last one enabled."""
    if not (_is_owner(client) and client.enabled and client.deleted_at is None):
        return
    issuer = reading.issuer_named(BUILT_IN)
    if issuer is None or issuer.id != client.issuer_id:
        return
    for other in _owners(reading, issuer):
        if other.id != client.id and _staying(reading, other, now):
            return
    raise NotNow(
        f"{client.client_id} is the last owner that can get a token",
        hint="make another owner first: `watchword administrator create NAME --role owner`",
        code="last_owner",
    )


def require_secret_left(reading: Reading, context: Context, secret: Secret) -> None:
    """Raise NotNow if `secret` is all that the last owner has, unless on the server's machine."""
    client = reading.client(secret.client_ref)
    if client is None or not _is_afar(context):
        return
    if all(each.id == secret.id for each in _staying(reading, client, context.now)):
        require_owner_left(reading, client, context.now)


def _owners(reading: Reading, issuer: Issuer) -> Iterator[Client]:
    after = None
    while page := reading.clients(issuer.id, None, after, _PAGE):
        yield from (each for each in page if _is_owner(each) and each.enabled)
        after = page[-1].client_id


def _is_owner(client: Client) -> bool:
    return client.claims.get(ROLE_CLAIM) == OWNER


def _staying(reading: Reading, client: Client, now: int) -> list[Secret]:
    """The client's live secrets that nobody has set an end to."""
    secrets = reading.secrets(client.id)
    return [each for each in secrets if each.is_live(now) and each.revoked_at is None]


def _is_afar(context: Context) -> bool:
    return context.source == "api"


def _refused(what: str, field: str, hint: str) -> Invalid:
    return Invalid(what, hint=hint, field=field, code="built_in")
