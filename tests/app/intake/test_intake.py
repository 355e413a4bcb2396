"""Asking for credentials, being approved, and claiming them: over HTTP and in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.app.running import World, context, running
from tests.support.patience import PATIENCE, wait_until
from watchword.admin.client import NewClient
from watchword.admin.credential_request import approve, link_of
from watchword.admin.issuer import NewIssuer, create_issuer

if TYPE_CHECKING:
    from playwright.sync_api import Page

ASKED = {"name": "Wile E.", "email": "wile@acme.example", "use_case": "Catch it", "volume": "9/day"}


class Site:
    def __init__(self, world: World, port: int) -> None:
        self.world = world
        self.url = f"http://localhost:{port}"
        new = NewIssuer(name="kamoa", url=self.url, endpoints={"requests": "/support"})
        self.issuer = create_issuer(world.estate, context(), new)
        wait_until(lambda: httpx.get(f"{self.url}/support", timeout=PATIENCE).status_code == 200)

    def post(self, path: str, body: Any) -> httpx.Response:
        return httpx.post(self.url + path, json=body, timeout=PATIENCE)

    def approved_link(self, request_id: str) -> str:
        return link_of(approve(self.world.estate, context(), request_id, NewClient()))

    def gives_token_to(self, client_id: str, secret: str) -> bool:
        answer = httpx.post(
            f"{self.url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(client_id, secret),
            timeout=PATIENCE,
        )
        return answer.status_code == 200


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    world = World(tmp_path_factory.mktemp("intake"))
    with running(world) as server:
        yield Site(world, server.public.port)


@pytest.fixture(scope="module")
def browser_page(chromium: str) -> "Iterator[Page]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"], timeout=PATIENCE * 1000
        )
        page = browser.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        yield page
        browser.close()


def test_a_request_is_kept_and_says_when_it_will_be_answered(site: Site) -> None:
    answer = site.post("/support", ASKED)

    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "state", "due_at"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "x"}, 400),
        ({**ASKED, "email": "nobody"}, 422),
        ({**ASKED, "admin": True}, 400),
        ([], 400),
        ("text", 400),
        ({**ASKED, "use_case": "x" * 3000}, 422),
    ],
)
def test_a_wrong_request_is_a_problem(site: Site, body: Any, status: int) -> None:
    answer = site.post("/support", body)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_value"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_a_refusal_says_what_there_is_to_say_and_no_more(site: Site) -> None:
    answer = site.post("/support", {**ASKED, "email": "nobody"})

    assert set(answer.json()) == {
        *("type", "title", "status", "code", "detail", "field", "request_id"),
    }
    assert answer.json()["field"] == "email"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_a_code_that_is_not_live_gets_nothing(site: Site) -> None:
    answers = [site.post("/credentials/claim", {"code": code}) for code in ("", "x", "é" * 99)]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_the_form_and_the_link_work_in_a_browser(site: Site, browser_page: "Page") -> None:
    page = browser_page
    page.goto(f"{site.url}/support")
    page.get_by_label("Your name").fill("Road Runner")
    page.get_by_label("E-mail").fill("rr@acme.example")
    page.get_by_label("Use case").fill("Run")
    page.get_by_role("button").click()
    page.get_by_text("Thank you.").wait_for()
    with site.world.estate.store.reading() as reading:
        [request] = [r for r in reading.credential_requests() if r.email == "rr@acme.example"]

    link = site.approved_link(request.id)
    page.goto(link)
    assert page.url == link.partition("#")[0]
    page.reload()
    page.get_by_text("Open the link").wait_for()
    assert not page.get_by_role("button").is_visible()
    page.goto("about:blank")
    page.goto(link)
    page.get_by_role("button").click()
    page.locator("#client_secret").get_by_text("wk_").wait_for()
    client_id = page.locator("#client_id").inner_text()
    secret = page.locator("#client_secret").inner_text()

    wait_until(lambda: site.gives_token_to(client_id, secret))
    page.goto("about:blank")
    page.goto(link)
    page.get_by_role("button").click()
    page.get_by_text("does not work any more").wait_for()
    assert secret not in page.content()


def test_the_pages_allow_nothing_but_what_stands_in_them(site: Site) -> None:
    for path in ("/support", "/credentials/claim"):
        headers = httpx.get(site.url + path, timeout=PATIENCE).headers
        policy = headers["content-security-policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"


def test_an_issuer_that_gives_requests_no_path_has_neither_page(site: Site) -> None:
    headers = {"Host": "auth.test"}

    for path in ("/rfc6749/credentials/requests", "/rfc6749/credentials/claim"):
        answer = httpx.get(
            f"http://127.0.0.1:{site.url.rpartition(':')[2]}{path}",
            headers=headers,
            timeout=PATIENCE,
        )
        assert answer.status_code == 404


def test_the_same_address_cannot_fill_the_store(tmp_path: Path) -> None:
    world = World(tmp_path)
    with running(world) as server:
        site = Site(world, server.public.port)
        statuses = [site.post("/support", ASKED).status_code for _ in range(7)]

    assert statuses == [201] * 5 + [429] * 2
