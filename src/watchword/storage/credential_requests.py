"""Requests for credentials, as they are kept."""

from msgspec.structs import replace
from sqlalchemy import tuple_

from watchword.core.credential_request import CredentialRequest, RequestState
from watchword.storage import schema
from watchword.storage.rows import Mapped
from watchword.storage.statements import Statements
from watchword.storage.writing import Writing

REQUEST = Mapped("credential request", CredentialRequest, schema.credential_request)


class RequestsReading(Statements):
    """What can be read of requests for credentials."""

    def credential_request(self, id: str) -> CredentialRequest | None:
        """The request of that id."""
        request = schema.credential_request.c
        return self._one(REQUEST, REQUEST.select().where(request.id == id))

    def credential_request_with_code(self, code_hash: bytes) -> CredentialRequest | None:
        """The request whose one-time code has this hash."""
        request = schema.credential_request.c
        return self._one(REQUEST, REQUEST.select().where(request.code_hash == code_hash))

    def credential_requests(
        self,
        issuer_id: str | None = None,
        state: RequestState | None = None,
        after: tuple[int, str] | None = None,
        limit: int = 100,
    ) -> list[CredentialRequest]:
        """A page of requests, the oldest first. after: (created_at, id) of the last one seen."""
        request = schema.credential_request.c
        statement = REQUEST.select().order_by(request.created_at, request.id).limit(limit)
        if issuer_id is not None:
            statement = statement.where(request.issuer_id == issuer_id)
        if state is not None:
            statement = statement.where(request.state == state)
        if after is not None:
            statement = statement.where(tuple_(request.created_at, request.id) > tuple_(*after))
        return self._all(REQUEST, statement)


class RequestsChanging(RequestsReading, Writing):
    """How requests for credentials are changed. Nobody keeps them in memory."""

    def add_credential_request(self, request: CredentialRequest) -> CredentialRequest:
        """Raises Duplicate, InvalidValue."""
        self._add(REQUEST, request, REQUEST.row(request))
        return request

    def update_credential_request(self, request: CredentialRequest) -> CredentialRequest:
        """Raises Conflict, NotFound, InvalidValue."""
        stored = replace(request, version=request.version + 1)
        self._update(REQUEST, stored, REQUEST.row(stored))
        return stored
