"""RFC 9068, 4: which tokens are taken, and which are not, and why."""

import asyncio
import json
from typing import Any

import pytest

from tests.guard.issuing import (
    API,
    ISSUER,
    NOW,
    Clock,
    SmallIssuer,
    bearer,
    guarded,
)
from watchword.guard import Guard, Issuer, errors
from watchword.jose import base64url, jws, key
from watchword.jose.algorithm import ALGORITHMS

ISSUED = SmallIssuer()


def test_a_good_token_gives_its_claims_in_their_types() -> None:
    claims = guarded(ISSUED).verify(bearer(ISSUED.token(customer="ACME", roles=["a", "b"])))

    assert (claims.issuer, claims.subject, claims.client_id) == (ISSUER, "ACME01", "ACME01")
    assert claims.audience == (API,)
    assert claims.scopes == {"payments:read", "providers:read"}
    assert (claims.issued_at, claims.expires_at) == (NOW - 10, NOW + 3600)
    assert claims.token_id == "0123456789"
    assert claims.extra == {"customer": "ACME", "roles": ("a", "b")}
    assert claims.to_dict()["roles"] == ["a", "b"]


def test_the_async_side_gives_the_same_claims() -> None:
    guard, token = guarded(ISSUED), bearer(ISSUED.token())

    assert asyncio.run(guard.verify_async(token)) == guard.verify(token)


@pytest.mark.parametrize("alg", [alg for alg, row in ALGORITHMS.items() if not row.symmetric])
def test_every_asymmetric_algorithm_is_taken(alg: str) -> None:
    issuer = SmallIssuer(alg=alg)

    assert guarded(issuer).verify(bearer(issuer.token())).subject == "ACME01"


@pytest.mark.parametrize(("in_token", "in_set"), [("EdDSA", "Ed25519"), ("Ed25519", "EdDSA")])
def test_both_names_of_ed25519_mean_the_same_key(in_token: str, in_set: str) -> None:
    issuer = SmallIssuer(alg=in_token)
    token = issuer.token()
    issuer.alg = in_set

    assert guarded(issuer).verify(bearer(token)).subject == "ACME01"


def test_claims_cannot_be_changed_for_the_next_request() -> None:
    guard, token = guarded(ISSUED), bearer(ISSUED.token(data={"customers": ["A"]}))
    data: Any = guard.verify(token).claims["data"]

    with pytest.raises(TypeError):
        data["customers"] = ()
    assert data["customers"] == ("A",)


REFUSED_CLAIMS: list[tuple[dict[str, Any], type[errors.GuardError]]] = [
    ({"iss": "https://evil.example"}, errors.UnknownIssuer),
    ({"iss": None}, errors.UnknownIssuer),
    ({"iss": [ISSUER]}, errors.UnknownIssuer),
    ({"aud": "https://other.example"}, errors.WrongAudience),
    ({"aud": ["https://other.example", "x"]}, errors.WrongAudience),
    ({"aud": None}, errors.InvalidClaims),
    ({"aud": []}, errors.InvalidClaims),
    ({"aud": [API, 7]}, errors.InvalidClaims),
    ({"exp": NOW}, errors.ExpiredToken),
    ({"exp": NOW - 0.5}, errors.ExpiredToken),
    ({"exp": -(10**400)}, errors.ExpiredToken),
    ({"exp": None}, errors.InvalidClaims),
    ({"exp": str(NOW + 60)}, errors.InvalidClaims),
    ({"exp": True}, errors.InvalidClaims),
    ({"nbf": NOW + 1}, errors.TokenNotYetValid),
    ({"nbf": True}, errors.InvalidClaims),
    ({"nbf": 10**400}, errors.TokenNotYetValid),
    ({"iat": NOW + 61}, errors.TokenNotYetValid),
    ({"iat": "yesterday"}, errors.InvalidClaims),
    ({"sub": 7}, errors.InvalidClaims),
    ({"client_id": ["a"]}, errors.InvalidClaims),
    ({"jti": 7}, errors.InvalidClaims),
    ({"scope": ["a"]}, errors.InvalidClaims),
    ({"cnf": {"jkt": "x"}}, errors.BoundToken),
    ({"cnf": 0}, errors.BoundToken),
]


@pytest.mark.parametrize(("changes", "error"), REFUSED_CLAIMS)
def test_a_token_with_wrong_claims_is_refused(
    changes: dict[str, Any], error: type[errors.GuardError]
) -> None:
    with pytest.raises(error) as refused:
        guarded(ISSUED).verify(bearer(ISSUED.token(**changes)))

    assert type(refused.value) is error
    assert refused.value.status == 401
    assert 'error="invalid_token"' in str(refused.value.challenge)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["x", API]},
        {"exp": NOW + 0.5},
        {"exp": 10**400},
        {"nbf": NOW},
        {"iat": None},
        {"iat": NOW + 60},
        {"sub": None, "client_id": None, "jti": None, "scope": None},
    ],
)
def test_a_token_at_the_edge_is_taken(changes: dict[str, Any]) -> None:
    claims = guarded(ISSUED).verify(bearer(ISSUED.token(**changes)))

    assert claims.issuer == ISSUER


REFUSED_HEADERS: list[tuple[dict[str, Any], type[errors.GuardError]]] = [
    ({"crit": ["exp"]}, errors.UnacceptedHeader),
    ({"crit": []}, errors.UnacceptedHeader),
    ({"jwk": {}}, errors.UnacceptedHeader),
    ({"jku": "https://evil.example/jwks"}, errors.UnacceptedHeader),
    ({"x5u": "https://evil.example/x"}, errors.UnacceptedHeader),
    ({"x5c": []}, errors.UnacceptedHeader),
    ({"typ": "JWT"}, errors.UnacceptedHeader),
    ({"typ": None}, errors.UnacceptedHeader),
    ({"typ": 7}, errors.UnacceptedHeader),
    ({"typ": "logout+jwt"}, errors.UnacceptedHeader),
    ({"kid": 7}, errors.UnacceptedHeader),
    ({"kid": "k2"}, errors.UnknownKey),
]


@pytest.mark.parametrize(("changes", "error"), REFUSED_HEADERS)
def test_a_token_with_a_wrong_header_is_refused(
    changes: dict[str, Any], error: type[errors.GuardError]
) -> None:
    with pytest.raises(error) as refused:
        guarded(ISSUED).verify(bearer(ISSUED.token(changes)))

    assert type(refused.value) is error


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"])
def test_the_type_of_access_tokens_is_a_media_type(typ: str) -> None:
    assert guarded(ISSUED).verify(bearer(ISSUED.token({"typ": typ}))).subject == "ACME01"


def test_an_issuer_may_have_another_type_or_none() -> None:
    guard = guarded(ISSUED, typ=["JWT", None])

    assert guard.verify(bearer(ISSUED.token({"typ": "JWT"}))).subject == "ACME01"
    assert guard.verify(bearer(ISSUED.token({"typ": None}))).subject == "ACME01"
    with pytest.raises(errors.UnacceptedHeader):
        guard.verify(bearer(ISSUED.token()))


def forged(header: dict[str, Any], signature: bytes = b"x") -> str:
    parts = [json.dumps(header).encode(), json.dumps(ISSUED.claims()).encode(), signature]
    return ".".join(map(base64url.encode, parts))


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "HS512", "ES256K", "", 7, None, ["ES256"]])
def test_an_algorithm_outside_the_table_is_refused_before_any_fetch(alg: object) -> None:
    issuer = SmallIssuer()

    with pytest.raises(errors.UnacceptedAlgorithm):
        guarded(issuer).verify(bearer(forged({"alg": alg, "typ": "at+jwt", "kid": "k1"})))
    assert issuer.fetches == []


def test_an_unsigned_token_is_malformed() -> None:
    token = forged({"alg": "none", "typ": "at+jwt"}, b"")

    with pytest.raises(errors.InvalidToken):
        guarded(ISSUED).verify(bearer(token))


def test_an_algorithm_that_is_not_the_keys_is_refused() -> None:
    with pytest.raises(errors.UnacceptedAlgorithm, match="not the key's"):
        guarded(ISSUED).verify(bearer(forged({"alg": "ES384", "typ": "at+jwt", "kid": "k1"})))


def test_a_published_key_is_never_an_hmac_secret() -> None:
    """RFC 8725, 2.1: the public key, which everybody has, used to sign with HS256."""
    pem = key.public_pem("ES256", ISSUED.material["k1"]).encode()
    token = jws.Signer("HS256", pem, {"alg": "HS256", "typ": "at+jwt", "kid": "k1"}).sign(
        json.dumps(ISSUED.claims()).encode()
    )

    with pytest.raises(errors.UnacceptedAlgorithm):
        guarded(ISSUED).verify(bearer(token))


def test_a_changed_signature_or_payload_is_refused() -> None:
    header, payload, signature = ISSUED.token().split(".")
    other = ISSUED.token(sub="OTHER").split(".")[1]
    flipped = base64url.encode(b"\1" + base64url.decode(signature)[1:])

    for token in (f"{header}.{other}.{signature}", f"{header}.{payload}.{flipped}"):
        with pytest.raises(errors.BadSignature):
            guarded(ISSUED).verify(bearer(token))


@pytest.mark.parametrize(
    "payload",
    [
        b'{"iss":"a","iss":"b"}',
        b'{"exp":NaN}',
        b'{"exp":1e400}',
        b"[]",
        b'"text"',
        b"\xff",
        b"{" * 5000,
        b"",
    ],
)
def test_a_payload_that_is_not_strict_json_is_refused(payload: bytes) -> None:
    issuer = SmallIssuer()

    with pytest.raises(errors.MalformedToken):
        guarded(issuer).verify(bearer(issuer.sign(payload)))
    assert issuer.fetches == []


def test_another_spelling_of_a_good_token_is_refused() -> None:
    token = ISSUED.token()
    guard = guarded(ISSUED)
    guard.verify(bearer(token))

    for spelled in (token + "=", token[:-1] + chr(ord(token[-1]) + 1), token.replace(".", "=.", 1)):
        with pytest.raises(errors.InvalidToken):
            guard.verify(bearer(spelled))


def test_a_token_longer_than_16_kib_is_refused_unread() -> None:
    issuer = SmallIssuer()
    token = issuer.token(padding="x" * 16_384)

    with pytest.raises(errors.MalformedToken, match="16 KiB"):
        guarded(issuer).verify(bearer(token))
    assert issuer.fetches == []


def test_nothing_that_needs_no_key_costs_a_fetch() -> None:
    issuer = SmallIssuer()
    guard = guarded(issuer)
    for changes, error in REFUSED_CLAIMS:
        with pytest.raises(error):
            guard.verify(bearer(issuer.token(**changes)))

    assert issuer.fetches == []


def test_leeway_forgives_clocks_both_ways() -> None:
    guard = guarded(ISSUED, leeway=5)

    assert guard.verify(bearer(ISSUED.token(exp=NOW - 4))).subject == "ACME01"
    assert guard.verify(bearer(ISSUED.token(nbf=NOW + 4))).subject == "ACME01"
    with pytest.raises(errors.ExpiredToken):
        guard.verify(bearer(ISSUED.token(exp=NOW - 5)))


def test_without_an_audience_the_issuers_url_is_meant() -> None:
    guard = Guard(ISSUER, fetch=ISSUED.fetch, clock=Clock())

    assert guard.verify(bearer(ISSUED.token(aud=ISSUER))).audience == (ISSUER,)
    with pytest.raises(errors.WrongAudience):
        guard.verify(bearer(ISSUED.token()))


class TestSharedKeys:
    """HS256: whoever verifies holds the key."""

    old, new = b"o" * 32, b"n" * 32

    def token(self, shared: bytes, **changes: Any) -> str:
        payload = json.dumps(ISSUED.claims(**changes)).encode()
        return bearer(jws.Signer("HS256", shared, {"alg": "HS256", "typ": "JWT"}).sign(payload))

    def guard(self) -> Guard[Any]:
        def fetch(url: str, timeout: float) -> Any:
            raise AssertionError("nothing is fetched for shared keys")

        return Guard(
            ISSUER, API, shared_keys=[self.new, self.old], typ="JWT", fetch=fetch, clock=Clock()
        )

    def test_each_of_the_listed_keys_verifies(self) -> None:
        guard = self.guard()

        assert guard.verify(self.token(self.old)).subject == "ACME01"
        assert guard.verify(self.token(self.new)).subject == "ACME01"

    def test_another_key_does_not(self) -> None:
        with pytest.raises(errors.BadSignature):
            self.guard().verify(self.token(b"x" * 32))

    def test_an_asymmetric_token_is_not_taken(self) -> None:
        with pytest.raises(errors.UnacceptedAlgorithm):
            self.guard().verify(bearer(ISSUED.token({"typ": "JWT"})))

    def test_a_short_key_is_refused_at_the_start(self) -> None:
        with pytest.raises(ValueError, match="32 octets"):
            Guard(ISSUER, API, shared_keys=[b"short"])

    def test_more_than_four_keys_are_refused_at_the_start(self) -> None:
        with pytest.raises(ValueError, match="four"):
            Guard(ISSUER, API, shared_keys=[bytes([n]) * 32 for n in range(5)])

    def test_no_key_stands_in_a_repr(self) -> None:
        assert "oooo" not in repr(Issuer(url=ISSUER, shared_keys=[self.old]))


class TestSeveralIssuers:
    def test_each_issuer_is_verified_with_its_own_keys_and_audience(self) -> None:
        one, two = SmallIssuer("https://one.example"), SmallIssuer("https://two.example")

        def fetch(url: str, timeout: float) -> Any:
            return (one if "one" in url else two).fetch(url, timeout)

        second = Issuer(url=two.url, audience="urn:two", typ="JWT")
        guard = Guard([one.url, second], API, fetch=fetch, clock=Clock())

        assert guard.verify(bearer(one.token())).issuer == one.url
        token = two.token({"typ": "JWT"}, aud="urn:two")
        assert guard.verify(bearer(token)).issuer == two.url
        with pytest.raises(errors.WrongAudience):
            guard.verify(bearer(two.token({"typ": "JWT"})))

    def test_one_issuer_cannot_mint_for_another(self) -> None:
        one, two = SmallIssuer("https://one.example"), SmallIssuer("https://two.example")

        def fetch(url: str, timeout: float) -> Any:
            return (one if "one" in url else two).fetch(url, timeout)

        guard = Guard([one.url, two.url], API, fetch=fetch, clock=Clock())

        with pytest.raises(errors.BadSignature):
            guard.verify(bearer(one.token(iss=two.url)))

    def test_a_guard_without_an_issuer_is_refused(self) -> None:
        with pytest.raises(ValueError, match="issuer"):
            Guard([])

    def test_a_misspelt_option_is_refused(self) -> None:
        misspelt: Any = {"algoritms": ["ES256"]}

        with pytest.raises(TypeError, match="algoritms"):
            Guard(ISSUER, API, **misspelt)
