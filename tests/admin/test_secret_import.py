"""Imports: all of a file or nothing of it, in the formats of other systems."""

import io
import json
from hashlib import sha256
from typing import Any

import pytest

from tests.admin.scene import DAY, NOW, context, events
from watchword.admin.client import CreatedClient
from watchword.admin.errors import Invalid
from watchword.admin.estate import Estate
from watchword.admin.import_check import ImportOptions
from watchword.admin.import_file import LONGEST_LINE, lines_of
from watchword.admin.issuer import NewIssuer, create_issuer
from watchword.admin.secret import NewSecret, issue_secret
from watchword.admin.secret_import import ImportReport, LineResult, import_clients
from watchword.core import secret_hash
from watchword.core.issuer import Issuer
from watchword.core.record import ClientRecord

SECRET = "a secret that is long enough"
LONGER = f"{SECRET}, and longer"
HASH = sha256(SECRET.encode()).hexdigest()


class Scene:
    """An issuer, and what the last import did."""

    def __init__(self, estate: Estate, issuer: Issuer) -> None:
        self.estate = estate
        self.issuer = issuer
        self.results: list[LineResult] = []

    def jsonl(self, *lines: dict[str, Any] | str, **more: Any) -> ImportReport:
        texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
        return self.run("\n".join(texts).encode(), "jsonl", **more)

    def run(self, octets: bytes, format: str, dry_run: bool = False, **options: Any) -> Any:
        self.results = []
        return import_clients(
            self.estate,
            context(NOW),
            self.issuer.name,
            lines_of(io.BytesIO(octets), format),
            options=ImportOptions(**options),
            dry_run=dry_run,
            source=lambda: {"file": "clients.jsonl"},
            tell=self.results.append,
        )

    def fault(self, number: int = 0) -> str:
        return self.results[number].fault or ""

    def record(self, client_id: str) -> ClientRecord | None:
        with self.estate.store.reading() as reading:
            return reading.client_record(self.issuer.id, client_id)


@pytest.fixture
def scene(estate: Estate, issuer: Issuer) -> Scene:
    return Scene(estate, issuer)


def test_clients_come_in_with_settings_and_secrets(scene: Scene) -> None:
    report = scene.jsonl(
        {
            "client_id": "ACME 01",
            "secret": SECRET,
            "name": "Acme's robot",
            "scopes": "read write",
            "audiences": ["https://api.example.com/v2"],
            "claims": {"tenant": 7},
            "lifetime": 600,
            "label": "their old one",
        },
        {"client_id": "off", "secret_hash": HASH, "enabled": False},
    )
    acme, off = scene.record("ACME 01"), scene.record("off")

    assert (report.done, report.clients, report.secrets) == (True, 2, 2)
    assert report.kinds == {"hmac": 1, "sha256": 1}
    assert acme is not None
    assert acme.client.scopes == ("read", "write")
    assert acme.client.claims == {"tenant": 7}
    assert (acme.client.name, acme.client.lifetime) == ("Acme's robot", 600)
    assert acme.secrets[0].label == "their old one"
    assert not acme.secrets[0].generated
    assert off is not None
    assert not off.client.enabled
    assert secret_hash.verify(off.secrets[0].kind, off.secrets[0].verifier, SECRET)


def test_csv_says_the_same_as_json_lines(scene: Scene) -> None:
    csv = (
        "\ufeffclient_id,secret,scopes,claims,enabled,lifetime,expires_at\r\n"
        f'"id, quoted","{SECRET}",read write,"{{""tenant"": ""a""}}",no,900,'
        "2030-01-01T00:00:00Z\r\n"
        "\r\n"
        f"plain,{SECRET} 2,,,,,never\r\n"
    )
    report = scene.run(csv.encode(), "csv")
    quoted, plain = scene.record("id, quoted"), scene.record("plain")

    assert report.done
    assert quoted is not None
    assert quoted.client.claims == {"tenant": "a"}
    assert (quoted.client.enabled, quoted.client.lifetime) == (False, 900)
    assert quoted.secrets[0].expires_at == 1_893_456_000
    assert plain is not None
    assert plain.secrets[0].expires_at is None


def test_a_fault_anywhere_stores_nothing_at_all(scene: Scene) -> None:
    report = scene.jsonl(
        {"client_id": "good", "secret": SECRET},
        {"client_id": "bad", "secret": SECRET, "scopes": ["fly"]},
    )

    assert (report.done, report.faults) == (False, 1)
    assert "no scope 'fly'" in scene.fault(1)
    assert scene.record("good") is None
    assert events(scene.estate, "client.import") == []


def test_a_dry_run_stores_nothing(scene: Scene) -> None:
    report = scene.jsonl({"client_id": "good", "secret": SECRET}, dry_run=True)

    assert (report.done, report.faults, report.clients) == (False, 0, 1)
    assert scene.record("good") is None


def test_the_event_says_what_was_imported_and_holds_no_secret(scene: Scene) -> None:
    scene.jsonl({"client_id": "good", "secret": SECRET}, {"client_id": "two", "secret_hash": HASH})
    (event,) = events(scene.estate, "client.import")

    assert event.detail == {
        "clients": 2,
        "secrets": 2,
        "file": "clients.jsonl",
        "kinds": {"hmac": 1, "sha256": 1},
    }
    assert event.target == scene.issuer.id


def test_several_lines_of_a_client_are_several_secrets(scene: Scene) -> None:
    scene.jsonl(
        {"client_id": "two", "secret": SECRET, "name": "Two"},
        {"client_id": "two", "secret_hash": HASH},
        {"client_id": "two", "secret": SECRET + "!", "name": "Two"},
    )
    record = scene.record("two")

    assert record is not None
    assert sorted(secret.kind for secret in record.secrets) == ["hmac", "hmac", "sha256"]


def test_lines_of_a_client_must_not_contradict_each_other(scene: Scene) -> None:
    scene.jsonl(
        {"client_id": "two", "secret": SECRET, "name": "Two"},
        {"client_id": "two", "secret": SECRET + "!", "name": "Three"},
    )

    assert "line 1 says otherwise" in scene.fault(1)


def test_a_client_gets_no_more_secrets_than_the_issuer_allows(scene: Scene) -> None:
    lines = [{"client_id": "six", "secret": f"{SECRET} {number}"} for number in range(6)]
    report = scene.jsonl(*lines)

    assert report.faults == 1
    assert "more than 5 live secrets" in scene.fault(5)


def test_a_client_that_is_there_gets_a_secret_only_where_that_is_wanted(
    scene: Scene, created: CreatedClient
) -> None:
    line = {"client_id": created.client.client_id, "secret": SECRET}

    assert scene.jsonl(line).faults == 1
    assert "has such a client already" in scene.fault()
    assert scene.jsonl(line, to_existing=True).done
    assert scene.jsonl({**line, "name": "new"}, to_existing=True).faults == 1
    record = scene.record(created.client.client_id)
    assert record is not None
    assert len(record.secrets) == 2


def test_secrets_that_are_there_count(scene: Scene, created: CreatedClient) -> None:
    for _ in range(4):
        issue_secret(scene.estate, context(), created.client.id, NewSecret())
    line = {"client_id": created.client.client_id, "secret": SECRET}

    assert scene.jsonl(line, to_existing=True).faults == 1
    assert "more than 5" in scene.fault()


def test_ids_that_differ_only_in_case_are_taken_on_purpose_only(
    scene: Scene, created: CreatedClient
) -> None:
    assert created.client.client_id == "ACME01"
    lines = [{"client_id": id, "secret": SECRET} for id in ("acme01", "Same", "same")]

    assert scene.jsonl(*lines).faults == 2
    assert "'ACME01' only in case" in scene.fault(0)
    assert "'Same' only in case" in scene.fault(2)
    assert scene.jsonl(*lines, force=True).clients == 3


def test_scopes_and_customers_that_are_missing_are_made_where_that_is_wanted(scene: Scene) -> None:
    lines = [
        {"client_id": "a", "secret": SECRET, "scopes": ["fly", "read"], "customer": "Road"},
        {"client_id": "b", "secret": SECRET, "customer": "Road"},
    ]
    assert scene.jsonl(*lines).faults == 2

    report = scene.jsonl(*lines, add_scopes=True, add_customers=True)
    with scene.estate.store.reading() as reading:
        issuer = reading.issuer(scene.issuer.id)
        customers = reading.customers()
    assert (report.scopes_added, report.customers_added) == (("fly",), 1)
    assert issuer is not None
    assert issuer.scopes == ("read", "write", "fly")
    assert [customer.name for customer in customers] == ["Road"]
    record = scene.record("b")
    assert record is not None
    assert record.client.customer_id == customers[0].id


def test_secrets_expire_as_the_issuer_says_unless_told_otherwise(scene: Scene) -> None:
    scene.jsonl({"client_id": "a", "secret": SECRET})
    scene.jsonl({"client_id": "b", "secret": SECRET}, lifetime=None)
    scene.jsonl({"client_id": "c", "secret": SECRET, "expires_at": NOW + 5}, lifetime=DAY)
    ends = [record.secrets[0].expires_at for id in "abc" if (record := scene.record(id))]

    assert ends == [NOW + scene.issuer.secret_lifetime, None, NOW + 5]


def test_short_secrets_are_kept_as_argon2id_and_weak_ones_only_on_purpose(scene: Scene) -> None:
    lines = [{"client_id": "short", "secret": "twelve chars"}, {"client_id": "w", "secret": "weak"}]

    assert scene.jsonl(*lines).faults == 1
    assert "fewer than 12" in scene.fault(1)
    assert scene.jsonl(*lines, weak=True).done
    record = scene.record("w")
    assert record is not None
    assert secret_hash.verify(record.secrets[0].kind, record.secrets[0].verifier, "weak")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"secret": SECRET}, "client_id"),
        ({"client_id": "a"}, "either a secret or a secret_hash"),
        ({"client_id": "a", "secret": SECRET, "secret_hash": HASH}, "either a secret or"),
        ({"client_id": "a:b", "secret_hash": "$2b$99$" + "." * 53}, "cost"),
        ({"client_id": "a", "secret_hash": SECRET}, "no hash of a format"),
        ({"client_id": "a", "secret": " " + SECRET}, "neither begins nor ends"),
        ({"client_id": "\u00e9", "secret": SECRET}, "printable ASCII"),
        ({"client_id": "a", "secret": SECRET, "scop": "x"}, "did you mean 'scopes'"),
        ({"client_id": "a", "secret": SECRET, "claims": {"iss": "me"}}, "the server's to set"),
        ({"client_id": "a", "secret": SECRET, "attributes": {"x": "y"}}, "attribute"),
        ({"client_id": "a", "secret": SECRET, "customer": "nobody"}, "no customer 'nobody'"),
        ({"client_id": "a", "secret": SECRET, "expires_at": "soon"}, "no instant"),
        ({"client_id": "a", "secret": SECRET, "lifetime": 10**9}, "lifetime"),
        ("[1]", "expected"),
        ("{", "no JSON object"),
        ('{"client_id": "a", "secret": "\\ud800"}', "no JSON object"),
        ('{"client_id": "' + "x" * LONGEST_LINE + '"}', "longer than"),
    ],
)
def test_a_line_at_fault_is_told_with_its_reason(
    scene: Scene, line: dict[str, Any] | str, words: str
) -> None:
    report = scene.jsonl({"client_id": "good", "secret": SECRET}, line)

    assert (report.done, report.faults, scene.results[1].line) == (False, 1, 2)
    assert words in scene.fault(1)
    assert SECRET not in scene.fault(1)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (b"a,b", "2 cells"),
        (b"a,%s,perhaps" % SECRET.encode(), "neither true nor false"),
        (b"\xff,%s,yes" % SECRET.encode(), "UTF-8"),
        (b'"a"b,x,yes', "CSV"),
        (b"a,%s,yes" % (b"x" * LONGEST_LINE), "longer than"),
    ],
)
def test_a_csv_row_at_fault_does_not_stop_the_reading(scene: Scene, row: bytes, words: str) -> None:
    report = scene.run(
        b"client_id,secret,enabled\n%s\nlast,%s,yes\n" % (row, SECRET.encode()), "csv"
    )

    assert (report.lines, report.faults) == (2, 1)
    assert words in scene.fault(0)


@pytest.mark.parametrize(
    ("heading", "words"),
    [("client_id,secert", "'secert'"), ("secret", "client_id"), ("client_id,client_id", "once")],
)
def test_a_heading_that_cannot_be_used_stops_at_once(
    scene: Scene, heading: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        scene.run(f"{heading}\n".encode(), "csv")


def test_a_dialect_without_client_ids_needs_secrets_that_tell_clients_apart(
    estate: Estate,
) -> None:
    text = (
        'name = "key-only"\n[request]\npath = "/token"\n'
        '[[request.credentials]]\nclient_secret = "header:x-api-key"\n'
        '[answer]\nbody = \'{"token": "{access_token}"}\'\n'
        '[refusals.default]\nstatus = 400\nbody = \'{"error": "{error}"}\'\n'
    )
    new = NewIssuer(name="k", url="https://k.example", dialect="key-only", dialect_text=text)
    scene = Scene(estate, create_issuer(estate, context(), new))
    report = scene.jsonl(
        {"client_id": "a", "secret": SECRET},
        {"client_id": "b", "secret": SECRET},
        {"client_id": "c", "secret_hash": HASH},
    )

    assert report.faults == 2
    assert "line 1 has the same secret" in scene.fault(1)
    assert "found by its secret" in scene.fault(2)
    assert scene.jsonl({"client_id": "a", "secret": SECRET}).done
    later = scene.jsonl({"client_id": "d", "secret": SECRET}, {"client_id": "e", "secret": LONGER})
    assert (later.done, later.faults, later.kinds) == (False, 1, {"hmac": 1})
    assert "has this very secret already" in scene.fault(0)


def test_names_that_we_drew_and_that_are_taken_are_drawn_again(
    scene: Scene, created: CreatedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([created.client.id])
    from watchword.admin import import_check

    honest = import_check.base62.name
    monkeypatch.setattr(
        import_check.base62, "name", lambda random, width: next(drawn, honest(random, width))
    )
    report = scene.jsonl({"client_id": "new", "secret": SECRET})
    record = scene.record("new")

    assert report.done
    assert record is not None
    assert record.client.id != created.client.id
    assert record.secrets[0].client_ref == record.client.id
