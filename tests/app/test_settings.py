"""Which settings a server refuses to start with."""

from pathlib import Path

import msgspec
import pytest

from watchword.app.address import Address, InvalidAddress, bind, bound_address, parse_address
from watchword.app.notify.settings import NotifySettings
from watchword.app.settings import InvalidSettings, ServeSettings, require_servable


def settings(**named: object) -> ServeSettings:
    return ServeSettings(data=Path("d"), database_url="sqlite://", **named)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "listen", ["127.0.0.1:8080", "localhost:0", "[::1]:80", "127.9.9.9:1", "unix:/run/w.sock"]
)
def test_loopback_needs_nothing_more(listen: str) -> None:
    assert require_servable(settings(listen=listen))


@pytest.mark.parametrize("listen", ["0.0.0.0:80", ":80", "[::]:80", "10.0.0.1:80", "my.host:80"])
def test_anything_else_is_refused_naming_the_two_ways_out(listen: str) -> None:
    with pytest.raises(InvalidSettings) as refused:
        require_servable(settings(listen=listen))

    assert "--tls-cert" in refused.value.hint
    assert "--behind-proxy" in refused.value.hint


def test_either_way_out_is_enough(tmp_path: Path) -> None:
    pem = tmp_path / "pem"
    pem.touch()

    assert require_servable(settings(listen="0.0.0.0:80", behind_proxy=("10.0.0.0/8",)))
    assert require_servable(settings(listen="0.0.0.0:443", tls_cert=pem, tls_key=pem))


def test_the_administration_listener_is_held_to_the_same() -> None:
    with pytest.raises(InvalidSettings, match=r"--admin-listen 0\.0\.0\.0:8081"):
        require_servable(settings(admin_listen="0.0.0.0:8081"))


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"listen": "8080"}, "unix:PATH"),
        ({"listen": "::1:8080"}, "brackets"),
        ({"listen": "127.0.0.1:99999"}, "no address"),
        ({"workers": 0}, "--workers"),
        ({"tls_cert": Path("c")}, "belong together"),
        ({"tls_cert": Path("c"), "tls_key": Path("k")}, "there is no file c"),
        ({"tls_client_ca": Path("c")}, "--tls-client-ca needs"),
        ({"behind_proxy": ("10.0.0.300/8",)}, "not a network"),
        ({"behind_proxy": ("10.0.0.1/8",)}, "not a network"),
        (
            {"log_level": "loud"},
            "serve.log_level is 'loud'. it is debug or info or warning or error",
        ),
        ({"log_format": "xml"}, "serve.log_format"),
        ({"notify": NotifySettings(smtp_url="mail.example.com")}, "smtp://user:password@host"),
        ({"notify": NotifySettings(smtp_url="http://mail.example.com")}, "notify.smtp_url"),
        ({"notify": NotifySettings(smtp_url="smtp://x", mail_from="keys")}, "notify.mail_from"),
        ({"notify": NotifySettings(webhook_url="http://hooks.example.com")}, "no https URL"),
        ({"notify": NotifySettings(webhook_url="https://hooks.example.com")}, "webhook_secret"),
        (
            {"notify": NotifySettings(webhook_url="https://h.example", webhook_secret="whsec_ß")},
            "whsec_ and base64",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(named: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidSettings, match=words):
        require_servable(settings(**named))


def test_what_can_send_messages_is_accepted() -> None:
    ways = NotifySettings(
        smtp_url="smtps://user:p%40ss@mail.example.com",
        mail_from="keys@api.example.com",
        webhook_url="http://hooks.localhost:8000/x",
        webhook_secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )

    assert require_servable(settings(notify=ways)).notify == ways


def test_settings_travel_to_a_worker_as_json() -> None:
    told = settings(behind_proxy=("10.0.0.0/8",), tls_cert=Path("c"), tls_key=Path("k"))

    def to_text(value: object) -> str:
        return str(value)

    sent = msgspec.json.encode(told, enc_hook=to_text)
    assert msgspec.json.decode(sent, type=ServeSettings, dec_hook=lambda t, v: t(v)) == told


@pytest.mark.parametrize("text", ["127.0.0.1:80", "[::1]:8080", "unix:/run/x"])
def test_an_address_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_address(text)) == text


def test_the_bound_port_is_told() -> None:
    with bind(Address(host="127.0.0.1", port=0)) as listening:
        assert bound_address(listening).port > 0


def test_a_stale_unix_socket_is_replaced_and_a_live_one_is_not(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    bind(Address(path=path)).close()
    with bind(Address(path=path)), pytest.raises(OSError, match="in use"):
        bind(Address(path=path))


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("mine")
    with pytest.raises(OSError, match="in use"):
        bind(Address(path=str(path)))

    assert path.read_text() == "mine"


def test_an_empty_port_is_no_address() -> None:
    with pytest.raises(InvalidAddress):
        parse_address("localhost:")
