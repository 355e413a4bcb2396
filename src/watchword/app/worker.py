"""One worker's life: open the store, assemble the issuers, serve, stop gracefully.

A worker keeps itself up to date: a watcher tells it what other processes changed, a timer when a
key changes its state, and once a second it writes what it has counted and logs what it issued. It
stops when it is told to: it accepts no more, lets requests in flight finish, writes its counters
and closes the store.
"""

import asyncio
import contextlib
import math
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from watchword.admin.estate import Estate
from watchword.admin.secret_upgrade import SecretUpgrades
from watchword.admin.set_up import Place, open_estate
from watchword.app import garbage
from watchword.app.administration.mount import PREFIX, Mount
from watchword.app.administration.mount import refused as administration_refused
from watchword.app.asgi import Application
from watchword.app.endpoints import Workshop
from watchword.app.exposure import Exposures
from watchword.app.health import Health
from watchword.app.intake.endpoint import Intake
from watchword.app.issuers import Issuers, touch_issuers
from watchword.app.late import Late
from watchword.app.listener import Listener
from watchword.app.logs import LineLog, log
from watchword.app.metrics import Board, Metrics
from watchword.app.notify.notifier import Notifier
from watchword.app.observation import Observation
from watchword.app.operations import Operations
from watchword.app.proxy import TrustedProxies
from watchword.app.revocations import StoredRevocations
from watchword.app.routing import Router
from watchword.app.sample_api import load_application
from watchword.app.self_service import SelfService
from watchword.app.settings import ServeSettings
from watchword.app.sockets import Sockets
from watchword.app.tally import Tally
from watchword.app.tls import ServerTls
from watchword.app.upkeep import Upkeep
from watchword.core.event import Event
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.parts import Parts
from watchword.oauth.slow_hash import SlowHashes
from watchword.storage import Change, StorageError
from watchword.storage.cache import ClientCache
from watchword.storage.coherence import Watcher
from watchword.storage.ledger_writer import LedgerWriter
from watchword.storage.usage import UsageFlusher

_VERIFY = b"/verify/"
_HOUSEKEEPING_SECONDS = 1.0
_RETRY_SECONDS = 1.0
_NEXT_LOOK_SECONDS = 60.0


class Worker:
    """Serves the sockets of one process. `stop` may be called at any time, from the event loop."""

    def __init__(self, settings: ServeSettings, sockets: Sockets) -> None:
        """Raises InvalidSettings, StorageError."""
        self._settings = settings
        self._sockets = sockets
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        self._tls = ServerTls(settings) if settings.tls_cert else None
        self._estate = _open(settings)
        self._tally = Tally()
        self._board = Board(self._tally, sockets.board)
        self._cache = ClientCache(self._estate.store)
        self._usage = UsageFlusher(self._estate.store)
        self._ledger = LedgerWriter(self._estate.store)
        self._watcher = Watcher(
            self._estate.store, self._on_changes, stale_grace=settings.stale_grace
        )
        self._health = Health(self._estate.store.version)
        proxies = TrustedProxies(settings.behind_proxy) if settings.behind_proxy else None
        self._router = Router(self._everywhere(), proxies)
        self._issuers = Issuers(self._estate, self._router)
        self._lines = LineLog(settings.log_format, settings.log_level)
        self._observation = Observation(self._tally, self._usage, self._lines, self._issuers.names)
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="events")
        upgrades = SecretUpgrades(self._estate, self._threads.submit, time.time)
        self._hashes = SlowHashes(os.urandom(32), upgrades)
        self._notifier = Notifier(self._estate, settings.notify)
        self._workshop = self._make_workshop()

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve until `stop`; `ready` is called once connections are accepted."""
        try:
            await self._watcher.start()
            await self._refresh()
            listeners = await self._listen()
            async with self._upkeep():
                self._health.serving = True
                garbage.settle()
                ready()
                await self._stopping.wait()
                self._health.serving = False
                within = self._settings.stop_within
                await asyncio.gather(*(listener.stop(within) for listener in listeners))
        finally:
            await self._close()

    def stop(self) -> None:
        """Finish what is in flight and return from `run`."""
        self._stopping.set()

    def reload_tls(self) -> None:
        """Take a renewed certificate; the old one stays if the new one cannot be used."""
        if self._tls is None:
            return
        try:
            self._tls.reload()
            log.info("tls.reloaded")
        except ValueError as fault:
            log.error("tls.not_reloaded", reason=str(fault))

    def _everywhere(self) -> dict[bytes, Application]:
        return {
            b"/healthz": self._health.healthz,
            b"/readyz": self._health.readyz,
            _VERIFY: Late(self._make_verify),
        }

    def _make_verify(self) -> Application:
        from watchword.app.verify import Verify

        return Verify(_VERIFY, self._issuer_named, self._watcher, time.time)

    def _issuer_named(self, name: str) -> AuthorizationServer | None:
        return self._issuers.named(name)

    def _make_workshop(self) -> Workshop:
        settings = self._settings
        parts = Parts(
            directory=self._cache,
            observer=self._observation,
            ledger=self._ledger,
            revocations=StoredRevocations(self._estate, self._threads, time.time),
            slow_hashes=self._hashes,
            clock=time.time,
            random=os.urandom,
        )
        return Workshop(
            parts=parts,
            tally=self._tally,
            exposures=Exposures(self._cache, self._append, time.time),
            freshness=self._watcher,
            self_service=SelfService(self._estate, self._threads),
            intake=Intake(self._estate, self._threads),
            sample_api=load_application(settings.sample_api) if settings.sample_api else None,
        )

    async def _listen(self) -> list[Listener]:
        count = self._tally.count_refusal
        public_tls = self._tls.context if self._tls else None
        listeners = [
            Listener(
                self._router,
                self._sockets.public,
                tls=public_tls,
                count_refusal=count,
                in_own_words=self._router.refused,
            )
        ]
        if self._sockets.admin is not None:
            app = Operations(
                self._health,
                Metrics(self._board),
                {PREFIX: Mount(self._estate, self._issuers, self._workshop)},
            )
            address = self._settings.admin_address
            tls = None if address is None or address.is_loopback else public_tls
            listeners.append(
                Listener(
                    app,
                    self._sockets.admin,
                    tls=tls,
                    count_refusal=count,
                    in_own_words=administration_refused,
                )
            )
        for listener in listeners:
            await listener.start()
        return listeners

    # Staying up to date

    def _on_changes(self, changes: Sequence[Change] | None) -> None:
        if changes is None:
            self._cache.drop_all()
            self._changed.set()
            return
        self._cache.drop(changes)
        self._issuers.note_version(changes[-1].version)
        if touch_issuers(change.kind for change in changes):
            self._changed.set()

    async def _refresh(self) -> None:
        await asyncio.to_thread(self._issuers.read)
        self._issuers.put(self._workshop, int(time.time()))

    async def _follow_changes(self) -> None:
        failed = False
        while True:
            await self._until_something_changes()
            try:
                await self._refresh()
            except Exception as fault:  # noqa: BLE001 - what is served stays as it was
                if not failed:
                    log.error("issuers.not_refreshed", reason=str(fault), kind=type(fault).__name__)
                failed = True
                self._changed.set()
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                failed = False

    async def _until_something_changes(self) -> None:
        """Until somebody says so, or a key's state changes; at most until the next look.

        A machine that slept has missed timers, so the clock is asked again now and then.
        """
        now = time.time()
        at = self._issuers.next_change_after(int(now)) or math.inf
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), min(at - now, _NEXT_LOOK_SECONDS))
        self._changed.clear()

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)
            try:
                self._observation.flush()
                self._board.leave()
            except Exception as fault:  # noqa: BLE001 - the next second may do better
                log.error("housekeeping.failed", error=fault)

    @contextlib.asynccontextmanager
    async def _upkeep(self) -> AsyncIterator[None]:
        upkeep = Upkeep(self._estate, time.time, retention=self._settings.retention)
        tasks = [asyncio.create_task(self._follow_changes())]
        tasks.append(asyncio.create_task(self._keep_house()))
        tasks.append(asyncio.create_task(upkeep.run()))
        self._notifier.start()
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _append(self, event: Event) -> None:
        self._threads.submit(_store_event, self._estate, event)

    async def _close(self) -> None:
        self._observation.flush()
        self._lines.flush()
        self._board.leave()
        await asyncio.to_thread(self._notifier.stop)
        await self._watcher.close()
        self._hashes.close()
        self._cache.close()
        await asyncio.to_thread(self._ledger.close)
        await asyncio.to_thread(self._usage.close)
        await asyncio.to_thread(self._threads.shutdown)
        self._estate.store.close()


def _open(settings: ServeSettings) -> Estate:
    place = Place(data=settings.data, database=settings.database_url, environ=os.environ)
    return open_estate(place, os.urandom)


def _store_event(estate: Estate, event: Event) -> None:
    try:
        with estate.store.changing() as changing:
            changing.append(event)
    except StorageError as fault:
        log.error("event.not_stored", action=event.action, reason=str(fault))
