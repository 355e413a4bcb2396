"""Warnings reach a real mail server and a real receiver of webhooks, once."""

import base64
import hmac
import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from tests.admin.scene import DAY, NOW, context
from tests.app.running import World
from tests.support.patience import PATIENCE
from watchword.admin.client import ClientChanges, edit_client
from watchword.admin.customer import NewCustomer, create_customer
from watchword.admin.estate import Estate
from watchword.admin.roll import roll_secret
from watchword.admin.secret import NewSecret, issue_secret, revoke_secret
from watchword.admin.warning import DAYS, warn
from watchword.app.notify.delivery import ATTEMPTS, deliver, pause_after
from watchword.app.notify.settings import NotifySettings
from watchword.app.notify.webhook import signature

KEY = b"a key of the receiver's, 32 long"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Mailbox(Message):
    """Keeps what arrives."""

    def __init__(self) -> None:
        super().__init__(EmailMessage)
        self.messages: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.messages.append(message)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=PATIENCE)
    controller.start()
    yield box, f"smtp://127.0.0.1:{port}"
    controller.stop()


class Receiver(HTTPServer):
    """Keeps what is posted. answers: statuses to answer with, 204 after them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    """A client of a customer with two contacts, whose one secret expires in 20 days."""
    world = World(tmp_path)
    estate = world.estate
    new = NewCustomer(name="Roadrunner", contacts=("ops@acme.example", "cto@acme.example"))
    customer = create_customer(estate, context(), new)
    with estate.store.reading() as reading:
        [client] = reading.clients()
        [first] = reading.secrets(client.id)
    edit_client(estate, context(), client.id, ClientChanges(customer=customer.id))
    issue_secret(estate, context(), client.id, NewSecret(label="prod", lifetime=20 * DAY))
    revoke_secret(estate, context(), first.id)
    yield estate
    estate.store.close()


def test_contacts_get_an_email_and_the_vendor_a_signed_webhook(
    estate: Estate, mailbox: tuple[Mailbox, str], receiver: Receiver
) -> None:
    box, smtp_url = mailbox
    settings = NotifySettings(smtp_url=smtp_url, webhook_url=receiver.url, webhook_secret=SECRET)
    told = warn(estate, context())
    sent = deliver(estate, settings, lambda: NOW)

    assert told == sent == 3
    assert {message["To"] for message in box.messages} == {"ops@acme.example", "cto@acme.example"}
    assert "expires on" in box.messages[0]["Subject"]
    [(headers, body)] = receiver.posts
    expected = signature(KEY, headers["webhook-id"], NOW, body)
    assert headers["webhook-signature"] == f"v1,{expected}"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert base64.b64decode(expected) == hmac.digest(KEY, signed, "sha256")
    document = msgspec.json.decode(body)
    assert (document["type"], document["data"]["days"]) == ("secret.expires", 30)


def test_a_warning_is_given_once_for_each_of_its_days(estate: Estate) -> None:
    told = [warn(estate, context(NOW + days * DAY)) for days in (0, 0, 4, 5, 5, 12, 13, 18, 19, 20)]

    # 20 days left: the one for 30; then 15, 7 and 1; three messages each.
    assert told == [3, 0, 0, 3, 0, 0, 3, 0, 3, 0]
    assert DAYS == (90, 60, 30, 15, 7, 1)


def test_a_secret_that_ends_before_it_expires_is_not_said_to_expire(estate: Estate) -> None:
    with estate.store.reading() as reading:
        [client] = reading.clients()
        [live] = [each for each in reading.secrets(client.id) if each.is_live(NOW)]
    roll_secret(estate, context(), live.id, overlap=DAY)

    assert warn(estate, context()) == 0


def test_a_message_comes_with_the_same_ids_if_a_sender_died_before_it_said_so(
    estate: Estate, mailbox: tuple[Mailbox, str], receiver: Receiver
) -> None:
    box, smtp_url = mailbox
    settings = NotifySettings(smtp_url=smtp_url, webhook_url=receiver.url, webhook_secret=SECRET)
    warn(estate, context())
    with estate.store.reading() as reading:
        before = reading.notifications_due(NOW)
    deliver(estate, settings, lambda: NOW)
    with estate.store.changing() as changing:
        for notification in before:
            changing.update_notification(notification)
    deliver(estate, settings, lambda: NOW)

    ids = [message["Message-ID"] for message in box.messages]
    assert len(ids) == 4
    assert len(set(ids)) == 2
    assert len({headers["webhook-id"] for headers, _ in receiver.posts}) == 1


def test_a_receiver_that_fails_is_tried_again_with_back_off(
    estate: Estate, receiver: Receiver
) -> None:
    settings = NotifySettings(webhook_url=receiver.url, webhook_secret=SECRET)
    receiver.answers = [500, 302]
    warn(estate, context())
    now = NOW
    sent = []
    for pause in (0, 29, 1, 59, 1):
        now += pause
        sent.append(deliver(estate, settings, lambda at=now: at))

    assert sent == [0, 0, 0, 0, 1]
    assert len(receiver.posts) == 3


def test_what_can_never_be_sent_is_given_up(estate: Estate, receiver: Receiver) -> None:
    receiver.answers = [410]
    warn(estate, context())
    deliver(estate, NotifySettings(webhook_url=receiver.url, webhook_secret=SECRET), lambda: NOW)

    with estate.store.reading() as reading:
        assert reading.notifications_due(NOW + 10**9) == []
    assert len(receiver.posts) == 1


def test_pauses_double_up_to_a_limit_over_about_a_day() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, ATTEMPTS)]

    assert pauses[:4] == [30, 60, 120, 240]
    assert 10 * 3600 < sum(pauses) < 48 * 3600


def test_no_message_holds_a_secret(
    estate: Estate, mailbox: tuple[Mailbox, str], receiver: Receiver
) -> None:
    box, smtp_url = mailbox
    with estate.store.reading() as reading:
        [client] = reading.clients()
    issued = issue_secret(estate, context(), client.id, NewSecret(lifetime=DAY))
    warn(estate, context())
    settings = NotifySettings(smtp_url=smtp_url, webhook_url=receiver.url, webhook_secret=SECRET)
    deliver(estate, settings, lambda: NOW)

    said = " ".join(
        [message.as_bytes().decode() for message in box.messages] + [str(p) for p in receiver.posts]
    )
    assert issued.secret.key_id in said
    assert issued.value not in said
    assert SECRET not in repr(settings)


def test_signing_keys_are_due_after_a_year(estate: Estate) -> None:
    before = warn(estate, context(NOW + 200 * DAY))
    with estate.store.reading() as reading:
        [issuer] = [each for each in reading.issuers() if each.name == "rfc6749"]
        [key] = reading.keys(issuer.id)
    due = warn(estate, context(key.activates_at + 336 * DAY))

    assert before == 0
    assert due >= 1


def test_a_way_that_nobody_set_up_is_no_fault(
    estate: Estate, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    warn(estate, context())
    settings = NotifySettings(webhook_url=receiver.url, webhook_secret=SECRET)
    sent = deliver(estate, settings, lambda: NOW)

    assert sent == 1
    assert caplog.records == []
    with estate.store.reading() as reading:
        assert reading.notifications_due(NOW + 10**9) == []
