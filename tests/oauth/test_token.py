"""The token endpoint as a function: a request and an issuer in, an answer out."""

import asyncio
import os
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import jwt as pyjwt
import pytest

from tests.oauth.world import (
    NOW,
    World,
    basic,
    client_record,
    generated,
    issuer_server,
    json_of,
    post,
    secret_of,
    signing_key,
)
from watchword.core.access_token import handles_of
from watchword.core.ports import Memory
from watchword.core.record import ClientRecord
from watchword.core.secret_hash import argon2id
from watchword.core.usage import TokenOutcome
from watchword.dialect.refusal import Refusal
from watchword.dialect.wire import WireRequest, WireResponse
from watchword.oauth import token
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.parts import Parts

GRANT = "grant_type=client_credentials"
VALUE = generated()


def ask(
    request: WireRequest, world: World, server: AuthorizationServer | None = None
) -> WireResponse:
    return asyncio.run(token.answer(request, server or issuer_server(), world.parts()))


@dataclass
class Steps(World):
    """A world that remembers in which order clients were looked up, signed for and answered."""

    taken: list[str] = field(default_factory=list)

    def parts(self) -> Parts:
        return replace(super().parts(), random=self._random)

    def _random(self, octets: int) -> bytes:
        self.taken.append("mint")
        return os.urandom(octets)

    def recall(self, issuer_id: str, client_id: str) -> ClientRecord | Memory | None:
        self.taken.append("authenticate")
        return super().recall(issuer_id, client_id)

    def answered(
        self, outcome: TokenOutcome, refusal: Refusal | None, request: WireRequest
    ) -> None:
        self.taken.append("answer")


def claims_of(response: WireResponse) -> dict[str, Any]:
    assert response.status == 200, response.body
    access_token = json_of(response.body)["access_token"]
    return pyjwt.decode(access_token, options={"verify_signature": False})


def acme(*secrets: Any, **settings: Any) -> World:
    return World().add(client_record("acme", *(secrets or [secret_of(VALUE)]), **settings))


def test_a_client_with_a_live_secret_gets_a_token_with_the_claims_of_rfc_9068() -> None:
    world = acme(scopes=("read", "write"), claims={"tenant": "t1"})

    claims = claims_of(ask(post(GRANT, basic("acme", VALUE)), world))

    jti = claims.pop("jti")
    expected = {
        "iss": "https://auth.example.com",
        "sub": "acme",
        "client_id": "acme",
        "aud": "https://auth.example.com",
        "iat": NOW,
        "exp": NOW + 3600,
        "scope": "read write",
        "tenant": "t1",
    }
    assert expected == claims
    assert handles_of(jti) == ("client01", world.records["acme"].secrets[0].id)
    assert len(jti) == 38


def test_a_claim_of_the_client_never_replaces_one_of_ours() -> None:
    world = acme(claims={"sub": "root", "exp": 9})

    claims = claims_of(ask(post(GRANT, basic("acme", VALUE)), world))

    assert (claims["sub"], claims["exp"]) == ("acme", NOW + 3600)


def test_the_header_is_typ_at_jwt_with_the_signing_keys_kid() -> None:
    response = ask(post(GRANT, basic("acme", VALUE)), acme())
    header = pyjwt.get_unverified_header(json_of(response.body)["access_token"])

    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": "kid-1"}


def test_scope_narrows_and_is_never_widened() -> None:
    world = acme(scopes=("read", "write"))

    narrowed = claims_of(ask(post(GRANT + "&scope=read", basic("acme", VALUE)), world))
    refused = ask(post(GRANT + "&scope=read+admin", basic("acme", VALUE)), world)

    assert narrowed["scope"] == "read"
    assert (refused.status, json_of(refused.body)["error"]) == (400, "invalid_scope")
    assert b"admin" not in refused.body


def test_a_scope_that_left_the_catalogue_is_granted_no_more() -> None:
    world, server = acme(scopes=("read", "write")), issuer_server(scopes=("read",))

    everything = claims_of(ask(post(GRANT, basic("acme", VALUE)), world, server))
    refused = ask(post(GRANT + "&scope=write", basic("acme", VALUE)), world, server)

    assert everything["scope"] == "read"
    assert json_of(refused.body)["error"] == "invalid_scope"


def test_resource_chooses_among_the_allowed_audiences() -> None:
    world = acme(audiences=("https://api.example.com",))
    chosen = ask(post(GRANT + "&resource=https://api.example.com", basic("acme", VALUE)), world)
    refused = ask(post(GRANT + "&resource=https://evil.example", basic("acme", VALUE)), world)

    assert claims_of(chosen)["aud"] == "https://api.example.com"
    assert json_of(refused.body)["error"] == "invalid_target"


DEAD = {
    "unknown client": (World(), "unknown_client"),
    "wrong secret": (acme(secret_of(generated())), "wrong_secret"),
    "expired secret": (acme(secret_of(VALUE, expires_at=NOW)), "expired_secret"),
    "revoked secret": (acme(secret_of(VALUE, revoked_at=NOW)), "revoked_secret"),
    "disabled client": (acme(enabled=False), "disabled_client"),
    "deleted client": (acme(deleted_at=1), "disabled_client"),
    "disabled customer": (acme(customer_enabled=False), "disabled_client"),
}


@pytest.mark.parametrize("case", DEAD)
def test_all_reasons_for_invalid_client_are_alike_on_the_wire_and_apart_in_the_log(
    case: str,
) -> None:
    world, cause = DEAD[case]
    world.outcomes.clear()

    response = ask(post(GRANT, basic("acme", VALUE)), world)

    alike = ask(post(GRANT, basic("nobody", VALUE)), World())
    assert (response.status, response.body) == (alike.status, alike.body)
    outcome, refusal = world.outcomes[0]
    assert outcome.outcome == cause
    assert refusal is not None
    assert VALUE not in refusal.reason


def test_of_several_live_secrets_each_works_and_is_named_by_the_outcome() -> None:
    old, new = generated(), generated()
    world = acme(secret_of(old, id="old00000"), secret_of(new, id="new00000"))

    for value in (old, new):
        ask(post(GRANT, basic("acme", value)), world)

    assert [outcome.secret_id for outcome, _ in world.outcomes] == ["old00000", "new00000"]


def test_a_live_secret_wins_over_a_dead_one_of_the_same_value() -> None:
    same = "the customer chose it twice"
    world = acme(secret_of(same, expires_at=1), secret_of(same, id="live0000"))

    response = ask(post(GRANT, basic("acme", same)), world)

    assert response.status == 200


def test_a_client_that_is_not_in_memory_is_read() -> None:
    world = acme()
    world.in_memory = False

    assert ask(post(GRANT, basic("acme", VALUE)), world).status == 200


def test_a_store_that_is_away_is_the_dialects_server_error_with_retry_after() -> None:
    world = acme()
    world.in_memory, world.away = False, True

    response = ask(post(GRANT, basic("acme", VALUE)), world)

    assert response.status == 503
    assert dict(response.headers)[b"retry-after"] == b"5"


def test_a_fault_of_ours_is_the_dialects_server_error_and_is_reported() -> None:
    world = acme()
    world.records["acme"] = None  # type: ignore[assignment]
    world.read = world.recall = lambda *_: 1 / 0  # type: ignore[assignment,method-assign]

    response = ask(post(GRANT, basic("acme", VALUE)), world)

    assert response.status >= 500
    assert [type(fault) for fault in world.faults] == [ZeroDivisionError]
    assert b"division" not in response.body


def test_a_disabled_issuer_is_a_server_error() -> None:
    response = ask(post(GRANT, basic("acme", VALUE)), acme(), issuer_server(enabled=False))

    assert response.status == 503


def test_malformed_requests_are_counted_too() -> None:
    world = World()

    ask(post("grant_type=%zz"), world)

    assert [outcome.outcome for outcome, _ in world.outcomes] == ["malformed"]


def test_a_short_secret_of_the_customers_own_choice_is_compared_by_its_slow_hash() -> None:
    hashed = argon2id.encode("hunter2hunter2", b"s" * 16)
    world = acme(secret_of("", kind=argon2id.KIND, verifier=hashed, pepper_id=None))

    right = ask(post(GRANT, basic("acme", "hunter2hunter2")), world)
    wrong = ask(post(GRANT, basic("acme", "hunter2hunter3")), world)

    assert (right.status, wrong.status) == (200, 401)
    assert len(world.upgraded) == 1


def test_form_encoded_basic_credentials_are_understood_as_well_as_raw_ones() -> None:
    world = World().add(client_record("a+b", secret_of("50%25/x+y-and-some-more-text")))
    raw = ask(post(GRANT, basic("a+b", "50%25/x+y-and-some-more-text")), world)
    encoded = ask(post(GRANT, basic("a%2Bb", "50%2525%2Fx%2By-and-some-more-text")), world)

    assert (raw.status, encoded.status) == (200, 200)


def test_with_the_ledger_on_the_entry_is_committed_before_the_token_leaves() -> None:
    world = acme()
    response = ask(post(GRANT, basic("acme", VALUE)), world, issuer_server(ledger=True))
    jti = claims_of(response)["jti"]

    assert [entry.jti for entry in world.entries] == [jti]


def test_without_its_ledger_an_issuer_that_wants_one_gives_no_token() -> None:
    world = acme()
    world.away = True

    response = ask(post(GRANT, basic("acme", VALUE)), world, issuer_server(ledger=True))

    assert response.status == 503


def test_a_rotation_changes_the_signer_at_its_instant() -> None:
    keys = [
        signing_key(kid="old", retires_at=NOW + 10, removed_at=NOW + 9000),
        signing_key(kid="new", activates_at=NOW + 10),
    ]
    server, world = issuer_server(keys=keys), acme()

    kids = []
    for world.now in (NOW, NOW + 9, NOW + 10):
        response = ask(post(GRANT, basic("acme", VALUE)), world, server)
        kids.append(pyjwt.get_unverified_header(json_of(response.body)["access_token"])["kid"])

    assert kids == ["old", "old", "new"]


def test_without_an_active_key_there_is_a_server_error_and_no_token() -> None:
    server = issuer_server(keys=[signing_key(activates_at=NOW + 10)])

    assert ask(post(GRANT, basic("acme", VALUE)), acme(), server).status >= 500


def test_requests_in_flight_take_each_step_together() -> None:
    world = Steps().add(client_record("acme", secret_of(VALUE)))
    right, wrong = post(GRANT, basic("acme", VALUE)), post(GRANT, basic("acme", generated()))

    async def together() -> list[WireResponse]:
        server, parts = issuer_server(), world.parts()
        requests = [right, right, wrong]
        return await asyncio.gather(*(token.answer(each, server, parts) for each in requests))

    answers = asyncio.run(together())

    assert [answer.status for answer in answers] == [200, 200, 401]
    assert [(step, len(list(run))) for step, run in groupby(world.taken)] == [
        ("authenticate", 3),
        ("mint", 2),
        ("answer", 3),
    ]


REFUSED_AFTER_THE_SECRET = {
    "invalid_scope": GRANT + "&scope=other",
    "invalid_target": GRANT + "&resource=https%3A%2F%2Fother.example",
}


@pytest.mark.parametrize("cause", REFUSED_AFTER_THE_SECRET)
def test_what_a_client_may_not_have_is_counted_for_its_secret(cause: str) -> None:
    world = acme(scopes=("read",))

    ask(post(REFUSED_AFTER_THE_SECRET[cause], basic("acme", VALUE)), world)

    [(outcome, _)] = world.outcomes
    secret = world.records["acme"].secrets[0]
    assert (outcome.outcome, outcome.client_ref) == (cause, "client01")
    assert outcome.secret_id == secret.id


UNREADABLE = {
    "another grant": post("grant_type=password", basic("acme", VALUE)),
    "another grant in a form": post(f"grant_type=password&client_id=acme&client_secret={VALUE}"),
    "no secret": post(GRANT + "&client_id=acme"),
    "a malformed scope": post(GRANT + "&scope=%22", basic("acme", VALUE)),
}


@pytest.mark.parametrize("request_", UNREADABLE.values(), ids=list(UNREADABLE))
@pytest.mark.parametrize("in_memory", [True, False])
def test_an_unreadable_request_is_counted_for_the_client_that_it_names(
    request_: WireRequest, in_memory: bool
) -> None:
    world = acme()
    world.in_memory = in_memory

    assert ask(request_, world).status in (400, 401)

    [(outcome, _)] = world.outcomes
    assert (outcome.client_ref, outcome.secret_id) == ("client01", None)


def test_a_name_that_nobody_has_is_counted_under_the_issuer_alone() -> None:
    world = acme()

    ask(post("grant_type=password", basic("nobody", VALUE)), world)

    assert [outcome.client_ref for outcome, _ in world.outcomes] == [None]


def test_a_refusal_says_the_same_while_the_database_is_away() -> None:
    world = acme()
    world.in_memory, world.away = False, True

    answer = ask(post("grant_type=password", basic("acme", VALUE)), world)

    assert json_of(answer.body)["error"] == "unsupported_grant_type"
    assert [outcome.client_ref for outcome, _ in world.outcomes] == [None]
