"""What `watchword serve` was told, and which of it is refused.

Rules. A listener that other machines can reach needs TLS of its own (`--tls-cert`, `--tls-key`) or
a proxy in front that terminates it (`--behind-proxy CIDR`): credentials never cross a network in
the clear. The administration listener speaks TLS, with the same certificate, wherever it is not
on loopback.
"""

import ipaddress
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct

from watchword.app.address import Address, InvalidAddress, parse_address
from watchword.app.notify.settings import NotifySettings
from watchword.core.retention import Retention

MAX_WORKERS = 256
LogFormat = Literal["json", "console"]
LogLevel = Literal["debug", "info", "warning", "error"]


class InvalidSettings(ValueError):
    """`serve` cannot start like this. message: what is wrong; hint: the ways out."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}. {hint}" if hint else message)
        self.message = message
        self.hint = hint


class ServeSettings(Struct, frozen=True, kw_only=True):
    """Everything a server process needs to know; it goes to each worker as JSON.

    data: the directory of the master key. database_url: as SQLAlchemy reads it.
    listen, admin_listen: addresses; None for no administration listener.
    tls_cert, tls_key: PEM files. tls_client_ca: PEM file of those whose client certificates are
    looked at; a client without a certificate is served all the same.
    behind_proxy: networks (CIDR) of proxies whose X-Forwarded headers are believed.
    stale_grace: seconds for which known clients get tokens while the database is away.
    stop_within: seconds that requests in flight have left after SIGTERM.
    notify: where e-mail and webhooks go. retention: what is forgotten when.
    sample_api: "module:attribute" of an ASGI application served below each issuer's URL.
    """

    data: Path
    database_url: str
    listen: str = "127.0.0.1:8080"
    admin_listen: str | None = "127.0.0.1:8081"
    workers: int = 1
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    behind_proxy: tuple[str, ...] = ()
    stale_grace: int = 60
    stop_within: int = 30
    sample_api: str | None = None
    notify: NotifySettings = NotifySettings()
    retention: Retention = Retention()
    log_format: LogFormat = "json"
    log_level: LogLevel = "info"

    @property
    def public_address(self) -> Address:
        """`listen`, read. Raises InvalidAddress."""
        return parse_address(self.listen)

    @property
    def admin_address(self) -> Address | None:
        """`admin_listen`, read; None without one. Raises InvalidAddress."""
        return parse_address(self.admin_listen) if self.admin_listen else None


def require_servable(settings: ServeSettings) -> ServeSettings:
    """Return `settings` if a server may start with them, else raise InvalidSettings."""
    if not 1 <= settings.workers <= MAX_WORKERS:
        raise InvalidSettings(f"--workers is between 1 and {MAX_WORKERS}")
    _require_log(settings)
    if settings.notify.fault is not None:
        raise InvalidSettings(*settings.notify.fault)
    _require_whole_tls(settings)
    _require_networks(settings.behind_proxy)
    for option, address in _addresses(settings):
        _require_protected(option, address, settings)
    return settings


def _addresses(settings: ServeSettings) -> list[tuple[str, Address]]:
    try:
        addresses = [("--listen", settings.public_address)]
        if settings.admin_address is not None:
            addresses.append(("--admin-listen", settings.admin_address))
    except InvalidAddress as fault:
        raise InvalidSettings(str(fault)) from None
    return addresses


def _require_log(settings: ServeSettings) -> None:
    """What came by a flag was looked at there; from a file or the environment comes any text."""
    known = {"log_format": LogFormat, "log_level": LogLevel}
    for name, words in known.items():
        said = getattr(settings, name)
        if said not in get_args(words):
            raise InvalidSettings(
                f"serve.{name} is {said!r}", f"it is {' or '.join(get_args(words))}"
            )


def _require_whole_tls(settings: ServeSettings) -> None:
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise InvalidSettings("--tls-cert and --tls-key belong together")
    if settings.tls_client_ca is not None and settings.tls_cert is None:
        raise InvalidSettings("--tls-client-ca needs --tls-cert and --tls-key")
    for path in (settings.tls_cert, settings.tls_key, settings.tls_client_ca):
        if path is not None and not path.is_file():
            raise InvalidSettings(f"there is no file {path}")


def _require_networks(networks: tuple[str, ...]) -> None:
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise InvalidSettings(
                f"--behind-proxy {network}: not a network", "write 10.0.0.0/8 or 127.0.0.1"
            ) from None


def _require_protected(option: str, address: Address, settings: ServeSettings) -> None:
    if address.is_loopback or settings.tls_cert is not None or settings.behind_proxy:
        return
    raise InvalidSettings(
        f"{option} {address} can be reached from other machines, and credentials would cross "
        "the network in the clear",
        "either give --tls-cert and --tls-key, or put a proxy that terminates TLS in front and "
        "name its network with --behind-proxy CIDR",
    )
