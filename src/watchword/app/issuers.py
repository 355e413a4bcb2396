"""The issuers that a worker serves: read from the store, opened, and put onto the router.

Rules. An issuer is assembled anew only if what the store says about it has changed. One that cannot
be assembled (a dialect that no longer loads, a key that does not open) is left out with an error
in the log, and takes no other with it. What depends on time alone (a key that becomes active, one
that leaves the JWK Set) needs no reading: the documents are made again at that instant.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from watchword.admin.estate import Estate
from watchword.admin.key import open_key
from watchword.admin.pepper import open_peppers
from watchword.admin.role import BUILT_IN
from watchword.app.endpoints import Workshop, site_of
from watchword.app.logs import log
from watchword.app.routing import Router, Routes
from watchword.core.record import IssuerRecord
from watchword.core.signing_key import SigningKey, next_change_after
from watchword.dialect import DialectError
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.storage import StorageError


class Read(Struct, frozen=True):
    """What the store says about all issuers; peppers: pepper id → octets in clear."""

    records: tuple[IssuerRecord, ...]
    peppers: dict[int, bytes]


class Issuers:
    """names: issuer id → name, for logs and metrics.

    built_in: what mints administrators' tokens, None before it was made; it is never on the
    router, because the administration listener alone serves it.
    """

    def __init__(self, estate: Estate, router: Router) -> None:
        self.names: dict[str, str] = {}
        self.built_in: AuthorizationServer | None = None
        self._estate = estate
        self._stand_in_key = estate.master_key.derive("unknown clients")
        self._router = router
        self._read = Read((), {})
        self._servers: dict[str, AuthorizationServer] = {}
        self._by_name: dict[str, AuthorizationServer] = {}
        self._version = 0

    def read(self) -> Mapping[str, AuthorizationServer]:
        """Issuer id → server, as the store says now; for a thread. Raises StorageError."""
        with self._estate.store.reading() as reading:
            peppers = open_peppers(reading, self._estate)
            fresh = Read(tuple(reading.issuer_records()), peppers)
        known, self._read = self._read, fresh
        unchanged = _contents(known) if known.peppers == peppers else {}
        servers = {
            id: self._servers.get(id)
            if unchanged.get(id) == content
            else self._assemble(content, peppers)
            for id, content in _contents(fresh).items()
        }
        self._servers = {id: server for id, server in servers.items() if server is not None}
        self.note_version(max((record.version for record in fresh.records), default=0))
        return self._servers

    def note_version(self, version: int) -> None:
        """The change list has reached `version`, which revocation lists are to say.

        All workers learn of it within a second, so that a guard that asks one after the other
        hears a version that does not go back.
        """
        self._version = max(self._version, version)
        for server in self._servers.values():
            server.version = self._version

    def put(self, workshop: Workshop, now: int) -> None:
        """Let the router serve what was read, as it is at `now`."""
        servers = self._servers.values()
        self.names.clear()
        self.names.update((server.issuer.id, server.issuer.name) for server in servers)
        self.built_in = next((each for each in servers if each.issuer.name == BUILT_IN), None)
        self._by_name = {server.issuer.name: server for server in servers}
        public = [server for server in servers if server is not self.built_in]
        self._router.routes = Routes([site_of(server, workshop, now) for server in public])

    def named(self, name: str) -> AuthorizationServer | None:
        """The issuer called `name`, None where there is none; the built-in one is nobody's."""
        server = self._by_name.get(name)
        return None if server is self.built_in else server

    def next_change_after(self, now: int) -> int | None:
        """When a key of any issuer next changes its state by time alone."""
        changes = (next_change_after(server.keys, now) for server in self._servers.values())
        return min((at for at in changes if at is not None), default=None)

    def _assemble(
        self, record: IssuerRecord, peppers: Mapping[int, bytes]
    ) -> AuthorizationServer | None:
        try:
            return AuthorizationServer(record, self._open, peppers, self._stand_in_key)
        except (DialectError, StorageError, ValueError) as fault:
            log.error("issuer.unusable", issuer=record.issuer.name, reason=str(fault))
            return None

    def _open(self, key: SigningKey) -> bytes:
        return open_key(self._estate, key)


def _contents(read: Read) -> dict[str, IssuerRecord]:
    """Issuer id → what the store says about it, apart from when it was read."""
    return {record.issuer.id: replace(record, version=0) for record in read.records}


def touch_issuers(kinds: Iterable[str]) -> bool:
    """Whether changes of these kinds can change what is served, besides clients."""
    return not {"issuer", "key", "pepper", "clients"}.isdisjoint(kinds)
