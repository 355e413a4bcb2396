"""Who has come over from another system: secrets that were taken over, and their first use here."""

from watchword.admin import view
from watchword.app.administration import shown
from watchword.app.administration.answer import Page, TakenOverAnswer, TakeoverAnswer
from watchword.app.administration.operation import Call, Operation
from watchword.app.administration.page import PageQuery, page_of, start_of
from watchword.storage import TakenOver


class TakenOverQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """not_yet: those that have got no token here, instead of those that have."""

    not_yet: bool = False


def list_taken_over(call: Call) -> Page[TakenOverAnswer]:
    query: TakenOverQuery = call.query
    behind = start_of(query, tuple[str, str]) or ("", "")
    with call.estate.store.reading() as reading:
        issuer = call.issuer(reading)
        found = reading.taken_over(
            issuer.id, moved=not query.not_yet, after=behind, limit=query.limit + 1
        )
    now = call.context.now
    return page_of(found, query, lambda row: _shown(row, now), _place)


def count(call: Call) -> TakeoverAnswer:
    with call.estate.store.reading() as reading:
        issuer = call.issuer(reading)
        counted = reading.takeover_count(issuer.id)
    return TakeoverAnswer(issuer=issuer.name, clients=counted.clients, moved=counted.moved)


def _shown(row: TakenOver, now: int) -> TakenOverAnswer:
    used = row.last_use
    return TakenOverAnswer(
        client_id=row.client_id,
        secret=shown.secret(row.secret, now, used),
        first_used_at=view.instant(used.first_at) if used else None,
    )


def _place(row: TakenOver) -> tuple[str, str]:
    return row.client_id, row.secret.id


OPERATIONS = (
    Operation(
        name="list_taken_over",
        action="secret.list",
        method="GET",
        path="/issuers/{issuer_id}/taken-over",
        permission="secrets:read",
        summary="List secrets of another system that have got a token here, or not yet",
        run=list_taken_over,
        query=TakenOverQuery,
        answer=Page[TakenOverAnswer],
    ),
    Operation(
        name="count_taken_over",
        action="secret.list",
        method="GET",
        path="/issuers/{issuer_id}/taken-over/count",
        permission="secrets:read",
        summary="Count the clients that brought a secret along, and those that have moved",
        run=count,
        answer=TakeoverAnswer,
    ),
)
