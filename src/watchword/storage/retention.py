"""How the trail's old events are dropped, with an anchor for each day."""

from typing import Any

from sqlalchemy import delete, func, insert, select

from watchword.storage import schema, trail
from watchword.storage.writing import Writing

DAY = 86_400


class RetentionChanging(Writing):
    """How old events are dropped. That is an event too: the caller's part."""

    _trail_key: bytes

    def drop_events(self, before: int) -> int:
        """Drop events from before `before`, leaving an anchor for each day; how many.

        The chain goes on from the last anchor. Whole events at the beginning of the trail are
        dropped, up to the first one that is not older: clocks of several machines may differ.
        """
        event = schema.event.c
        first_kept = self.connection.scalar(select(func.min(event.seq)).where(event.at >= before))
        old = event.seq < first_kept if first_kept is not None else event.at < before
        day = event.at - event.at % DAY
        ends = select(func.max(event.seq), day, func.count()).where(old).group_by(day)
        dropped = 0
        for seq, begins_at, count in sorted(map(tuple, self.connection.execute(ends))):
            self._anchor(seq, begins_at, count)
            dropped += count
        self.connection.execute(delete(schema.event).where(old))
        return dropped

    def _anchor(self, seq: int, day: int, events: int) -> None:
        event, anchor = schema.event.c, schema.trail_anchor.c
        chain = self.connection.scalar(select(event.chain).where(event.seq == seq))
        latest = select(anchor.mac).order_by(anchor.seq.desc()).limit(1)
        previous = self.connection.scalar(latest) or b""
        row: dict[str, Any] = {"seq": seq, "day": day, "events": events, "chain": chain}
        mac = trail.anchor_mac(self._trail_key, bytes(previous), row)
        self.connection.execute(insert(schema.trail_anchor), {**row, "mac": mac})
