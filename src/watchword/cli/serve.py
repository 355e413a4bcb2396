"""`watchword serve`: the authorization server."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchword.app import garbage
from watchword.cli.command import standalone
from watchword.cli.failure import Refused
from watchword.cli.owner import ensure_owner
from watchword.cli.session import Session

if TYPE_CHECKING:
    from watchword.admin.set_up import Made
    from watchword.app.address import Address
    from watchword.app.settings import ServeSettings
    from watchword.app.sockets import Bound
    from watchword.cli.settings import Settings
    from watchword.core.retention import Retention

_OPTIONS = (
    click.option(
        "--listen", metavar="HOST:PORT|unix:PATH", help="Where clients get tokens; 127.0.0.1:8080."
    ),
    click.option("--url", help="Public URL of the first issuer; from --listen."),
    click.option(
        "--admin-listen",
        metavar="HOST:PORT|unix:PATH|off",
        help="Where administrators work; 127.0.0.1:8081.",
    ),
    click.option("--workers", type=int, help="Processes, one a core; 1."),
    click.option("--tls-cert", metavar="FILE", help="Certificate chain (PEM)."),
    click.option("--tls-key", metavar="FILE", help="Its private key (PEM)."),
    click.option("--tls-client-ca", metavar="FILE", help="Authorities of client certificates."),
    click.option("--behind-proxy", multiple=True, metavar="CIDR", help="Proxies that do TLS."),
    click.option(
        "--stale-grace", metavar="DURATION", help="How long tokens go on without the database; 60s."
    ),
    click.option(
        "--stop-within", metavar="DURATION", help="For requests in flight when it stops; 30s."
    ),
    click.option("--log-format", type=click.Choice(["json", "console"]), help="Of the log; json."),
    click.option(
        "--log-level",
        type=click.Choice(["debug", "info", "warning", "error"]),
        help="Of the log; info.",
    ),
)


def _options(command: Any) -> Any:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@standalone("serve", example="watchword serve --data ./watchword-data --listen 127.0.0.1:8080")
@_options
def serve(session: Session, **options: Any) -> int:
    """Run the authorization server.

    In an empty folder it makes what it needs: a master key, a database, an issuer `default` that
    speaks plain RFC 6749, and says so.
    """
    garbage.put_off()
    from watchword.app.serve import run
    from watchword.app.settings import require_servable

    flags = {f"serve.{name}": value for name, value in options.items()}
    chosen = session.settings.with_flags(flags)
    settings = require_servable(serve_settings(chosen))
    _prepare(session, settings, chosen.value("serve.url"))
    session.close()
    return run(settings, ready=lambda bound: session.out.note(_listening(settings, bound)))


def serve_settings(chosen: "Settings") -> "ServeSettings":
    """The settings, as the application takes them."""
    from watchword.app.notify.settings import NotifySettings
    from watchword.app.settings import ServeSettings

    admin_listen = chosen.value("serve.admin_listen")
    return ServeSettings(
        data=chosen.data,
        database_url=chosen.database,
        listen=chosen.value("serve.listen"),
        admin_listen=None if admin_listen == "off" else admin_listen,
        workers=chosen.value("serve.workers"),
        tls_cert=_path(chosen.value("serve.tls_cert")),
        tls_key=_path(chosen.value("serve.tls_key")),
        tls_client_ca=_path(chosen.value("serve.tls_client_ca")),
        behind_proxy=tuple(chosen.value("serve.behind_proxy")),
        stale_grace=chosen.duration("serve.stale_grace"),
        stop_within=chosen.duration("serve.stop_within"),
        log_format=chosen.value("serve.log_format"),
        log_level=chosen.value("serve.log_level"),
        notify=NotifySettings(
            smtp_url=chosen.value("notify.smtp_url"),
            mail_from=chosen.value("notify.mail_from"),
            webhook_url=chosen.value("notify.webhook_url"),
            webhook_secret=chosen.value("notify.webhook_secret"),
        ),
        retention=_retention(chosen),
    )


def _retention(chosen: "Settings") -> "Retention":
    from watchword.core.retention import Retention

    return Retention(
        events=chosen.duration_or_forever("retention.events"),
        ledger=chosen.duration_or_forever("retention.ledger"),
        usage_by_the_minute=chosen.duration("retention.usage_by_the_minute"),
        usage_by_the_hour=chosen.duration("retention.usage_by_the_hour"),
        refusals=chosen.duration("retention.refusals"),
        notifications=chosen.duration("retention.notifications"),
    )


def public_url(settings: "ServeSettings") -> str:
    """The base URL of the first issuer that follows from the listener, where none is given."""
    address = settings.public_address
    if address.path is not None or not address.port or address.host in ("0.0.0.0", "::"):  # noqa: S104
        raise Refused(
            f"--listen {address} does not tell by which URL clients reach the first issuer",
            hint="name it: --url https://auth.example.com",
            code="no_url",
            usage=True,
        )
    scheme = "https" if settings.tls_cert else "http"
    return f"{scheme}://{address}"


def _first_url(settings: "ServeSettings") -> str:
    """The same, but for a proxy, which has an address of its own."""
    if settings.behind_proxy:
        raise Refused(
            "--behind-proxy does not tell by which URL clients reach the first issuer",
            hint="name the proxy's: --url https://auth.example.com",
            code="no_url",
            usage=True,
        )
    return public_url(settings)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _listening(settings: "ServeSettings", bound: "Bound") -> str:
    """Where the server can be reached now."""
    scheme = "https" if settings.tls_cert else "http"
    shown = [f"Watchword serves {_shown(scheme, bound.public)}"]
    if bound.admin is not None:
        shown.append(f"administration: {_shown(scheme, bound.admin)}")
    return ", ".join(shown) + "; Ctrl-C stops it."


def _shown(scheme: str, address: "Address") -> str:
    return str(address) if address.path is not None else f"{scheme}://{address}"


def _prepare(session: Session, settings: "ServeSettings", url: str | None) -> None:
    """Make what is missing, and say what was made, where, and what to type next."""
    from watchword.admin.issuer_url import warnings_about
    from watchword.admin.set_up import add_default_issuer, has_issuer, is_empty

    if is_empty(session.place):
        # Refused before anything is made.
        url = url or _first_url(settings)
    ready = session.prepare()
    made = None
    if not has_issuer(session.estate):
        base = url or _first_url(settings)
        made = add_default_issuer(session.estate, session.context, base)
    for thing in ready.made:
        session.out.note(f"made the {thing.what} {thing.where}")
    if made is None and url is not None:
        _warn_of_other_url(session, url)
    _warn_of_master_key(session, ready.made)
    ensure_owner(session, settings)
    if made is not None:
        session.out.note(f"made the issuer {made.name} {made.url}")
        for text in warnings_about(made.urls):
            session.out.note(f"warning: {text}")
        command = f"watchword client create --issuer {made.name}"
        command = session.again(command, elsewhere=True)
        session.out.note(f"\nNext, in another terminal:\n  {command}\n")


def _warn_of_other_url(session: Session, url: str) -> None:
    """Issuers keep their URLs: --url is for the first one, when it is made."""
    from watchword.admin.role import BUILT_IN

    with session.estate.store.reading() as reading:
        issuers = [each for each in reading.issuers() if each.name != BUILT_IN]
    if not any(known.startswith(url.rstrip("/")) for each in issuers for known in each.urls):
        have = ", ".join(f"{each.name} {each.url}" for each in issuers)
        session.out.note(
            f"warning: --url {url} changes no issuer that is there ({have});"
            " `watchword issuer edit NAME --url URL` does"
        )


def _warn_of_master_key(session: Session, made: "tuple[Made, ...]") -> None:
    for thing in made:
        if thing.what == "master key":
            session.out.note(
                "KEEP A COPY of the master key in a safe place: without it every secret and every"
                "\nsigning key in the database is lost."
            )
