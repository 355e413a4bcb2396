"""`watchword serve`: bind, then one worker in this process or several below a supervisor."""

import contextlib
import errno
import resource
from collections.abc import Callable

from watchword.app import logs
from watchword.app.logs import log
from watchword.app.process import DONE, run_worker
from watchword.app.settings import InvalidSettings, ServeSettings, require_servable
from watchword.app.sockets import Bound, Sockets, bind_all, bound_addresses
from watchword.app.supervisor import supervise
from watchword.app.tls import ServerTls

_WAYS_OUT = {
    errno.EADDRINUSE: "another server may be there already: stop it, or choose another {flag}",
    errno.EACCES: "ports below 1024 are the system's: choose another {flag} and let a proxy have it"
    ", or give this program the capability CAP_NET_BIND_SERVICE",
}


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
        flag = "--listen" if fault.filename == str(settings.public_address) else "--admin-listen"
        raise InvalidSettings(
            f"cannot listen at {fault.filename}: {fault.strerror or fault}",
            _WAYS_OUT.get(fault.errno or 0, "choose another {flag}").format(flag=flag),
        ) from None
