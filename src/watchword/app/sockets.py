"""The bound sockets of a server, and how worker processes inherit them."""

import socket
from pathlib import Path

from msgspec import Struct

from watchword.app.address import Address, bind, bound_address
from watchword.app.settings import ServeSettings

# /metrics has no password; over loopback TCP whoever is on the machine can read it as well, but a
# file can be kept from them.
_ADMIN_MODE = 0o660


class Sockets(Struct, frozen=True, kw_only=True):
    """public, admin: listening. board: where several workers leave their tallies, else None."""

    public: socket.socket
    admin: socket.socket | None = None
    board: Path | None = None

    @property
    def listening(self) -> list[socket.socket]:
        """All of them."""
        return [self.public] if self.admin is None else [self.public, self.admin]

    def close(self) -> None:
        """Close this process's copies."""
        for listening in self.listening:
            listening.close()


class Bound(Struct, frozen=True, kw_only=True):
    """Where a server listens, with the ports that the system chose."""

    public: Address
    admin: Address | None = None

    def remove_files(self) -> None:
        """Remove the files of Unix sockets that nobody listens at any more."""
        for address in (self.public, self.admin):
            if address is not None and address.path:
                Path(address.path).unlink(missing_ok=True)


def bind_all(settings: ServeSettings, board: Path | None = None) -> Sockets:
    """Bind what `settings` name. Raises OSError."""
    public = bind(settings.public_address)
    try:
        address = settings.admin_address
        admin = None if address is None else bind(address, mode=_ADMIN_MODE)
    except OSError:
        public.close()
        raise
    return Sockets(public=public, admin=admin, board=board)


def bound_addresses(sockets: Sockets) -> Bound:
    """Where `sockets` listen."""
    admin = None if sockets.admin is None else bound_address(sockets.admin)
    return Bound(public=bound_address(sockets.public), admin=admin)
