"""What every proxy must do, whichever way it verifies: one suite, one class a proxy."""

import pytest

from tests.proxies.conftest import Scene
from tests.proxies.exchange import FORGED, ask

HOSTILE = (
    "/healthz/../payments/7",
    "/healthz/%2e%2e/payments/7",
    "/healthz/..%2fpayments/7",
    "/healthz/..%5cpayments/7",
    "//payments/7",
    "/x/..//payments/7",
    "/payments;x/7",
    "/healthz;/../payments/7",
    "/%70ayments/7",
    "/PAYMENTS/7",
    "/elsewhere",
    "/",
)


class EveryProxy:
    """public: the address of the proxy before the scene's API. foreign: for another API's token."""

    foreign = 401

    @pytest.fixture(scope="class")
    @classmethod
    def public(cls) -> str:
        raise AssertionError("each proxy says where it listens")

    def test_a_good_token_passes_and_the_api_hears_who_it_is(
        self, public: str, scene: Scene
    ) -> None:
        answer = ask(public, scene.tokens.read)

        assert answer.status == 200
        heard = answer.identity
        assert heard["x-client-id"] == heard["x-subject"] == "reader"
        assert heard["x-scope"] == "payments:read"
        assert len(heard["x-token-id"]) == 38

    def test_what_the_client_says_of_itself_does_not_reach_the_api(
        self, public: str, scene: Scene
    ) -> None:
        answer = ask(public, scene.tokens.read, headers=FORGED)

        assert answer.status == 200
        assert answer.identity == ask(public, scene.tokens.read).identity

    def test_no_client_can_have_the_identity_dropped_on_the_way(
        self, public: str, scene: Scene
    ) -> None:
        """A header that Connection names ends at the next hop (RFC 9110, 7.6.1)."""
        dropped = {"Connection": "close, X-Client-Id, X-Subject, X-Scope, X-Token-Id"}
        answer = ask(public, scene.tokens.read, headers=dropped)

        assert answer.status >= 400 or answer.identity == ask(public, scene.tokens.read).identity

    def test_a_public_path_needs_no_token_and_gives_no_identity(
        self, public: str, scene: Scene
    ) -> None:
        answer = ask(public, path="/healthz", headers=FORGED)

        assert (answer.status, answer.identity) == (200, {})

    def test_no_token_is_401_with_a_challenge(self, public: str, scene: Scene) -> None:
        answer = ask(public)

        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")

    @pytest.mark.parametrize(
        "what", ["rubbish", "changed", "other API", "other issuer", "expired", "confused"]
    )
    def test_a_bad_token_is_401(self, what: str, public: str, scene: Scene) -> None:
        tokens = {
            "rubbish": "rubbish",
            "changed": scene.tokens.read[:-6] + "AAAAAA",
            "other API": scene.tokens.elsewhere,
            "other issuer": scene.tokens.other,
            "expired": scene.tokens.expired,
            "confused": scene.tokens.confused,
        }

        expected = self.foreign if what == "other API" else 401
        assert ask(public, tokens[what]).status == expected

    def test_two_tokens_at_once_are_refused(self, public: str, scene: Scene) -> None:
        tokens = scene.tokens

        assert ask(public, tokens.read, also=tokens.write).status in (400, 401)
        assert ask(public, "rubbish", also=tokens.read).status in (400, 401)
        assert ask(public, tokens.read, also=tokens.read).status in (400, 401)

    def test_a_missing_scope_is_403(self, public: str, scene: Scene) -> None:
        assert ask(public, scene.tokens.read, method="POST", body="{}").status == 403
        assert ask(public, scene.tokens.write).status == 403

    def test_a_body_reaches_the_api_whole(self, public: str, scene: Scene) -> None:
        answer = ask(public, scene.tokens.write, method="POST", body="0123456789" * 100)

        assert answer.status == 200
        assert answer.body.count(b"0123456789") == 100

    def test_a_method_and_a_path_that_nothing_is_said_about_are_refused(
        self, public: str, scene: Scene
    ) -> None:
        assert ask(public, scene.tokens.write, method="DELETE").status == 403
        assert ask(public, scene.tokens.read, path="/elsewhere").status == 403

    def test_no_spelling_of_a_path_gets_past_without_a_token(
        self, public: str, scene: Scene
    ) -> None:
        before = len(scene.api.asked)
        statuses = {path: ask(public, path=path).status for path in HOSTILE}

        assert set(statuses.values()) <= {400, 401, 403, 404}, statuses
        assert scene.api.asked[before:] == []


class AskingProxy(EveryProxy):
    """A proxy that asks `watchword guard serve` before each request."""

    def test_keys_that_cannot_be_had_are_503_with_retry_after(
        self, public: str, scene: Scene
    ) -> None:
        answer = ask(public, scene.tokens.unknown)

        assert answer.status == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert "www-authenticate" not in answer.headers

    def test_a_403_names_the_scope_that_is_needed(self, public: str, scene: Scene) -> None:
        answer = ask(public, scene.tokens.read, method="POST")

        assert 'scope="payments:write"' in answer.headers["www-authenticate"]

    def test_a_token_in_the_url_is_400(self, public: str, scene: Scene) -> None:
        path = f"/payments/7?access_token={scene.tokens.read}"

        assert ask(public, path=path).status == 400

    def test_telling_another_path_than_the_proxy_does_gets_nobody_past(
        self, public: str, scene: Scene
    ) -> None:
        before = len(scene.api.asked)
        for kind, name in (("Original", "URI"), ("Forwarded", "Uri")):
            told = {f"X-{kind}-Method": "GET", f"X-{kind}-{name}": "/healthz"}

            assert ask(public, headers=told).status in (400, 401)
        assert scene.api.asked[before:] == []

    def test_a_500_of_the_apis_own_stays_one(self, public: str, scene: Scene) -> None:
        assert ask(public, scene.tokens.read, path="/payments/broken").status == 500
