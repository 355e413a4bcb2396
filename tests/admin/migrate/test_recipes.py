"""The recipes of docs/migrating, as they stand there, on data of the systems that they are for."""

import csv
import hashlib
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import psycopg

from tests.admin.scene import NOW, context
from watchword.admin.estate import Estate
from watchword.admin.import_check import ImportOptions
from watchword.admin.import_file import lines_of
from watchword.admin.secret_import import import_clients
from watchword.core import secret_hash
from watchword.core.issuer import Issuer
from watchword.core.record import ClientRecord

DOCS = Path(__file__).parents[3] / "docs" / "migrating"
SECRET = "a secret that is long enough"
PBKDF2 = hashlib.pbkdf2_hmac("sha256", SECRET.encode(), b"sixteen octets!!", 25000, 32)
OF_HYDRA_2 = "$pbkdf2-sha256$i=25000,l=32$" + "$".join(
    b64encode(part).decode().rstrip("=") for part in (b"sixteen octets!!", PBKDF2)
)
OF_HYDRA_1 = "$2a$04$yCv1VCnPjE8cQ1lYaQOAeOZoM5mrYB.rXJ2MDYaVNe8QPXgvmyVXS"
OF_DUENDE = b64encode(hashlib.sha256(SECRET.encode()).digest()).decode()


def recipe(page: str, language: str) -> str:
    """The first block of that language on a page."""
    found = re.search(rf"```{language}\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def as_csv(columns: list[str], rows: list[tuple[Any, ...]]) -> bytes:
    """What a database's own program writes with --csv."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([["" if cell is None else shown(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def shown(cell: Any) -> Any:
    return json.dumps(cell) if isinstance(cell, dict) else cell


def take_over(estate: Estate, issuer: Issuer, octets: bytes, format: str) -> None:
    report = import_clients(
        estate,
        context(),
        issuer.name,
        lines_of(io.BytesIO(octets), format),
        options=ImportOptions(add_scopes=True),
    )
    assert report.done


def record(estate: Estate, issuer: Issuer, client_id: str) -> ClientRecord:
    with estate.store.reading() as reading:
        found = reading.client_record(issuer.id, client_id)
    assert found is not None
    return found


def ids(estate: Estate, issuer: Issuer) -> list[str]:
    with estate.store.reading() as reading:
        return [client.client_id for client in reading.clients(issuer.id)]


HYDRA = [
    ("new", OF_HYDRA_2, "New", "read write", '["https://a.example", "https://b.example"]', 0),
    ("old", OF_HYDRA_1, "Old", "read", "https://a.example|https://b.example", NOW + 500),
]


def hydra_rows(json_columns: bool) -> list[tuple[Any, ...]]:
    """Hydra 2 has JSON columns; before, lists stood between bars."""
    granted = '["client_credentials"]' if json_columns else "client_credentials|implicit"
    rows = [(*row, granted, "client_secret_basic") for row in HYDRA]
    rows.append(("web", "", "", "", "[]", 0, '["authorization_code"]', "none"))
    rows.append(("key", "", "", "", "[]", 0, granted, "private_key_jwt"))
    return rows


def test_hydra_on_sqlite(estate: Estate, issuer: Issuer) -> None:
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE TABLE hydra_client (id TEXT, client_secret TEXT, client_name TEXT, scope TEXT,"
        " audience TEXT, client_secret_expires_at INTEGER, grant_types TEXT,"
        " token_endpoint_auth_method TEXT)"
    )
    rows = hydra_rows(json_columns=False)
    database.executemany("INSERT INTO hydra_client VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    cursor = database.execute(recipe("hydra.md", "sql"))
    columns = [column[0] for column in cursor.description]
    take_over(estate, issuer, as_csv(columns, cursor.fetchall()), "csv")
    new, old = record(estate, issuer, "new"), record(estate, issuer, "old")

    assert ids(estate, issuer) == ["new", "old"]
    assert new.client.scopes == ("read", "write")
    assert (
        new.client.audiences == old.client.audiences == ("https://a.example", "https://b.example")
    )
    assert old.secrets[0].expires_at == NOW + 500
    assert secret_hash.verify(new.secrets[0].kind, new.secrets[0].verifier, SECRET)
    assert old.secrets[0].kind == "bcrypt$4"


def test_hydra_on_postgresql(estate: Estate, issuer: Issuer, postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as connection:
        connection.execute(
            "CREATE TABLE hydra_client (id text, client_secret text, client_name text, scope text,"
            " audience jsonb, client_secret_expires_at bigint, grant_types jsonb,"
            " token_endpoint_auth_method text)"
        )
        rows = [row for row in hydra_rows(json_columns=True) if row[4].startswith("[")]
        with connection.cursor() as cursor:
            insert = "INSERT INTO hydra_client VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            cursor.executemany(insert, rows)
            cursor.execute(recipe("hydra.md", "sql").replace("%", "%%").encode(), ())
            columns = [column.name for column in cursor.description or ()]
            take_over(estate, issuer, as_csv(columns, cursor.fetchall()), "csv")
        connection.rollback()

    assert ids(estate, issuer) == ["new"]
    audiences = record(estate, issuer, "new").client.audiences
    assert audiences == ("https://a.example", "https://b.example")


DUENDE = """
CREATE TABLE "Clients" ("Id" int, "ClientId" text, "ClientName" text, "Enabled" boolean,
                        "AccessTokenLifetime" int);
CREATE TABLE "ClientSecrets" ("Id" int, "ClientId" int, "Value" text, "Type" text,
                              "Expiration" timestamp);
CREATE TABLE "ClientScopes" ("ClientId" int, "Scope" text);
CREATE TABLE "ClientGrantTypes" ("ClientId" int, "GrantType" text);
CREATE TABLE "ClientClaims" ("ClientId" int, "Type" text, "Value" text);
INSERT INTO "Clients" VALUES (1, 'machine', 'Machine', true, 1200), (2, 'off', NULL, false, 3600),
                             (3, 'web', 'Web', true, 3600);
INSERT INTO "ClientSecrets" VALUES
    (1, 1, 'DIGEST', 'SharedSecret', NULL), (2, 1, 'OTHER', 'SharedSecret', '2041-01-31 12:00:00'),
    (3, 1, 'DIGEST', 'SharedSecret', '2001-01-01'), (4, 1, 'thumb', 'X509Thumbprint', NULL),
    (5, 2, 'DIGEST', 'SharedSecret', NULL), (6, 3, 'DIGEST', 'SharedSecret', NULL);
INSERT INTO "ClientScopes" VALUES (1, 'read'), (1, 'write'), (3, 'openid');
INSERT INTO "ClientGrantTypes" VALUES (1, 'client_credentials'), (2, 'client_credentials'),
                                      (3, 'authorization_code');
INSERT INTO "ClientClaims" VALUES (1, 'tenant', 'acme');
"""


def test_duende(estate: Estate, issuer: Issuer, postgresql_url: str) -> None:
    other = b64encode(hashlib.sha512(SECRET.encode()).digest()).decode()
    with psycopg.connect(postgresql_url) as connection:
        tables = DUENDE.replace("DIGEST", OF_DUENDE).replace("OTHER", other)
        connection.execute(tables.encode())
        with connection.cursor() as cursor:
            cursor.execute(recipe("duende.md", "sql").encode())
            columns = [column.name for column in cursor.description or ()]
            take_over(estate, issuer, as_csv(columns, cursor.fetchall()), "csv")
        connection.rollback()
    machine, off = record(estate, issuer, "machine"), record(estate, issuer, "off")

    assert ids(estate, issuer) == ["machine", "off"]
    assert set(machine.client.scopes) == {"read", "write"}
    assert machine.client.claims == {"client_tenant": "acme"}
    assert (machine.client.lifetime, machine.client.enabled) == (1200, True)
    assert not off.client.enabled
    assert {secret.kind for secret in machine.secrets} == {"sha256", "sha512"}
    assert 2_243_246_400 in {secret.expires_at for secret in machine.secrets}
    for secret in machine.secrets:
        assert secret_hash.verify(secret.kind, secret.verifier, SECRET)


AUTH0_CLIENTS = [
    {
        "client_id": "m2m",
        "client_secret": SECRET,
        "name": "Machine",
        "grant_types": ["client_credentials"],
        "app_type": "non_interactive",
    },
    {"client_id": "spa", "name": "Web", "grant_types": ["implicit"], "client_secret": "x"},
    {"client_id": "all", "global": True, "grant_types": ["client_credentials"]},
    {"client_id": "unread", "name": "No secret", "grant_types": ["client_credentials"]},
]
AUTH0_GRANTS = [
    {"client_id": "m2m", "audience": "https://a.example", "scope": ["read:a", "write:a"]},
    {"client_id": "m2m", "audience": "https://b.example", "scope": ["read:a"]},
    {"client_id": "spa", "audience": "https://a.example", "scope": ["other"]},
]


def test_auth0(estate: Estate, issuer: Issuer, tmp_path: Path, jq: str) -> None:
    (tmp_path / "clients.jq").write_text(recipe("auth0.md", "jq"))
    (tmp_path / "clients.json").write_text(json.dumps(AUTH0_CLIENTS))
    (tmp_path / "grants.json").write_text(json.dumps(AUTH0_GRANTS))
    command = [jq, "-c", "--slurpfile", "grants", "grants.json", "-f", "clients.jq", "clients.json"]
    made = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout
    take_over(estate, issuer, made, "jsonl")
    machine = record(estate, issuer, "m2m")

    assert ids(estate, issuer) == ["m2m"]
    assert machine.client.name == "Machine"
    assert machine.client.scopes == ("read:a", "write:a")
    assert machine.client.audiences == ("https://a.example", "https://b.example")
    assert machine.secrets[0].kind == "hmac"


DJANGO = """
import sys, django
from django.conf import settings
settings.configure(
    SECRET_KEY="x",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
)
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from oauth2_provider.models import Application
for client_id, hashed in (("hashed", True), ("plain", False)):
    Application.objects.create(
        client_id=client_id, client_secret=sys.argv[2], hash_client_secret=hashed, name=client_id,
        client_type="confidential", authorization_grant_type="client-credentials",
    )
Application.objects.create(
    client_id="web", client_type="public", authorization_grant_type="authorization-code",
)
"""


def test_django_oauth_toolkit(estate: Estate, issuer: Issuer, tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    command = [sys.executable, "-W", "ignore", "-c", DJANGO, str(path), SECRET]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ})
    cursor = sqlite3.connect(path).execute(recipe("django-oauth-toolkit.md", "sql"))
    columns = [column[0] for column in cursor.description]
    take_over(estate, issuer, as_csv(columns, cursor.fetchall()), "csv")
    hashed, plain = record(estate, issuer, "hashed"), record(estate, issuer, "plain")

    assert ids(estate, issuer) == ["hashed", "plain"]
    assert hashed.secrets[0].kind.startswith("pbkdf2-sha256$")
    assert secret_hash.verify(hashed.secrets[0].kind, hashed.secrets[0].verifier, SECRET)
    assert plain.secrets[0].kind == "hmac"
    assert plain.client.scopes == ("read", "write")
