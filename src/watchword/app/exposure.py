"""Credentials that came in the clear: a warning for each, an event for each known client.

Rules. Whoever stood on the way may have them, so they must be replaced; the refusal alone would
not tell the vendor. An event is for a known client only, and for each at most once an hour, so
that no stranger can fill the trail.
"""

from collections.abc import Callable

from watchword.app.logs import log
from watchword.core.event import Event
from watchword.core.ports import ClientDirectory
from watchword.core.record import ClientRecord
from watchword.dialect import Refusal, WireRequest
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.exchange import known_client

_SILENCE_SECONDS = 3600
_REMEMBERED = 10_000


class Exposures:
    """directory: knows clients. append: stores an event some time soon; never raises or waits."""

    def __init__(
        self,
        directory: ClientDirectory,
        append: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self._directory = directory
        self._append = append
        self._clock = clock
        self._told: dict[str, float] = {}

    async def note(self, request: WireRequest, server: AuthorizationServer) -> None:
        """Say that `request`, which is about to be refused, has shown its credentials."""
        client_id = _client_id_in(request, server)
        if client_id is None:
            return
        log.warning(
            "client.exposed",
            request_id=request.request_id,
            issuer=server.issuer.name,
            client_id=client_id,
            peer=request.peer,
            hint="replace this client's secret, and let the proxy refuse plain HTTP",
        )
        record = await known_client(client_id, server.issuer.id, self._directory)
        if record is not None and self._is_due(record.client.id):
            self._append(self._event(record, request))

    def _is_due(self, client_ref: str) -> bool:
        now = self._clock()
        if now - self._told.get(client_ref, 0) < _SILENCE_SECONDS:
            return False
        if len(self._told) >= _REMEMBERED:
            self._told.clear()
        self._told[client_ref] = now
        return True

    def _event(self, record: ClientRecord, request: WireRequest) -> Event:
        return Event(
            at=int(self._clock()),
            action="client.exposed",
            outcome="refused",
            actor="server",
            source="server",
            address=request.peer,
            request_id=request.request_id,
            issuer_id=record.client.issuer_id,
            kind="client",
            target=record.client.id,
            name=record.client.client_id,
            detail={"reason": "credentials came over plain HTTP and must be taken for exposed"},
        )


def _client_id_in(request: WireRequest, server: AuthorizationServer) -> str | None:
    """The client_id that `request` presents, None if it shows no credentials."""
    try:
        readings = server.dialect.read(request).credentials.readings
    except Refusal:
        return None
    return readings[0].client_id or ""
