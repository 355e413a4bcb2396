"""Upkeep: what is old is forgotten, and the trail's head is told once a day."""

import asyncio
import logging
import os
from pathlib import Path

import pytest

from tests.app.running import World
from tests.support.patience import until
from watchword.admin.set_up import Place, open_estate
from watchword.app.upkeep import Upkeep
from watchword.core.retention import Retention
from watchword.storage import StoreUnavailable, meta, verify_chain

DAY = 86_400


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, "rfc6749")


def test_the_trails_head_is_told_once_a_day(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "watchword")
    # The clock is asked twice each time.
    instants = iter([at for at in (2e9, 2e9 + 3600, 2e9 + DAY, 2e9 + DAY + 1) for _ in range(2)])
    upkeep = Upkeep(world.estate, lambda: next(instants))
    for _ in range(4):
        upkeep.once()

    assert len([line for line in caplog.messages if "trail.head" in line]) == 2


def test_of_all_workers_and_servers_one_tells_the_head(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "watchword")
    place = Place(data=world.data, database=world.url, environ={})
    another = open_estate(place, os.urandom)
    for estate in (world.estate, world.estate, another):
        Upkeep(estate, lambda: 2e9).once()
    another.store.close()

    assert len([line for line in caplog.messages if "trail.head" in line]) == 1


def test_who_can_write_the_database_cannot_keep_the_head_from_being_told(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "watchword")
    today = int(2e9) // DAY
    with world.estate.store.changing() as changing:
        meta.add(changing.connection, meta.TOLD, today, b"forged")
    Upkeep(world.estate, lambda: 2e9).once()

    assert [line for line in caplog.messages if "trail.head" in line]


def test_old_events_are_dropped_and_the_trail_stays_right(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "watchword")
    upkeep = Upkeep(world.estate, lambda: 2e9 + 99 * DAY, retention=Retention(events=DAY))
    upkeep.once()

    report = verify_chain(world.estate.store)
    assert report.dropped > 0
    assert report.fault is None
    assert [line for line in caplog.messages if "retention.dropped" in line]


def test_it_goes_on_after_a_database_was_away(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "watchword")
    upkeep = Upkeep(world.estate, lambda: 2e9, first_after=0, every=0.01)

    def away() -> None:
        raise StoreUnavailable("gone")

    def said(event: str) -> bool:
        return any(event in line for line in caplog.messages)

    async def run() -> None:
        monkeypatch.setattr(world.estate.store, "trail_head", away)
        running = asyncio.create_task(upkeep.run())
        await until(lambda: said("upkeep.failed"))
        monkeypatch.undo()
        await until(lambda: said("trail.head"))
        running.cancel()

    asyncio.run(run())
