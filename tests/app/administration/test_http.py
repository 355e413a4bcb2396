"""The API's manners: problems, versions, pages, and what it never says."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.app.administration.conftest import Api, Site
from tests.app.serving import raw_client
from tests.support.patience import PATIENCE
from watchword.app.administration import openapi
from watchword.app.administration.resource import OPERATIONS

Names = Callable[[str], str]
DOCUMENT = Path(__file__).parents[3] / "docs" / "admin" / "openapi.json"


def test_the_openapi_document_in_the_repository_is_the_one_that_is_served(owner: Api) -> None:
    served = owner.http.get("/openapi.json").content

    assert served == openapi.text()
    assert DOCUMENT.read_bytes() == served


def test_every_operation_is_named_once_and_needs_a_permission() -> None:
    names = [operation.name for operation in OPERATIONS]

    assert len(names) == len(set(names))
    assert all(operation.permission for operation in OPERATIONS)


def test_two_administrators_changing_one_client_at_once_one_gets_a_clear_conflict(
    site: Site, owner: Api, fresh: Names
) -> None:
    made = owner.post(f"/issuers/{site.issuers['one']}/clients", {"client_id": fresh("both")})
    path = f"/clients/{made['client']['id']}"
    tag = owner.http.get(path).headers["etag"]
    again = owner.http.post(f"/issuers/{site.issuers['one']}/clients", json={})

    assert again.headers["etag"] == tag
    first = owner.http.patch(path, json={"name": "first"}, headers={"If-Match": tag})
    second = owner.http.patch(path, json={"name": "second"}, headers={"If-Match": tag})

    assert (first.status_code, second.status_code) == (200, 412)
    problem = second.json()
    assert problem["code"] == "conflict"
    assert "read it again" in problem["hint"]
    assert owner.get(path)["name"] == "first"


def test_a_problem_names_the_field_at_fault_and_the_one_that_was_meant(
    site: Site, owner: Api
) -> None:
    unknown = owner.http.post("/customers", json={"name": "A", "contact": []}).json()
    missing = owner.http.post("/customers", json={}).json()

    assert (unknown["field"], unknown["hint"]) == ("contact", "did you mean 'contacts'?")
    assert missing["field"] == "name"


@pytest.mark.parametrize(
    ("body", "field"),
    [({"secret_lifetime": 0}, "secret_lifetime"), ({"secret_label": "a\nb"}, "secret_label")],
)
def test_a_setting_of_a_first_secret_is_named_as_it_was_sent(
    site: Site, owner: Api, body: dict[str, object], field: str
) -> None:
    refused = owner.http.post(f"/issuers/{site.issuers['one']}/clients", json=body)

    assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_a_creation_that_is_repeated_under_its_key_happens_once(
    site: Site, owner: Api, fresh: Names
) -> None:
    path, body, key = f"/issuers/{site.issuers['one']}/clients", {"name": "twice"}, fresh("key")

    first = owner.post(path, body, **{"Idempotency-Key": key})
    second = owner.post(path, body, **{"Idempotency-Key": key})
    other = owner.http.post(path, json={"name": "other"}, headers={"Idempotency-Key": key})

    assert first["client_secret"]
    assert second == {**first, "client_secret": None}
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused_and_nothing_is_made(
    owner: Api, fresh: Names, key: str
) -> None:
    name = fresh("keyless")
    refused = owner.http.post("/customers", json={"name": name}, headers={"Idempotency-Key": key})

    assert (refused.status_code, refused.json()["field"]) == (422, "Idempotency-Key")
    assert owner.get("/customers", name=name)["items"] == []


def test_a_method_that_is_not_there_is_answered_with_all_that_are(owner: Api) -> None:
    allowed = {
        path: owner.http.put(path).headers["allow"]
        for path in ("/issuers", "/clients/x", "/events", "/openapi.json")
    }

    assert allowed == {
        "/issuers": "GET, HEAD, POST",
        "/clients/x": "DELETE, GET, HEAD, PATCH",
        "/events": "GET, HEAD",
        "/openapi.json": "GET, HEAD",
    }


def test_a_refusal_says_whether_it_is_the_role_or_the_token_or_the_bounds(
    site: Site, owner: Api
) -> None:
    auditor = site.administrator("auditor", "one")
    support = site.administrator("support")
    scoped = httpx.post(
        f"{owner.base}/admin/v1/token",
        data={"grant_type": "client_credentials", "scope": "issuers:read events:read"},
        auth=(owner.client_id, owner.secret),
        timeout=PATIENCE,
    ).json()["access_token"]
    narrow = {"Authorization": f"Bearer {scoped}"}
    told = [
        owner.http.post("/issuers", json={}, headers=narrow),
        owner.http.get("/events", headers=narrow),
        support.http.post("/issuers", json={}),
        support.http.get("/events"),
        auditor.http.get("/events"),
    ]

    assert [answer.status_code for answer in told] == [403] * 5
    assert [answer.json()["detail"] for answer in told] == [
        "the token's scope does not cover it, though the role does",
        "the token's scope does not cover the whole trail, though the role does",
        "the role support does not allow it",
        "the whole trail is for owner and auditor",
        "the whole trail is for no auditor bound to issuers",
    ]
    assert "issuers:write" in told[0].json()["hint"]


def test_a_refused_creation_leaves_its_event_and_does_not_use_up_the_key(
    site: Site, owner: Api, fresh: Names
) -> None:
    path, key, name = f"/issuers/{site.issuers['one']}/clients", fresh("key"), fresh("taken")
    owner.post(path, {"client_id": name})
    refused = owner.http.post(path, json={"client_id": name}, headers={"Idempotency-Key": key})
    made = owner.post(path, {"client_id": fresh("free")}, **{"Idempotency-Key": key})

    assert (refused.status_code, refused.json()["code"]) == (409, "client_id_taken")
    assert made["client_secret"]
    events = owner.get("/events", newest_first="true", limit=10)["items"]
    attempts = [event for event in events if event["outcome"] == "refused"]
    assert name in [attempt["name"] for attempt in attempts]


@pytest.mark.parametrize("key", ["a key", "k" * 256, "\u00e9"])
def test_a_key_is_visible_ascii(owner: Api, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    refused = owner.http.post("/customers", json={"name": "keyed"}, headers=headers)

    assert (refused.status_code, refused.json()["field"]) == (422, "Idempotency-Key")


def test_of_ten_repetitions_at_once_one_makes_the_client(
    site: Site, owner: Api, fresh: Names
) -> None:
    path, key = f"/issuers/{site.issuers['one']}/clients", fresh("key")

    def repeat(_: int) -> object:
        return owner.post(path, {"name": "at once"}, **{"Idempotency-Key": key})

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(repeat, range(10)))

    assert len({answer["client"]["id"] for answer in answers}) == 1
    assert sum(answer["client_secret"] is not None for answer in answers) == 1


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"nam": "x"}, 422, "nam"),
        ({"name": 5}, 422, "name"),
        ({"name": "x", "contacts": ["a", 1]}, 422, "contacts[1]"),
        ({"name": ""}, 422, "name"),
        ({"name": "x", "contacts": ["no address"]}, 422, "contacts"),
        ([], 422, ""),
    ],
)
def test_a_wrong_value_is_a_problem_that_names_the_field(
    owner: Api, body: object, status: int, field: str
) -> None:
    answer = owner.http.post("/customers", json=body)
    problem = answer.json()

    assert (answer.status_code, problem.get("field", "")) == (status, field)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("content", [b"{", b'{"name":"a","name":"b"}', b"\xff", b'{"name":NaN}'])
def test_malformed_json_is_a_400(owner: Api, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = owner.http.post("/customers", content=content, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


def test_another_content_type_is_a_415_and_a_large_body_a_413(owner: Api) -> None:
    other = owner.http.post("/customers", content=b"name=x", headers={"Content-Type": "text/x"})
    large = owner.http.post("/customers", content=b" " * 300_000)

    assert other.status_code == 415
    assert large.status_code == 413


def test_lists_come_in_pages(owner: Api, fresh: Names) -> None:
    names = [owner.post("/customers", {"name": fresh("page")})["name"] for _ in range(5)]
    seen: list[str] = []
    query: dict[str, object] = {"limit": 2}
    while True:
        page = owner.get("/customers", **query)
        seen += [item["name"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    assert seen == sorted(seen)
    assert set(names) <= set(seen)


def test_a_page_may_end_in_a_name_as_long_as_names_may_be(owner: Api, fresh: Names) -> None:
    stem = fresh("\u9f8d")
    names = [f"{stem}-{number}".ljust(200, "\U0001f409") for number in range(2)]
    for name in names:
        owner.post("/customers", {"name": name})

    listed = owner.get("/customers", limit=500)["items"]
    before = listed.index(next(each for each in listed if each["name"] == names[0]))
    page = owner.get("/customers", limit=before + 1)
    after = owner.get("/customers", cursor=page["next"])["items"]
    exported = owner.get("/files", limit=before + 1)

    assert after[0]["name"] == names[1]
    assert owner.get("/files", cursor=exported["next"])["items"]


def test_the_word_null_is_no_way_to_leave_a_parameter_out(owner: Api) -> None:
    answer = owner.http.get("/requests?state=null")

    assert (answer.status_code, answer.json()["field"]) == (400, "state")


@pytest.mark.parametrize(
    "query", ["cursor=rubbish", "limit=0", "limit=x", "limit=1&limit=2", "unknown=1", "limit=501"]
)
def test_a_wrong_parameter_is_refused(owner: Api, query: str) -> None:
    assert owner.http.get(f"/customers?{query}").status_code in (400, 422)


def test_without_a_token_there_is_a_challenge_and_nothing_else(site: Site, owner: Api) -> None:
    del site
    answer = owner.http.get("/issuers", headers={"Authorization": ""})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_of_another_issuer_is_refused(site: Site, owner: Api) -> None:
    token = httpx.post(
        f"{site.public}/rfc6749/oauth/token",
        headers={"Host": "auth.test"},
        data={"grant_type": "client_credentials"},
        auth=("acme", site.world.secret),
        timeout=PATIENCE,
    ).json()["access_token"]
    answer = owner.http.get("/issuers", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401


def test_the_public_listener_serves_nothing_of_the_administration(site: Site) -> None:
    for path in ("/admin/v1/token", "/admin/v1/issuers", "/admin/v1/openapi.json"):
        answer = httpx.get(site.public + path, headers={"Host": "127.0.0.1:8081"}, timeout=PATIENCE)
        assert answer.status_code == 404


def test_what_is_not_there_is_a_problem(owner: Api) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("DELETE", "/issuers", 405),
        ("GET", "/clients/nobody", 404),
        ("GET", "/clients/..%2f..", 404),
    ):
        answer = owner.http.request(method, path)
        assert answer.status_code == status, path
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_request_that_breaks_the_rules_of_http_is_a_problem_like_all_others(
    site: Site, owner: Api
) -> None:
    large = owner.http.get("/issuers", headers={"X": "x" * 20_000})
    assert site.server.admin is not None
    with raw_client(site.server.admin) as client:
        client.send(b"GET /admin/v1/issuers HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        _, _, twice = client.answer()
    problems = [large.json(), json.loads(twice)]

    assert [(each["status"], each["code"]) for each in problems] == [
        (431, "too_large"),
        (400, "malformed_request"),
    ]
    assert problems[0]["request_id"] == large.headers["x-request-id"]


def test_no_secret_and_no_key_is_ever_read_back(site: Site, owner: Api, fresh: Names) -> None:
    made = owner.post(f"/issuers/{site.issuers['one']}/clients", {"client_id": fresh("quiet")})
    said = json.dumps(
        [
            owner.get(f"/clients/{made['client']['id']}"),
            owner.get(f"/clients/{made['client']['id']}/secrets"),
            owner.get("/events", newest_first="true"),
            owner.get(f"/issuers/{site.issuers['one']}/keys"),
        ]
    )

    assert made["client_secret"] not in said
    assert "verifier" not in said
    assert "sealed" not in said
