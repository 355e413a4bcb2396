"""The trail: every change, and every attempt that was refused."""

from watchword.app.administration import shown
from watchword.app.administration.answer import EventAnswer, Page
from watchword.app.administration.operation import Call, Forbidden, Operation
from watchword.app.administration.page import PageQuery, page_of, start_of


class EventsQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """issuer: id or name. target: id of what was changed. newest_first: the order."""

    issuer: str | None = None
    target: str | None = None
    newest_first: bool = False


def require_whole_trail(call: Call, hint: str = "") -> None:
    """Raise Forbidden unless the caller may read what belongs to no issuer, or to all."""
    caller = call.caller
    if caller.sees_whole_trail:
        return
    if "administrators:read" not in caller.granted:
        raise Forbidden("the whole trail is for owner and auditor", hint=hint)
    if caller.bounds:
        raise Forbidden(f"the whole trail is for no {caller.role} bound to issuers", hint=hint)
    raise Forbidden(
        "the token's scope does not cover the whole trail, though the role does",
        hint="get a token with the scope administrators:read, or without naming any",
    )


def list_events(call: Call) -> Page[EventAnswer]:
    query: EventsQuery = call.query
    with call.estate.store.reading() as reading:
        issuer_id = None
        if query.issuer is not None:
            issuer_id = call.issuer_named(reading, query.issuer).id
        else:
            require_whole_trail(call, "name one of your issuers")
        found = reading.events(
            after=start_of(query, int) or 0,
            limit=query.limit + 1,
            issuer_id=issuer_id,
            target=query.target,
            newest_first=query.newest_first,
        )
    return page_of(found, query, shown.event, lambda event: event.seq)


OPERATIONS = (
    Operation(
        name="list_events",
        action="event.list",
        method="GET",
        path="/events",
        permission="events:read",
        summary="Read the trail",
        run=list_events,
        query=EventsQuery,
        answer=Page[EventAnswer],
    ),
)
