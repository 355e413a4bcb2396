"""Nothing that an administrator does locks all administrators out."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.admin.scene import NOW, context, events
from watchword.admin import client as clients
from watchword.admin import issuer as issuers
from watchword.admin import secret as secrets
from watchword.admin.administrator import NewAdministrator, create_administrator, ensure_built_in
from watchword.admin.client import ClientChanges, CreatedClient, NewClient, create_client
from watchword.admin.errors import ChangeRefused
from watchword.admin.estate import Estate
from watchword.admin.import_file import Numbered
from watchword.admin.import_line import ImportLine
from watchword.admin.issuer import IssuerChanges, NewIssuer
from watchword.admin.role import BUILT_IN
from watchword.admin.roll import roll_secret
from watchword.admin.secret_import import import_clients
from watchword.core.issuer import Issuer

AFAR = replace(context(NOW), source="api", actor="owner")
URL = "http://127.0.0.1:8081/admin/v1"
Change = Callable[[Estate, CreatedClient], object]


@pytest.fixture
def owner(estate: Estate) -> CreatedClient:
    """The first owner, and for now the only one."""
    made = ensure_built_in(estate, context(NOW), URL)
    assert made is not None
    return made


def another(estate: Estate, role: str = "owner") -> CreatedClient:
    new = NewAdministrator(client_id=f"another-{role}", role=role)
    return create_administrator(estate, context(NOW), new)


def built_in(estate: Estate) -> Issuer:
    with estate.store.reading() as reading:
        found = reading.issuer_named(BUILT_IN)
    assert found is not None
    return found


def secret_id(made: CreatedClient) -> str:
    assert made.secret is not None
    return made.secret.secret.id


def delete(estate: Estate, made: CreatedClient) -> object:
    return clients.delete_client(estate, AFAR, made.client.id)


def delete_locally(estate: Estate, made: CreatedClient) -> object:
    return clients.delete_client(estate, context(NOW), made.client.id)


def disable(estate: Estate, made: CreatedClient) -> object:
    return clients.disable_client(estate, AFAR, made.client.id)


def revoke(estate: Estate, made: CreatedClient) -> object:
    return secrets.revoke_secret(estate, AFAR, secret_id(made))


def retire(estate: Estate, made: CreatedClient) -> object:
    return secrets.revoke_secret(estate, AFAR, secret_id(made), at=NOW + 9)


@pytest.mark.parametrize("change", [delete, delete_locally, disable, revoke, retire])
def test_the_last_owner_stays_and_can_get_a_token(
    estate: Estate, owner: CreatedClient, change: Change
) -> None:
    another(estate, "support")
    with pytest.raises(ChangeRefused, match="the last owner that can get a token") as refused:
        change(estate, owner)

    assert refused.value.code == "last_owner"
    assert events(estate)[-1].outcome == "refused"
    another(estate)
    change(estate, owner)


@pytest.mark.parametrize("of_the_other", [disable, revoke, retire])
def test_an_owner_that_can_get_no_token_does_not_count(
    estate: Estate, owner: CreatedClient, of_the_other: Change
) -> None:
    of_the_other(estate, another(estate))

    with pytest.raises(ChangeRefused, match="the last owner"):
        delete(estate, owner)


def test_a_second_secret_lets_the_last_owner_revoke_the_first_and_so_does_a_roll(
    estate: Estate, owner: CreatedClient
) -> None:
    rolled = roll_secret(estate, AFAR, secret_id(owner), overlap=9).new.secret
    revoke(estate, owner)
    issued = secrets.issue_secret(estate, AFAR, owner.client.id)
    secrets.revoke_secret(estate, AFAR, rolled.id)

    with pytest.raises(ChangeRefused, match="the last owner"):
        secrets.revoke_secret(estate, AFAR, issued.secret.id)
    secrets.revoke_secret(estate, context(NOW), issued.secret.id)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("url", IssuerChanges(url="http://127.0.0.1:9/x")),
        ("name", IssuerChanges(name="other")),
        ("aliases", IssuerChanges(aliases=("http://other.test",))),
        ("dialect", IssuerChanges(dialect="kamoa")),
        ("endpoints", IssuerChanges(endpoints={"token": "/elsewhere"})),
        ("scopes", IssuerChanges(scopes=("issuers:read",))),
        ("audiences", IssuerChanges(audiences=("https://other.example",))),
        ("alg", IssuerChanges(alg="HS256")),
    ],
)
def test_what_the_api_relies_on_in_its_issuer_stays(
    estate: Estate, owner: CreatedClient, field: str, changes: IssuerChanges
) -> None:
    with pytest.raises(ChangeRefused) as refused:
        issuers.edit_issuer(estate, AFAR, BUILT_IN, changes)

    assert (refused.value.code, refused.value.field) == ("built_in", field)
    assert built_in(estate) == owner.issuer


def test_its_other_settings_change_and_on_its_own_machine_its_url_and_whether_it_is_enabled(
    estate: Estate, owner: CreatedClient
) -> None:
    edited = issuers.edit_issuer(
        estate, AFAR, BUILT_IN, IssuerChanges(lifetime=300, alg="ES256", secret_lifetime=86400)
    )
    moved = issuers.edit_issuer(
        estate, context(NOW), BUILT_IN, IssuerChanges(url="https://admin.example.com/admin/v1")
    )
    with pytest.raises(ChangeRefused, match="nobody could administer"):
        issuers.disable_issuer(estate, AFAR, BUILT_IN)

    assert (owner.issuer.lifetime, edited.lifetime) == (600, 300)
    assert moved.url == "https://admin.example.com/admin/v1"
    assert issuers.disable_issuer(estate, context(NOW), BUILT_IN).enabled is False


def test_no_other_issuer_is_called_like_it(estate: Estate, issuer: Issuer) -> None:
    new = NewIssuer(name=BUILT_IN, url="http://x.test")
    with pytest.raises(ChangeRefused, match="is built in"):
        issuers.create_issuer(estate, context(NOW), new)
    with pytest.raises(ChangeRefused, match="is built in"):
        issuers.edit_issuer(estate, context(NOW), issuer.id, IssuerChanges(name=BUILT_IN))


def test_its_clients_are_made_as_administrators_alone(estate: Estate, owner: CreatedClient) -> None:
    roles = {"watchword_role": "owner"}
    for new in (NewClient(client_id="plain"), NewClient(client_id="sly", claims=roles)):
        with pytest.raises(ChangeRefused, match="administrators are made with a role"):
            create_client(estate, AFAR, owner.issuer.id, new)
    lines = [Numbered(1, ImportLine(client_id="line", secret="x" * 30))]
    with pytest.raises(ChangeRefused, match="administrators are made with a role"):
        import_clients(estate, AFAR, BUILT_IN, lines)


@pytest.mark.parametrize(
    "changes",
    [
        ClientChanges(claims={}),
        ClientChanges(claims={"watchword_role": "owner"}),
        ClientChanges(scopes=()),
        ClientChanges(audiences=("https://other.example",)),
        ClientChanges(lifetime=1),
    ],
)
def test_of_an_administrator_only_the_name_is_changed(
    estate: Estate, owner: CreatedClient, changes: ClientChanges
) -> None:
    del owner
    made = another(estate, "support").client

    with pytest.raises(ChangeRefused, match="of an administrator cannot be changed"):
        clients.edit_client(estate, AFAR, made.id, changes)
    named = clients.edit_client(estate, AFAR, made.id, ClientChanges(name="Jane"))
    assert (named.name, named.claims) == ("Jane", made.claims)
