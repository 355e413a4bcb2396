"""Issuers (RFC 8414)."""

from msgspec import Struct

from watchword.admin import issuer as admin
from watchword.admin.customer_page.words import PageFormat, PageWords
from watchword.app.administration import shown
from watchword.app.administration.answer import CustomerPageAnswer, IssuerAnswer, Page
from watchword.app.administration.operation import Call, NoQuery, Operation


class PageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """format: of the page's text."""

    format: PageFormat = "markdown"


def list_issuers(call: Call) -> Page[IssuerAnswer]:
    with call.estate.store.reading() as reading:
        seen = [issuer for issuer in reading.issuers() if call.caller.sees(issuer)]
    return Page(items=[shown.issuer(issuer) for issuer in seen])


def create(call: Call) -> IssuerAnswer:
    return shown.issuer(admin.create_issuer(call.estate, call.context, call.body))


def show(call: Call) -> IssuerAnswer:
    with call.estate.store.reading() as reading:
        return shown.issuer(call.issuer(reading))


def page(call: Call) -> CustomerPageAnswer:
    from watchword.admin.customer_page.page import customer_page

    with call.estate.store.reading() as reading:
        issuer = call.issuer(reading)
    text = customer_page(issuer, call.body, call.query.format)
    return CustomerPageAnswer(issuer=issuer.name, format=call.query.format, text=text)


def edit(call: Call) -> IssuerAnswer:
    return shown.issuer(call.change(admin.edit_issuer, _id(call), call.body))


def disable(call: Call) -> IssuerAnswer:
    return shown.issuer(call.change(admin.disable_issuer, _id(call)))


def enable(call: Call) -> IssuerAnswer:
    return shown.issuer(call.change(admin.enable_issuer, _id(call)))


def _id(call: Call) -> str:
    with call.estate.store.reading() as reading:
        return call.issuer(reading).id


OPERATIONS = (
    Operation(
        name="list_issuers",
        action="issuer.list",
        method="GET",
        path="/issuers",
        permission="issuers:read",
        summary="List the issuers",
        run=list_issuers,
        answer=Page[IssuerAnswer],
        query=NoQuery,
    ),
    Operation(
        name="create_issuer",
        action="issuer.create",
        method="POST",
        path="/issuers",
        permission="issuers:write",
        summary="Make an issuer with its first signing key",
        run=create,
        body=admin.NewIssuer,
        answer=IssuerAnswer,
        status=201,
        versioned=True,
        repeatable=True,
    ),
    Operation(
        name="show_issuer",
        action="issuer.show",
        method="GET",
        path="/issuers/{issuer_id}",
        permission="issuers:read",
        summary="Show an issuer",
        run=show,
        answer=IssuerAnswer,
        versioned=True,
    ),
    Operation(
        name="make_customer_page",
        action="issuer.page",
        method="POST",
        path="/issuers/{issuer_id}/page",
        permission="issuers:read",
        summary="Make the page that an issuer's customers read; nothing is stored",
        run=page,
        query=PageQuery,
        body=PageWords,
        answer=CustomerPageAnswer,
    ),
    Operation(
        name="edit_issuer",
        action="issuer.edit",
        method="PATCH",
        path="/issuers/{issuer_id}",
        permission="issuers:write",
        summary="Change settings of an issuer",
        run=edit,
        body=admin.IssuerChanges,
        answer=IssuerAnswer,
        versioned=True,
    ),
    Operation(
        name="disable_issuer",
        action="issuer.disable",
        method="POST",
        path="/issuers/{issuer_id}/disable",
        permission="issuers:write",
        summary="Let an issuer mint no tokens; its JWK Set stays",
        run=disable,
        answer=IssuerAnswer,
        versioned=True,
    ),
    Operation(
        name="enable_issuer",
        action="issuer.enable",
        method="POST",
        path="/issuers/{issuer_id}/enable",
        permission="issuers:write",
        summary="Let an issuer mint tokens again",
        run=enable,
        answer=IssuerAnswer,
        versioned=True,
    ),
)
