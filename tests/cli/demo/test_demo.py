"""`watchword demo`: what it makes, prints and writes, and what it keeps from start to start."""

import base64
import json
import signal
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support.demo_server import WATCHWORD, Demo, command, running_demo
from tests.support.patience import PATIENCE, wait_until
from tests.support.process import free_port
from tests.support.run import run_shell
from tests.support.wire import Door, basic


def refused(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [WATCHWORD, "demo", *arguments], capture_output=True, text=True, check=False, timeout=500
    )


def test_what_it_prints_can_be_pasted_as_a_whole(demo: Demo, bash: str, curl: str) -> None:
    answers = [json.loads(line) for line in run_shell(bash, demo.output.read_text()).splitlines()]

    assert [next(iter(answer)) for answer in answers] == [
        "message",
        "customer",
        "customer",
        "client_id",
        "error",
        "payments",
        "id",
        "providers",
    ]
    assert [answer.get("customer") for answer in answers[1:3]] == ["ACME01", "BELLA7"]


def test_it_says_how_to_look_inside(demo: Demo) -> None:
    wanted = f"Look inside with: watchword client list --data {demo.data}\n"

    wait_until(lambda: wanted in demo.log.read_text())


def test_demo_json_is_private_and_complete(demo: Demo) -> None:
    path = demo.data / "demo.json"

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(demo.known) == {"base_url", "issuers"}
    assert list(demo.known["issuers"]) == ["kamoa", "kiss", "connectivity", "kashimi"]
    for issuer in demo.known["issuers"].values():
        assert set(issuer) == {"issuer", "token_endpoint", "jwks_uri", "clients", "api"}
        assert {tuple(client) for client in issuer["clients"]} == {
            ("client_id", "client_secret", "scopes")
        }


def test_kiss_begins_with_acme01_and_kashimi_with_all_scopes(demo: Demo) -> None:
    assert demo.client("kiss").client_id == "ACME01"
    assert set(demo.client("kashimi").scopes) == {
        "payments:read",
        "payments:write",
        "providers:read",
    }
    assert set(demo.client("kashimi", 1).scopes) == {"payments:read", "providers:read"}


@pytest.mark.parametrize("number", [0, 1])
def test_base64_of_kashimis_credentials_stays_on_one_line(demo: Demo, number: int) -> None:
    client = demo.client("kashimi", number)
    pair = f"{client.client_id}:{client.client_secret}"

    assert len(pair) <= 57
    assert len(base64.b64encode(pair.encode())) <= 76


def test_each_api_call_of_demo_json_has_the_status_it_says(demo: Demo) -> None:
    for vendor, issuer in demo.known["issuers"].items():
        token = token_of(demo, vendor)
        word = "" if vendor == "kamoa" else "Bearer "
        for call in issuer["api"]:
            path = call["url"].removeprefix(issuer["issuer"])
            headers = {"Authorization": word + token}
            answer = demo.door(vendor).send(call["method"], path, headers)

            assert answer.status == call["expect"], call["url"]


def token_of(demo: Demo, vendor: str) -> str:
    client = demo.client(vendor)
    issuer = demo.known["issuers"][vendor]
    path = issuer["token_endpoint"].removeprefix(issuer["issuer"])
    if vendor == "kamoa":
        body = {"clientId": client.client_id, "secret": client.client_secret}
        answer = demo.door(vendor).post_json(path, body)
    else:
        authorization = basic(client.client_id, client.client_secret)
        grant = {"grant_type": "client_credentials"}
        answer = demo.door(vendor).post_form(path, grant, authorization)
    return str(answer.json["token" if vendor == "kamoa" else "access_token"])


def test_started_again_it_keeps_clients_secrets_and_keys(tmp_path: Path) -> None:
    with running_demo(tmp_path) as first:
        token = token_of(first, "kashimi")
        keys = first.command("key", "list", "--issuer", "kashimi")
        secrets = first.command("secret", "list", "ACME01", "--issuer", "kiss")
    with running_demo(tmp_path, port=first.port) as again:
        assert again.known == first.known
        assert again.command("key", "list", "--issuer", "kashimi") == keys
        after = again.command("secret", "list", "ACME01", "--issuer", "kiss")
        assert [it["secret_id"] for it in after["items"]] == [
            it["secret_id"] for it in secrets["items"]
        ]
        assert again.door("kashimi").get("/payments", f"Bearer {token}").status == 200


def test_on_another_port_only_the_urls_change(tmp_path: Path) -> None:
    with running_demo(tmp_path) as first:
        pass
    with running_demo(tmp_path) as moved:
        assert moved.port != first.port
        assert moved.client("kiss") == first.client("kiss")
        for way in ("path", "host"):
            door = moved.door("kiss", way)
            fields = {
                "grant_type": "client_credentials",
                "client_id": moved.client("kiss").client_id,
                "client_secret": moved.client("kiss").client_secret,
            }
            token = door.post_form("/auth/token", fields).json["access_token"]
            assert door.get("/products", f"Bearer {token}").status == 200


def test_without_demo_json_it_issues_new_secrets_in_place_of_the_lost_ones(tmp_path: Path) -> None:
    with running_demo(tmp_path) as first:
        pass
    (first.data / "demo.json").unlink()
    with running_demo(tmp_path, port=first.port) as again:
        assert again.client("kamoa").client_secret != first.client("kamoa").client_secret
        assert token_of(again, "kamoa")


def test_it_never_mixes_with_real_data(tmp_path: Path) -> None:
    data = tmp_path / "real"
    command(data, "issuer", "create", "shop", "--url", "https://auth.shop.example")
    outcome = refused("--listen", f"127.0.0.1:{free_port()}", "--data", str(data))

    assert outcome.returncode == 1
    assert "other data already (the issuer shop)" in outcome.stderr
    assert not (data / "demo.json").exists()


def test_a_port_that_is_taken_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = refused("--listen", f"127.0.0.1:{port}", "--data", str(tmp_path / "data"))

    assert outcome.returncode == 1
    assert outcome.stderr.startswith("watchword: nothing can listen")
    assert outcome.stderr.splitlines()[0].endswith(": Address already in use")
    assert not (tmp_path / "data").exists()


def test_nothing_but_loopback_without_tls(tmp_path: Path) -> None:
    outcome = refused("--listen", "0.0.0.0:0", "--data", str(tmp_path / "data"))

    assert outcome.returncode == 2
    assert "--behind-proxy" in outcome.stderr


def test_the_vendors_are_told_apart_by_host_on_one_port(demo: Demo) -> None:
    answers = {
        vendor: Door(("127.0.0.1", demo.port), f"{vendor}.localhost:{demo.port}", "").send(
            "POST", "/auth/token", {"Content-Type": "application/json"}, "{}"
        )
        for vendor in ("kamoa", "kiss")
    }

    assert answers["kamoa"].json == {"message": "Missing required fields: clientId, secret"}
    assert "error" in answers["kiss"].json


def test_two_workers_serve_it_too(tmp_path: Path) -> None:
    with running_demo(tmp_path, "--workers", "2") as demo:
        for _ in range(10):
            token = token_of(demo, "kashimi")
            assert demo.door("kashimi").get("/payments", f"Bearer {token}").status == 200


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_it_answers_to_the_machines_other_names(demo: Demo, name: str) -> None:
    door = Door(("127.0.0.1", demo.port), f"{name}:{demo.port}", "/kashimi")

    assert door.get("/.well-known/jwks.json").status == 200


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_closed_terminal_ends_it(tmp_path: Path, workers: str) -> None:
    with running_demo(tmp_path, "--workers", workers) as demo:
        demo.process.send_signal(signal.SIGHUP)

        assert demo.process.wait(PATIENCE) == 0
