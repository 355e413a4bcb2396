"""`watchword serve`: bind, then one worker in this process or several below a supervisor."""

import contextlib
import resource
from collections.abc import Callable

from watchword.app import logs
from watchword.app.logs import log
from watchword.app.process import DONE, run_worker
from watchword.app.settings import InvalidSettings, ServeSettings, require_servable
from watchword.app.sockets import Bound, Sockets, bind_all, bound_addresses
from watchword.app.supervisor import supervise
from watchword.app.tls import ServerTls


def run(settings: ServeSettings, ready: Callable[[Bound], None] = lambda bound: None) -> int:
    """Serve until SIGTERM or SIGINT; the exit code of the process.

    The data folder must have been prepared (`watchword.admin.set_up`). ready: called once
    connections are accepted, with the addresses. Raises InvalidSettings, StorageError.
    """
    require_servable(settings)
    logs.configure(settings.log_format, settings.log_level)
    if settings.tls_cert is not None:
        ServerTls(settings)
    _allow_many_connections()
    sockets = _bind(settings)
    bound = bound_addresses(sockets)

    def started() -> None:
        log.info(
            "server.started",
            listen=str(bound.public),
            admin_listen=None if bound.admin is None else str(bound.admin),
            workers=settings.workers,
        )
        ready(bound)

    try:
        if settings.workers > 1:
            return supervise(settings, sockets, started)
        run_worker(settings, sockets, started)
        return DONE
    finally:
        sockets.close()
        bound.remove_files()
        log.info("server.stopped")


def _allow_many_connections() -> None:
    """Raise the limit of open files as far as this user may; workers inherit it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _bind(settings: ServeSettings) -> Sockets:
    try:
        return bind_all(settings)
    except OSError as fault:
        addresses = " or ".join(
            text for text in (settings.listen, settings.admin_listen) if text is not None
        )
        raise InvalidSettings(
            f"cannot listen at {addresses}: {fault.strerror or fault}",
            "Another server may be there already: choose another --listen or --admin-listen",
        ) from None
