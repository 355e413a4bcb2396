"""The ledger: every token that a client received is in it."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from tests.storage.things import CHAIN_KEY, NOW
from watchword.core.access_token import LedgerEntry
from watchword.storage import LedgerWriter, Store, StoreUnavailable, open_store

DAY = 86_400
TODAY = NOW - NOW % DAY


def entry(number: int, at: int = NOW, client: str = "client01") -> LedgerEntry:
    jti = f"{client}secret01{number:022}"
    return LedgerEntry(jti, "i-acme", client, "secret01", "192.0.2.7", "a b", at, at + 60)


def commit(store: Store, *entries: LedgerEntry) -> None:
    async def run() -> None:
        writer = LedgerWriter(store)
        await asyncio.gather(*(writer.commit(each) for each in entries))
        await asyncio.to_thread(writer.close)

    asyncio.run(run())


def test_a_committed_entry_is_found_by_its_jti(store: Store) -> None:
    commit(store, *(entry(number) for number in range(50)))

    with store.reading() as reading:
        assert reading.ledger_entry(entry(7).jti) == entry(7)
        assert reading.ledger_entry("nothing") is None


def test_a_committed_entry_is_found_by_its_request(store: Store) -> None:
    asked = replace(entry(1), request_id="4fe2-1")
    commit(store, asked, entry(2))

    with store.reading() as reading:
        assert reading.ledger_entry_of_request("4fe2-1") == asked
        assert reading.ledger_entry_of_request("4fe2-2") is None


def test_entries_are_listed_by_day_and_client_in_pages(store: Store) -> None:
    mine = [entry(number) for number in range(5)]
    commit(store, *mine, entry(1, client="client00"), entry(1, client="client02"))

    with store.reading() as reading:
        first = reading.ledger_entries(TODAY, "client01", limit=3)
        rest = reading.ledger_entries(TODAY, "client01", after=first[-1].jti)
        assert first + rest == mine
        assert len(reading.ledger_entries(TODAY)) == 7
        assert reading.ledger_entries(TODAY + DAY) == []


def test_old_days_are_dropped_whole(store: Store) -> None:
    commit(store, *(entry(day, NOW + day * DAY) for day in range(3)))
    with store.changing() as changing:
        gone = changing.drop_ledger_days(TODAY + 2 * DAY)

    assert gone == [TODAY, TODAY + DAY]
    with store.reading() as reading:
        assert reading.ledger_days() == [TODAY + 2 * DAY]
        assert reading.ledger_entry(entry(0).jti) is None
        assert reading.ledger_entry(entry(2).jti) is not None


def test_a_dropped_day_can_begin_again(store: Store) -> None:
    async def run() -> None:
        writer = LedgerWriter(store)
        await writer.commit(entry(1))
        with store.changing() as changing:
            changing.drop_ledger_days(NOW + 2 * DAY)
        with pytest.raises(Exception, match=r"no such table|does not exist|refused"):
            await writer.commit(entry(2))
        await writer.commit(entry(3))
        writer.close()

    asyncio.run(run())

    with store.reading() as reading:
        assert reading.ledger_entry(entry(3).jti) == entry(3)


def test_a_commit_that_fails_is_told_to_all_who_wait(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def away(*, durable: bool) -> Iterator[None]:
        raise StoreUnavailable("gone")
        yield

    async def run() -> list[object]:
        writer = LedgerWriter(store)
        with monkeypatch.context() as patch:
            patch.setattr(store.backend, "writing", away)
            told: list[object] = list(
                await asyncio.gather(
                    *(writer.commit(entry(number)) for number in range(5)), return_exceptions=True
                )
            )
        await writer.commit(entry(9))
        writer.close()
        with pytest.raises(StoreUnavailable):
            await writer.commit(entry(10))
        return told

    told = asyncio.run(run())

    assert [type(each) for each in told] == [StoreUnavailable] * 5
    with store.reading() as reading:
        assert reading.ledger_entry(entry(9).jti) is not None


def test_one_that_gives_up_waiting_harms_nobody(store: Store) -> None:
    async def run() -> None:
        writer = LedgerWriter(store)
        tasks = [asyncio.ensure_future(writer.commit(entry(number))) for number in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.gather(tasks[0], tasks[2])
        writer.close()

    asyncio.run(run())

    with store.reading() as reading:
        assert reading.ledger_entry(entry(2).jti) is not None


ISSUE = """
import asyncio, itertools, sys, time
from tests.storage.test_ledger import entry
from watchword.storage import LedgerWriter, open_store

store = open_store(sys.argv[1], chain_key=bytes(range(32)))
numbers = itertools.count()

async def client(writer, name):
    for number in numbers:
        token = entry(number, int(time.time()), name)
        await writer.commit(token)
        print(token.jti, flush=True)

async def run():
    writer = LedgerWriter(store)
    await asyncio.gather(*(client(writer, f"client{n:02}") for n in range(32)))

asyncio.run(run())
"""


def test_every_token_that_left_before_a_kill_is_in_the_ledger(
    store: Store, database_url: str
) -> None:
    issuer = subprocess.Popen(
        [sys.executable, "-c", ISSUE, database_url], stdout=subprocess.PIPE, text=True
    )
    assert issuer.stdout is not None
    received = [issuer.stdout.readline().strip() for _ in range(300)]
    issuer.kill()
    # The last line may have been cut off by the kill.
    with issuer:
        received += issuer.stdout.read().split("\n")[:-1]
    store.close()

    again = open_store(database_url, chain_key=CHAIN_KEY)
    with again.reading() as reading:
        there = {
            each.jti
            for day in reading.ledger_days()
            for each in reading.ledger_entries(day, limit=1_000_000)
        }
    again.close()
    assert len(set(received)) == len(received) >= 300
    assert set(received) <= there
