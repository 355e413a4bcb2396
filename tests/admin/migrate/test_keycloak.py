"""Keycloak's realm export: what is taken over, and what is left out with its reason."""

import json
from typing import Any

import pytest
from msgspec import UNSET

from tests.admin.migrate.realm import ROTATED, SECRET, a_client, a_realm
from watchword.admin.errors import Invalid
from watchword.admin.migrate import Migration
from watchword.admin.migrate.keycloak import read_export


def read(realm: Any, name: str | None = None) -> Migration:
    return read_export(json.dumps(realm).encode(), name)


def reasons(migration: Migration, kind: str) -> dict[str, str]:
    return {each.name: each.reason for each in migration.left_out if each.kind == kind}


def test_a_client_comes_with_its_secret_settings_and_roles() -> None:
    billing = read(a_realm()).lines[0]

    assert (billing.client_id, billing.secret, billing.name) == ("billing", SECRET, "Billing")
    assert billing.scopes == ("payments", "refunds")
    assert billing.audiences == ("https://api.example",)
    assert billing.lifetime == 1800
    assert billing.claims == {
        "customer": {"id": 7},
        "realm_access": {"roles": ["payer"]},
        "resource_access": {"api": {"roles": ["write"]}},
    }
    assert billing.expires_at is UNSET


def test_a_rotated_secret_comes_as_a_second_one_with_its_end() -> None:
    rotated = read(a_realm()).lines[1]

    assert (rotated.client_id, rotated.secret) == ("billing", ROTATED)
    assert rotated.expires_at == 1_800_005_000
    assert not rotated.says_settings


def test_a_disabled_client_stays_disabled() -> None:
    paused = read(a_realm()).lines[2]

    assert (paused.client_id, paused.enabled) == ("paused", False)


def test_each_client_that_is_left_out_has_its_reason() -> None:
    left_out = reasons(read(a_realm()), "client")

    assert set(left_out) == set("account web login api saml jwt masked vault empty".split())
    words = {
        "account": "Keycloak's own",
        "web": "public",
        "login": "no service account",
        "api": "bearer-only",
        "saml": "speaks saml",
        "jwt": "client-jwt",
        "masked": "masked",
        "vault": "vault",
        "empty": "no secret",
    }
    assert {name: word for name, word in words.items() if word not in left_out[name]} == {}


def test_scopes_and_mappers_that_are_left_out_are_told() -> None:
    migration = read(a_realm())

    assert set(reasons(migration, "scope")) == {"roles", "web-origins"}
    assert set(reasons(migration, "mapper")) == {"script"}


def test_notes_say_what_is_to_be_set_by_hand() -> None:
    notes = " ".join(read(a_realm()).notes)
    without_users = " ".join(read(a_realm() | {"users": None}).notes)

    assert "--lifetime 300s" in notes
    assert "composite" in notes
    assert "no users" in without_users


def test_claims_that_are_ours_to_give_are_left_out() -> None:
    mapper = {
        "name": "sub",
        "protocolMapper": "oidc-hardcoded-claim-mapper",
        "config": {"claim.name": "sub", "claim.value": "me"},
    }
    migration = read(a_realm() | {"clients": [a_client("x", protocolMappers=[mapper])]})

    assert migration.lines[0].claims == {}
    assert "sub" in reasons(migration, "mapper")


def test_one_realm_of_several_is_chosen_by_name() -> None:
    realms = [a_realm(), a_realm() | {"realm": "other"}]

    assert read(realms, "other").source == "Keycloak realm other"
    with pytest.raises(Invalid, match="2 realms"):
        read(realms)


@pytest.mark.parametrize("octets", [b"", b"{", b"[]", b"5", b'{"realm": "x"}', b"[" * 100_000])
def test_what_is_no_export_is_refused(octets: bytes) -> None:
    with pytest.raises(Invalid):
        read_export(octets)


def test_no_secret_is_in_what_is_told() -> None:
    migration = read(a_realm())

    assert SECRET not in repr(migration)
    assert ROTATED not in repr(migration)
