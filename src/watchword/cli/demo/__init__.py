"""`watchword demo`: four vendors on one server, with a sample API below the same URLs."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchword.app import garbage
from watchword.cli.command import standalone
from watchword.cli.failure import Refused
from watchword.cli.session import Session

if TYPE_CHECKING:
    from watchword.app.settings import ServeSettings
    from watchword.cli.demo.arrange import Site
    from watchword.cli.demo.known import Known

DATA = Path("demo-data")
_LOG_LEVELS = ("debug", "info", "warning", "error")
SAMPLE_API = "watchword.cli.demo.sample_api:app"


@standalone("demo", example="watchword demo --listen 127.0.0.1:8080 --data ./demo-data")
@click.option(
    "--listen", metavar="HOST:PORT", help="Where it listens; 127.0.0.1:8080, port 0 for any."
)
@click.option("--url", help="Public base URL; from --listen.")
@click.option("--admin-listen", metavar="HOST:PORT", help="Administration listener; none.")
@click.option("--workers", type=int, help="Processes; 1.")
@click.option("--behind-proxy", multiple=True, metavar="CIDR", help="Proxies that do TLS.")
@click.option("--log-format", type=click.Choice(["json", "console"]), help="Of the log; console.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    help="Of the log; warning.",
)
def demo(session: Session, **options: Any) -> int:
    """Serve four vendors' token endpoints, and a sample API that takes their tokens.

    Started again on the same data it keeps clients, secrets and keys. The secrets are shown, and
    written to DATA/demo.json, because it is a demo. Its folder, unless one is named, is
    ./demo-data: never that of `watchword serve`.
    """
    garbage.put_off()
    from watchword.app.serve import run

    if session.settings.chosen("data").source == "default":
        session.settings = session.settings.with_flags({"data": DATA})
    settings, site = _settings(session, options)
    known = _prepare(session, site)
    session.close()
    return run(settings, lambda _bound: _tell(session, known))


def _settings(session: Session, options: dict[str, Any]) -> "tuple[ServeSettings, Site]":
    from msgspec.structs import replace

    from watchword.app.settings import require_servable
    from watchword.cli.demo.arrange import Site
    from watchword.cli.serve import public_url, serve_settings

    flags = {f"serve.{name}": value for name, value in options.items()}
    flags["serve.admin_listen"] = options["admin_listen"] or "off"
    flags["serve.log_format"] = options["log_format"] or "console"
    flags["serve.log_level"] = options["log_level"] or "warning"
    chosen = session.settings.with_flags(flags)
    settings = require_servable(replace(serve_settings(chosen), sample_api=SAMPLE_API))
    settings = replace(settings, listen=_free(settings))
    inside = public_url(settings)
    base = (chosen.value("serve.url") or inside).rstrip("/")
    return settings, Site(base=base, inside=inside)


def _free(settings: "ServeSettings") -> str:
    """The listener's address with a port that is free; says so where it is taken."""
    address = settings.public_address
    if address.path is not None:
        raise Refused("the demo listens at HOST:PORT, so that curl can reach it", usage=True)
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        with socket.create_server((address.host, address.port), family=family) as probe:
            port = probe.getsockname()[1]
    except OSError as error:
        raise Refused(
            f"nothing can listen at {address}: {str(error.strerror).partition(' (')[0]}",
            hint="choose another place: --listen 127.0.0.1:0 takes any free port",
            code="address_in_use",
        ) from None
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{host}:{port}"


def _prepare(session: Session, site: "Site") -> "Known":
    """Make what is missing, write it down, and give the sample API what it needs."""
    from watchword.cli.demo import known as file
    from watchword.cli.demo.arrange import arrange
    from watchword.cli.demo.guards import equip

    data = session.settings.data
    before = file.read(data)
    for thing in session.prepare().made:
        session.out.note(f"made the {thing.what} {thing.where}")
    known = arrange(session.estate, session.context, site, before)
    file.write(data, known)
    os.environ["SAMPLE_API"] = str(equip(session.estate, session.context, site, data, known))
    return known


def _tell(session: Session, known: "Known") -> None:
    """The curl lines on standard output, or demo.json where JSON is wanted."""
    import msgspec

    from watchword.cli.demo.script import lines

    if session.out.as_json:
        session.out.raw(msgspec.json.encode(known).decode() + "\n")
        return
    for line in _greeting(session, known):
        click.echo(line, err=True)
    for line in lines(known):
        click.echo(line)
    click.echo(f"Look inside with: {session.again('watchword client list')}", err=True)
    click.echo(f"{click.style('Ctrl-C', bold=True)} stops it.\n", err=True)


def _greeting(session: Session, known: "Known") -> Iterator[str]:
    file = session.settings.data / "demo.json"
    yield ""
    yield (
        f"{click.style('Watchword', bold=True)}: four vendors on one server, "
        f"{click.style(known.base_url, fg='cyan', bold=True)}"
    )
    yield "Each also at http://<vendor>.localhost:PORT, its paths as on its own page."
    yield f"Paste what follows into another terminal; {file} has it all for programs."
    yield ""
