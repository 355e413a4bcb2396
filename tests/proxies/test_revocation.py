"""A token that its issuer stops is stopped at the proxies that ask."""

import time

from tests.proxies.conftest import Scene
from tests.proxies.exchange import ask


def test_a_disabled_clients_token_is_refused_within_ten_seconds_or_so(scene: Scene) -> None:
    token = scene.server.token("vendor", "leaver")
    assert ask(scene.places.guard, token, "/verify/payments/7").status == 200
    scene.server.disable("vendor", "leaver")
    deadline = time.monotonic() + 15
    while ask(scene.places.guard, token, "/verify/payments/7").status == 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)

    answer = ask(scene.places.guard, token, "/verify/payments/7")
    assert answer.status == 401
    assert "revoked" in answer.headers["www-authenticate"]
