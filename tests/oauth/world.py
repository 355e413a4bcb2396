"""A small real world for the endpoints: issuers with real keys, clients with real secrets."""

import base64
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from watchword.core import base62
from watchword.core.access_token import LedgerEntry
from watchword.core.client import Client
from watchword.core.issuer import Issuer
from watchword.core.ports import NOT_IN_MEMORY, Memory, Unavailable
from watchword.core.record import ClientRecord, IssuerRecord
from watchword.core.revocation import Revocation
from watchword.core.secret import Secret
from watchword.core.secret_format import compose_secret
from watchword.core.secret_verifier import hmac_verifier
from watchword.core.signing_key import SigningKey
from watchword.core.usage import TokenOutcome
from watchword.dialect.refusal import Refusal
from watchword.dialect.wire import WireRequest
from watchword.jose.key import generate_key, public_jwk
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.parts import Parts
from watchword.oauth.slow_hash import SlowHashes

NOW = 1_800_000_000
PEPPER = b"pepper" * 6


def signing_key(alg: str = "ES256", kid: str = "kid-1", **instants: int) -> SigningKey:
    material = generate_key(alg)
    jwk = {} if alg.startswith("HS") else public_jwk(alg, material, kid)
    times = {"created_at": 0, "activates_at": 0, **instants}
    return SigningKey(
        id=kid, issuer_id="issuer01", kid=kid, alg=alg, sealed=material, public_jwk=jwk, **times
    )


def issuer_server(
    dialect: str = "rfc6749",
    keys: Sequence[SigningKey] | None = None,
    revocations: Sequence[Revocation] = (),
    **settings: Any,
) -> AuthorizationServer:
    settings.setdefault("scopes", ("read", "write"))
    issuer = Issuer(
        id="issuer01",
        name="acme",
        url="https://auth.example.com",
        dialect=dialect,
        created_at=0,
        **settings,
    )
    record = IssuerRecord(
        issuer=issuer,
        keys=tuple(keys or [signing_key(issuer.alg)]),
        revocations=tuple(revocations),
        version=7,
    )
    return AuthorizationServer(record, lambda key: key.sealed, {1: PEPPER}, b"stand-in")


def secret_of(value: str, **changes: Any) -> Secret:
    fields: dict[str, Any] = {
        "id": base62.name(os.urandom, 8),
        "issuer_id": "issuer01",
        "client_ref": "client01",
        "key_id": base62.name(os.urandom, 8),
        "verifier": hmac_verifier(PEPPER, value),
        "pepper_id": 1,
        "created_at": 0,
    }
    return Secret(**(fields | changes))


def generated() -> str:
    return compose_secret("wk", base62.name(os.urandom, 8), os.urandom(20))


def client_record(client_id: str, *secrets: Secret, **settings: Any) -> ClientRecord:
    customer_enabled = settings.pop("customer_enabled", True)
    fields = {"id": "client01", "issuer_id": "issuer01", "created_at": 0, **settings}
    client = Client(client_id=client_id, **fields)
    return ClientRecord(client=client, customer_enabled=customer_enabled, secrets=secrets)


@dataclass
class World:
    """Directory, observer, ledger and upgrade in one: what the endpoints did to it is in lists."""

    records: dict[str, ClientRecord] = field(default_factory=dict)
    in_memory: bool = True
    away: bool = False
    now: float = NOW
    outcomes: list[tuple[TokenOutcome, Refusal | None]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    revocations: list[Revocation] = field(default_factory=list)
    upgraded: list[Secret] = field(default_factory=list)

    def add(self, record: ClientRecord) -> "World":
        self.records[record.client.client_id] = record
        return self

    def parts(self) -> Parts:
        hashes = SlowHashes(os.urandom(32), self)
        return Parts(self, self, self, self, hashes, lambda: self.now, os.urandom)

    def recall(self, issuer_id: str, client_id: str) -> ClientRecord | Memory | None:
        return self.records.get(client_id) if self.in_memory else NOT_IN_MEMORY

    async def read(self, issuer_id: str, client_id: str) -> ClientRecord | None:
        if self.away:
            raise Unavailable("the database is away")
        return self.records.get(client_id)

    async def read_by_verifiers(
        self, issuer_id: str, verifiers: Sequence[tuple[int, bytes]]
    ) -> ClientRecord | None:
        for record in self.records.values():
            if any((s.pepper_id, s.verifier) in verifiers for s in record.secrets):
                return record
        return None

    def answered(
        self, outcome: TokenOutcome, refusal: Refusal | None, request: WireRequest
    ) -> None:
        self.outcomes.append((outcome, refusal))

    def fault(self, error: Exception, request: WireRequest) -> None:
        self.faults.append(error)

    async def commit(self, entry: LedgerEntry) -> None:
        if self.away:
            raise Unavailable("the ledger is away")
        self.entries.append(entry)

    async def revoke(self, entry: Revocation, client: Client, request_id: str) -> None:
        self.revocations.append(entry)

    def first_success(self, secret: Secret, value: str) -> None:
        self.upgraded.append(secret)


def basic(client_id: str, secret: str) -> tuple[bytes, bytes]:
    pair = base64.b64encode(f"{client_id}:{secret}".encode())
    return b"authorization", b"Basic " + pair


def post(body: str, *headers: tuple[bytes, bytes], path: bytes = b"/oauth/token") -> WireRequest:
    form = (b"content-type", b"application/x-www-form-urlencoded")
    return WireRequest("POST", path, b"", (form, *headers), body.encode(), "req-1", "192.0.2.7")


def json_of(body: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(body)
    return decoded
