"""Which issuer a request is for: Host and path against the issuers' URLs.

Rules. A path is matched exactly, as it stands in the request line; a host lower-cased and without
the default port. A listed proxy's X-Forwarded-Host stands for Host. What no issuer has is 404, and
tells nothing about which issuers there are. `/healthz`, `/readyz` and `/verify/<issuer>` answer on
any host.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from watchword.app.asgi import Application, Receive, Scope, Send, header
from watchword.app.head import Refused
from watchword.app.problem import send_problem
from watchword.app.protocol import InOwnWords
from watchword.app.proxy import TrustedProxies
from watchword.dialect.wire import WireRequest, WireResponse

_HOST = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Site(Struct, frozen=True, kw_only=True):
    """What one issuer answers.

    urls: under which it answers, its own first. below: path below each of them → application.
    inserted: path to stand between host and an URL's own path (RFC 8414, 3.1) → application.
    rest: what answers paths below its URLs that nothing else has; it sees the path below its own
    URL, whichever one was asked. None for 404.
    """

    urls: tuple[str, ...]
    below: Mapping[str, Application]
    inserted: Mapping[str, Application] = {}
    rest: Application | None = None


class Routes:
    """All sites of a server, arranged so that one look-up finds the application."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self._exact: dict[tuple[bytes, bytes], Application] = {}
        self._prefixes: dict[bytes, list[tuple[bytes, Application]]] = {}
        # Path → what answers it on one host or another.
        self._anywhere: dict[bytes, list[Application]] = {}
        for site in sites:
            for url in site.urls:
                self._put(site, url)
        for prefixes in self._prefixes.values():
            prefixes.sort(key=lambda entry: -len(entry[0]))
        for (_, path), app in self._exact.items():
            apps = self._anywhere.setdefault(path, [])
            if app not in apps:
                apps.append(app)

    def find(self, host: bytes, path: bytes) -> Application | None:
        """The endpoint at `path` (raw) on `host` (lower-cased), None if there is none."""
        return self._exact.get((host, path))

    def find_rest(self, host: bytes, path: bytes) -> Application | None:
        """What answers below an issuer's URL where it has no endpoint, None if nothing does."""
        candidates = self._prefixes.get(host, ())
        return next((rest for prefix, rest in candidates if path.startswith(prefix + b"/")), None)

    def meant(self, hosts: Collection[bytes], path: bytes) -> Application | None:
        """The one application that `path` can mean on `hosts`, or on any where none is named."""
        apps = self._anywhere.get(path, ())
        if hosts:
            apps = [app for app in apps if app in [self._exact.get((h, path)) for h in hosts]]
        return apps[0] if len(apps) == 1 else None

    def _put(self, site: Site, url: str) -> None:
        prefix = _path_of(url)
        for host in _hosts_of(url):
            for path, app in site.below.items():
                self._exact.setdefault((host, prefix + path.encode()), app)
            for path, app in site.inserted.items():
                self._exact.setdefault((host, path.encode() + prefix), app)
            if site.rest is not None:
                below = _Below(site.rest, prefix, _path_of(site.urls[0]))
                self._prefixes.setdefault(host, []).append((prefix, below))


class Router:
    """The application of the public listener.

    routes may be replaced at any time. everywhere: raw path → what answers it on any host; one that
    ends in a slash stands for all paths that begin with it.
    """

    def __init__(
        self, everywhere: Mapping[bytes, Application], proxies: TrustedProxies | None = None
    ) -> None:
        self.routes = Routes(())
        self._everywhere = everywhere
        self._below = [(path, app) for path, app in everywhere.items() if path.endswith(b"/")]
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to what answers its host and path."""
        if self._proxies is not None:
            scope = self._proxies.as_seen_by_proxy(scope)
        host, path = header(scope, b"host") or b"", scope["raw_path"]
        routes, name = self.routes, host.lower()
        app = (
            routes.find(name, path) or self._found_everywhere(path) or routes.find_rest(name, path)
        )
        if app is not None:
            await app(scope, receive, send)
        elif _HOST.fullmatch(host):
            await send_problem(send, 404, "There is nothing here.")
        else:
            await send_problem(send, 400, "The Host header names no host.")

    def _found_everywhere(self, path: bytes) -> Application | None:
        found = self._everywhere.get(path)
        return found or next((app for start, app in self._below if path.startswith(start)), None)

    def refused(self, request: WireRequest, refused: Refused) -> WireResponse | None:
        """The words for a request that broke the rules of HTTP: its issuer's, None if unknown."""
        headers = request.headers
        if self._proxies is not None:
            said = {"client": (request.peer, 0), "scheme": "https", "headers": headers}
            headers = self._proxies.as_seen_by_proxy(said)["headers"]
        hosts = {value.strip().lower() for name, value in headers if name == b"host"}
        app = self.routes.meant(hosts, request.path)
        in_own_words: InOwnWords | None = getattr(app, "refused", None)
        return in_own_words(request, refused) if in_own_words else None


class _Below:
    """An application that sees a request as if it had come below the issuer's own URL."""

    def __init__(self, app: Application, prefix: bytes, own_prefix: bytes) -> None:
        self._app = app
        self._prefix = prefix
        self._own_prefix = own_prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw_path = self._own_prefix + scope["raw_path"][len(self._prefix) :]
        path = unquote(self._own_prefix) + scope["path"][len(unquote(self._prefix)) :]
        await self._app({**scope, "raw_path": raw_path, "path": path}, receive, send)


def _path_of(url: str) -> bytes:
    return urlsplit(url).path.rstrip("/").encode()


def _hosts_of(url: str) -> list[bytes]:
    """Host header values that mean `url`'s host: with and without a default port."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    default = _DEFAULT_PORTS.get(parts.scheme)
    if parts.port in (None, default):
        return [host.encode(), f"{host}:{default}".encode()]
    return [f"{host}:{parts.port}".encode()]
