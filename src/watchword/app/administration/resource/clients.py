"""Clients (RFC 6749, 2): programs that ask an issuer for tokens."""

from msgspec import UNSET, UnsetType

from watchword.admin import client as admin
from watchword.admin import find, view
from watchword.admin.role import BUILT_IN
from watchword.admin.secret import NewSecret
from watchword.app.administration import customer_bounds, shown
from watchword.app.administration.answer import ClientAnswer, CreatedClientAnswer, Page
from watchword.app.administration.operation import Call, Operation
from watchword.app.administration.page import PageQuery, page_of, start_of
from watchword.core.client import Client
from watchword.core.issuer import Issuer
from watchword.storage import Reading


class ClientsQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """issuer, customer: id or name, to list only theirs. client_id: to find one by its name."""

    issuer: str | None = None
    customer: str | None = None
    client_id: str | None = None


class ClientRequest(admin.NewClient, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client and its first secret, whose lifetime is in seconds, null for never.

    force: though another client_id differs from this one only in case.
    """

    with_secret: bool = True
    secret_label: str = ""
    secret_lifetime: int | UnsetType | None = UNSET
    force: bool = False


def list_clients(call: Call) -> Page[ClientAnswer]:
    query: ClientsQuery = call.query
    if query.client_id is not None:
        return _named(call, query.client_id)
    after = start_of(query, tuple[str, str]) or (None, "")
    with call.estate.store.reading() as reading:
        customer = None
        if query.customer:
            customer = customer_bounds.seen(call, reading, query.customer).id
        found: list[Client] = []
        for issuer in _issuers(call, reading):
            found += reading.clients(
                issuer.id, customer, after[0], query.limit + 1, after_id=after[1]
            )
        found.sort(key=_place)
        return page_of(found, query, lambda client: shown.client(client, reading), _place)


def _named(call: Call, client_id: str) -> Page[ClientAnswer]:
    """The clients of that client_id, at most one of each issuer."""
    with call.estate.store.reading() as reading:
        found = [reading.client_named(issuer.id, client_id) for issuer in _issuers(call, reading)]
        living = [each for each in found if each is not None and each.deleted_at is None]
        return Page(items=[shown.client(each, reading) for each in living])


def _issuers(call: Call, reading: Reading) -> list[Issuer]:
    """Whose clients are listed. The built-in issuer's are only for those who name it."""
    name: str | None = call.query.issuer
    if name is not None:
        return [call.issuer_named(reading, name)]
    return [
        issuer
        for issuer in reading.issuers()
        if call.caller.sees(issuer) and issuer.name != BUILT_IN
    ]


def _place(client: Client) -> tuple[str, str]:
    return client.client_id, client.id


def create(call: Call) -> CreatedClientAnswer:
    wanted: ClientRequest = call.body
    with call.estate.store.reading() as reading:
        issuer = call.require_not_built_in(call.issuer(reading))
        if wanted.customer is not None:
            customer_bounds.seen(call, reading, wanted.customer)
    fields = admin.NewClient.__struct_fields__
    made = admin.create_client(
        call.estate,
        call.context,
        issuer.id,
        admin.NewClient(**{name: getattr(wanted, name) for name in fields}),
        secret=NewSecret(label=wanted.secret_label, lifetime=wanted.secret_lifetime),
        with_secret=wanted.with_secret,
        force=wanted.force,
    )
    return created(made, call)


def created(made: admin.CreatedClient, call: Call) -> CreatedClientAnswer:
    """The answer that shows a new client's first secret."""
    issued = made.secret
    with call.estate.store.reading() as reading:
        return CreatedClientAnswer(
            client=shown.client(made.client, reading),
            secret=shown.secret(issued.secret, call.context.now) if issued else None,
            client_secret=issued.value if issued else None,
            token_endpoint=view.token_endpoint(made.issuer),
        )


def show(call: Call) -> ClientAnswer:
    with call.estate.store.reading() as reading:
        return shown.client(call.client(reading), reading)


def edit(call: Call) -> ClientAnswer:
    changes: admin.ClientChanges = call.body
    if isinstance(changes.customer, str):
        with call.estate.store.reading() as reading:
            # A client that is not there is not there first.
            call.client(reading)
            customer_bounds.seen(call, reading, changes.customer)
    return _shown(call, call.change(admin.edit_client, _ref(call), call.body))


def disable(call: Call) -> ClientAnswer:
    return _shown(call, call.change(admin.disable_client, _ref(call)))


def enable(call: Call) -> ClientAnswer:
    return _shown(call, call.change(admin.enable_client, _ref(call)))


def delete(call: Call) -> ClientAnswer:
    return _shown(call, call.change(admin.delete_client, _ref(call)))


def _ref(call: Call) -> str:
    with call.estate.store.reading() as reading:
        client = call.client(reading)
        call.require_not_built_in(find.issuer(reading, client.issuer_id))
    return client.id


def _shown(call: Call, client: Client) -> ClientAnswer:
    with call.estate.store.reading() as reading:
        return shown.client(client, reading)


OPERATIONS = (
    Operation(
        name="list_clients",
        action="client.list",
        method="GET",
        path="/clients",
        permission="clients:read",
        summary="List clients by client_id",
        run=list_clients,
        query=ClientsQuery,
        answer=Page[ClientAnswer],
    ),
    Operation(
        name="create_client",
        action="client.create",
        method="POST",
        path="/issuers/{issuer_id}/clients",
        permission="clients:write",
        summary="Make a client and its first secret, shown this once",
        run=create,
        body=ClientRequest,
        answer=CreatedClientAnswer,
        status=201,
        versioned=True,
        repeatable=True,
    ),
    Operation(
        name="show_client",
        action="client.show",
        method="GET",
        path="/clients/{client_ref}",
        permission="clients:read",
        summary="Show a client",
        run=show,
        answer=ClientAnswer,
        versioned=True,
    ),
    Operation(
        name="edit_client",
        action="client.edit",
        method="PATCH",
        path="/clients/{client_ref}",
        permission="clients:write",
        summary="Change settings of a client",
        run=edit,
        body=admin.ClientChanges,
        answer=ClientAnswer,
        versioned=True,
    ),
    Operation(
        name="disable_client",
        action="client.disable",
        method="POST",
        path="/clients/{client_ref}/disable",
        permission="clients:write",
        summary="Let a client get no tokens",
        run=disable,
        answer=ClientAnswer,
        versioned=True,
    ),
    Operation(
        name="enable_client",
        action="client.enable",
        method="POST",
        path="/clients/{client_ref}/enable",
        permission="clients:write",
        summary="Let a client get tokens again",
        run=enable,
        answer=ClientAnswer,
        versioned=True,
    ),
    Operation(
        name="delete_client",
        action="client.delete",
        method="DELETE",
        path="/clients/{client_ref}",
        permission="clients:write",
        summary="Delete a client; its client_id is never given out again",
        run=delete,
        answer=ClientAnswer,
        versioned=True,
    ),
)
