"""Making, changing and deleting clients."""

import pytest

from tests.admin.scene import NOW, context, events
from watchword import dialect
from watchword.admin import find
from watchword.admin.client import (
    ClientChanges,
    CreatedClient,
    NewClient,
    create_client,
    delete_client,
    disable_client,
    edit_client,
    enable_client,
)
from watchword.admin.customer import (
    CustomerChanges,
    NewCustomer,
    create_customer,
    disable_customer,
    edit_customer,
    enable_customer,
)
from watchword.admin.errors import ChangedMeanwhile, Invalid, NeedsForce, Taken, Unknown
from watchword.admin.estate import Estate
from watchword.admin.issuer import NewIssuer, create_issuer
from watchword.admin.key import rotate_key
from watchword.core.client import RESERVED_CLAIMS
from watchword.core.issuer import Issuer
from watchword.core.secret_format import check_is_right, key_id_of


def test_a_client_comes_with_its_first_secret(created: CreatedClient, issuer: Issuer) -> None:
    assert created.secret is not None
    assert created.client.client_id == "ACME01"
    assert check_is_right(created.secret.value)
    assert created.secret.value.startswith(f"{issuer.key_prefix}_")
    assert key_id_of(created.secret.value) == created.secret.secret.key_id
    assert created.secret.secret.expires_at == NOW + issuer.secret_lifetime


def test_a_client_id_is_generated_where_none_is_chosen(estate: Estate, issuer: Issuer) -> None:
    made = create_client(estate, context(), issuer.id, NewClient())

    assert made.client.client_id.isalnum()
    assert len(made.client.client_id) == 12


def test_a_client_may_come_without_a_secret(estate: Estate, issuer: Issuer) -> None:
    made = create_client(estate, context(), issuer.id, NewClient(), with_secret=False)

    assert made.secret is None


def test_the_trail_says_what_was_made_and_holds_no_secret(
    estate: Estate, created: CreatedClient
) -> None:
    assert created.secret is not None
    told = repr(events(estate))

    assert [event.action for event in events(estate)][-3:] == [
        "client.create",
        "pepper.create",
        "secret.issue",
    ]
    assert created.secret.value not in told
    assert created.secret.value[-33:] not in told
    assert "verifier" not in told
    assert created.secret.value not in repr(created)


def test_a_client_id_is_taken_once(estate: Estate, issuer: Issuer, created: CreatedClient) -> None:
    with pytest.raises(Taken) as refused:
        create_client(estate, context(), issuer.id, NewClient(client_id="ACME01"))

    assert refused.value.code == "client_id_taken"


def test_ids_that_differ_only_in_case_need_force(
    estate: Estate, issuer: Issuer, created: CreatedClient
) -> None:
    with pytest.raises(NeedsForce) as refused:
        create_client(estate, context(), issuer.id, NewClient(client_id="acme01"))
    forced = create_client(estate, context(), issuer.id, NewClient(client_id="acme01"), force=True)

    assert refused.value.code == "similar_client_id"
    assert forced.client.client_id == "acme01"


def test_a_deleted_client_id_is_never_given_out_again(
    estate: Estate, issuer: Issuer, created: CreatedClient
) -> None:
    deleted = delete_client(estate, context(NOW + 5), created.client.id)

    assert deleted.deleted_at == NOW + 5
    with pytest.raises(Taken) as refused:
        create_client(estate, context(), issuer.id, NewClient(client_id="ACME01"), force=True)
    assert "never given out again" in refused.value.hint
    with estate.store.reading() as reading, pytest.raises(Unknown):
        find.client(reading, created.client.id)


def test_deleting_a_client_ends_its_secrets(estate: Estate, created: CreatedClient) -> None:
    delete_client(estate, context(NOW + 5), created.client.id)

    with estate.store.reading() as reading:
        [secret] = reading.secrets(created.client.id)
    assert secret.revoked_at == NOW + 5


@pytest.mark.parametrize("client_id", ["", "a" * 256, "ä", "a\nb", " a", "a "])
def test_what_is_no_client_id_is_refused(estate: Estate, issuer: Issuer, client_id: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_client(estate, context(), issuer.id, NewClient(client_id=client_id))

    assert refused.value.code == "invalid_client_id"


def test_a_colon_is_allowed_only_where_basic_is_decoded(estate: Estate, issuer: Issuer) -> None:
    new = NewIssuer(name="kamoa", url="https://k.example", dialect="kamoa")
    raw = create_issuer(estate, context(), new)
    assert dialect.load(issuer.dialect).decodes_basic
    assert not dialect.load(raw.dialect).decodes_basic

    allowed = create_client(estate, context(), issuer.id, NewClient(client_id="a:b"))

    assert allowed.client.client_id == "a:b"
    with pytest.raises(Invalid):
        create_client(estate, context(), raw.id, NewClient(client_id="a:b"))


@pytest.mark.parametrize("name", sorted(RESERVED_CLAIMS))
def test_a_reserved_claim_is_refused(estate: Estate, issuer: Issuer, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_client(estate, context(), issuer.id, NewClient(claims={name: "x"}))

    assert refused.value.code == "reserved_claim"
    assert refused.value.field == f"claims.{name}"


def test_claims_that_would_fill_a_header_are_refused(estate: Estate, issuer: Issuer) -> None:
    with pytest.raises(Invalid):
        create_client(estate, context(), issuer.id, NewClient(claims={"x": "y" * 5000}))


def test_a_scope_must_stand_in_the_issuers_catalogue(estate: Estate, issuer: Issuer) -> None:
    with pytest.raises(Invalid) as refused:
        create_client(estate, context(), issuer.id, NewClient(scopes=("raed",)))

    assert refused.value.hint == "did you mean 'read'?"


def test_an_attribute_must_be_one_that_the_dialect_reads(estate: Estate, issuer: Issuer) -> None:
    with pytest.raises(Invalid) as refused:
        create_client(estate, context(), issuer.id, NewClient(attributes={"account": "1"}))

    assert refused.value.code == "unknown_attribute"


def test_an_edit_changes_what_is_named(estate: Estate, created: CreatedClient) -> None:
    changes = ClientChanges(scopes=("read", "write"), lifetime=60)

    after = edit_client(estate, context(), created.client.id, changes, expected_version=1)

    assert (after.scopes, after.lifetime, after.version) == (("read", "write"), 60, 2)
    with pytest.raises(ChangedMeanwhile):
        edit_client(estate, context(), created.client.id, changes, expected_version=1)


def test_a_clients_longer_lifetime_keeps_retiring_keys(
    estate: Estate, issuer: Issuer, created: CreatedClient
) -> None:
    rotation = rotate_key(estate, context(), issuer.id)
    edit_client(estate, context(), created.client.id, ClientChanges(lifetime=86_400))

    with estate.store.reading() as reading:
        old, _ = reading.keys(issuer.id)
    assert rotation.old is not None
    assert old.removed_at == (rotation.old.removed_at or 0) + 86_400 - issuer.lifetime


def test_disabling_and_enabling_a_client(estate: Estate, created: CreatedClient) -> None:
    assert not disable_client(estate, context(), created.client.id).enabled
    assert enable_client(estate, context(), created.client.id).enabled


def test_a_client_belongs_to_a_customer(estate: Estate, issuer: Issuer) -> None:
    customer = create_customer(estate, context(), NewCustomer(name="ACME Ltd"))
    made = create_client(estate, context(), issuer.id, NewClient(customer="ACME Ltd"))
    alone = edit_client(estate, context(), made.client.id, ClientChanges(customer=None))

    assert made.client.customer_id == customer.id
    assert alone.customer_id is None
    with pytest.raises(Unknown):
        create_client(estate, context(), issuer.id, NewClient(customer="Nobody"))


def test_a_customer_is_changed_and_disabled(estate: Estate) -> None:
    customer = create_customer(
        estate, context(), NewCustomer(name="ACME", contacts=("it@acme.example",))
    )

    renamed = edit_customer(estate, context(), customer.id, CustomerChanges(name="ACME Ltd"))

    assert renamed.name == "ACME Ltd"
    assert not disable_customer(estate, context(), customer.id).enabled
    assert enable_customer(estate, context(), customer.id).enabled
    with pytest.raises(Taken):
        create_customer(estate, context(), NewCustomer(name="ACME Ltd"))
    with pytest.raises(Invalid):
        create_customer(estate, context(), NewCustomer(name="B", contacts=("nobody",)))


def test_a_client_id_like_another_clients_handle_is_never_taken_for_it(
    estate: Estate, issuer: Issuer, created: CreatedClient
) -> None:
    """The handle of a client stands in its tokens: anybody may choose it as a client_id."""
    imposter = create_client(
        estate, context(), issuer.id, NewClient(client_id=created.client.id)
    ).client

    disabled = disable_client(estate, context(), created.client.id)

    assert disabled.id == created.client.id
    with estate.store.reading() as reading:
        assert find.client(reading, imposter.id).enabled
