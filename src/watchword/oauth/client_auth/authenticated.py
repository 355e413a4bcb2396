"""The proof that a client was authenticated: made by the modules of this package alone."""

from msgspec import Struct

from watchword.core.record import ClientRecord


class AuthenticatedClient(Struct, frozen=True, gc=False):
    """A client that proved itself. secret_id: `Secret.id` of what it proved itself with."""

    record: ClientRecord
    secret_id: str
