"""Usage: counters and last uses, gathered in memory and written once a second in one batch.

Rules. `record` is called on the token path: it puts the outcome in a queue and returns. A thread
adds them up and writes the sums in one transaction that does not wait for the disk. A killed
process loses what it recorded since the last batch, at most about a second's worth; a crash of the
machine may lose a little more. While the database is away the sums wait in memory; if they
grow past a bound, the oldest detail goes: `lost` tells how many outcomes were not written.

Of refusals the latest are kept one by one as well, those of known clients first, and no more than
REFUSALS_A_SECOND of them in the long run: the counters know of all.
"""

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table

from watchword.core.usage import ISSUED, TokenOutcome
from watchword.storage import schema
from watchword.storage.errors import StorageError
from watchword.storage.records import StoredRefusal
from watchword.storage.rows import REFUSAL
from watchword.storage.store import Store
from watchword.storage.usage_counts import HOUR, MINUTE

FLUSH_SECONDS = 1.0
MOST_OUTCOMES = 500_000
MOST_SUMS = 200_000
TEXT_LENGTH = 200
REFUSALS_A_SECOND = 10
REFUSALS_AT_ONCE = 500
# A secret's last use is written at most this often.
LAST_USE_SECONDS = 60

_log = logging.getLogger(__name__)

Minute = tuple[str, int, str]
Hour = tuple[str, int, str, str, str]


class UsageFlusher:
    """Records the outcomes of token requests in a store.

    lost: how many outcomes could not be counted, since the start.
    """

    def __init__(self, store: Store, *, interval: float = FLUSH_SECONDS) -> None:
        self.lost = 0
        self._store = store
        self._interval = interval
        self._outcomes: deque[TokenOutcome] = deque()
        self._refusals: deque[StoredRefusal] = deque(maxlen=REFUSALS_AT_ONCE * 4)
        self._allowed = float(REFUSALS_AT_ONCE)
        self._sums = _Sums()
        self._written_at: dict[str, int] = {}
        self._asked_at: dict[str, int] = {}
        self._one_at_a_time = threading.Lock()
        self._stop = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="usage", daemon=True)
        self._thread.start()

    def record(self, outcome: TokenOutcome) -> None:
        """Count one answered token request. Never waits, never raises."""
        outcomes = self._outcomes
        if len(outcomes) < MOST_OUTCOMES:
            outcomes.append(outcome)
        else:
            self.lost += 1

    def wants_user_agent(self, outcome: TokenOutcome) -> bool:
        """Whether this use of a secret will be written: worth looking up who it was.

        So the token path need not look for every token.
        """
        secret_id = outcome.secret_id
        if secret_id is None or outcome.at - self._asked_at.get(secret_id, 0) < LAST_USE_SECONDS:
            return False
        if len(self._asked_at) >= MOST_SUMS:
            self._asked_at.clear()
        self._asked_at[secret_id] = outcome.at
        return True

    def record_refusal(self, refusal: StoredRefusal) -> None:
        """Keep one refusal for a while, if there are not too many. Never waits, never raises."""
        self._refusals.append(refusal)

    def flush(self) -> None:
        """Write what has been recorded. Raises StorageError; nothing is lost by that."""
        with self._one_at_a_time:
            # One by one, since the token path goes on adding at the other end.
            waiting = len(self._outcomes)
            self._sums.add(self._outcomes.popleft() for _ in range(waiting))
            self.lost += self._sums.shrink()
            if self._sums or self._refusals:
                self._write()

    def close(self) -> None:
        """Stop, after writing what has been recorded, if the database lets us."""
        self._stop.set()
        self._thread.join()
        self._try_to_flush()

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            self._try_to_flush()

    def _try_to_flush(self) -> None:
        """Flush; the log hears of the first failure and of the end of it, not of each second."""
        try:
            self.flush()
        except StorageError as fault:
            if not self._failing:
                _log.warning("usage could not be written, it will be tried again: %s", fault)
            self._failing = True
        else:
            if self._failing:
                _log.warning("usage is written again")
            self._failing = False

    def _write(self) -> None:
        uses = {
            secret_id: use
            for secret_id, use in self._sums.uses.items()
            if use.at - self._written_at.get(secret_id, -LAST_USE_SECONDS) >= LAST_USE_SECONDS
        }
        refusals = self._take_refusals()
        try:
            with self._store.backend.writing(durable=False) as connection:
                write = _Writer(connection, self._store.backend.insert)
                write.minutes(self._sums.minutes)
                write.hours(self._sums.hours)
                write.last_uses(uses)
                write.refusals(refusals)
        except StorageError:
            self._refusals.extend(refusals)
            raise
        self._sums = _Sums()
        self._remember(uses)

    def _take_refusals(self) -> list[StoredRefusal]:
        """Those that are written this time; the others are let go."""
        waiting = [self._refusals.popleft() for _ in range(len(self._refusals))]
        earned = self._allowed + REFUSALS_A_SECOND * self._interval
        self._allowed = min(earned, REFUSALS_AT_ONCE)
        waiting.sort(key=lambda refusal: refusal.client_ref is None)
        taken = waiting[: int(self._allowed)]
        self._allowed -= len(taken)
        return taken

    def _remember(self, uses: dict[str, TokenOutcome]) -> None:
        self._written_at.update((secret_id, use.at) for secret_id, use in uses.items())
        if len(self._written_at) > MOST_SUMS:
            newest = max(self._written_at.values())
            self._written_at = {
                secret_id: at
                for secret_id, at in self._written_at.items()
                if newest - at < LAST_USE_SECONDS
            }


class _Sums:
    """Outcomes, added up."""

    def __init__(self) -> None:
        self.minutes: Counter[Minute] = Counter()
        self.hours: Counter[Hour] = Counter()
        self.uses: dict[str, TokenOutcome] = {}

    def __bool__(self) -> bool:
        return bool(self.minutes)

    def add(self, outcomes: Iterable[TokenOutcome]) -> None:
        for outcome in outcomes:
            at = outcome.at
            self.minutes[outcome.issuer_id, at - at % MINUTE, outcome.outcome] += 1
            if outcome.client_ref is not None:
                secret_id = outcome.secret_id or ""
                hour = at - at % HOUR
                self.hours[
                    outcome.client_ref, hour, secret_id, outcome.outcome, outcome.issuer_id
                ] += 1
                if outcome.outcome == ISSUED and secret_id:
                    self._use(secret_id, outcome)

    def _use(self, secret_id: str, outcome: TokenOutcome) -> None:
        # One of many in a batch says who it was; any of them will do.
        if outcome.user_agent or secret_id not in self.uses:
            self.uses[secret_id] = outcome

    def shrink(self) -> int:
        """Give up detail until the bound is kept; how many outcomes are lost by that."""
        lost = 0
        while len(self.hours) > MOST_SUMS:
            lost += self.hours.pop(next(iter(self.hours)))
        while len(self.uses) > MOST_SUMS:
            self.uses.pop(next(iter(self.uses)))
        while len(self.minutes) > MOST_SUMS:
            lost += self.minutes.pop(next(iter(self.minutes)))
        return lost


class _Writer:
    """Adds sums to what is stored. Rows go in order, so that no two writers wait for each other."""

    def __init__(self, connection: Connection, insert: Callable[[Any], Any]) -> None:
        self._connection = connection
        self._insert = insert

    def minutes(self, sums: Counter[Minute]) -> None:
        table = schema.usage_minute
        names = ("issuer_id", "at", "outcome")
        rows = [{**dict(zip(names, key, strict=True)), "count": sums[key]} for key in sorted(sums)]
        self._add_up(table, rows, names)

    def hours(self, sums: Counter[Hour]) -> None:
        table = schema.usage_hour
        names = ("client_ref", "at", "secret_id", "outcome", "issuer_id")
        rows = [{**dict(zip(names, key, strict=True)), "count": sums[key]} for key in sorted(sums)]
        self._add_up(table, rows, names[:4])

    def last_uses(self, uses: dict[str, TokenOutcome]) -> None:
        if not uses:
            return
        table = schema.last_use
        statement = self._insert(table)
        new = statement.excluded
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["secret_id"],
                set_={"at": new.at, "address": new.address, "user_agent": new.user_agent},
                where=table.c.at < new.at,
            ),
            [_use_row(secret_id, uses[secret_id]) for secret_id in sorted(uses)],
        )

    def refusals(self, refusals: list[StoredRefusal]) -> None:
        if refusals:
            rows = [_refusal_row(refusal) for refusal in refusals]
            self._connection.execute(self._insert(schema.refusal).on_conflict_do_nothing(), rows)

    def _add_up(self, table: Table, rows: list[dict[str, Any]], keys: Sequence[str]) -> None:
        if not rows:
            return
        statement = self._insert(table)
        sums = {"count": table.c["count"] + statement.excluded["count"]}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=list(keys), set_=sums), rows
        )


def _use_row(secret_id: str, use: TokenOutcome) -> dict[str, Any]:
    return {
        "secret_id": secret_id,
        # Only a secret's first row says it; `last_uses` leaves it as it is.
        "first_at": use.at,
        "at": use.at,
        "address": use.address,
        "user_agent": _storable(use.user_agent),
    }


def _refusal_row(refusal: StoredRefusal) -> dict[str, Any]:
    row = REFUSAL.row(refusal)
    return row | {name: _storable(row[name]) for name in ("request_id", "reason", "user_agent")}


def _storable(text: str) -> str:
    """A stranger's text, so that every database can hold it."""
    return text[:TEXT_LENGTH].replace("\0", "").encode("utf-8", "replace").decode()
