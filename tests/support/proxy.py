"""A real nginx that terminates TLS in front of a server, run from a folder of its own."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import trustme

from tests.support.process import await_answer, end, get

_MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr notice;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
_SITE = """
server {{
    listen 127.0.0.1:{tls_port} ssl;
    listen 127.0.0.1:{plain_port};
    ssl_certificate {folder}/chain.pem;
    ssl_certificate_key {folder}/key.pem;
    {location}
}}
"""

# What the documentation tells people to write is what is tested.
_OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
_DOCUMENTED_UPSTREAM = "http://127.0.0.1:8080"


class Proxy(NamedTuple):
    """ca: PEM file of the authority that signed the certificate."""

    tls_port: int
    plain_port: int
    ca: Path


@contextmanager
def running_nginx(
    nginx: str, folder: Path, *, tls_port: int, plain_port: int, upstream: int
) -> Iterator[Proxy]:
    """TLS at `tls_port`, plain HTTP at `plain_port`, both to `upstream`; ends with the block."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost", "*.localhost", "127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for number, part in enumerate(certificate.cert_chain_pems):
        part.write_to_path(folder / "chain.pem", append=number > 0)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    site = _SITE.format(
        folder=folder,
        tls_port=tls_port,
        plain_port=plain_port,
        location=documented_location(f"http://127.0.0.1:{upstream}"),
    )
    log = folder / "nginx.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            nginx_call(nginx, folder, site),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        await_answer(lambda: get(f"http://127.0.0.1:{plain_port}/healthz"), process, log)
        yield Proxy(tls_port, plain_port, folder / "ca.pem")
    finally:
        end(process)


def nginx_call(nginx: str, folder: Path, site: str) -> list[str]:
    """The command that serves `site` (`server` blocks) and writes nothing outside `folder`."""
    (folder / "site.conf").write_text(site)
    main = folder / "nginx.conf"
    main.write_text(_MAIN.format(folder=folder))
    return [nginx, "-p", str(folder), "-c", str(main), "-e", "stderr"]


def documented_location(upstream: str) -> str:
    """The `location` block of docs/operations.md, before another server."""
    [block] = re.findall(r"^    location / \{.*?^    \}", _OPERATIONS.read_text(), re.M | re.S)
    assert _DOCUMENTED_UPSTREAM in block
    return str(block).replace(_DOCUMENTED_UPSTREAM, upstream)
