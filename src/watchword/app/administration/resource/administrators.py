"""Administrators: clients of the built-in issuer, each with a role."""

from watchword.admin import administrator as admin
from watchword.admin import client as clients
from watchword.admin import find
from watchword.admin.errors import Unknown
from watchword.admin.role import BUILT_IN
from watchword.app.administration import shown
from watchword.app.administration.answer import AdministratorAnswer, CreatedClientAnswer, Page
from watchword.app.administration.operation import Call, Operation
from watchword.app.administration.page import PageQuery, page_of, start_of
from watchword.app.administration.resource.clients import created


def list_administrators(call: Call) -> Page[AdministratorAnswer]:
    query: PageQuery = call.query
    with call.estate.store.reading() as reading:
        issuer = find.issuer(reading, BUILT_IN)
        found = reading.clients(issuer.id, None, start_of(query, str), query.limit + 1)
    return page_of(found, query, shown.administrator, lambda client: client.client_id)


def create(call: Call) -> CreatedClientAnswer:
    return created(admin.create_administrator(call.estate, call.context, call.body), call)


def delete(call: Call) -> AdministratorAnswer:
    with call.estate.store.reading() as reading:
        client = reading.client(call.path["administrator_id"])
        if client is None or client.issuer_id != find.issuer(reading, BUILT_IN).id:
            raise Unknown("administrator", call.path["administrator_id"])
    return shown.administrator(call.change(clients.delete_client, client.id))


OPERATIONS = (
    Operation(
        name="list_administrators",
        action="administrator.list",
        method="GET",
        path="/administrators",
        permission="administrators:read",
        summary="List administrators with their roles",
        run=list_administrators,
        query=PageQuery,
        answer=Page[AdministratorAnswer],
    ),
    Operation(
        name="create_administrator",
        action="administrator.create",
        method="POST",
        path="/administrators",
        permission="administrators:write",
        summary="Make an administrator; the secret is shown this once",
        run=create,
        body=admin.NewAdministrator,
        answer=CreatedClientAnswer,
        status=201,
        versioned=True,
        repeatable=True,
    ),
    Operation(
        name="delete_administrator",
        action="administrator.delete",
        method="DELETE",
        path="/administrators/{administrator_id}",
        permission="administrators:write",
        summary="Delete an administrator, whose tokens die at once",
        run=delete,
        answer=AdministratorAnswer,
        versioned=True,
    ),
)
