"""Secrets that customers brought along, and which of them have been used here: who has moved."""

from typing import Any

from sqlalchemy import ColumnElement, Join, distinct, func, select, tuple_

from watchword.storage import schema
from watchword.storage.records import LastUse, TakenOver, TakeoverCount
from watchword.storage.rows import SECRET
from watchword.storage.statements import Statements


class TakeoverReading(Statements):
    """What can be read of secrets that are not of our own making."""

    def taken_over(
        self,
        issuer_id: str,
        *,
        moved: bool | None = None,
        after: tuple[str, str] = ("", ""),
        limit: int = 100,
    ) -> list[TakenOver]:
        """A page of them, in the order of client_ids, behind `after` (client_id, secret id).

        moved: only those that have got a token here, or only those that have not; None for all.
        """
        client, secret, use = schema.client.c, schema.secret.c, schema.last_use.c
        statement = (
            select(client.client_id, use.at, use.first_at, use.address, use.user_agent)
            .add_columns(*SECRET.columns)
            .select_from(_joined())
            .where(*_theirs(issuer_id), tuple_(client.client_id, secret.id) > tuple_(*after))
            .order_by(client.client_id, secret.id)
            .limit(limit)
        )
        if moved is not None:
            statement = statement.where((use.at.is_not(None)) if moved else (use.at.is_(None)))
        return [
            TakenOver(
                client_id=client_id,
                secret=SECRET.thing(values),
                last_use=None
                if at is None
                else LastUse(at=at, first_at=first_at, address=address, user_agent=user_agent),
            )
            for client_id, at, first_at, address, user_agent, *values in self._rows(statement)
        ]

    def takeover_count(self, issuer_id: str) -> TakeoverCount:
        """How many clients brought a secret along, and how many of them have used it here."""
        client_ref = schema.secret.c.client_ref
        counts: list[Any] = [
            func.count(distinct(client_ref)),
            func.count(distinct(client_ref)).filter(schema.last_use.c.at.is_not(None)),
        ]
        row = self._rows(select(*counts).select_from(_joined()).where(*_theirs(issuer_id)))[0]
        return TakeoverCount(clients=row[0], moved=row[1])


def _joined() -> Join:
    secret = schema.secret
    with_client = secret.join(schema.client, schema.client.c.id == secret.c.client_ref)
    return with_client.outerjoin(schema.last_use, schema.last_use.c.secret_id == secret.c.id)


def _theirs(issuer_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        schema.secret.c.issuer_id == issuer_id,
        schema.secret.c.generated.is_(False),
        schema.client.c.deleted_at.is_(None),
    )
