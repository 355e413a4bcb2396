"""`watchword token`: access tokens as clients get them and as APIs see them."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from watchword.cli.command import group, leaf
from watchword.cli.failure import Refused
from watchword.cli.output import from_now, rfc3339
from watchword.cli.private_file import read_shared_key
from watchword.cli.session import Session
from watchword.cli.types import read_secret
from watchword.core.duration import format_duration
from watchword.jose import jws, strict_json
from watchword.jose.errors import JoseError

token = group("token", "Access tokens: get one as a client would, look into it, verify it.")
_LONGEST = 64 * 1024
_INSTANTS = ("iat", "nbf", "exp")
# Access tokens of RFC 9068, and those of dialects that say `JWT`.
_TYPS = ("at+jwt", "JWT", None)


@leaf(
    token,
    "get",
    example="watchword token get --issuer-url http://127.0.0.1:8080 --client-id ACME01 "
    "--scope read",
)
@click.option("--issuer-url", metavar="URL", help="Whose documents say where and how to ask.")
@click.option("--token-endpoint", metavar="URL", help="Where to ask, if not by the issuer's URL.")
@click.option("--dialect", metavar="NAME", help="How to ask there; plain RFC 6749.")
@click.option("--client-id", required=True, help="Who asks.")
@click.option("--secret-file", metavar="FILE|-", help="Its secret; asked for otherwise.")
@click.option("--scope", "scopes", multiple=True, metavar="S", help="What for; all, if left out.")
@click.option("--resource", multiple=True, metavar="URL", help="For which API (RFC 8707).")
@click.option("--cache", type=click.Path(path_type=Path), help="Keep it in this file, mode 0600.")
def get(
    session: Session,
    issuer_url: str | None,
    token_endpoint: str | None,
    dialect: str | None,
    client_id: str,
    secret_file: str | None,
    scopes: tuple[str, ...],
    resource: tuple[str, ...],
    cache: Path | None,
) -> None:
    """Ask a token endpoint for a token; it alone goes to standard output.

    With --cache it is asked only when the token in the file is about to end: for shell scripts
    and cron jobs, which may share the file with programs (`TokenSource(cache=FILE)`).
    """
    from watchword.caller.exchange import Wanted
    from watchword.cli.asking import Place, ask

    if (issuer_url is None) == (token_endpoint is None):
        raise click.UsageError("name --issuer-url or --token-endpoint")
    place = Place(
        issuer_url=issuer_url, token_endpoint=token_endpoint, dialect=dialect, cache=cache
    )
    wanted = Wanted(scope=" ".join(scopes) or None, resource=resource)
    got = ask(place, client_id, read_secret(secret_file, "Client secret"), wanted)
    if session.out.as_json:
        session.out.one(
            {
                "access_token": got.value,
                "expires_in": round(got.life),
                "expires_at": rfc3339(int(time.time() + got.life)),
                "headers": got.headers,
            }
        )
        return
    session.out.raw(f"{got.value}\n")
    if session.out.draws:
        session.out.note(
            f"\nIt lives for {format_duration(round(got.life))}."
            " Look into it: watchword token inspect TOKEN"
        )


@leaf(token, "inspect", example="watchword token get … | watchword token inspect")
@click.argument("text", metavar="[TOKEN]", default="-")
def inspect(session: Session, text: str) -> None:
    """Show what a token says, offline. Nothing is verified.

    Without TOKEN it is read from standard input.
    """
    header, claims = _parts(_read_token(text))
    if session.out.as_json:
        session.out.one({"header": header, "claims": claims, "verified": False})
        return
    session.out.one(header, "Header", spoken=False)
    session.out.text()
    session.out.one(
        {name: _readable(session, name, claims[name]) for name in claims}, "Claims", spoken=False
    )
    session.out.note("\nNothing of this was verified: `watchword token verify` does.")


@leaf(
    token,
    "verify",
    example="watchword token get … | watchword token verify --issuer-url http://127.0.0.1:8080",
)
@click.argument("text", metavar="[TOKEN]", default="-")
@click.option("--issuer-url", required=True, metavar="URL", help="Whose token it must be.")
@click.option("--audience", multiple=True, metavar="A", help="For whom; the issuer's URL.")
@click.option("--scope", "scopes", multiple=True, metavar="S", help="What it must allow.")
@click.option("--jwks-uri", metavar="URL", help="Where the keys are, if somewhere else.")
@click.option("--key-file", multiple=True, metavar="FILE", help="A shared key, of `key export`.")
def verify(
    session: Session,
    text: str,
    issuer_url: str,
    audience: tuple[str, ...],
    scopes: tuple[str, ...],
    jwks_uri: str | None,
    key_file: tuple[str, ...],
) -> None:
    """Verify a token as an API would: signature, issuer, audience, time, scope."""
    from watchword.guard import Guard
    from watchword.guard.errors import UnacceptedAlgorithm, UnknownIssuer, WrongAudience

    keys = [read_shared_key(path) for path in key_file]
    try:
        guard = Guard(
            issuer_url, list(audience) or None, jwks_uri=jwks_uri, shared_keys=keys, typ=_TYPS
        )
    except ValueError as error:
        raise Refused(str(error), code="invalid_guard", usage=True) from None
    given = _read_token(text)
    try:
        claims = guard.verify(f"Bearer {given}", scope=" ".join(scopes))
    except (UnknownIssuer, WrongAudience, UnacceptedAlgorithm) as refused:
        raise Refused(refused.reason, hint=_why(given), code=refused.error or "") from None
    said = claims.to_dict()
    if session.out.as_json:
        session.out.one({"valid": True, "claims": said})
        return
    shown = {name: _readable(session, name, value) for name, value in said.items()}
    session.out.one(shown, "The token is good.", spoken=False)


def _read_token(text: str) -> str:
    """The token that was typed, or one from standard input; `Bearer` before it is passed over."""
    given = sys.stdin.read(_LONGEST) if text == "-" else text
    words = given.split()
    if not words or len(words) > 2:
        raise Refused("there is no token to read", code="no_token", usage=True)
    return words[-1]


def _why(text: str) -> str:
    """A good token, perhaps, but not one for here: what it says of itself tells why."""
    header, claims = _parts(text)
    if str(header.get("alg")).startswith("HS"):
        return "a shared key verifies it: --key-file FILE, which `watchword key export` writes"
    told = {"iss": claims.get("iss"), "aud": claims.get("aud"), "alg": header.get("alg")}
    return "the token has " + ", ".join(f"{name} {told[name]!r}" for name in told)


def _parts(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        header, payload, _, _ = jws.split(text)
        claims = strict_json.loads(payload)
    except JoseError as error:
        raise Refused(f"this is no JWT: {error}", code="malformed_token") from None
    if not isinstance(claims, dict):
        raise Refused("this is no JWT: its payload is no JSON object", code="malformed_token")
    return dict(header), claims


def _readable(session: Session, name: str, value: Any) -> Any:
    """A claim; of an instant, what it means."""
    if name in _INSTANTS and isinstance(value, int) and 0 <= value < 2**40:
        at = rfc3339(value)
        return f"{value}  ({at}, {from_now(at, session.now)})"
    return value
