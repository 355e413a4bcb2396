"""Requests as they stand on the wire: exact paths, any Host, headers that libraries refuse."""

import base64
import json
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from tests.support.patience import PATIENCE

FORM = "application/x-www-form-urlencoded"


class Answer(NamedTuple):
    """headers: names in lower case, the last of each name."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Door(NamedTuple):
    """One way to a vendor: where to connect, what Host says, what stands before its paths."""

    address: tuple[str, int]
    host: str
    prefix: str

    @property
    def url(self) -> str:
        """What replaces the scheme and host of the vendor's page."""
        return f"http://{self.host}{self.prefix}"

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | str = b"",
    ) -> Answer:
        """One request over a connection of its own; only Host and Content-Length are added."""
        octets = body.encode() if isinstance(body, str) else body
        connection = HTTPConnection(*self.address, timeout=PATIENCE)
        try:
            connection.putrequest(method, self.prefix + path, skip_host=True)
            connection.putheader("Host", self.host)
            for name, value in (headers or {}).items():
                connection.putheader(name, value.encode("latin-1"))
            if octets or method == "POST":
                connection.putheader("Content-Length", str(len(octets)))
            connection.endheaders(octets)
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())
        finally:
            connection.close()

    def get(self, path: str, authorization: str | None = None) -> Answer:
        return self.send("GET", path, {"Authorization": authorization} if authorization else {})

    def post_form(
        self, path: str, fields: Mapping[str, str], authorization: str | None = None
    ) -> Answer:
        headers = {"Content-Type": FORM}
        if authorization is not None:
            headers["Authorization"] = authorization
        return self.send("POST", path, headers, urlencode(fields))

    def post_json(self, path: str, value: object) -> Answer:
        return self.send("POST", path, {"Content-Type": "application/json"}, json.dumps(value))


def by_path(url: str) -> Door:
    """The door of an issuer's URL, e.g. `http://127.0.0.1:8080/kamoa`."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return Door((parts.hostname, parts.port), parts.netloc, parts.path)


def by_host(url: str) -> Door:
    """The door of the same issuer at `http://<vendor>.localhost:PORT`."""
    door = by_path(url)
    vendor = door.prefix.strip("/")
    return Door(door.address, f"{vendor}.localhost:{door.address[1]}", "")


def basic(client_id: str, client_secret: str) -> str:
    """Basic credentials, the octets as they are: no form-encoding first."""
    pair = f"{client_id}:{client_secret}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"
