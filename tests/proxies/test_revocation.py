"""A token that its issuer stops is stopped at the proxies that ask."""

from tests.proxies.conftest import Scene
from tests.proxies.exchange import ask
from tests.support.patience import within


def test_a_disabled_clients_token_is_refused_within_ten_seconds_or_so(scene: Scene) -> None:
    token = scene.server.token("vendor", "leaver")
    assert ask(scene.places.guard, token, "/verify/payments/7").status == 200
    scene.server.disable("vendor", "leaver")

    def refused() -> bool:
        return ask(scene.places.guard, token, "/verify/payments/7").status != 200

    assert within(15, refused)
    answer = ask(scene.places.guard, token, "/verify/payments/7")
    assert answer.status == 401
    assert "revoked" in answer.headers["www-authenticate"]
