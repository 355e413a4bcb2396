"""Requests for credentials: submitted, decided, claimed once."""

import pytest

from tests.admin.scene import DAY, NOW, context, events
from watchword.admin.client import NewClient
from watchword.admin.credential_request import (
    CODE_LIFETIME,
    MOST_OF_AN_ADDRESS,
    NewRequest,
    answer_due_at,
    approve,
    claim,
    reject,
    submit,
)
from watchword.admin.errors import Invalid, LimitReached, NotNow, Unknown
from watchword.admin.estate import Estate
from watchword.core.credential_request import CredentialRequest
from watchword.core.event import Context
from watchword.core.issuer import Issuer

ASKED = NewRequest(name="Wile E.", email="wile@acme.example", use_case="Catch it", volume="9/day")
ANYONE = Context(actor="anyone", source="server", now=NOW, address="192.0.2.7")


@pytest.fixture
def request_(estate: Estate, issuer: Issuer) -> CredentialRequest:
    return submit(estate, ANYONE, issuer.id, ASKED)


def test_an_approved_request_is_claimed_once_and_its_secret_made_then(
    estate: Estate, issuer: Issuer, request_: CredentialRequest
) -> None:
    approved = approve(estate, context(), request_.id, NewClient(client_id="wile"))
    with estate.store.reading() as reading:
        before = reading.secrets(approved.client.id)
    claimed = claim(estate, ANYONE, issuer.id, approved.code)

    assert before == []
    assert claimed.client.client_id == "wile"
    assert claimed.secret.value.startswith(issuer.key_prefix)
    with pytest.raises(Unknown):
        claim(estate, ANYONE, issuer.id, approved.code)
    told = [event.action for event in events(estate) if event.kind != "pepper"]
    actions = ["request.submit", "client.create", "request.approve", "secret.issue"]
    assert told[-5:] == [*actions, "request.claim"]


def test_a_code_dies_and_approving_again_makes_a_new_one(
    estate: Estate, issuer: Issuer, request_: CredentialRequest
) -> None:
    first = approve(estate, context(), request_.id, NewClient(client_id="wile"))
    late = Context(actor="anyone", source="server", now=NOW + CODE_LIFETIME)
    with pytest.raises(Unknown):
        claim(estate, late, issuer.id, first.code)
    same = approve(estate, context(NOW + CODE_LIFETIME), request_.id, NewClient(client_id="wile"))
    with pytest.raises(NotNow) as refused:
        approve(estate, context(NOW + CODE_LIFETIME), request_.id, NewClient(client_id="other"))
    second = approve(estate, context(NOW + CODE_LIFETIME), request_.id, NewClient())

    assert refused.value.field == "client_id"
    assert second.client.id == same.client.id == first.client.id
    assert claim(estate, late, issuer.id, second.code).client.client_id == "wile"


def test_another_issuer_claims_nothing(estate: Estate, request_: CredentialRequest) -> None:
    approved = approve(estate, context(), request_.id, NewClient())

    with pytest.raises(Unknown):
        claim(estate, ANYONE, "another", approved.code)


def test_a_rejected_request_tells_why_and_cannot_be_approved(
    estate: Estate, request_: CredentialRequest
) -> None:
    rejected = reject(estate, context(), request_.id, "We sell to birds only.")

    with estate.store.reading() as reading:
        told = [each for each in reading.notifications_about(request_.id) if each.sent_at is None]
    assert rejected.state == "rejected"
    assert told[-1].payload["reason"] == "We sell to birds only."
    assert told[-1].recipient == "wile@acme.example"
    with pytest.raises(NotNow):
        approve(estate, context(), request_.id, NewClient())


def test_a_stranger_cannot_fill_the_store(estate: Estate, issuer: Issuer) -> None:
    for _ in range(MOST_OF_AN_ADDRESS):
        submit(estate, ANYONE, issuer.id, ASKED)

    with pytest.raises(LimitReached):
        submit(estate, ANYONE, issuer.id, ASKED)
    other = Context(actor="anyone", source="server", now=NOW, address="192.0.2.8")
    assert submit(estate, other, issuer.id, ASKED).state == "open"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("email", "nobody"),
        ("email", "a@b.example\nBcc: x@y.example"),
        ("use_case", "x" * 2001),
        ("volume", "\x00"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(
    estate: Estate, issuer: Issuer, field: str, value: str
) -> None:
    fields = {"name": "W", "email": "w@acme.example", field: value}

    with pytest.raises(Invalid) as refused:
        submit(estate, ANYONE, issuer.id, NewRequest(**fields))
    assert refused.value.field in (field, "contacts")


def test_the_code_is_kept_nowhere(estate: Estate, request_: CredentialRequest) -> None:
    approved = approve(estate, context(), request_.id, NewClient())

    assert approved.code not in repr(approved)
    assert approved.code not in repr(events(estate))


def test_an_answer_is_due_after_a_business_day(request_: CredentialRequest) -> None:
    # NOW is a Friday morning.
    assert answer_due_at(request_) == NOW + 3 * DAY
