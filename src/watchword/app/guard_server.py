"""`watchword guard serve` as a process: one listener, no database.

It rests on uvicorn, httptools and uvloop alone, so that it can stand beside a proxy where nothing
else of the server is installed.
"""

import asyncio
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import uvloop

from watchword.app.address import Address, InvalidAddress, bind, bound_address, parse_address
from watchword.app.forward import ForwardApplication
from watchword.app.listener import Listener
from watchword.app.logs import log
from watchword.app.settings import InvalidSettings
from watchword.guard.claims import Claims
from watchword.guard.forward import ForwardAuth
from watchword.guard.guard import Guard

_STOP_WITHIN = 10.0


def listening_at(text: str, *, private_network: bool) -> socket.socket:
    """Bind the address `text`. Raises InvalidSettings.

    private_network: whether other machines may be let in. Tokens cross that network in the clear.
    """
    try:
        address = parse_address(text)
    except InvalidAddress as fault:
        raise InvalidSettings(str(fault)) from None
    if not (address.is_loopback or private_network):
        raise InvalidSettings(
            f"--listen {address} can be reached from other machines, and tokens would cross the "
            "network in the clear",
            "stay on loopback or a Unix socket beside the proxy, or say --private-network where "
            "only the proxy can reach it",
        )
    try:
        return bind(address)
    except OSError as fault:
        raise InvalidSettings(
            f"cannot listen at {address}: {fault.strerror or fault}",
            "another server may be there already: choose another --listen",
        ) from None


def run(
    listening: socket.socket,
    guard: Guard[Claims],
    forward: ForwardAuth,
    ready: Callable[[Address], None] = lambda address: None,
) -> None:
    """Serve until SIGTERM or SIGINT; ready: called once connections are accepted."""
    address = bound_address(listening)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(listening, ForwardApplication(guard, forward), guard, ready))
    finally:
        listening.close()
        if address.path:
            Path(address.path).unlink(missing_ok=True)
        log.info("guard.stopped")


async def _serve(
    listening: socket.socket,
    app: ForwardApplication,
    guard: Guard[Claims],
    ready: Callable[[Address], None],
) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    # Keys are fetched while nobody waits yet; an issuer that is down stops nobody from starting.
    guard.warm(wait=False)
    listener = Listener(app, listening)
    await listener.start()
    address = bound_address(listening)
    log.info("guard.started", listen=str(address))
    ready(address)
    await stopping.wait()
    await listener.stop(_STOP_WITHIN)
