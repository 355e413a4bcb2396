"""A client looks after its own secrets, over HTTP."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.app.running import HOST, World, context, running
from tests.support.patience import PATIENCE, wait_until
from watchword.admin.client import NewClient, create_client
from watchword.admin.customer import NewCustomer, create_customer

DAY = 86_400


class Customer:
    """A customer's program: its credential, and what it may ask."""

    def __init__(self, base: str, client_id: str, secret: str) -> None:
        self.base = base
        self.client_id = client_id
        self.secret = secret

    def ask(self, method: str, path: str, body: Any = None, secret: str = "") -> httpx.Response:
        return httpx.request(
            method,
            f"{self.base}/rfc6749{path}",
            headers={"Host": HOST},
            json=body,
            auth=(self.client_id, secret or self.secret),
            timeout=PATIENCE,
        )

    def token_status(self, secret: str) -> int:
        return httpx.post(
            f"{self.base}/rfc6749/oauth/token",
            headers={"Host": HOST},
            data={"grant_type": "client_credentials"},
            auth=(self.client_id, secret),
            timeout=PATIENCE,
        ).status_code


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    """A server whose issuer allows self-service, and its base URL."""
    world = World(tmp_path_factory.mktemp("self-service"), self_service=True)
    new = NewCustomer(name="Roadrunner", contacts=("ops@acme.example",))
    create_customer(world.estate, context(), new)
    with running(world) as server:
        yield world, f"http://{server.public}"


@pytest.fixture
def world(served: tuple[World, str]) -> World:
    return served[0]


@pytest.fixture
def customer(served: tuple[World, str]) -> Customer:
    """A client of its own for each test."""
    world, base = served
    new = NewClient(customer="Roadrunner")
    made = create_client(world.estate, context(), "rfc6749", new)
    assert made.secret is not None
    return Customer(base, made.client.client_id, made.secret.value)


def test_a_customer_rotates_its_key_without_asking_anybody(
    world: World, customer: Customer
) -> None:
    made = customer.ask("POST", "/credentials", {"label": "next"})
    new = made.json()
    assert made.status_code == 201
    wait_until(lambda: customer.token_status(new["client_secret"]) == 200)

    [old, _] = customer.ask("GET", "/credentials", secret=new["client_secret"]).json()["items"]
    retired = customer.ask(
        "POST",
        "/credentials/retire",
        {"secret_id": old["secret_id"], "after": 60},
        secret=new["client_secret"],
    )

    assert retired.status_code == 200
    with world.estate.store.reading() as reading:
        ending = reading.secret_with_key_id(old["secret_id"])
        told = reading.notifications_about(ending.client_ref)
    assert ending.revoked_at >= int(time.time()) + DAY - 60
    assert {(each.kind, each.recipient) for each in told if each.channel == "email"} == {
        ("secret.issued", "ops@acme.example"),
        ("secret.retired", "ops@acme.example"),
    }
    assert customer.token_status(customer.secret) == 200


def test_the_list_never_shows_a_value(customer: Customer) -> None:
    answer = customer.ask("GET", "/credentials")

    assert answer.status_code == 200
    assert customer.secret not in answer.text
    assert [each["state"] for each in answer.json()["items"]] == ["active"]


def test_a_new_secret_lives_no_longer_than_the_issuer_allows(customer: Customer) -> None:
    longer = customer.ask("POST", "/credentials", {"lifetime": 366 * DAY})
    shorter = customer.ask("POST", "/credentials", {"lifetime": DAY})

    assert (longer.status_code, longer.json()["error"]) == (422, "invalid_value")
    assert shorter.status_code == 201


def test_a_retired_secret_is_shown_with_its_last_use(customer: Customer) -> None:
    new = customer.ask("POST", "/credentials", {"label": "another"}).json()
    wait_until(lambda: customer.token_status(new["client_secret"]) == 200)

    def last_use() -> int | None:
        items = customer.ask("GET", "/credentials").json()["items"]
        [used] = [each["last_used_at"] for each in items if each["secret_id"] == new["secret_id"]]
        return used

    wait_until(last_use)
    used = last_use()
    retired = customer.ask("POST", "/credentials/retire", {"secret_id": new["secret_id"]})

    assert retired.json()["last_used_at"] == used


def test_the_last_secret_that_stays_cannot_be_retired(customer: Customer) -> None:
    secret_id = customer.secret.split("_")[1][:8]
    answer = customer.ask("POST", "/credentials/retire", {"secret_id": secret_id})

    assert (answer.status_code, answer.json()["error"]) == (409, "last_secret")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/credentials", None, 401),
        ("POST", "/credentials", {}, 401),
        ("POST", "/credentials/retire", {"secret_id": "x"}, 401),
    ],
)
def test_a_wrong_secret_gets_nothing(
    customer: Customer, method: str, path: str, body: Any, status: int
) -> None:
    answer = customer.ask(method, path, body, secret="wrong")

    assert (answer.status_code, answer.json()["error"]) == (status, "invalid_client")


@pytest.mark.parametrize(
    ("path", "allowed"), [("/credentials", "GET, POST"), ("/credentials/retire", "POST")]
)
def test_another_method_is_a_405_that_names_the_endpoints_own(
    customer: Customer, path: str, allowed: str
) -> None:
    answer = customer.ask("PUT", path, {})

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    methods = allowed.replace(", ", " or ")
    assert answer.json()["error_description"] == f"The self-service endpoint takes {methods}."


def test_a_secret_that_is_not_there_is_a_404(customer: Customer) -> None:
    answer = customer.ask("POST", "/credentials/retire", {"secret_id": "nosuchid"})

    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_secret")


@pytest.mark.parametrize("body", [[], {"lifetime": "x"}, {"secret": 1}, "text"])
def test_a_wrong_body_is_a_400(customer: Customer, body: Any) -> None:
    answer = customer.ask("POST", "/credentials", body)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_where_self_service_is_off_there_is_nothing(tmp_path: Path) -> None:
    world = World(tmp_path)
    with running(world) as server:
        customer = Customer(f"http://{server.public}", "acme", world.secret)
        answer = customer.ask("GET", "/credentials")

    assert answer.status_code == 404
