"""The server is killed (SIGKILL) under load while the command line makes things.

What a command has reported as made is there afterwards: clients get tokens with their secrets, and
signing keys that were announced are published.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from tests.support.demo_server import Demo, running_demo
from tests.support.load import under_load
from tests.support.patience import wait_until
from tests.support.wire import Answer, Door, basic

TOKEN = "/oauth/v2/token"
GRANT = {"grant_type": "client_credentials"}


def token(door: Door, client_id: str, secret: str) -> Answer:
    return door.post_form(TOKEN, GRANT, basic(client_id, secret))


class Workshop(threading.Thread):
    """Makes clients, secrets and keys, one after the other, and writes down what was reported."""

    def __init__(self, demo: Demo) -> None:
        super().__init__()
        self.demo = demo
        self.made: list[tuple[str, str]] = []
        self.kids: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        for number in range(100):
            if self.stopping.is_set():
                return
            client_id = f"made-{number}"
            created = self.demo.command("client", "create", client_id, "--issuer", "connectivity")
            self.made.append((client_id, created["client_secret"]))
            issued = self.demo.command("secret", "issue", client_id, "--issuer", "connectivity")
            self.made.append((client_id, issued["client_secret"]))
            if number == 0:
                rotated = self.demo.command("key", "rotate", "--issuer", "connectivity")
                self.kids.append(rotated["kid"])


def test_what_was_reported_as_made_survives_a_kill(tmp_path: Path) -> None:
    with running_demo(tmp_path) as demo:
        door, client = demo.door("connectivity"), demo.client("connectivity")
        maker = Workshop(demo)
        with under_load(lambda: token(door, client.client_id, client.client_secret)) as load:
            maker.start()
            wait_for(lambda: len(maker.made) >= 3 and len(load.answers) >= 50, maker)
            demo.process.kill()
            demo.process.wait()
            maker.stopping.set()
            maker.join()
            wait_until(lambda: load.lost > 0)

    assert {answer.status for answer in load.answers} == {200}
    with running_demo(tmp_path, port=demo.port) as again:
        assert again.known == demo.known
        for client_id, secret in maker.made:
            assert token(again.door("connectivity"), client_id, secret).status == 200, client_id
        published = again.door("connectivity").get("/.well-known/jwks.json").json["keys"]
        assert set(maker.kids) <= {key["kid"] for key in published}


def wait_for(done: Callable[[], bool], maker: Workshop) -> None:
    while not done():
        assert maker.is_alive()
        maker.join(0.05)
