"""A remote server's desk: operations of the administration API over HTTP, as an administrator.

The credential comes from a profile, a file of mode 0600 that `watchword login` writes, or a
server's `owner.json`: `{"server", "token_endpoint", "client_id", "client_secret"}`. Nothing is kept
between two commands: each asks for a token of its own, and for another one when that has died.
"""

import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from watchword.app.administration.operation import PREFIX, Operation
from watchword.caller.access_token import AccessToken
from watchword.caller.errors import TokenUnavailable
from watchword.caller.exchange import Incoming, Outgoing, Wanted
from watchword.caller.transport import UrllibTransport
from watchword.cli.asking import Place, ask
from watchword.cli.desk import Answer, Keep
from watchword.cli.failure import Refused
from watchword.cli.operations import BY_NAME, path_of, said

_TIMEOUT = 30.0
# For operations that may take minutes.
_PATIENCE = 600.0
_LARGEST_ANSWER = 64 * 1024 * 1024
# Before a lost answer is asked for again, seconds.
_PAUSES = (1.0, 2.0, 4.0)
_UNAUTHORIZED, _UNAVAILABLE = 401, 503


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
        self._token: AccessToken | None = None

    def call(
        self,
        operation: str,
        *targets: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        keep: Keep | None = None,
        key: str | None = None,
    ) -> Answer:
        known = BY_NAME[operation]
        asked = _Asked(
            url=self._url(known, targets),
            method=known.method,
            body=None if known.body is None else _octets(known, body),
            query=urlencode(_words(query)),
            key=key,
            timeout=_PATIENCE if known.large else _TIMEOUT,
        )
        answer = _object(self._answered(asked))
        if keep is not None:
            keep(answer)
        return answer

    def find(self, operation: str, *targets: str) -> Answer | None:
        try:
            return self.call(operation, *targets)
        except Refused as refused:
            # A name with a slash leads to no operation at all.
            if refused.failure.code.startswith(("unknown_", "not_found")):
                return None
            raise

    def _answered(self, asked: "_Asked") -> Incoming:
        """The answer; under a key a lost one is asked for again. Raises Refused, CallerError."""
        for pause in _PAUSES if asked.key else ():
            try:
                incoming = self._sent(asked)
            except TokenUnavailable:
                time.sleep(pause)
                continue
            if incoming.status != _UNAVAILABLE:
                return _require_success(incoming)
            time.sleep(pause)
        try:
            return _require_success(self._sent(asked))
        except TokenUnavailable as lost:
            if asked.key is None:
                raise
            raise _answer_lost(lost) from None

    def _sent(self, asked: "_Asked") -> Incoming:
        """The answer, with a new token if the one at hand has died."""
        known = self._token is not None
        incoming = self._exchange(asked)
        if incoming.status == _UNAUTHORIZED and known:
            self._token = None
            incoming = self._exchange(asked)
        return incoming

    def _exchange(self, asked: "_Asked") -> Incoming:
        transport = UrllibTransport(timeout=asked.timeout, largest_body=_LARGEST_ANSWER)
        return transport(asked.url, asked.outgoing(self._current_token()))

    def _current_token(self) -> str:
        if self._token is None:
            place = Place(token_endpoint=self._profile.token_endpoint)
            profile = self._profile
            self._token = ask(place, profile.client_id, profile.client_secret, Wanted())
        return self._token.value

    def _url(self, operation: Operation, targets: Sequence[str]) -> str:
        quoted = [quote(target, safe="") for target in targets]
        path = operation.path.format(**path_of(operation, *quoted))
        return f"{self._profile.server.rstrip('/')}{PREFIX}{path}"


class _Asked(Struct, frozen=True, kw_only=True):
    """A request but for its token. body: None where the operation takes none. key: to repeat it."""

    url: str
    method: str
    body: bytes | None
    query: str
    key: str | None
    timeout: float

    def __repr__(self) -> str:
        return f"_Asked({self.method} {self.url})"

    def outgoing(self, token: str) -> Outgoing:
        headers = [("Authorization", f"Bearer {token}"), ("Accept", "application/json")]
        if self.body is not None:
            headers.append(("Content-Type", "application/json"))
        if self.key is not None:
            headers.append(("Idempotency-Key", self.key))
        body = self.body or b""
        return Outgoing(method=self.method, headers=tuple(headers), body=body, query=self.query)


def _answer_lost(lost: TokenUnavailable) -> Refused:
    return Refused(
        f"{lost}; whether it was done is not known",
        hint="`watchword audit tail` tells, once the server can be reached",
        code="answer_lost",
        unreachable=True,
    )


def _octets(operation: Operation, body: Mapping[str, Any] | None) -> bytes:
    try:
        octets = json.dumps(said(body), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Refused("a name or a text is not UTF-8", code="not_utf8", usage=True) from None
    if len(octets) > operation.most_octets:
        raise Refused(
            f"that is more than a server takes at once: {operation.most_octets // 1024} KiB",
            hint="do it in parts, or on the server's own machine, without --server",
            code="too_large",
        )
    return octets


def _words(query: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: _word(value) for name, value in said(query).items() if value is not None}


def server_of(server: str | None, profile: Path | None) -> Profile:
    """The profile to use: the one named, or that of the server. Raises Refused."""
    path = profile or profile_path(server or "", os.environ)
    if profile is None and not path.exists():
        raise Refused(
            f"there is no credential for {server}",
            hint=f"`watchword login --server {server}` keeps one",
            code="no_profile",
            usage=True,
        )
    found = read_profile(path)
    if server is not None and found.server.rstrip("/") != server.rstrip("/"):
        raise Refused(f"the profile {path} is for {found.server}", code="other_server", usage=True)
    return found


def _word(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _require_success(incoming: Incoming) -> Incoming:
    if not 200 <= incoming.status < 300:
        raise _refusal(incoming)
    return incoming


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
