"""What is counted and logged, report mode, challenges and metadata."""

import logging

import pytest

from tests.guard.issuing import API, ISSUER, NOW, SmallIssuer, bearer, guarded
from watchword.guard import Guard, errors

ISSUED = SmallIssuer()


def test_every_outcome_is_counted() -> None:
    guard = guarded(ISSUED)
    guard.verify(bearer(ISSUED.token()))
    guard.verify(bearer(ISSUED.token()))
    for value in (None, "Bearer x", bearer(ISSUED.token(exp=NOW - 1))):
        with pytest.raises(errors.GuardError):
            guard.verify(value)

    assert guard.counts == {
        "accepted": 2,
        "CredentialsMissing": 1,
        "MalformedToken": 1,
        "ExpiredToken": 1,
    }


def test_the_log_has_the_reason_and_not_the_token(caplog: pytest.LogCaptureFixture) -> None:
    token = ISSUED.token(aud="https://other.example")
    with caplog.at_level(logging.DEBUG), pytest.raises(errors.WrongAudience) as refused:
        guarded(ISSUED).verify(bearer(token))

    assert "WrongAudience: aud names another API" in caplog.text
    said = caplog.text + str(refused.value) + repr(refused.value) + str(refused.value.body)
    assert not any(part in said for part in token.split("."))


class TestReportMode:
    def test_it_warns_at_the_start(self, caplog: pytest.LogCaptureFixture) -> None:
        guarded(ISSUED, mode="report")

        assert "NOTHING is refused" in caplog.text

    def test_nothing_is_refused_and_nothing_unverified_is_given(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        guard = Guard(ISSUER, API, mode="report", fetch=ISSUED.fetch, clock=lambda: NOW)
        good = bearer(ISSUED.token())

        verdicts = [guard.verify(value) for value in (None, good + "x", bearer("x"))]

        assert verdicts == [None, None, None]
        assert guard.verify(good, scope="payments:write") is None
        accepted = guard.verify(good)
        assert accepted is not None
        assert accepted.subject == "ACME01"
        assert guard.counts["InsufficientScope"] == guard.counts["accepted"] == 1
        assert "would refuse 403 InsufficientScope" in caplog.text


class TestMetadata:
    def guard(self) -> Guard[object]:
        return guarded(  # type: ignore[return-value]
            ISSUED, resource="https://api.example.com/v1", realm='a "b"', scopes=["payments:read"]
        )

    def test_the_document_names_the_issuers(self) -> None:
        metadata = self.guard().resource_metadata
        assert metadata is not None

        assert metadata.path == "/.well-known/oauth-protected-resource/v1"
        assert metadata.document() == {
            "resource": "https://api.example.com/v1",
            "authorization_servers": [ISSUER],
            "bearer_methods_supported": ["header"],
            "scopes_supported": ["payments:read"],
        }

    def test_challenges_name_it_and_the_realm(self) -> None:
        with pytest.raises(errors.CredentialsMissing) as refused:
            self.guard().verify(None)

        assert refused.value.challenge == (
            'Bearer realm="a \\"b\\"", resource_metadata='
            '"https://api.example.com/.well-known/oauth-protected-resource/v1"'
        )

    def test_without_a_resource_there_is_none(self) -> None:
        assert guarded(ISSUED).resource_metadata is None


def test_every_error_has_a_status_and_only_503_has_no_challenge() -> None:
    def leaves(kind: type[errors.GuardError]) -> list[type[errors.GuardError]]:
        return [kind, *(leaf for sub in kind.__subclasses__() for leaf in leaves(sub))]

    for kind in leaves(errors.GuardError):
        error = kind()
        assert (error.challenge is None) == (error.status == 503)
        assert kind.__name__ in (errors.__doc__ or "")
