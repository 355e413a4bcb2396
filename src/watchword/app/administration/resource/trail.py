"""Looking into what happened: the trail verified, one request, one token of a ledger."""

from watchword.admin.errors import Unknown
from watchword.admin.tracing import ledger_line, trace_request
from watchword.app.administration import shown
from watchword.app.administration.answer import Page, TokenAnswer, TraceAnswer, TrailReportAnswer
from watchword.app.administration.operation import Call, Operation
from watchword.app.administration.resource.events import require_whole_trail
from watchword.storage import Reading, verify_chain


def verify(call: Call) -> TrailReportAnswer:
    require_whole_trail(call)
    return shown.trail_report(verify_chain(call.estate.store))


def trace(call: Call) -> Page[TraceAnswer]:
    with call.estate.store.reading() as reading:
        found = trace_request(reading, call.path["request_id"])
        seen = [each for each in found if _sees(call, reading, each.issuer_id)]
    return Page(items=[shown.trace(each) for each in seen])


def token(call: Call) -> TokenAnswer:
    jti = call.path["jti"]
    with call.estate.store.reading() as reading:
        entry = reading.ledger_entry(jti)
        if entry is None:
            hint = "`watchword issuer edit NAME --ledger` keeps a ledger from then on"
            raise Unknown("token", jti, hint=hint)
        call.require_seen(reading, entry.issuer_id, "token", jti)
        return shown.token(ledger_line(reading, entry))


def _sees(call: Call, reading: Reading, issuer_id: str | None) -> bool:
    """Whether the caller may see what belongs to the issuer, or to none."""
    issuer = reading.issuer(issuer_id) if issuer_id else None
    if issuer is None:
        return call.caller.sees_whole_trail
    return call.caller.sees(issuer)


OPERATIONS = (
    Operation(
        name="verify_trail",
        action="event.verify",
        method="GET",
        path="/trail/verification",
        permission="events:read",
        summary="Verify the trail's chain, and name the first event that was tampered with",
        run=verify,
        answer=TrailReportAnswer,
    ),
    Operation(
        name="trace_request",
        action="request.trace",
        method="GET",
        path="/traces/{request_id}",
        permission="events:read",
        summary="Find what the trail, the latest refusals and the ledgers say about one request",
        run=trace,
        answer=Page[TraceAnswer],
    ),
    Operation(
        name="get_token",
        action="token.show",
        method="GET",
        path="/tokens/{jti}",
        permission="usage:read",
        summary="Find one token in the ledger, by its jti",
        run=token,
        answer=TokenAnswer,
    ),
)
