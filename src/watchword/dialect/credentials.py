"""The places where a request shows its credentials: HTTP Basic (RFC 7617), or a pair of places."""

from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable
from typing import Protocol
from urllib.parse import unquote_plus

from watchword.dialect.fault import FaultFound
from watchword.dialect.message import Message, decode_header, getter, has_control
from watchword.dialect.model import CredentialsPart
from watchword.dialect.place import Place, parse_place
from watchword.dialect.refusal import Malformed, UndecodableCredentials
from watchword.dialect.token_request import PresentedSecret, Reading

Decode = Callable[[bytes], Reading | None]


class CredentialPlace(Protocol):
    """One place where credentials may stand."""

    def find(self, message: Message) -> PresentedSecret | None:
        """The credentials at this place, None if they are not there, or not whole."""

    def missing(self, message: Message) -> tuple[str, ...]:
        """The wire names of what is not there."""

    def client_id(self, message: Message) -> str | None:
        """The client id at this place, whether or not a secret stands beside it."""


class BasicPlace:
    """`Authorization: Basic`, in the dialect's readings."""

    def __init__(self, readings: list[str]) -> None:
        self._decoders = tuple(_DECODERS[reading] for reading in readings)
        self._raw_and_form = set(readings) == {"raw", "form"}

    def find(self, message: Message) -> PresentedSecret | None:
        value = message.authorization
        # Scheme words are case-insensitive (RFC 9110, 11.1).
        if value is None or value[:6].lower() != b"basic ":
            return None
        try:
            decoded = a2b_base64(value[6:].strip(b" "), strict_mode=True)
        except (Base64Error, ValueError):
            raise _undecodable() from None
        readings = self._read(decoded)
        if not readings:
            raise _undecodable()
        whole = []
        for reading in readings:
            # RFC 7617, 2: neither half may contain control characters.
            if has_control(reading.secret) or has_control(reading.client_id or ""):
                raise _undecodable()
            if reading.secret and reading.client_id != "":
                whole.append(reading)
        return PresentedSecret("basic", tuple(whole)) if whole else None

    def _read(self, decoded: bytes) -> tuple[Reading, ...]:
        if self._raw_and_form and b"%" not in decoded and b"+" not in decoded:
            # Both readings are the same.
            reading = _raw(decoded)
            return () if reading is None else (reading,)
        readings: list[Reading] = []
        for decode in self._decoders:
            reading = decode(decoded)
            if reading is not None and reading not in readings:
                readings.append(reading)
        return tuple(readings)

    def missing(self, message: Message) -> tuple[str, ...]:
        return ("Authorization",)

    def client_id(self, message: Message) -> str | None:
        return None


class PairPlace:
    """Two places, one for the client id and one for the secret; or one for a secret alone."""

    def __init__(self, client_id: Place | None, secret: Place) -> None:
        self._kind = secret.kind
        self._names = (client_id.name if client_id else None, secret.name)
        self._client_id = getter(client_id) if client_id else None
        self._secret = getter(secret)

    def find(self, message: Message) -> PresentedSecret | None:
        secret = self._secret(message)
        client_id = self.client_id(message)
        if secret is None or (client_id is None and self._client_id is not None):
            return None
        if not secret.isprintable() and has_control(secret):
            raise Malformed(f"{self._names[1]} holds a control character.")
        return PresentedSecret(self._kind, (Reading(client_id, secret),))

    def client_id(self, message: Message) -> str | None:
        client_id = self._client_id(message) if self._client_id else None
        if client_id is not None and not client_id.isprintable() and has_control(client_id):
            raise Malformed(f"{self._names[0]} holds a control character.")
        return client_id

    def missing(self, message: Message) -> tuple[str, ...]:
        missing = []
        if self._names[0] is not None and self.client_id(message) is None:
            missing.append(self._names[0])
        if self._secret(message) is None:
            missing.append(self._names[1])
        return tuple(missing)


def _undecodable() -> UndecodableCredentials:
    return UndecodableCredentials(
        "Client authentication failed.", reason="the Authorization header cannot be decoded"
    )


def _raw(decoded: bytes) -> Reading | None:
    client_id, colon, secret = decode_header(decoded).partition(":")
    return Reading(client_id, secret) if colon else None


def _form(decoded: bytes) -> Reading | None:
    # "encoded using the application/x-www-form-urlencoded encoding algorithm" (RFC 6749, 2.3.1)
    client_id, colon, secret = decoded.partition(b":")
    if not colon:
        return None
    if b"%" not in decoded and b"+" not in decoded:
        return _raw(decoded)
    try:
        halves = [unquote_plus(half.decode(), errors="strict") for half in (client_id, secret)]
    except UnicodeDecodeError:
        return None
    if any(has_control(half) for half in halves):
        return None
    return Reading(halves[0], halves[1])


def _base64_halves(decoded: bytes) -> Reading | None:
    client_id, colon, secret = decoded.partition(b":")
    try:
        halves = [a2b_base64(half, strict_mode=True) for half in (client_id, secret)]
    except (Base64Error, ValueError):
        return None
    return Reading(decode_header(halves[0]), decode_header(halves[1])) if colon else None


def _secret_alone(decoded: bytes) -> Reading | None:
    # Sent as `secret:` or `:secret` or without a colon; a secret of two halves is none of these.
    first, _, second = decode_header(decoded).partition(":")
    return None if first and second else Reading(None, first or second)


_DECODERS: dict[str, Decode] = {
    "raw": _raw,
    "form": _form,
    "base64": _base64_halves,
    "secret": _secret_alone,
}


def compile_credentials(part: CredentialsPart, path: str) -> CredentialPlace:
    """The place that a table of the file describes; FaultFound if it describes none."""
    if part.basic:
        if part.client_id or part.client_secret:
            raise FaultFound(path, "basic stands alone", "write another [[request.credentials]]")
        return BasicPlace(list(part.basic))
    if part.client_secret is None:
        raise FaultFound(path, "client_secret is missing", "or write basic = ['raw', 'form']")
    secret = parse_place(part.client_secret, f"{path}.client_secret")
    client_id = parse_place(part.client_id, f"{path}.client_id") if part.client_id else None
    for place, key in ((secret, "client_secret"), (client_id, "client_id")):
        if place and place.scheme.lower() == "basic":
            raise FaultFound(f"{path}.{key}", "Basic is decoded", "write basic = ['raw', 'form']")
    return PairPlace(client_id, secret)
