"""Making and changing issuers."""

from typing import Any

import pytest
from msgspec import UNSET

from tests.admin.scene import NOW, context, events
from watchword import dialect
from watchword.admin import find
from watchword.admin.errors import ChangedMeanwhile, ChangeRefused, Invalid, Taken, Unknown
from watchword.admin.estate import Estate
from watchword.admin.issuer import (
    IssuerChanges,
    NewIssuer,
    create_issuer,
    disable_issuer,
    edit_issuer,
    enable_issuer,
)
from watchword.admin.key import open_key
from watchword.core.issuer import Issuer
from watchword.core.signing_key import SigningKey, signing_key_at
from watchword.jose.jws import Signer


def keys(estate: Estate, issuer: Issuer) -> list[SigningKey]:
    with estate.store.reading() as reading:
        return reading.keys(issuer.id)


def test_a_new_issuer_has_a_key_that_signs_at_once(estate: Estate, issuer: Issuer) -> None:
    [key] = keys(estate, issuer)

    assert signing_key_at([key], NOW) == key
    assert key.alg == "ES256"
    assert key.public_jwk["kid"] == key.kid
    assert Signer("ES256", open_key(estate, key), {"alg": "ES256"}).sign(b"{}")


def test_a_shared_key_is_never_published(estate: Estate) -> None:
    new = NewIssuer(name="kiss", url="https://kiss.example.com", dialect="kiss", alg="HS256")
    [key] = keys(estate, create_issuer(estate, context(), new))

    assert key.public_jwk == {}


def test_the_url_is_stored_in_one_spelling(estate: Estate) -> None:
    new = NewIssuer(name="a", url="HTTPS://API.Example.com:443/Tenant/")
    issuer = create_issuer(estate, context(), new)

    assert issuer.url == "https://api.example.com/Tenant"


@pytest.mark.parametrize(
    "url",
    [
        "api.example.com",
        "ftp://api.example.com",
        "https://",
        "https://user@api.example.com",
        "https://api.example.com?x=1",
        "https://api.example.com/#top",
        "https://api.example.com//a",
        "https://api.example.com:99999",
        "https://bücher.example",
        "https://[::1",
    ],
)
def test_what_is_no_issuer_url_is_refused(estate: Estate, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_issuer(estate, context(), NewIssuer(name="a", url=url))

    assert refused.value.field == "url"


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"name": "Has Space"}, "name"),
        ({"alg": "none"}, "alg"),
        ({"lifetime": 0}, "lifetime"),
        ({"lifetime": 10**9}, "lifetime"),
        ({"scopes": ("a b",)}, "scopes"),
        ({"audiences": ("",)}, "audiences"),
        ({"key_prefix": "Wk"}, "key_prefix"),
        ({"cors_origins": ("https://a.example/path",)}, "cors_origins"),
        ({"max_live_secrets": 0}, "max_live_secrets"),
        ({"endpoints": {"jwks": "/../x"}}, "endpoints.jwks"),
        ({"dialect": "kamao"}, "dialect"),
        ({"dialect_text": "name = 1"}, "dialect_text"),
        ({"aliases": ("https://b.example", "https://b.example/")}, "aliases"),
    ],
)
def test_a_bad_setting_is_refused_by_its_name(
    estate: Estate, settings: dict[str, object], field: str
) -> None:
    given = {"name": "a", "url": "https://a.example", **settings}

    with pytest.raises(Invalid) as refused:
        create_issuer(estate, context(), NewIssuer(**given))  # type: ignore[arg-type]

    assert refused.value.field == field


def test_a_mistyped_dialect_is_recognised(estate: Estate) -> None:
    with pytest.raises(Invalid) as refused:
        create_issuer(
            estate, context(), NewIssuer(name="a", url="https://a.example", dialect="kashmi")
        )

    assert refused.value.hint == "did you mean 'kashimi'?"


def test_a_dialect_file_is_stored_with_the_issuer(estate: Estate) -> None:
    text = dialect.source("kamoa").replace('name = "kamoa"', 'name = "ours"')
    new = NewIssuer(name="a", url="https://a.example", dialect_text=text, alg="HS256")

    issuer = create_issuer(estate, context(), new)

    assert (issuer.dialect, issuer.dialect_text) == ("ours", text)


ONE_PATH_FOR_TWO = {
    "an endpoint moved onto the token's": {"endpoints": {"jwks": "/oauth/token"}},
    "two endpoints moved onto one path": {"endpoints": {"jwks": "/a", "introspection": "/a"}},
    "a dialect whose token path is another's": {
        "dialect_text": dialect.source("rfc6749").replace("/oauth/token", "/.well-known/jwks.json")
    },
}


@pytest.mark.parametrize("settings", ONE_PATH_FOR_TWO.values(), ids=list(ONE_PATH_FOR_TWO))
def test_two_endpoints_cannot_be_at_one_path(
    estate: Estate, issuer: Issuer, settings: dict[str, Any]
) -> None:
    with pytest.raises(Invalid, match="would both be at") as made:
        create_issuer(estate, context(), NewIssuer(name="b", url="https://b.example", **settings))
    with pytest.raises(Invalid, match="would both be at"):
        edit_issuer(estate, context(), issuer.id, IssuerChanges(**settings))

    assert (made.value.code, made.value.field) == ("path_taken", "endpoints")


def test_an_endpoint_that_is_off_leaves_its_path_to_another(estate: Estate) -> None:
    endpoints = {"jwks": "/oauth/introspect", "introspection": None}

    new = NewIssuer(name="b", url="https://b.example", endpoints=endpoints)

    assert create_issuer(estate, context(), new).endpoints == endpoints


def test_two_issuers_share_neither_name_nor_url(estate: Estate, issuer: Issuer) -> None:
    with pytest.raises(Taken):
        create_issuer(estate, context(), NewIssuer(name="acme", url="https://b.example"))
    with pytest.raises(Taken) as refused:
        create_issuer(
            estate,
            context(),
            NewIssuer(name="b", url="https://b.example", aliases=(issuer.url + "/",)),
        )

    assert refused.value.code == "url_taken"


def test_an_edit_changes_what_is_named_and_nothing_else(estate: Estate, issuer: Issuer) -> None:
    after = edit_issuer(estate, context(), issuer.id, IssuerChanges(lifetime=900))

    assert after.lifetime == 900
    assert after.version == issuer.version + 1
    assert after.scopes == issuer.scopes
    [event] = events(estate, "issuer.edit")
    assert (event.before, event.after) == ({"lifetime": 3600}, {"lifetime": 900})


def test_an_edit_that_changes_nothing_is_no_event(estate: Estate, issuer: Issuer) -> None:
    after = edit_issuer(estate, context(), issuer.id, IssuerChanges(lifetime=issuer.lifetime))

    assert after == issuer
    assert events(estate, "issuer.edit") == []


def test_the_second_of_two_administrators_gets_a_conflict(estate: Estate, issuer: Issuer) -> None:
    edit_issuer(estate, context(), issuer.id, IssuerChanges(lifetime=900), expected_version=1)

    with pytest.raises(ChangedMeanwhile) as refused:
        edit_issuer(estate, context(), issuer.id, IssuerChanges(lifetime=60), expected_version=1)

    assert refused.value.code == "conflict"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = [", "the dialect file: line 1: not TOML: Invalid value"),
        ("a = " + "9" * 5000, "the dialect file: line 1: a number of thousands of digits"),
        ("name = 'a'", "the dialect file: request: is missing"),
    ],
)
def test_a_fault_of_a_dialect_file_is_told_without_a_line_or_key_that_it_has_not(
    estate: Estate, text: str, told: str
) -> None:
    with pytest.raises(Invalid) as refused:
        create_issuer(
            estate, context(), NewIssuer(name="a", url="https://a.example", dialect_text=text)
        )

    assert refused.value.message.startswith(told)


def test_naming_a_shipped_dialect_drops_the_file(estate: Estate) -> None:
    text = dialect.source("kamoa").replace('name = "kamoa"', 'name = "ours"')
    issuer = create_issuer(
        estate, context(), NewIssuer(name="a", url="https://a.example", dialect_text=text)
    )

    after = edit_issuer(estate, context(), issuer.id, IssuerChanges(dialect="rfc6749"))

    assert (after.dialect, after.dialect_text) == ("rfc6749", None)


def test_an_edit_of_something_else_keeps_the_dialect_file(estate: Estate) -> None:
    text = dialect.source("kamoa").replace('name = "kamoa"', 'name = "ours"')
    issuer = create_issuer(
        estate, context(), NewIssuer(name="a", url="https://a.example", dialect_text=text)
    )

    after = edit_issuer(estate, context(), issuer.id, IssuerChanges(lifetime=60))

    assert after.dialect_text == text


def test_a_new_algorithm_rotates_to_a_key_of_it(estate: Estate, issuer: Issuer) -> None:
    edit_issuer(estate, context(), issuer.id, IssuerChanges(alg="RS256"))

    old, new = keys(estate, issuer)
    assert (old.alg, new.alg) == ("ES256", "RS256")
    assert new.activates_at == old.retires_at
    assert new.activates_at > NOW + issuer.jwks_max_age


def test_a_longer_lifetime_keeps_retiring_keys_published(estate: Estate, issuer: Issuer) -> None:
    edit_issuer(estate, context(), issuer.id, IssuerChanges(alg="RS256"))
    before, _ = keys(estate, issuer)

    edit_issuer(estate, context(), issuer.id, IssuerChanges(lifetime=86_400))

    after, _ = keys(estate, issuer)
    assert before.removed_at is not None
    assert after.removed_at == before.removed_at + 86_400 - 3600


def test_disabling_and_enabling_are_events(estate: Estate, issuer: Issuer) -> None:
    assert not disable_issuer(estate, context(), issuer.id).enabled
    assert enable_issuer(estate, context(), issuer.id).enabled
    enable_issuer(estate, context(), issuer.id)

    actions = [event.action for event in events(estate)][-2:]
    assert actions == ["issuer.disable", "issuer.enable"]


def test_a_refused_attempt_is_an_event(estate: Estate) -> None:
    with pytest.raises(ChangeRefused):
        create_issuer(estate, context(), NewIssuer(name="a", url="nowhere"))

    [event] = events(estate)
    assert (event.action, event.outcome, event.name) == ("issuer.create", "refused", "a")
    assert event.detail["code"] == "invalid_value"


def test_a_refused_change_leaves_nothing_behind(estate: Estate, issuer: Issuer) -> None:
    changes = IssuerChanges(name="other", lifetime=0)

    with pytest.raises(Invalid):
        edit_issuer(estate, context(), issuer.id, changes)

    with estate.store.reading() as reading:
        assert find.issuer(reading, "acme") == issuer


def test_an_issuer_is_found_by_name_and_by_id(estate: Estate, issuer: Issuer) -> None:
    with estate.store.reading() as reading:
        assert find.issuer(reading, issuer.name) == find.issuer(reading, issuer.id) == issuer
        with pytest.raises(Unknown) as refused:
            find.issuer(reading, "acne")

    assert refused.value.hint == "did you mean 'acme'?"


def test_what_is_not_named_stays_unset() -> None:
    assert IssuerChanges(lifetime=60).name is UNSET
