"""Declared files: what they say, what they change, and that exporting says the same."""

import os
import time
from pathlib import Path

import pytest

from tests.admin.scene import NOW, client_named, context, events
from watchword import dialect
from watchword.admin import find
from watchword.admin.apply import ApplyOptions, apply, plan
from watchword.admin.client import (
    ClientChanges,
    NewClient,
    create_client,
    disable_client,
    edit_client,
)
from watchword.admin.customer import NewCustomer, create_customer
from watchword.admin.declaration import dialect_files, read_declarations
from watchword.admin.errors import ChangeRefused, Invalid, LimitReached, NotNow, Taken
from watchword.admin.estate import Estate
from watchword.admin.export import Part, export_part, joined
from watchword.admin.export import Place as PlaceOfPart
from watchword.admin.issuer import NewIssuer, create_issuer, disable_issuer
from watchword.admin.role import BUILT_IN
from watchword.admin.secret import issue_secret
from watchword.admin.set_up import Place, prepare
from watchword.core.event import Event

FILES = {
    "acme.toml": """
[issuer.acme]
url = "https://api.example.com"
lifetime = "30m"
scopes = ["read", "write"]

[client.acme.ACME01]
customer = "ACME Ltd"
scopes = ["read"]
claims = { tenant = 7, roles = ["a"] }

[client.acme."with.dot and space"]
enabled = false
""",
    "customers.toml": '[customer."ACME Ltd"]\ncontacts = ["it@acme.example"]\n',
}


wanted = read_declarations
PRUNING = ApplyOptions(prune=True)


def exported(estate: Estate, limit: int = 3) -> dict[str, str]:
    parts: list[Part] = []
    place: PlaceOfPart | None = None
    with estate.store.reading() as reading:
        while True:
            more, place = export_part(reading, place, limit)
            parts += more
            if place is None:
                return joined(parts)


def actions(estate: Estate) -> list[str]:
    return [event.action for event in events(estate)]


def test_everything_is_made_in_one_go_with_first_secrets(estate: Estate) -> None:
    applied = apply(estate, context(), wanted(FILES))

    with estate.store.reading() as reading:
        issuer = find.issuer(reading, "acme")
        customer = find.customer(reading, "ACME Ltd")
    client = client_named(estate, "ACME01")
    disabled = client_named(estate, "with.dot and space")
    assert (issuer.lifetime, issuer.scopes) == (1800, ("read", "write"))
    assert client.claims == {"tenant": 7, "roles": ["a"]}
    assert client.customer_id == customer.id
    assert not disabled.enabled
    assert [each.client.client_id for each in applied.secrets] == [
        "ACME01",
        "with.dot and space",
    ]
    assert actions(estate)[0] == "customer.create"


def test_a_plan_is_what_applying_does_and_changes_nothing(estate: Estate) -> None:
    planned = plan(estate, context(), wanted(FILES))

    assert events(estate) == []
    assert exported(estate) == {}
    applied = apply(estate, context(), wanted(FILES), expected=planned.digest)
    assert [event.action for event in planned.events] == [event.action for event in applied.events]
    assert [event.name for event in planned.events if event.kind == "client"] == [
        event.name for event in applied.events if event.kind == "client"
    ]


def test_applying_twice_changes_nothing(estate: Estate) -> None:
    apply(estate, context(), wanted(FILES))
    before = events(estate)

    again = apply(estate, context(NOW + 1), wanted(FILES))

    assert again.events == ()
    assert events(estate) == before


def test_a_plan_that_would_do_something_else_by_now_is_not_applied(estate: Estate) -> None:
    planned = plan(estate, context(), wanted(FILES))
    create_customer(estate, context(), NewCustomer(name="ACME Ltd"))

    with pytest.raises(NotNow) as refused:
        apply(estate, context(), wanted(FILES), expected=planned.digest)

    assert refused.value.code == "plan_outdated"


def test_what_is_drawn_or_told_by_the_clock_does_not_put_a_plan_out_of_date(
    estate: Estate,
) -> None:
    apply(estate, context(), wanted(FILES))
    text = FILES["acme.toml"].partition('[client.acme."with')[0].replace("ACME Ltd", "New Ltd")
    text = text.replace('lifetime = "30m"', 'alg = "RS256"')
    files = {**FILES, "acme.toml": f'{text}[client.acme.NEW]\n[customer."New Ltd"]\n'}
    planned = plan(estate, context(), wanted(files), PRUNING)
    create_issuer(estate, context(), NewIssuer(name="other", url="https://o.example"))
    disable_issuer(estate, context(), "other")

    applied = apply(estate, context(NOW + 9), wanted(files), PRUNING, expected=planned.digest)

    told = [(step.mark, step.action) for step in applied.steps]
    assert told == [(step.mark, step.action) for step in planned.steps]
    assert {
        ("+", "customer.create"),
        ("~", "issuer.edit"),
        ("~", "key.rotate"),
        ("~", "client.edit"),
        ("+", "client.create"),
        ("-", "client.delete"),
    } <= set(told)
    [edit] = [step for step in applied.steps if step.action == "client.edit"]
    assert edit.changes == ("customer: ACME Ltd → New Ltd",)


def test_a_step_of_another_plan_puts_it_out_of_date(estate: Estate) -> None:
    digests = {
        plan(estate, context(), wanted(files), options).digest
        for files, options in (
            (FILES, ApplyOptions()),
            (FILES, ApplyOptions(issue=False)),
            ({"customers.toml": FILES["customers.toml"]}, ApplyOptions()),
            ({"c.toml": '[customer."ACME Ltd"]'}, ApplyOptions()),
        )
    }

    assert len(digests) == 4


def test_no_more_is_changed_at_once_than_is_allowed(estate: Estate) -> None:
    few = ApplyOptions(most=5)

    with pytest.raises(LimitReached) as refused:
        apply(estate, context(), wanted(FILES), few)

    assert refused.value.code == "too_many_changes"
    assert exported(estate) == {}


def test_pruning_counts_as_change_too(estate: Estate) -> None:
    apply(estate, context(), wanted(FILES))
    text = FILES["acme.toml"].partition("[client")[0]

    with pytest.raises(LimitReached):
        plan(estate, context(), wanted({"a.toml": text}), ApplyOptions(prune=True, most=1))


def test_what_an_administrator_may_not_do_is_not_applied_either(estate: Estate) -> None:
    def only_customers(event: Event) -> None:
        if event.kind != "customer":
            raise NotNow("no")

    with pytest.raises(NotNow):
        apply(estate, context(), wanted(FILES), ApplyOptions(permit=only_customers))

    assert exported(estate) == {}


def test_a_setting_that_is_left_out_goes_back_to_its_default(estate: Estate) -> None:
    apply(estate, context(), wanted(FILES))
    text = FILES["acme.toml"].replace('lifetime = "30m"\n', "")

    applied = apply(estate, context(), wanted({**FILES, "acme.toml": text}))

    [event] = applied.events
    assert (event.before, event.after) == ({"lifetime": 1800}, {"lifetime": 3600})


def test_what_is_not_declared_is_left_alone_unless_it_is_pruned(estate: Estate) -> None:
    apply(estate, context(), wanted(FILES))
    create_client(estate, context(), "acme", NewClient(client_id="EXTRA"))
    create_issuer(estate, context(), NewIssuer(name="other", url="https://o.example"))
    create_customer(estate, context(), NewCustomer(name="another"))

    left = apply(estate, context(), wanted(FILES))
    pruned = apply(estate, context(), wanted(FILES), PRUNING)

    assert left.events == ()
    assert {(event.action, event.name) for event in pruned.events if event.kind != "secret"} == {
        ("client.delete", "EXTRA"),
        ("issuer.disable", "other"),
        ("customer.disable", "another"),
    }


def test_a_bad_declaration_changes_nothing_and_is_named(estate: Estate) -> None:
    text = FILES["acme.toml"].replace('scopes = ["read"]', 'scopes = ["raed"]')

    with pytest.raises(Invalid) as refused:
        apply(estate, context(), wanted({**FILES, "acme.toml": text}))

    assert refused.value.message.startswith("client acme/ACME01: ")
    assert refused.value.hint == "did you mean 'read'?"
    assert exported(estate) == {}
    assert [(event.action, event.outcome) for event in events(estate)] == [
        ("file.apply", "refused")
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[issuer.a", "a.toml: "),
        ('[issuer.a]\nurl = "https://a.example"\nlifetme = "1h"', "lifetme"),
        ('[issuer.a]\nurl = "https://a.example"\nlifetime = "soon"', "issuer.a.lifetime"),
        ("[issuer.a]\nurl = 1", "$.issuer[...].url"),
        ("[client.a.b]\nclaims_json = '[]'", "claims_json"),
        ("[secret.a]\n", "secret"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        wanted({"a.toml": text})

    assert said in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 20_000,
        "a" + ".a" * 20_000 + " = 1",
        '"a"' + '."a"' * 20_000 + " = 1",
        "x = { a" + ".a" * 20_000 + " = 1 }",
        "x = " + "9" * 5000,
        '"""x' * 50_000,
        "[client.a.b]\nclaims = { x = 0x" + "f" * 20_000 + " }",
        "[client.a.b]\nclaims_json = '" + "[" * 20_000 + "'",
    ],
    ids=["nested", "dotted", "quoted", "inline", "digits", "open", "hex", "json"],
)
def test_what_would_keep_a_parser_busy_is_refused_at_once(text: str) -> None:
    began = time.thread_time()

    with pytest.raises(Invalid):
        wanted({"a.toml": text})

    assert time.thread_time() - began < 1


def test_a_claim_is_what_a_token_says(estate: Estate) -> None:
    text = "[client.acme.ACME01]\nclaims = { since = 2026-01-31, most = inf }\n"
    files = {"a.toml": FILES["acme.toml"].partition("[client")[0] + text}
    apply(estate, context(), wanted(files))

    assert client_named(estate, "ACME01").claims == {"since": "2026-01-31", "most": None}
    assert plan(estate, context(), wanted(files)).events == ()


def test_dialects_are_files_beside_the_others(estate: Estate) -> None:
    issuer = '[issuer.a]\nurl = "https://a.example"\ndialect_file = "dialects/ours.toml"\n'
    text = dialect.source("kamoa")

    with pytest.raises(Invalid) as refused:
        wanted({"a.toml": issuer})
    apply(estate, context(), wanted({"a.toml": issuer, "dialects/ours.toml": text}))

    assert refused.value.code == "unknown_file"
    assert dialect_files({"a.toml": issuer}) == ("dialects/ours.toml",)
    with estate.store.reading() as reading:
        assert find.issuer(reading, "a").dialect_text == text


def test_a_thing_is_declared_once() -> None:
    text = '[customer."A"]\n'

    with pytest.raises(Invalid) as refused:
        wanted({"a.toml": text, "b.toml": text})

    assert refused.value.code == "declared_twice"


def test_the_built_in_issuer_is_nobodys_to_declare(estate: Estate) -> None:
    text = f'[issuer.{BUILT_IN}]\nurl = "https://a.example"\n'

    with pytest.raises(ChangeRefused) as refused:
        apply(estate, context(), wanted({"a.toml": text}))

    assert refused.value.code == "built_in"


def test_a_deleted_client_is_not_declared_back(estate: Estate) -> None:
    apply(estate, context(), wanted(FILES))
    without = FILES["acme.toml"].partition('[client.acme."with')[0]
    apply(estate, context(), wanted({**FILES, "acme.toml": without}), PRUNING)

    with pytest.raises(Taken):
        apply(estate, context(), wanted(FILES))


def odd_estate(estate: Estate) -> None:
    """An estate with everything that is hard to say in a file."""
    text = dialect.source("kamoa").replace('name = "kamoa"', 'name = "ours"')
    create_issuer(
        estate,
        context(),
        NewIssuer(
            name="ours",
            url="https://ours.example/a",
            aliases=("https://alias.example",),
            dialect_text=text,
            alg="HS256",
            lifetime=90,
            scopes=("a", 'b"'.replace('"', ":")),
            audiences=("urn:x",),
            cors_origins=("*",),
            revocation="expiry",
            secret_lifetime=86_400,
            endpoints={"introspection": None, "token": "/here"},
            self_service=True,
        ),
    )
    create_customer(estate, context(), NewCustomer(name='Quote " and \\ back'))
    odd = create_client(
        estate,
        context(),
        "ours",
        NewClient(
            client_id='a"b.c\\d',
            customer='Quote " and \\ back',
            name="Näme",
            claims={"nothing": None, "big": 2**70, "text": "ü"},
            lifetime=61,
        ),
    )
    disable_client(estate, context(), odd.client.id)
    create_client(estate, context(), "ours", NewClient(claims={"deep": {"x": [1, 2.5, True]}}))


def test_applying_what_was_exported_changes_nothing(estate: Estate) -> None:
    odd_estate(estate)

    applied = apply(estate, context(NOW + 1), wanted(exported(estate)), PRUNING)

    assert applied.events == ()


def test_a_sandbox_becomes_live_by_export_and_apply(estate: Estate, tmp_path: Path) -> None:
    odd_estate(estate)
    data = tmp_path / "live"
    place = Place(data=data, database=f"sqlite:///{data}/watchword.db", environ={})
    live = prepare(place, os.urandom).estate

    applied = apply(live, context(), wanted(exported(estate)), ApplyOptions(issue=False))

    assert exported(live) == exported(estate)
    assert applied.secrets == ()
    live.store.close()


def test_an_export_comes_in_parts_of_any_size(estate: Estate) -> None:
    odd_estate(estate)
    apply(estate, context(), wanted(FILES))

    whole = exported(estate, 1000)

    assert all(exported(estate, limit) == whole for limit in (1, 2, 5))
    assert set(whole) == {"acme.toml", "customers.toml", "ours.toml", "dialects/ours.toml"}


def test_an_issuer_called_customers_is_exported_beside_them(estate: Estate) -> None:
    create_issuer(estate, context(), NewIssuer(name="customers", url="https://c.example"))
    create_customer(estate, context(), NewCustomer(name="ACME Ltd"))

    assert apply(estate, context(), wanted(exported(estate, 1)), PRUNING).events == ()


def test_an_export_is_refused_if_something_was_changed_between_its_parts(estate: Estate) -> None:
    apply(estate, context(), wanted(FILES))
    with estate.store.reading() as reading:
        _, behind = export_part(reading, None, 1)
    issue_secret(estate, context(), client_named(estate, "ACME01").id)
    with estate.store.reading() as reading:
        parts, _ = export_part(reading, behind, 10)
    disable_client(estate, context(), client_named(estate, "ACME01").id)

    assert len(parts) == 3
    with estate.store.reading() as reading, pytest.raises(NotNow) as refused:
        export_part(reading, behind, 10)
    assert refused.value.code == "export_outdated"


def test_the_export_holds_no_secret(estate: Estate) -> None:
    applied = apply(estate, context(), wanted(FILES))

    text = repr(exported(estate))
    for each in applied.secrets:
        assert each.secret.value not in text
        assert each.secret.secret.key_id not in text


def test_secrets_are_kept_before_the_commit(estate: Estate) -> None:
    def full_disk(_: object) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        apply(estate, context(), wanted(FILES), before_commit=full_disk)

    assert exported(estate) == {}


def test_an_edit_by_hand_shows_in_the_next_plan(estate: Estate) -> None:
    apply(estate, context(), wanted(FILES))
    edit_client(estate, context(), client_named(estate, "ACME01").id, ClientChanges(scopes=()))

    planned = plan(estate, context(), wanted(FILES))

    [event] = planned.events
    assert (event.before, event.after) == ({"scopes": []}, {"scopes": ["read"]})
