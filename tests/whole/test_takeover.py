"""A client of another system gets its tokens here, and its secret is stored anew meanwhile."""

import base64
import json
import urllib.request
from pathlib import Path
from typing import Any

import bcrypt

from tests.support.patience import wait_until
from watchword.testing.server import WatchwordServer

SECRET = "a secret that is long enough"


def token(server: WatchwordServer, client_id: str) -> str:
    credentials = base64.b64encode(f"{client_id}:{SECRET}".encode()).decode()
    request = urllib.request.Request(
        f"{server.url}/oauth/token",
        data=b"grant_type=client_credentials",
        headers={"Authorization": f"Basic {credentials}"},
    )
    with urllib.request.urlopen(request) as answer:
        access_token: str = json.load(answer)["access_token"]
    return access_token


def test_a_client_moves_by_asking_for_a_token(
    watchword_server: WatchwordServer, tmp_path: Path
) -> None:
    encoded = bcrypt.hashpw(SECRET.encode(), bcrypt.gensalt(4)).decode()
    lines = [{"client_id": name, "secret_hash": encoded} for name in ("moves", "stays")]
    file = tmp_path / "clients.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    watchword_server.run("secret", "import", str(file), "--issuer", "default")

    assert token(watchword_server, "moves").count(".") == 2

    def stored_anew() -> bool:
        shown = watchword_server.run("client", "show", "moves")
        return shown["secrets"][0]["stored_as"] == "hmac"

    wait_until(stored_anew)
    assert token(watchword_server, "moves").count(".") == 2

    def moved_ones() -> list[dict[str, Any]]:
        return watchword_server.run("secret", "moved", "--issuer", "default")["items"]

    wait_until(moved_ones)
    moved = moved_ones()
    assert [item["client_id"] for item in moved] == ["moves"]
    assert moved[0]["first_used_at"] is not None
