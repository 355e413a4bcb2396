"""Requests for credentials, which anyone may send."""

from msgspec import Struct

from watchword.admin import credential_request as admin
from watchword.admin import view
from watchword.admin.client import NewClient
from watchword.admin.errors import Unknown
from watchword.app.administration import customer_bounds, shown
from watchword.app.administration.answer import ApprovedAnswer, Page, RequestAnswer
from watchword.app.administration.operation import Call, Operation
from watchword.app.administration.page import PageQuery, page_of, start_of
from watchword.core.credential_request import CredentialRequest, RequestState
from watchword.storage import Reading


class RequestsQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """issuer: id or name. state: only those in it."""

    issuer: str | None = None
    state: RequestState | None = None


class Rejection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """reason: whoever asked is told it."""

    reason: str


def list_requests(call: Call) -> Page[RequestAnswer]:
    query: RequestsQuery = call.query
    after = start_of(query, tuple[int, str])
    with call.estate.store.reading() as reading:
        issuers = (
            [call.issuer_named(reading, query.issuer)]
            if query.issuer
            else [issuer for issuer in reading.issuers() if call.caller.sees(issuer)]
        )
        found: list[CredentialRequest] = []
        for issuer in issuers:
            found += reading.credential_requests(issuer.id, query.state, after, query.limit + 1)
        found.sort(key=_place)
        now = call.context.now
        return page_of(found, query, lambda each: shown.request(each, reading, now), _place)


def show(call: Call) -> RequestAnswer:
    with call.estate.store.reading() as reading:
        return shown.request(_seen(call, reading), reading, call.context.now)


def approve(call: Call) -> ApprovedAnswer:
    with call.estate.store.reading() as reading:
        request = _seen(call, reading)
        if call.body.customer is not None:
            customer_bounds.seen(call, reading, call.body.customer)
    approved = admin.approve(call.estate, call.context, request.id, call.body)
    with call.estate.store.reading() as reading:
        told = shown.request(approved.request, reading, call.context.now)
    return ApprovedAnswer(
        request=told,
        client_id=approved.client.client_id,
        link=admin.link_of(approved),
        code_expires_at=view.instant(approved.request.code_expires_at) or "",
    )


def reject(call: Call) -> RequestAnswer:
    with call.estate.store.reading() as reading:
        request = _seen(call, reading)
    rejected = admin.reject(call.estate, call.context, request.id, call.body.reason)
    with call.estate.store.reading() as reading:
        return shown.request(rejected, reading, call.context.now)


def _seen(call: Call, reading: Reading) -> CredentialRequest:
    request = reading.credential_request(call.path["request_id"])
    if request is None:
        raise Unknown("request", call.path["request_id"])
    call.require_seen(reading, request.issuer_id, "request", request.id)
    return request


def _place(request: CredentialRequest) -> tuple[int, str]:
    return request.created_at, request.id


OPERATIONS = (
    Operation(
        name="list_requests",
        action="request.list",
        method="GET",
        path="/requests",
        permission="requests:read",
        summary="List requests for credentials, the oldest first",
        run=list_requests,
        query=RequestsQuery,
        answer=Page[RequestAnswer],
    ),
    Operation(
        name="show_request",
        action="request.show",
        method="GET",
        path="/requests/{request_id}",
        permission="requests:read",
        summary="Show a request with the time that is left to answer it",
        run=show,
        answer=RequestAnswer,
        versioned=True,
    ),
    Operation(
        name="approve_request",
        action="request.approve",
        method="POST",
        path="/requests/{request_id}/approve",
        permission="requests:write",
        summary="Make the client, and a link with which its secret is made once",
        run=approve,
        body=NewClient,
        answer=ApprovedAnswer,
        status=201,
        repeatable=True,
    ),
    Operation(
        name="reject_request",
        action="request.reject",
        method="POST",
        path="/requests/{request_id}/reject",
        permission="requests:write",
        summary="Turn a request down, with a reason",
        run=reject,
        body=Rejection,
        answer=RequestAnswer,
    ),
)
