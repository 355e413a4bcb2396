"""Answers kept for requests that carried an Idempotency-Key."""

from msgspec import Struct
from sqlalchemy import delete

from watchword.storage import schema
from watchword.storage.errors import Duplicate
from watchword.storage.rows import Mapped
from watchword.storage.statements import Statements
from watchword.storage.writing import Writing


class IdempotentAnswer(Struct, frozen=True, kw_only=True):
    """The answer to `actor`'s request with `key`, with no secret in it.

    fingerprint: a hash of the request; another request under the same key is a mistake.
    """

    actor: str
    key: str
    fingerprint: bytes
    status: int
    body: bytes
    created_at: int


ANSWER = Mapped("idempotency key", IdempotentAnswer, schema.idempotent_answer)


class AnswersReading(Statements):
    """What can be read of kept answers."""

    def answer_to(self, actor: str, key: str) -> IdempotentAnswer | None:
        """The answer that `actor` got to its request with `key`, None for a new one."""
        answer = schema.idempotent_answer.c
        statement = ANSWER.select().where(answer.actor == actor, answer.key == key)
        return self._one(ANSWER, statement)


class AnswersChanging(AnswersReading, Writing):
    """How answers are kept: in the transaction of the change that they tell of."""

    def keep_answer(self, answer: IdempotentAnswer) -> None:
        """Keep `answer`. Raises Duplicate if there is one: then that one is the answer."""
        if self.answer_to(answer.actor, answer.key) is not None:
            raise Duplicate(ANSWER.kind, answer.key)
        self._add(ANSWER, answer, ANSWER.row(answer))

    def forget_answers(self, before: int) -> int:
        """Forget answers made before `before`; how many."""
        table = schema.idempotent_answer
        return self.connection.execute(delete(table).where(table.c.created_at < before)).rowcount
