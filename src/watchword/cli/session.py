"""One run of a command: its settings, its output, and the estate once it is needed."""

import getpass
import secrets
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from watchword.cli.failure import Refused
from watchword.cli.output import Output
from watchword.cli.settings import Settings, current_settings
from watchword.core.event import Context

if TYPE_CHECKING:
    from watchword.admin.estate import Estate
    from watchword.admin.set_up import Place, SetUp
    from watchword.cli.desk import Desk

# Settings that say where things are; a database's URL may hold a password, and is not repeated.
_PLACES = ("data", "database", "config", "server", "profile")


class Session:
    """What a command is given first."""

    def __init__(self, settings: Settings, out: Output) -> None:
        self.settings = settings
        self.out = out
        self.now = int(time.time())

    @classmethod
    def start(cls, *, as_json: bool, **flags: Path | str | None) -> Self:
        """A session of the common flags, this environment and the settings file."""
        return cls(current_settings(flags), Output(as_json=as_json))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database, if it was opened."""
        if "estate" in self.__dict__:
            self.estate.store.close()
            del self.__dict__["estate"]

    @cached_property
    def estate(self) -> "Estate":
        """The data folder, opened; `NotReady` where there is none, Refused with a server."""
        from watchword.admin.set_up import open_estate

        self._require_local()
        return open_estate(self.place, secrets.token_bytes)

    def prepare(self) -> "SetUp":
        """The data folder, opened, and made where it is missing; what was made back."""
        from watchword.admin.set_up import prepare

        self._require_local()
        ready = prepare(self.place, secrets.token_bytes)
        self.__dict__["estate"] = ready.estate
        return ready

    @property
    def has_data(self) -> bool:
        """Whether there may be a database to work on; of a server it is taken for granted."""
        from watchword.admin.set_up import is_empty

        return self.is_remote or not is_empty(self.place)

    @contextmanager
    def nothing_yet(self) -> Iterator["Desk"]:
        """The desk over an estate as a new data folder has it; nothing of it stays."""
        from tempfile import TemporaryDirectory

        from watchword.admin.set_up import Place, prepare
        from watchword.cli.local_desk import LocalDesk

        with TemporaryDirectory() as name:
            place = Place(data=Path(name), database=f"sqlite:///{name}/watchword.db", environ={})
            estate = prepare(place, secrets.token_bytes).estate
            try:
                yield LocalDesk(estate, self.context)
            finally:
                estate.store.close()

    @property
    def is_remote(self) -> bool:
        """Whether a server was named."""
        return bool(self.settings.value("server") or self.settings.value("profile"))

    @cached_property
    def desk(self) -> "Desk":
        """Where this command does its work: the data folder, or the server that was named."""
        if not self.is_remote:
            from watchword.cli.local_desk import LocalDesk

            return LocalDesk(self.estate, self.context)
        from watchword.cli.remote import RemoteDesk, server_of

        profile = self.settings.value("profile")
        return RemoteDesk(
            server_of(self.settings.value("server"), Path(profile) if profile else None)
        )

    def again(self, command: str, *, elsewhere: bool = False) -> str:
        """`command`, to be typed next: with the flags that say where this one did its work.

        elsewhere: in another terminal, which knows nothing of this one's environment.
        """
        told = ("flag", "environment") if elsewhere else ("flag",)
        for name in _PLACES:
            place = self.settings.chosen(name)
            if place.source.startswith(told):
                shown = "URL" if name == "database" else shlex.quote(str(place.value))
                command += f" --{name} {shown}"
        return command

    def _require_local(self) -> None:
        if self.is_remote:
            names = [name for name in ("server", "profile") if self.settings.value(name)]
            what = " and ".join(self.settings.chosen(name).source for name in names)
            raise Refused(
                "this command works on the data folder, not on a server",
                hint=f"run it on the server's machine, without the {what}",
                code="local_only",
                usage=True,
            )

    @property
    def place(self) -> "Place":
        """Where the settings say that things are."""
        import os

        from watchword.admin.set_up import Place

        return Place(data=self.settings.data, database=self.settings.database, environ=os.environ)

    @cached_property
    def context(self) -> Context:
        """Who changes something, and when."""
        return Context(
            actor=f"local:{_user()}",
            source="cli",
            now=self.now,
            request_id=secrets.token_hex(8),
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
