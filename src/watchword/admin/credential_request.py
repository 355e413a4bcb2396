"""Requests for credentials: asked by anyone, decided by an account manager, claimed once.

Rules (the states stand in core.credential_request). Approving makes the client, without a secret,
and a one-time code that nobody keeps: its hash is stored, and the approver passes the link on. The
secret is made when the code is claimed, so the first who sees it is who asked for it. A code dies
after CODE_LIFETIME; approving again makes a new one. So that strangers cannot fill the store, an
address has few open requests and an issuer a bounded number.
"""

import hashlib
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from watchword.admin import client as clients
from watchword.admin import find, rules, trail, view
from watchword.admin.client import NewClient
from watchword.admin.errors import Invalid, LimitReached, NotNow, Unknown
from watchword.admin.estate import Estate
from watchword.admin.secret import IssuedSecret, NewSecret, issue_within
from watchword.core import base62
from watchword.core.business_clock import due_at
from watchword.core.client import Client
from watchword.core.credential_request import CredentialRequest
from watchword.core.duration import SECONDS
from watchword.core.event import Context
from watchword.core.issuer import Issuer
from watchword.core.notification import Notification
from watchword.storage import Changing, Reading

# "Typically within 24 hours during business days"
ANSWERED_WITHIN = SECONDS["d"]
CODE_LIFETIME = 7 * SECONDS["d"]
CODE_WIDTH = 32
CLAIM_PATH = "/credentials/claim"
_NOTHING_SAID = NewClient()
LONGEST_TEXT = 2000
MOST_OF_AN_ADDRESS = 5
MOST_OF_AN_ISSUER = 1000


class NewRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody fills in: who asks, what for, how much, and what is needed technically."""

    name: str
    email: str
    company: str = ""
    use_case: str = ""
    volume: str = ""
    requirements: str = ""


class Approved(Struct, frozen=True, kw_only=True):
    """An approved request, its client, and the code, which nobody can read again."""

    request: CredentialRequest
    client: Client
    issuer: Issuer
    code: str

    def __repr__(self) -> str:
        return f"Approved(request={self.request.id!r})"


class Claimed(Struct, frozen=True, kw_only=True):
    """What whoever claims a code is given."""

    client: Client
    issuer: Issuer
    secret: IssuedSecret


def submit(estate: Estate, context: Context, issuer_id: str, new: NewRequest) -> CredentialRequest:
    """Keep a request. Raises Invalid, and LimitReached for too many open ones."""
    with estate.store.changing() as changing:
        issuer = find.issuer(changing, issuer_id)
        _require_room(changing, context, issuer)
        checked = _checked(new)
        request = CredentialRequest(
            id=estate.fresh_id(changing.credential_request),
            issuer_id=issuer.id,
            name=checked.name,
            email=checked.email,
            company=checked.company,
            use_case=checked.use_case,
            volume=checked.volume,
            requirements=checked.requirements,
            address=context.address,
            created_at=context.now,
        )
        changing.add_credential_request(request)
        _append(changing, context, "request.submit", request)
        changing.add_notification(_opened(request, issuer))
        return request


def approve(estate: Estate, context: Context, request_id: str, new: NewClient) -> Approved:
    """Make the client that was asked for, and a code for its secret.

    Approving an approved request again, e.g. after its code has died, makes a new code alone; it
    is refused if `new` asks for another client than was made then.
    """
    with trail.attempt(estate, context, "request.approve", target=request_id) as changing:
        request = _undecided(changing, request_id, "open", "approved")
        issuer = find.issuer(changing, request.issuer_id)
        if request.client_ref is None:
            client = clients.create_within(changing, estate, context, issuer, new)
        else:
            client = find.client(changing, request.client_ref)
            _require_same(changing, client, new)
        code = base62.name(estate.random, CODE_WIDTH)
        decided = _decided(request, context, "approved", "")
        decided = replace(
            decided,
            client_ref=client.id,
            code_hash=_hash(code),
            code_expires_at=context.now + CODE_LIFETIME,
        )
        stored = changing.update_credential_request(decided)
        _append(changing, context, "request.approve", stored, client_id=client.client_id)
        return Approved(request=stored, client=client, issuer=issuer, code=code)


def _require_same(changing: Changing, client: Client, new: NewClient) -> None:
    """Refuse settings that a client which is there already would not get."""
    owner = client.customer_id and find.customer(changing, client.customer_id)
    names = (owner.id, owner.name) if owner else ()
    for field in new.__struct_fields__:
        wanted = getattr(new, field)
        has = names if field == "customer" else (getattr(client, field),)
        if wanted != getattr(_NOTHING_SAID, field) and wanted not in has:
            raise NotNow(
                f"the request has its client {client.client_id} already, with another {field}",
                hint="approve it again without settings for a new link; `client edit` changes them",
                field=field,
                code="request_decided",
            )


def reject(estate: Estate, context: Context, request_id: str, reason: str) -> CredentialRequest:
    """Turn a request down; whoever asked is told `reason`."""
    with trail.attempt(estate, context, "request.reject", target=request_id) as changing:
        request = _undecided(changing, request_id, "open")
        reason = rules.line(reason, "reason", required=True)
        stored = changing.update_credential_request(_decided(request, context, "rejected", reason))
        _append(changing, context, "request.reject", stored, reason=reason)
        changing.add_notification(_rejected(stored, find.issuer(changing, request.issuer_id)))
        return stored


def claim(estate: Estate, context: Context, issuer_id: str, code: str) -> Claimed:
    """Make the secret for which `code` stands, once. Raises Unknown for any code that is not live.

    A wrong, a used and a dead code are refused alike.
    """
    with estate.store.changing() as changing:
        request = changing.credential_request_with_code(_hash(code))
        live = (
            request is not None
            and request.state == "approved"
            and request.issuer_id == issuer_id
            and context.now < (request.code_expires_at or 0)
        )
        if request is None or not live or request.client_ref is None:
            raise Unknown("code", "", hint="ask for a new link: each works once, for a week")
        client = find.client(changing, request.client_ref)
        secret = issue_within(changing, estate, context, client, NewSecret(label="first"))
        done = replace(request, state="claimed", claimed_at=context.now, code_hash=None)
        _append(changing, context, "request.claim", changing.update_credential_request(done))
        issuer = find.issuer(changing, request.issuer_id)
        return Claimed(client=client, issuer=issuer, secret=secret)


def answer_due_at(request: CredentialRequest) -> int:
    """Until when whoever asked expects an answer."""
    return due_at(request.created_at, ANSWERED_WITHIN)


def link_of(approved: Approved) -> str:
    """The one-time link. Its code stands in the fragment, which no server and no log sees."""
    base = approved.issuer.url + (approved.issuer.endpoints.get("claims") or CLAIM_PATH)
    return f"{base}#{approved.code}"


def view_of(request: CredentialRequest, reading: Reading, now: int) -> view.View:
    """A request as JSON, with the clock of its answer; never its code."""
    issuer = reading.issuer(request.issuer_id)
    client = reading.client(request.client_ref) if request.client_ref else None
    due = answer_due_at(request)
    texts = ("id", "state", "name", "email", "company", "use_case", "volume", "requirements")
    more = ("address", "decided_by", "reason", "version")
    return {
        **{name: getattr(request, name) for name in (*texts, *more)},
        "issuer": issuer.name if issuer else "",
        "client_id": client.client_id if client else None,
        "created_at": view.instant(request.created_at),
        "due_at": view.instant(due),
        "overdue": request.state == "open" and due < now,
        "decided_at": view.instant(request.decided_at),
    }


def _checked(new: NewRequest) -> NewRequest:
    texts = {field: str(getattr(new, field)).strip() for field in new.__struct_fields__}
    for field, text in texts.items():
        if len(text) > LONGEST_TEXT:
            raise Invalid(f"it has more than {LONGEST_TEXT} characters", field=field)
        if not all(letter.isprintable() or letter in "\r\n\t" for letter in text):
            raise Invalid("it holds a control character", field=field)
    texts["name"] = rules.line(texts["name"], "name", required=True)
    [texts["email"]] = rules.contacts([texts["email"]], "email")
    return NewRequest(**texts)


def _require_room(changing: Changing, context: Context, issuer: Issuer) -> None:
    open_ones = changing.credential_requests(issuer.id, "open", limit=MOST_OF_AN_ISSUER)
    same = sum(request.address == context.address for request in open_ones)
    if len(open_ones) >= MOST_OF_AN_ISSUER or (context.address and same >= MOST_OF_AN_ADDRESS):
        raise LimitReached(
            "there are too many open requests",
            hint="wait until those are answered",
            code="too_many_requests",
        )


def _undecided(
    changing: Changing, request_id: str, *states: Literal["open", "approved"]
) -> CredentialRequest:
    request = changing.credential_request(request_id)
    if request is None:
        raise Unknown("request", request_id)
    if request.state not in states:
        raise NotNow(f"the request is {request.state} already", code="request_decided")
    return request


def _decided(
    request: CredentialRequest,
    context: Context,
    state: Literal["approved", "rejected"],
    reason: str,
) -> CredentialRequest:
    return replace(
        request,
        state=state,
        decided_at=context.now,
        decided_by=context.actor,
        reason=reason,
    )


def _append(
    changing: Changing, context: Context, action: str, request: CredentialRequest, **detail: str
) -> None:
    event = trail.event(
        context,
        action,
        request.id,
        issuer_id=request.issuer_id,
        name=request.email,
        detail={"state": request.state, **detail},
    )
    changing.append(event)


def _opened(request: CredentialRequest, issuer: Issuer) -> Notification:
    return Notification(
        id=f"request.opened:{request.id}:webhook",
        channel="webhook",
        recipient="webhook",
        kind="request.opened",
        target=request.id,
        issuer_id=issuer.id,
        payload={"issuer": issuer.name, "request": request.id, "email": request.email},
        created_at=request.created_at,
        next_try_at=request.created_at,
    )


def _rejected(request: CredentialRequest, issuer: Issuer) -> Notification:
    at = request.decided_at or request.created_at
    return Notification(
        id=f"request.rejected:{request.id}:{request.email}",
        channel="email",
        recipient=request.email,
        kind="request.rejected",
        target=request.id,
        issuer_id=issuer.id,
        payload={"issuer": issuer.name, "reason": request.reason},
        created_at=at,
        next_try_at=at,
    )


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode("utf-8", "replace")).digest()
