"""A remote server's desk: operations of the administration API over HTTP, as an administrator.

The credential comes from a profile, a file of mode 0600 that `watchword login` writes, or a
server's `owner.json`: `{"server", "token_endpoint", "client_id", "client_secret"}`. Nothing is kept
between two commands: each asks for a token of its own.
"""

import json
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from watchword.app.administration.operation import PREFIX
from watchword.caller.exchange import Incoming, Outgoing, Wanted
from watchword.caller.transport import UrllibTransport
from watchword.cli.asking import Place, ask
from watchword.cli.desk import BY_NAME, Answer, path_of, said
from watchword.cli.failure import Refused

_TIMEOUT = 30.0


class Profile(Struct, frozen=True, kw_only=True):
    """An administrator's credential at one server. Other members of the file are passed over."""

    server: str
    token_endpoint: str
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return f"Profile({self.client_id!r} at {self.server!r})"


def read_profile(path: Path) -> Profile:
    """The profile in a file that nobody else can read. Raises Refused."""
    try:
        if path.stat().st_mode & 0o077:
            raise Refused(
                f"{path} can be read by others", hint=f"chmod 600 {path}", code="open_profile"
            )
        return msgspec.json.decode(path.read_bytes(), type=Profile)
    except OSError as error:
        raise Refused(
            f"there is no profile {path}: {error.strerror}",
            hint="`watchword login` writes one",
            code="no_profile",
            usage=True,
        ) from None
    except msgspec.DecodeError:
        raise Refused(f"{path} holds no profile", code="no_profile", usage=True) from None


def profile_path(server: str, environ: Mapping[str, str]) -> Path:
    """Where `watchword login` keeps the profile of a server."""
    base = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".config"
    return Path(base) / "watchword" / f"{quote(server, safe='')}.json"


class RemoteDesk:
    """Does operations at a server."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._transport = UrllibTransport(timeout=_TIMEOUT)

    def call(
        self,
        operation: str,
        target: str = "",
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> Answer:
        known = BY_NAME[operation]
        path = known.path.format(**path_of(known, quote(target, safe="")))
        url = f"{self._profile.server.rstrip('/')}{PREFIX}{path}"
        incoming = self._transport(url, self._request(known.method, known.body, body, query))
        if not 200 <= incoming.status < 300:
            raise _refusal(incoming)
        return _object(incoming)

    def find(self, operation: str, target: str) -> Answer | None:
        try:
            return self.call(operation, target)
        except Refused as refused:
            # A name with a slash leads to no operation at all.
            if refused.failure.code.startswith(("unknown_", "not_found")):
                return None
            raise

    @cached_property
    def _token(self) -> str:
        place = Place(token_endpoint=self._profile.token_endpoint)
        profile = self._profile
        return ask(place, profile.client_id, profile.client_secret, Wanted()).value

    def _request(
        self,
        method: str,
        takes_body: Any,
        body: Mapping[str, Any] | None,
        query: Mapping[str, Any] | None,
    ) -> Outgoing:
        headers = [("Authorization", f"Bearer {self._token}"), ("Accept", "application/json")]
        octets = b""
        if takes_body is not None:
            octets = json.dumps(said(body)).encode()
            headers.append(("Content-Type", "application/json"))
        asked = {name: _word(value) for name, value in said(query).items() if value is not None}
        return Outgoing(method=method, headers=tuple(headers), body=octets, query=urlencode(asked))


def server_of(server: str | None, profile: Path | None) -> Profile:
    """The profile to use: the one named, or that of the server. Raises Refused."""
    path = profile or profile_path(server or "", os.environ)
    found = read_profile(path)
    if server is not None and found.server.rstrip("/") != server.rstrip("/"):
        raise Refused(f"the profile {path} is for {found.server}", code="other_server", usage=True)
    return found


def _word(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _object(incoming: Incoming) -> Answer:
    try:
        decoded = json.loads(incoming.body)
    except ValueError:
        decoded = None
    if not isinstance(decoded, dict):
        raise Refused("the server's answer is none of the administration API", code="no_answer")
    return decoded


def _refusal(incoming: Incoming) -> Refused:
    """What a problem (RFC 9457) says."""
    try:
        problem = json.loads(incoming.body)
        return Refused(
            str(problem["detail"]), hint=str(problem.get("hint", "")), code=str(problem["code"])
        )
    except (ValueError, KeyError, TypeError):
        return Refused(
            f"the server answered {incoming.status}",
            hint="is this the administration listener's URL?",
            code="no_answer",
        )
