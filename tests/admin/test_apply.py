"""Declared files: what they say, what they change, and that exporting says the same."""

import os
from pathlib import Path

import pytest

from tests.admin.scene import NOW, client_named, context, events
from watchword import dialect
from watchword.admin import find
from watchword.admin.administrator import BUILT_IN
from watchword.admin.apply import apply, plan
from watchword.admin.client import (
    ClientChanges,
    NewClient,
    create_client,
    disable_client,
    edit_client,
)
from watchword.admin.customer import NewCustomer, create_customer
from watchword.admin.declaration import Wanted, read_declarations
from watchword.admin.errors import ChangeRefused, Invalid, NotNow, Taken
from watchword.admin.estate import Estate
from watchword.admin.export import export_files
from watchword.admin.issuer import NewIssuer, create_issuer
from watchword.admin.set_up import Place, prepare

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


def wanted(files: dict[str, str]) -> Wanted:
    """What the files declare; dialect files lie among them."""
    top = {name: text for name, text in files.items() if "/" not in name}
    return read_declarations(top, files.__getitem__)


def exported(estate: Estate) -> dict[str, str]:
    with estate.store.reading() as reading:
        return export_files(reading)


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
    applied = apply(estate, context(), wanted(FILES), version=planned.version)
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


def test_a_plan_that_is_out_of_date_is_not_applied(estate: Estate) -> None:
    planned = plan(estate, context(), wanted(FILES))
    create_customer(estate, context(), NewCustomer(name="another"))

    with pytest.raises(NotNow) as refused:
        apply(estate, context(), wanted(FILES), version=planned.version)

    assert refused.value.code == "plan_outdated"


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
    pruned = apply(estate, context(), wanted(FILES), prune=True)

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
    apply(estate, context(), wanted({**FILES, "acme.toml": without}), prune=True)

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

    applied = apply(estate, context(NOW + 1), wanted(exported(estate)), prune=True)

    assert applied.events == ()


def test_a_sandbox_becomes_live_by_export_and_apply(estate: Estate, tmp_path: Path) -> None:
    odd_estate(estate)
    data = tmp_path / "live"
    place = Place(data=data, database=f"sqlite:///{data}/watchword.db", environ={})
    live = prepare(place, os.urandom).estate

    applied = apply(live, context(), wanted(exported(estate)), issue=False)

    assert exported(live) == exported(estate)
    assert applied.secrets == ()
    live.store.close()


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
