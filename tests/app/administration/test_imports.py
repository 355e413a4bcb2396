"""Imports over the API: one request is all or nothing, and a repetition makes nothing."""

import json
from collections.abc import Callable
from typing import Any

from tests.app.administration.conftest import Api, Site

Names = Callable[[str], str]
SECRET = "a secret that is long enough"


def path_of(site: Site, issuer: str = "one") -> str:
    return f"/issuers/{site.issuers[issuer]}/imports"


def lines(*names: str) -> list[dict[str, Any]]:
    return [{"client_id": name, "secret": f"{SECRET} {name}"} for name in names]


def test_an_import_tells_what_became_of_each_line(site: Site, owner: Api, fresh: Names) -> None:
    names = [fresh("in"), fresh("in")]
    body = {"lines": lines(*names), "source": {"file": "theirs.csv"}}

    planned = owner.post(f"{path_of(site)}/plan", body)
    done = owner.post(path_of(site), body)

    assert done == {**planned, "done": True}
    assert done["results"] == [
        {"line": number, "client_id": name, "kept_as": "hmac", "fault": None}
        for number, name in enumerate(names, start=1)
    ]
    [event] = owner.get("/events", newest_first="true", limit=1)["items"]
    assert (event["action"], event["source"]) == ("client.import", "api")
    assert event["detail"] == {
        "clients": 2,
        "secrets": 2,
        "file": "theirs.csv",
        "kinds": {"hmac": 2},
    }


def test_one_line_at_fault_stops_all_of_them_and_is_named(
    site: Site, owner: Api, fresh: Names
) -> None:
    good, bad = fresh("good"), fresh("bad")
    body = {"lines": [*lines(good), {"client_id": bad, "secret": SECRET, "scopes": "fly"}]}

    planned = owner.post(f"{path_of(site)}/plan", body)
    refused = owner.http.post(path_of(site), json=body)

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "lines_at_fault")
    assert problem["lines"] == [each for each in planned["results"] if each["fault"]]
    [fault] = problem["lines"]
    assert (fault["line"], fault["client_id"]) == (2, bad)
    assert "the issuer has no scope 'fly'" in fault["fault"]
    assert owner.get("/clients", client_id=good)["items"] == []


def test_an_import_that_is_repeated_under_its_key_happens_once(
    site: Site, owner: Api, fresh: Names
) -> None:
    body, key = {"lines": lines(fresh("once"))}, fresh("key")

    first = owner.post(path_of(site), body, **{"Idempotency-Key": key})
    second = owner.post(path_of(site), body, **{"Idempotency-Key": key})

    assert second == {**first, "results": None}


def test_a_refused_import_does_not_use_up_its_key(site: Site, owner: Api, fresh: Names) -> None:
    key, name = fresh("key"), fresh("later")
    bad = {"lines": [{"client_id": name}]}

    refused = owner.http.post(path_of(site), json=bad, headers={"Idempotency-Key": key})
    done = owner.post(path_of(site), {"lines": lines(name)}, **{"Idempotency-Key": key})

    assert refused.status_code == 422
    assert done["done"] is True


def test_no_secret_of_an_import_is_told_again(site: Site, owner: Api, fresh: Names) -> None:
    name, short = fresh("silent"), "tooshort"
    told = [
        owner.http.post(path_of(site), json={"lines": [{"client_id": name, "secret": short}]}).text,
        owner.http.post(path_of(site), json={"lines": lines(name), "weak": "yes"}).text,
        owner.http.post(path_of(site), json={"lines": lines(name)}).text,
        json.dumps(owner.get("/events", newest_first="true", limit=10)),
    ]

    assert SECRET not in "".join(told)
    assert short not in "".join(told)
    assert SECRET not in site.server.log


def test_a_wrong_member_is_named_with_its_line(site: Site, owner: Api) -> None:
    answer = owner.http.post(path_of(site), json={"lines": [{"client_id": "a", "secert": "x"}]})

    assert (answer.status_code, answer.json()["field"]) == (422, "lines[0].secert")


def test_no_more_lines_than_one_request_takes(site: Site, owner: Api) -> None:
    none = owner.http.post(path_of(site), json={"lines": []})
    many = owner.http.post(path_of(site), json={"lines": [{"client_id": "a"}] * 5001})

    assert [answer.json()["code"] for answer in (none, many)] == ["invalid_value"] * 2


def test_what_a_role_may_not_do_one_by_one_it_may_not_import(
    site: Site, owner: Api, fresh: Names
) -> None:
    manager, support = site.administrator("account-manager", "one"), site.administrator("support")
    body = {"lines": lines(fresh("managed")), "add_scopes": True}
    scoped = {**body, "lines": [{**lines(fresh("scoped"))[0], "scopes": fresh("scope")}]}

    answers = [
        manager.http.post(path_of(site), json=scoped),
        manager.http.post(path_of(site, "two"), json=body),
        support.http.post(path_of(site), json=body),
        support.http.post(f"{path_of(site)}/plan", json=body),
    ]

    assert [answer.status_code for answer in answers] == [403, 404, 403, 403]
    assert manager.post(path_of(site), body)["done"] is True
    tail = owner.get("/events", newest_first="true", limit=20)["items"]
    mine = [each for each in tail if each["actor"] == manager.client_id]
    assert [(each["action"], each["outcome"]) for each in mine] == [
        ("client.import", "done"),
        ("client.import", "refused"),
        ("client.import", "refused"),
    ]


def test_administrators_are_not_imported(site: Site, fresh: Names) -> None:
    with site.world.estate.store.reading() as reading:
        built_in = reading.issuer_named("administration")
    assert built_in is not None
    manager = site.administrator("account-manager", "one")

    refused = manager.http.post(
        f"/issuers/{built_in.id}/imports", json={"lines": lines(fresh("evil"))}
    )

    assert refused.status_code == 404
