"""A worker's part in telling people: a thread that puts warnings in and sends what is due.

All workers of all machines do it; the outbox sees to it that nothing is put in or sent twice. Where
neither a mail server nor a webhook is named, the thread is never started: messages wait.
"""

import os
import threading
import time

from watchword.admin.estate import Estate
from watchword.app.logs import log
from watchword.app.notify.settings import NotifySettings
from watchword.core.event import Context
from watchword.storage import StorageError

DELIVERY_SECONDS = 10.0
WARNING_SECONDS = 3600.0


class Notifier:
    """Works from `start` to `stop`."""

    def __init__(self, estate: Estate, settings: NotifySettings) -> None:
        self._estate = estate
        self._settings = settings
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
        self._warned_at = -WARNING_SECONDS

    def start(self) -> None:
        """Begin, if there is any way for a message to go."""
        if self._settings.sends_anything:
            self._thread.start()

    def stop(self) -> None:
        """Let the message at hand go, and begin no other."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        # Imported by those who send: a server starts sooner without.
        from watchword.app.notify.delivery import deliver

        while not self._stopping.is_set():
            try:
                self._warn_now_and_then()
                deliver(self._estate, self._settings, time.time)
            except StorageError as fault:
                log.warning("notifier.put_off", reason=str(fault))
            except Exception as fault:  # noqa: BLE001 - the next round may do better
                log.error("notifier.failed", error=fault)
            self._stopping.wait(DELIVERY_SECONDS)

    def _warn_now_and_then(self) -> None:
        now = time.monotonic()
        if now - self._warned_at < WARNING_SECONDS:
            return
        context = Context(
            actor="server", source="server", now=int(time.time()), request_id=os.urandom(8).hex()
        )
        from watchword.admin.warning import warn

        warn(self._estate, context)
        self._warned_at = now
