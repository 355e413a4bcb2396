"""Settings: a flag beats the environment, which beats the file, which beats the default.

`SETTINGS` is the one list of them. A key in the file that is not in it is refused with the one
that was probably meant. The file is TOML: `database = "…"`, and a table for `serve`.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from watchword.cli.failure import Refused, reason_of
from watchword.core.duration import InvalidDuration, parse_duration
from watchword.core.nearest import nearest

Value = Any


class Setting(Struct, frozen=True, kw_only=True):
    """name: its key in the file ("serve.listen"); variable: in the environment; flag: of commands.

    flag is "" where there is none. is_secret: its value is never shown.
    read: from a text of the environment. default: None where it follows from other settings.
    """

    name: str
    flag: str
    variable: str
    text: str
    default: Value = None
    read: Callable[[str], Value] = str
    kind: type = str
    is_secret: bool = False


class Chosen(Struct, frozen=True):
    """A setting's value and what set it: "flag --data", "environment WATCHWORD_DATA", …"""

    value: Value
    source: str


def _number(text: str) -> int:
    if not text.isdigit():
        raise ValueError(f"{text!r} is not a number")
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


SETTINGS = (
    Setting(
        name="data",
        flag="--data",
        variable="WATCHWORD_DATA",
        default="./watchword-data",
        text="Data folder: master key, SQLite database, settings file.",
    ),
    Setting(
        name="config",
        flag="--config",
        variable="WATCHWORD_CONFIG",
        text="Settings file; DATA/watchword.toml, which may be absent.",
    ),
    Setting(
        name="database",
        flag="--database",
        variable="WATCHWORD_DATABASE_URL",
        text="Database; sqlite:///DATA/watchword.db.",
    ),
    Setting(
        name="server",
        flag="--server",
        variable="WATCHWORD_SERVER",
        text="Administration listener of a server to work on, instead of the data folder.",
    ),
    Setting(
        name="profile",
        flag="--profile",
        variable="WATCHWORD_PROFILE",
        text="File with the credential for that server.",
    ),
    Setting(
        name="serve.listen",
        flag="--listen",
        variable="WATCHWORD_LISTEN",
        default="127.0.0.1:8080",
        text="HOST:PORT or unix:PATH of the public listener.",
    ),
    Setting(
        name="serve.url",
        flag="--url",
        variable="WATCHWORD_URL",
        text="Public base URL; from the listener.",
    ),
    Setting(
        name="serve.admin_listen",
        flag="--admin-listen",
        variable="WATCHWORD_ADMIN_LISTEN",
        default="127.0.0.1:8081",
        text='HOST:PORT or unix:PATH of the administration listener, "off" for none.',
    ),
    Setting(
        name="serve.workers",
        flag="--workers",
        variable="WATCHWORD_WORKERS",
        default=1,
        read=_number,
        kind=int,
        text="Processes, one a core.",
    ),
    Setting(
        name="serve.tls_cert",
        flag="--tls-cert",
        variable="WATCHWORD_TLS_CERT",
        text="Certificate chain (PEM) of the listeners.",
    ),
    Setting(
        name="serve.tls_key",
        flag="--tls-key",
        variable="WATCHWORD_TLS_KEY",
        text="Private key (PEM) of the certificate.",
    ),
    Setting(
        name="serve.tls_client_ca",
        flag="--tls-client-ca",
        variable="WATCHWORD_TLS_CLIENT_CA",
        text="Authorities (PEM) of client certificates.",
    ),
    Setting(
        name="serve.behind_proxy",
        flag="--behind-proxy",
        variable="WATCHWORD_BEHIND_PROXY",
        default=(),
        read=_words,
        kind=list,
        text="Networks (CIDR) of proxies that terminate TLS.",
    ),
    Setting(
        name="serve.stale_grace",
        flag="--stale-grace",
        variable="WATCHWORD_STALE_GRACE",
        default="60s",
        text="For how long known clients get tokens while the database is away.",
    ),
    Setting(
        name="serve.stop_within",
        flag="--stop-within",
        variable="WATCHWORD_STOP_WITHIN",
        default="30s",
        text="For how long requests in flight may go on after SIGTERM.",
    ),
    Setting(
        name="serve.log_format",
        flag="--log-format",
        variable="WATCHWORD_LOG_FORMAT",
        default="json",
        text="json or console.",
    ),
    Setting(
        name="serve.log_level",
        flag="--log-level",
        variable="WATCHWORD_LOG_LEVEL",
        default="info",
        text="debug, info, warning or error.",
    ),
    Setting(
        name="notify.smtp_url",
        flag="",
        variable="WATCHWORD_SMTP_URL",
        text="Mail server for warnings: smtp://user:password@host:587 or smtps://….",
        is_secret=True,
    ),
    Setting(
        name="notify.mail_from",
        flag="",
        variable="WATCHWORD_MAIL_FROM",
        default="watchword@localhost",
        text="Sender of e-mail.",
    ),
    Setting(
        name="notify.webhook_url",
        flag="",
        variable="WATCHWORD_WEBHOOK_URL",
        text="Receiver of signed webhooks (Standard Webhooks).",
    ),
    Setting(
        name="notify.webhook_secret",
        flag="",
        variable="WATCHWORD_WEBHOOK_SECRET",
        text="What webhooks are signed with: whsec_ and base64.",
        is_secret=True,
    ),
    Setting(
        name="retention.events",
        flag="",
        variable="WATCHWORD_RETENTION_EVENTS",
        default="forever",
        text="How long events of the trail are kept; dropped by whole days.",
    ),
    Setting(
        name="retention.ledger",
        flag="",
        variable="WATCHWORD_RETENTION_LEDGER",
        default="90d",
        text="How long the ledger is kept; dropped by whole days.",
    ),
    Setting(
        name="retention.usage_by_the_minute",
        flag="",
        variable="WATCHWORD_RETENTION_USAGE_BY_THE_MINUTE",
        default="30d",
        text="How long issuers' counters by the minute are kept.",
    ),
    Setting(
        name="retention.usage_by_the_hour",
        flag="",
        variable="WATCHWORD_RETENTION_USAGE_BY_THE_HOUR",
        default="400d",
        text="How long clients' counters by the hour are kept.",
    ),
    Setting(
        name="retention.refusals",
        flag="",
        variable="WATCHWORD_RETENTION_REFUSALS",
        default="7d",
        text="How long single refusals are kept.",
    ),
    Setting(
        name="retention.notifications",
        flag="",
        variable="WATCHWORD_RETENTION_NOTIFICATIONS",
        default="400d",
        text="How long messages that were sent or given up are kept.",
    ),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


class Settings:
    """All settings with what set them, and where things are."""

    def __init__(self, flags: Mapping[str, Value], environ: Mapping[str, str]) -> None:
        self._flags = {name: value for name, value in flags.items() if value not in (None, ())}
        self._environ = environ
        self._file: Mapping[str, Value] = {}
        self.data = Path(self._choose("data").value)
        self.config = Path(self._choose("config", self.data / "watchword.toml").value)
        named = self._choose("config").source != "default"
        self._file = read_file(self.config, must_exist=named)
        self.database = str(
            self._choose("database", f"sqlite:///{self.data / 'watchword.db'}").value
        )

    def with_flags(self, flags: Mapping[str, Value]) -> "Settings":
        """The same, with further flags (those of `serve`)."""
        return Settings({**self._flags, **flags}, self._environ)

    def chosen(self, name: str) -> Chosen:
        """Value and source of the setting called `name`."""
        places = {
            "data": str(self.data),
            "config": str(self.config),
            "database": self.database,
        }
        return self._choose(name, places.get(name))

    def value(self, name: str) -> Value:
        """Value of the setting called `name`."""
        return self.chosen(name).value

    def duration(self, name: str) -> int:
        """Seconds of a setting that is a duration."""
        value = self.value(name)
        try:
            return parse_duration(str(value))
        except InvalidDuration as error:
            raise Refused(f"{name}: {error}", code="invalid_setting", usage=True) from None

    def duration_or_forever(self, name: str) -> int | None:
        """Seconds of a setting that is a duration, None for "forever"."""
        return None if self.value(name) == "forever" else self.duration(name)

    def explained(self) -> list[tuple[Setting, Chosen]]:
        """Every setting, in the order of the list."""
        return [(setting, self.chosen(setting.name)) for setting in SETTINGS]

    def _choose(self, name: str, default: Value = None) -> Chosen:
        setting = _BY_NAME[name]
        if name in self._flags:
            return Chosen(self._flags[name], f"flag {setting.flag}")
        if self._environ.get(setting.variable):
            return Chosen(self._read(setting), f"environment {setting.variable}")
        if name in self._file:
            return Chosen(self._file[name], f"file {self.config}")
        return Chosen(setting.default if default is None else default, "default")

    def _read(self, setting: Setting) -> Value:
        try:
            return setting.read(self._environ[setting.variable])
        except ValueError as error:
            raise Refused(
                f"{setting.variable}: {error}", code="invalid_setting", usage=True
            ) from None


def read_file(path: Path, *, must_exist: bool) -> dict[str, Value]:
    """Settings of a file by name; empty where it may be absent and is. Raises Refused."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if must_exist:
            raise Refused(f"there is no file {path}", code="no_config", usage=True) from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(f"{path}: {reason_of(error)}", code="invalid_config", usage=True) from None
    values = dict(_flatten(document))
    for name, value in values.items():
        _require_known(path, name, value)
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }


def _flatten(table: Mapping[str, Value], prefix: str = "") -> list[tuple[str, Value]]:
    found: list[tuple[str, Value]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            found += _flatten(value, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", value))
    return found


def _require_known(path: Path, name: str, value: Value) -> None:
    known = [setting.name for setting in SETTINGS if setting.name not in ("data", "config")]
    if name not in known:
        meant = nearest(name, known)
        raise Refused(
            f"{path}: there is no setting {name!r}",
            hint=f"did you mean {meant!r}?" if meant else f"there are: {', '.join(known)}",
            code="unknown_setting",
            usage=True,
        )
    if not isinstance(value, _BY_NAME[name].kind) or isinstance(value, bool):
        wanted = {str: "a text", int: "a number", list: "a list"}[_BY_NAME[name].kind]
        raise Refused(f"{path}: {name} must be {wanted}", code="invalid_setting", usage=True)


def current_settings(flags: Mapping[str, Value]) -> Settings:
    """Settings of this process."""
    return Settings(flags, os.environ)
