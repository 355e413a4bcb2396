"""Proxies as processes of their own, each with its shipped configuration, ended by process id.

The files of examples/proxies name the addresses of a plain installation; a test takes the file as
it is and puts its own addresses in their place, and around it what a Debian package brings.
"""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.patience import PATIENCE
from tests.support.process import await_answer, end, free_port
from tests.support.proxy import nginx_call

EXAMPLES = Path(__file__).parents[2] / "examples" / "proxies"
APACHE_MODULES = Path("/usr/lib/apache2/modules")
_ADDRESSES = {
    "public": "127.0.0.1:8000",
    "api": "127.0.0.1:9000",
    "guard": "127.0.0.1:8090",
    "issuer_at": "127.0.0.1:8080",
    "issuer": "https://auth.example.com",
    "audience": "https://api.example.com",
    "pem": "/etc/haproxy/watchword.pem",
}


class Places(NamedTuple):
    """What stands where. issuer: its URL, which is the audience, too. pem: of its public key.

    secure_jwks: its JWK Set over TLS. ca: PEM file of who signed that certificate.
    """

    api: str
    guard: str
    issuer: str
    pem: Path
    secure_jwks: str
    ca: Path

    def put_into(self, name: str, public: str) -> str:
        """The shipped file `name` with these places in it."""
        host = self.issuer.split("/")[2]
        ours = {"public": public, "issuer_at": host, "audience": self.issuer}
        ours = {**self._asdict(), **ours}
        text = (EXAMPLES / name).read_text("utf-8")
        for key, theirs in _ADDRESSES.items():
            text = text.replace(theirs, str(ours[key]))
            # Envoy writes addresses in two parts.
            port = f"port_value: {theirs.rpartition(':')[2]} "
            text = text.replace(port, f"port_value: {str(ours[key]).rpartition(':')[2]} ")
        return text


CADDY = "{{\n\tadmin off\n\tauto_https off\n}}\nimport {folder}/site.conf\n"
HAPROXY = "global\n    maxconn 64\n"
APACHE = """
ServerRoot {folder}
ServerName localhost
PidFile {folder}/apache.pid
ErrorLog /dev/stderr
LogLevel warn
Mutex file:{folder}
User nobody
Group nogroup
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
LoadModule socache_shmcb_module {modules}/mod_socache_shmcb.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
OIDCCABundlePath {ca}
Include {folder}/site.conf
"""


@contextmanager
def nginx(program: str, folder: Path, places: Places, name: str = "nginx.conf") -> Iterator[str]:
    """nginx with auth_request, asking `watchword guard serve` or the server itself."""
    public = _new_address()
    site = places.put_into(name, public).replace("/verify/NAME", "/verify/vendor")
    with _running(nginx_call(program, folder, site), folder, public):
        yield public


@contextmanager
def caddy(program: str, folder: Path, places: Places) -> Iterator[str]:
    """Caddy with forward_auth."""
    public = _new_address()
    (folder / "site.conf").write_text(places.put_into("Caddyfile", public))
    main = _written(folder / "Caddyfile", CADDY.format(folder=folder))
    call = [program, "run", "--config", main, "--adapter", "caddyfile"]
    environ = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    with _running(call, folder, public, environ):
        yield public


@contextmanager
def haproxy(program: str, folder: Path, places: Places) -> Iterator[str]:
    """HAProxy with its own jwt_verify."""
    public = _new_address()
    text = HAPROXY + places.put_into("haproxy.cfg", public)
    with _running([program, "-db", "-f", _written(folder / "h.cfg", text)], folder, public):
        yield public


@contextmanager
def apache(program: str, folder: Path, places: Places) -> Iterator[str]:
    """Apache with mod_auth_openidc."""
    public = _new_address()
    # The module takes keys over TLS alone.
    site = places.put_into("apache.conf", public)
    site = site.replace(f"{places.issuer}/.well-known/jwks.json", places.secure_jwks)
    (folder / "site.conf").write_text(site)
    with tempfile.TemporaryDirectory() as readable:
        # Started by root, Apache becomes somebody who cannot look into our folders.
        Path(readable).chmod(0o755)
        ca = shutil.copy(places.ca, readable)
        text = APACHE.format(folder=folder, modules=APACHE_MODULES, ca=ca)
        main = _written(folder / "apache.conf", text)
        with _running([program, "-X", "-f", main], folder, public):
            yield public


@contextmanager
def envoy(program: str, folder: Path, places: Places, name: str) -> Iterator[str]:
    """Envoy with one of its two files."""
    public = _new_address()
    main = _written(folder / name, places.put_into(name, public))
    call = [program, "-c", main, "--concurrency", "1", "--disable-hot-restart", "-l", "warning"]
    with _running(call, folder, public):
        yield public


def _new_address() -> str:
    return f"127.0.0.1:{free_port()}"


def _written(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


@contextmanager
def _running(
    call: list[str], folder: Path, public: str, environ: Mapping[str, str] | None = None
) -> Iterator[None]:
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            call, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder, env=environ
        )
    try:
        await_answer(lambda: _connect(public), process, log)
        yield
    finally:
        end(process)


def _connect(address: str) -> None:
    host, _, port = address.rpartition(":")
    socket.create_connection((host, int(port)), timeout=PATIENCE).close()
