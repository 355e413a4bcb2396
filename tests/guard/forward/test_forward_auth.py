"""What a proxy is answered."""

import asyncio
import itertools
import threading
import time
from typing import Any

import pytest

from tests.guard.issuing import Clock, SmallIssuer, bearer, guarded
from tests.support.cost import median_wait
from tests.support.patience import PATIENCE
from watchword.guard.answer import Answer
from watchword.guard.claims import Claims
from watchword.guard.errors import RevokedToken
from watchword.guard.forward import IDENTITY, ForwardAuth, Original, read_rules
from watchword.guard.kept import Timing

RULES = read_rules(
    """
[headers]
X-Customer = "customer"
X-Roles = "roles"

[[rule]]
path = "/open"
public = true

[[rule]]
path = "/payments/*"
methods = ["GET"]
scope = "payments:read"

[[rule]]
path = "/payments/*"
methods = ["POST"]
scope = "payments:write"

[[rule]]
path = "/gold"
claims = { plan = "gold" }
""",
    "rules.toml",
)


@pytest.fixture
def issuer() -> SmallIssuer:
    return SmallIssuer()


def ask(
    forward: ForwardAuth,
    token: str | None = None,
    method: str = "GET",
    path: str = "/payments",
    **options: Any,
) -> Answer:
    headers = [] if token is None else [(b"authorization", bearer(token).encode())]
    options.setdefault("original", Original(method=method, path=path))
    return asyncio.run(forward.answer(headers, **options))


def named(answer: Answer) -> dict[str, str]:
    return dict(answer.headers)


def test_a_good_token_passes_with_its_identity(issuer: SmallIssuer) -> None:
    token = issuer.token(customer="Zoë 1", roles=["a", "b"])
    answer = ask(ForwardAuth(guarded(issuer), RULES), token)

    assert answer.status == 200
    assert named(answer) == {
        "content-length": "0",
        "cache-control": "no-store",
        "x-client-id": "ACME01",
        "x-subject": "ACME01",
        "x-scope": "payments:read providers:read",
        "x-token-id": "0123456789",
        "x-token-issuer": "https://auth.example.com",
        "x-token-expires": "1800003600",
        "x-customer": "Zo%C3%AB%201",
        "x-roles": '["a","b"]',
    }


def test_no_claim_can_write_a_header_of_its_own(issuer: SmallIssuer) -> None:
    token = issuer.token(sub="a\r\nX-Client-Id: root", client_id="50%", customer={"b": "\n"})
    headers = named(ask(ForwardAuth(guarded(issuer), RULES), token))

    assert headers["x-subject"] == "a%0D%0AX-Client-Id:%20root"
    assert headers["x-client-id"] == "50%25"
    assert headers["x-customer"] == '{"b":"\\n"}'


def test_a_public_path_answers_with_empty_identity_headers(issuer: SmallIssuer) -> None:
    answer = ask(ForwardAuth(guarded(issuer), RULES), path="/open")

    assert answer.status == 200
    assert {named(answer)[name.lower()] for name in (*IDENTITY, "X-Customer", "X-Roles")} == {""}


def test_each_refusal_has_its_status_and_challenge(issuer: SmallIssuer) -> None:
    forward = ForwardAuth(guarded(issuer, realm="api"), RULES)
    token = issuer.token()
    refused = {
        ask(forward, None): (401, 'Bearer realm="api"'),
        ask(forward, "rubbish"): (401, 'error="invalid_token"'),
        ask(forward, token, "POST"): (403, 'scope="payments:write"'),
        ask(forward, token, "DELETE"): (403, 'error="insufficient_scope"'),
        ask(forward, token, path="/gold"): (403, 'error="insufficient_scope"'),
        ask(forward, token, path="/elsewhere"): (403, 'error="insufficient_scope"'),
        ask(forward, token, original=None): (400, 'error="invalid_request"'),
        ask(
            forward, token, original=Original(method="GET", path="/open", query=b"access_token=x")
        ): (
            400,
            "",
        ),
    }

    for answer, (status, challenge) in refused.items():
        assert answer.status == status
        assert challenge in named(answer)["www-authenticate"]
        assert named(answer)["cache-control"] == "no-store"
        assert not {name.lower() for name in IDENTITY} & named(answer).keys()


def test_who_has_no_token_does_not_learn_which_paths_there_are(issuer: SmallIssuer) -> None:
    forward = ForwardAuth(guarded(issuer), RULES)

    assert ask(forward, None, path="/elsewhere") == ask(forward, None, path="/payments")


def test_a_scope_of_the_proxys_is_needed_beside_the_rules(issuer: SmallIssuer) -> None:
    forward = ForwardAuth(guarded(issuer))

    assert ask(forward, issuer.token(), original=None, scope="payments:read").status == 200
    assert ask(forward, issuer.token(), original=None, scope="payments:write").status == 403


def test_a_good_token_may_still_be_refused(issuer: SmallIssuer) -> None:
    def refuse(claims: Claims) -> None:
        raise RevokedToken("stopped")

    answer = ask(ForwardAuth(guarded(issuer, realm="api"), refuse=refuse), issuer.token())

    assert answer.status == 401
    assert 'realm="api"' in named(answer)["www-authenticate"]


def test_keys_that_do_not_come_within_the_budget_are_503_with_retry_after(
    issuer: SmallIssuer,
) -> None:
    """Else it would wait as long as the fetch may take."""
    issuer.slow = threading.Event()
    guard = guarded(issuer, timing=Timing(patience=PATIENCE))
    began = time.monotonic()
    answer = ask(ForwardAuth(guard, budget=0.1), issuer.token())
    issuer.slow.set()

    assert (answer.status, named(answer)["retry-after"]) == (503, "1")
    assert "www-authenticate" not in named(answer)
    assert time.monotonic() - began < PATIENCE / 2


def test_with_keys_at_hand_an_answer_takes_well_under_the_stated_50_ms(
    issuer: SmallIssuer,
) -> None:
    forward = ForwardAuth(guarded(issuer, Clock()), RULES)
    numbers, payments = itertools.count(), Original(method="GET", path="/payments")
    ask(forward, issuer.token())

    with asyncio.Runner() as runner:

        def ask_with_a_new_token() -> None:
            token = issuer.token(jti=f"{next(numbers):030}")
            headers = [(b"authorization", bearer(token).encode())]
            answer = runner.run(forward.answer(headers, original=payments))
            assert answer.status == 200

        assert median_wait(ask_with_a_new_token, times=40, enough=0.05) <= 0.05
