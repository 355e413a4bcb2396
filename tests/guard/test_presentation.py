"""RFC 6750, 2: where tokens stand."""

import json
from pathlib import Path

import pytest

from tests.guard.issuing import SmallIssuer, guarded
from watchword.dialect import load, source
from watchword.dialect.public import PublicDialect
from watchword.guard import Presentation, errors

ISSUED = SmallIssuer()
TOKEN = ISSUED.token()
GUARD = guarded(ISSUED)


@pytest.mark.parametrize(
    "value",
    [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER   {TOKEN} ", f"  Bearer {TOKEN}"],
)
def test_the_scheme_word_is_case_insensitive(value: str) -> None:
    assert GUARD.verify(value).subject == GUARD.verify(value.encode()).subject == "ACME01"


@pytest.mark.parametrize("value", [None, "Basic YTpi", "", "Token x", TOKEN])
def test_without_a_bearer_token_the_challenge_is_bare(value: str | None) -> None:
    with pytest.raises(errors.CredentialsMissing) as refused:
        GUARD.verify(value)

    assert (refused.value.status, refused.value.challenge) == (401, "Bearer")


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "Bearer x", "Bearer a b", "Bearer é", "Bearer \ud800"]
)
def test_what_is_no_token_is_malformed(value: str) -> None:
    with pytest.raises(errors.MalformedToken) as refused:
        GUARD.verify(value)

    assert refused.value.status == 401
    assert 'error="invalid_token"' in str(refused.value.challenge)


def test_the_token_is_found_in_a_header_list() -> None:
    headers = [(b"host", b"x"), (b"Authorization", f"Bearer {TOKEN}".encode())]

    assert GUARD.verify(headers).subject == "ACME01"


def test_a_header_list_without_the_header_is_a_bare_challenge() -> None:
    with pytest.raises(errors.CredentialsMissing):
        GUARD.verify([(b"host", b"x")])


def test_two_tokens_at_once_are_a_bad_request() -> None:
    value = f"Bearer {TOKEN}"
    twice = [(b"authorization", value.encode())] * 2

    for presented in (twice, f"{value}, {value}"):
        with pytest.raises(errors.SeveralCredentials) as refused:
            GUARD.verify(presented)
        assert refused.value.status == 400
        assert 'error="invalid_request"' in str(refused.value.challenge)


@pytest.mark.parametrize("query", [b"access_token=x", b"a=b&access_token=", b"access_token"])
def test_a_token_in_the_url_is_a_bad_request(query: bytes) -> None:
    with pytest.raises(errors.TokenInUrl) as refused:
        GUARD.verify(f"Bearer {TOKEN}", query=query)

    assert refused.value.status == 400


def test_a_query_that_only_resembles_one_is_let_through() -> None:
    claims = GUARD.verify(f"Bearer {TOKEN}", query=b"my_access_token=1&q=access_token")

    assert claims.subject == "ACME01"


class TestAVendorsOwn:
    def test_a_bare_token_may_have_white_space_before_it(self) -> None:
        guard = guarded(ISSUED, presentation=Presentation(scheme=""))

        for value in (TOKEN, f" {TOKEN}", f"\t {TOKEN} "):
            assert guard.verify(value).subject == "ACME01"
        assert guard.verify([(b"authorization", b" " + TOKEN.encode())]).subject == "ACME01"

    def test_an_empty_header_is_no_token(self) -> None:
        guard = guarded(ISSUED, presentation=Presentation(scheme=""))

        with pytest.raises(errors.CredentialsMissing) as refused:
            guard.verify("  ")
        assert refused.value.challenge == "Bearer"

    def test_a_scheme_word_where_there_is_none_is_malformed(self) -> None:
        guard = guarded(ISSUED, presentation=Presentation(scheme=""))

        with pytest.raises(errors.MalformedToken):
            guard.verify(f"Bearer {TOKEN}")

    def test_another_header_and_scheme(self) -> None:
        presentation = Presentation(header="X-Api-Token", scheme="Token")
        guard = guarded(ISSUED, presentation=presentation)

        assert guard.verify([(b"x-api-token", b"token " + TOKEN.encode())]).subject == "ACME01"
        with pytest.raises(errors.CredentialsMissing) as refused:
            guard.verify([(b"authorization", b"Bearer " + TOKEN.encode())])
        assert refused.value.challenge == "Token"

    def test_a_dialect_says_both_presentation_and_typ(self) -> None:
        token = ISSUED.token({"typ": "JWT"})

        for dialect in ("kamoa", load("kamoa"), PublicDialect.from_dialect(load("kamoa"))):
            assert guarded(ISSUED, dialect=dialect).verify(f" {token}").subject == "ACME01"
        assert guarded(ISSUED, dialect="kiss").verify(f"Bearer {token}").subject == "ACME01"

    def test_a_dialect_may_be_a_file(self, tmp_path: Path) -> None:
        token = ISSUED.token({"typ": "JWT"})
        own, served = tmp_path / "vendor.toml", tmp_path / "vendor.json"
        own.write_text(source("kamoa"))
        served.write_text(json.dumps(load("kamoa").public))

        for file in (own, served):
            assert guarded(ISSUED, dialect=file).verify(token).subject == "ACME01"

    def test_a_dialect_that_cannot_be_used_is_told_when_the_guard_is_made(
        self, tmp_path: Path
    ) -> None:
        rubbish = tmp_path / "rubbish.toml"
        rubbish.write_bytes(b"\xff")

        for dialect in ("kamoe", tmp_path / "missing.toml", rubbish):
            with pytest.raises(ValueError, match="the dialect cannot be used"):
                guarded(ISSUED, dialect=dialect)
