"""`watchword issuer`: authorization servers, of which one process holds many."""

from pathlib import Path
from typing import Any

import click

from watchword.admin.customer_page.words import FORMATS
from watchword.cli.command import group, leaf
from watchword.cli.desk import Answer
from watchword.cli.naming import note_dropped, require_changes
from watchword.cli.session import Session
from watchword.cli.text_file import read_text, read_toml, write_text
from watchword.cli.types import duration, endpoints, given
from watchword.core.duration import format_duration

issuer = group("issuer", "Issuers: each an authorization server with a URL of its own.")
COLUMNS = {
    "name": "name",
    "url": "url",
    "dialect": "dialect",
    "alg": "alg",
    "lifetime": "lifetime",
    "enabled": "enabled",
}
_OPTIONS = (
    click.option("--alias", "aliases", multiple=True, metavar="URL", help="Also answer there."),
    click.option("--alg", help="JWS algorithm of its tokens; ES256 unless said otherwise."),
    click.option("--lifetime", type=duration, help="Of its tokens; 1h."),
    click.option("--scope", "scopes", multiple=True, metavar="S", help="A scope it may grant."),
    click.option("--audience", "audiences", multiple=True, metavar="A", help="First: default."),
    click.option("--key-prefix", metavar="P", help="What its secrets begin with; wk."),
    click.option("--cors-origin", "cors_origins", multiple=True, metavar="O", help='Or "*".'),
    click.option("--revocation", type=click.Choice(["expiry", "feed"]), help="feed."),
    click.option("--secret-lifetime", type=duration, help="Of new secrets; 1y."),
    click.option("--max-live-secrets", type=int, help="Of one client; 5."),
    click.option("--jwks-max-age", type=duration, help="How long guards keep keys; 5m."),
    click.option("--ledger/--no-ledger", default=None, help="Commit every token first."),
    click.option("--self-service/--no-self-service", default=None, help="Clients roll secrets."),
    click.option(
        "--endpoint",
        "endpoints",
        multiple=True,
        metavar="NAME=PATH|off",
        help="Move an endpoint, or switch it off; requests=/credentials/requests is off else.",
    ),
)
_DIALECT = click.option("--dialect", metavar="NAME|FILE", help="A shipped one, or a file of yours.")


def _settings(command: Any) -> Any:
    for option in reversed(_OPTIONS):
        command = option(command)
    return _DIALECT(command)


@leaf(
    issuer,
    "create",
    example="watchword issuer create acme --url https://api.example.com --dialect rfc6749 "
    "--scope read --scope write",
)
@click.argument("name")
@click.option("--url", required=True, help="Its public URL; tokens carry it as `iss`.")
@_settings
def create(session: Session, name: str, url: str, **options: Any) -> None:
    """Make an issuer, with a signing key that is active at once."""
    made = () if session.is_remote else session.prepare().made
    settings = _given(options)
    answer = session.desk.call("create_issuer", body={"name": name, "url": url, **settings})
    for thing in made:
        session.out.note(f"made the {thing.what} {thing.where}")
    _tell(session, answer, leave_out=_DULL)
    if options["alg"] is None:
        _note_alg(session, answer, settings.get("dialect_text"))
    command = session.again(f"watchword client create --issuer {answer['name']}")
    session.out.text(f"\nNext: {command}")


@leaf(issuer, "list", example="watchword issuer list")
def list_issuers(session: Session) -> None:
    """List all issuers."""
    found = session.desk.call("list_issuers")["items"]
    session.out.many(found, COLUMNS, empty="There is no issuer yet.")


@leaf(issuer, "show", example="watchword issuer show default")
@click.argument("name")
def show(session: Session, name: str) -> None:
    """Show one issuer with all its settings."""
    found = session.desk.call("show_issuer", name)
    _tell(session, found, brief=True)


@leaf(issuer, "edit", example="watchword issuer edit acme --lifetime 30m")
@click.argument("name")
@click.option("--name", "new_name", metavar="NAME", help="Another name.")
@click.option("--url", help="Another URL; tokens carry it at once.")
@_settings
def edit(session: Session, name: str, new_name: str | None, **options: Any) -> None:
    """Change settings of an issuer.

    A list that is given replaces the one before, and "" empties it.
    A new algorithm starts a rotation: the key of it is published before it signs.
    """
    changes = require_changes(_given({"name": new_name, **options}))
    before = session.desk.call("show_issuer", name)
    after = session.desk.call("edit_issuer", before["id"], body=changes)
    _tell(session, after, brief=True)
    note_dropped(session, before, after)


@leaf(
    issuer,
    "page",
    example="watchword issuer page acme --words words.toml --format html -o page.html",
)
@click.argument("name")
@click.option("--format", type=click.Choice(FORMATS), default="markdown", help="markdown.")
@click.option("--words", metavar="FILE", help="What you call things, whom to ask: TOML.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write it there.")
def page(session: Session, name: str, format: str, words: str | None, out: Path | None) -> None:
    """Print the page that customers read: how to get a token, and what to do if there is none.

    It is made of the issuer's settings and its dialect. FILE may have the texts title,
    introduction, client_id, client_secret, contact and api (a URL), and a table [scopes] of what
    each allows.
    """
    body = {} if words is None else read_toml(words)
    made = session.desk.call("make_customer_page", name, query={"format": format}, body=body)
    if out is None:
        session.out.one(made) if session.out.as_json else session.out.raw(made["text"])
        return
    write_text(out, made.pop("text"))
    session.out.one({**made, "file": str(out)}, f"The page of {made['issuer']} is made")


@leaf(issuer, "disable", example="watchword issuer disable acme")
@click.argument("name")
def disable(session: Session, name: str) -> None:
    """Give no tokens any more; tokens that are out go on being verified."""
    after = session.desk.call("disable_issuer", name)
    session.out.one(after, f"Issuer {after['name']} is disabled", leave_out=_DULL)
    lifetime = format_duration(after["lifetime"])
    session.out.text(f"\nTokens that are out already go on working until they end: {lifetime}.")


@leaf(issuer, "enable", example="watchword issuer enable acme")
@click.argument("name")
def enable(session: Session, name: str) -> None:
    """Give tokens again."""
    after = session.desk.call("enable_issuer", name)
    session.out.one(after, f"Issuer {after['name']} is enabled", leave_out=_DULL)


def _tell(session: Session, issuer: Answer, **how: Any) -> None:
    """Show an issuer; what is unsafe about it stands beside the result, in JSON inside it."""
    told = issuer if session.out.as_json else {**issuer, "warnings": ()}
    session.out.one(told, f"Issuer {issuer['name']}", **how)
    for text in () if session.out.as_json else issuer["warnings"]:
        session.out.note(f"warning: {text}")


_DULL = (
    "id",
    "version",
    "created_at",
    "endpoints",
    "ledger",
    "self_service",
    "max_live_secrets",
    "jwks_max_age",
    "cors_origins",
    "aliases",
    "warnings",
)


def _note_alg(session: Session, issuer: Answer, dialect_text: str | None) -> None:
    """Say what to type where the vendor's page shows another algorithm than nobody's choice."""
    from watchword.dialect import load, parse

    text = dialect_text
    dialect = load(issuer["dialect"]) if text is None else parse(text, source="the dialect file")
    if dialect.alg not in (None, issuer["alg"]):
        command = session.again(f"watchword issuer edit {issuer['name']} --alg {dialect.alg}")
        session.out.note(
            f"note: {dialect.title} shows {dialect.alg}, and this issuer signs with "
            f"{issuer['alg']}: {command}"
        )


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """The options that were typed; a dialect that is a file becomes its text."""
    typed = given(options)
    if "endpoints" in typed:
        typed["endpoints"] = endpoints(typed["endpoints"])
    dialect = typed.get("dialect")
    if dialect is not None and _is_file(dialect):
        typed["dialect_text"] = read_text(typed.pop("dialect"))
    return typed


def _is_file(dialect: str) -> bool:
    return "/" in dialect or dialect.endswith(".toml")
