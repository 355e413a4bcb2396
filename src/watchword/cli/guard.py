"""`watchword guard`: the guard as a program of its own, for proxies that ask it."""

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchword.cli.command import group, leaf
from watchword.cli.dialect import loaded
from watchword.cli.failure import Refused, reason_of
from watchword.cli.private_file import read_shared_key
from watchword.cli.session import Session

if TYPE_CHECKING:
    from watchword.guard import Claims, Guard
    from watchword.guard.forward import Rules

guard = group(
    "guard", "The guard as a program of its own, for proxies that ask before each request."
)

_LISTEN = "127.0.0.1:8090"
_PARTS = frozenset(("uvicorn", "httptools", "uvloop"))
_OPTIONS = (
    click.option(
        "--issuer", "issuers", multiple=True, required=True, metavar="URL", help="Whose tokens."
    ),
    click.option("--audience", multiple=True, metavar="A", help="For whom; the issuer's URL."),
    click.option("--dialect", metavar="NAME|FILE", help="How tokens are shown; as a bearer."),
    click.option("--jwks-uri", metavar="URL", help="Where the keys are, if somewhere else."),
    click.option(
        "--shared-key-file",
        "key_files",
        multiple=True,
        metavar="FILE",
        help="A shared (HS256) key, of `key export`.",
    ),
    click.option("--rules", metavar="FILE", help="What each path needs (TOML); any good token."),
    click.option("--listen", metavar="HOST:PORT|unix:PATH", default=_LISTEN, help=f"{_LISTEN}."),
    click.option(
        "--private-network", is_flag=True, help="Listen beyond loopback; only the proxy gets there."
    ),
    click.option(
        "--budget",
        type=click.FloatRange(0.01, 30),
        default=1.0,
        metavar="SECONDS",
        help="How long an answer may wait for keys, then it is 503; 1.",
    ),
    click.option(
        "--leeway",
        type=click.FloatRange(0, 300),
        default=0.0,
        metavar="SECONDS",
        help="Clock difference that is forgiven; 0.",
    ),
    click.option(
        "--log-format", type=click.Choice(["json", "console"]), default="json", help="json."
    ),
    click.option(
        "--log-level",
        type=click.Choice(["debug", "info", "warning", "error"]),
        default="warning",
        help="warning; info tells each refusal.",
    ),
)


def _options(command: Any) -> Any:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@leaf(
    guard,
    "serve",
    example="watchword guard serve --issuer https://auth.example.com "
    "--audience https://api.example.com --rules rules.toml",
)
@_options
def serve(
    session: Session,
    rules: str | None,
    listen: str,
    private_network: bool,
    budget: float,
    log_format: str,
    log_level: str,
    **wanted: Any,
) -> None:
    """Answer a proxy, before each request, whether it may pass.

    A request that may gets a 200 with the client's identity. Needs no database and keeps none:
    keys and revocation lists come from the issuers. The proxy asks at /verify; docs/proxies has a
    tested configuration for each of the usual ones.
    """
    told = _read_rules(rules)
    verifying = _guard(**wanted)
    _require_parts()
    from watchword.app import logs
    from watchword.app.guard_server import listening_at, run
    from watchword.guard.forward import ForwardAuth

    logs.configure(log_format, log_level)
    listening: socket.socket = listening_at(listen, private_network=private_network)
    forward = ForwardAuth(verifying, told, budget=budget)
    run(
        listening,
        verifying,
        forward,
        lambda address: session.out.note(f"Watchword guards at {address}; Ctrl-C stops it."),
    )


def _guard(
    issuers: tuple[str, ...],
    audience: tuple[str, ...],
    dialect: str | None,
    jwks_uri: str | None,
    key_files: tuple[str, ...],
    leeway: float,
) -> "Guard[Claims]":
    from watchword.guard import Guard

    if jwks_uri is not None and len(issuers) > 1:
        raise click.UsageError("--jwks-uri is for one --issuer")
    try:
        return Guard(
            issuers,
            list(audience) or None,
            jwks_uri=jwks_uri,
            shared_keys=[read_shared_key(path) for path in key_files],
            dialect=None if dialect is None else loaded(dialect),
            leeway=leeway,
        )
    except ValueError as error:
        raise Refused(str(error), code="invalid_guard", usage=True) from None


def _read_rules(path: str | None) -> "Rules":
    from watchword.guard.forward import ANY_TOKEN, InvalidRules, read_rules

    if path is None:
        return ANY_TOKEN
    try:
        return read_rules(Path(path).read_text("utf-8"), path)
    except InvalidRules as error:
        raise Refused(str(error), code="invalid_rules", usage=True) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            f"{path} cannot be read: {reason_of(error)}", code="no_file", usage=True
        ) from None


def _require_parts() -> None:
    """Name the small extra: the large one would bring these parts, too, and a database."""
    try:
        import httptools  # noqa: F401
        import uvicorn  # noqa: F401
        import uvloop  # noqa: F401
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _PARTS:
            raise
        raise Refused(
            f"this command needs {error.name}, which is not installed",
            hint='pip install "watchword[guard-server]"',
            code="missing_extra",
            usage=True,
        ) from None
