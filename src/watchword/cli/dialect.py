"""`watchword dialect`: wire formats, shipped ones and files of your own."""

import sys
from typing import TYPE_CHECKING

import click
import msgspec

from watchword import dialect as dialects
from watchword.cli.command import group, leaf
from watchword.cli.failure import Refused
from watchword.cli.session import Session
from watchword.cli.text_file import read_octets, read_text
from watchword.cli.types import pairs, read_secret
from watchword.dialect import Dialect, DialectError, Fault

if TYPE_CHECKING:
    from watchword.dialect.cases import Outcome

dialect = group("dialect", "Wire formats that issuers speak: shipped ones, and your own files.")
OUTCOME_COLUMNS = {
    "ok": "same",
    "case": "case",
    "status": "status",
    "differences": "differences",
}
COLUMNS = {"name": "name", "title": "title", "token_path": "token path", "rfc6749": "rfc 6749"}


@leaf(dialect, "list", example="watchword dialect list")
def list_dialects(session: Session) -> None:
    """List the dialects that come with Watchword."""
    found = [dialects.load(name) for name in dialects.names()]
    shown = [
        {
            "name": each.name,
            "title": each.title,
            "token_path": each.token_path,
            "rfc6749": each.rfc6749,
        }
        for each in found
    ]
    session.out.many(shown, COLUMNS)


@leaf(dialect, "show", example="watchword dialect show kamoa > ours.toml")
@click.argument("name")
def show(session: Session, name: str) -> None:
    """Print the file of a shipped dialect, to read or to begin one's own with."""
    try:
        text = dialects.source(name)
    except DialectError as error:
        raise _unknown(error) from None
    if session.out.as_json:
        session.out.one({"name": name, "source": text})
    else:
        session.out.raw(text)


@leaf(dialect, "check", example="watchword dialect check ours.toml")
@click.argument("file")
def check(session: Session, file: str) -> None:
    """Look for faults in a dialect file; exit code 1 if there is any."""
    faults = _faults(file)
    if session.out.as_json:
        session.out.one({"file": file, "ok": not faults, "faults": list(map(_told, faults))})
    for each in faults:
        session.out.text(f"{file}: {each}")
    if faults:
        count = len(faults)
        raise Refused(
            f"{file} has {count} fault{'' if count == 1 else 's'}", code="invalid_dialect"
        )
    session.out.text(f"{file} is a dialect without faults.")


@leaf(dialect, "explain", example="watchword dialect explain kashimi")
@click.argument("name", metavar="NAME|FILE")
def explain(session: Session, name: str) -> None:
    """Show the requests and answers that a dialect makes, as HTTP."""
    from watchword.cli.explain import explain as explanation_of

    spoken = loaded(name)
    told = explanation_of(spoken)
    pieces = (*told.requests, told.answer, *told.refusals, told.api)
    if session.out.as_json:
        session.out.one(
            {
                "name": spoken.name,
                "title": spoken.title,
                "exchanges": [{"title": piece.title, "http": piece.http} for piece in pieces],
            }
        )
        return
    session.out.title(spoken.title)
    for piece in pieces:
        session.out.text()
        session.out.title(f"# {piece.title}")
        session.out.text(_indented(piece.http))


@leaf(dialect, "new", example="watchword dialect new --from-curl recorded.txt > ours.toml")
@click.option(
    "--from-curl",
    "recording",
    required=True,
    metavar="FILE|-",
    help="curl commands and, below each, what it printed (best with -i).",
)
def new(session: Session, recording: str) -> None:
    """Make a first draft of a dialect file from recorded curl commands and their answers.

    Record one that gets a token, and one for each refusal. No secret and no token is carried over.
    """
    from watchword.dialect.curl import MAX_BYTES
    from watchword.dialect.draft import DraftError, draft_from_curl

    try:
        most = MAX_BYTES + 1
        text = draft_from_curl(sys.stdin.read(most) if recording == "-" else read_text(recording))
    except DraftError as error:
        raise Refused(f"{recording}: {error}", code="no_draft") from None
    if session.out.as_json:
        session.out.one({"source": text})
        return
    session.out.raw(text)
    guesses = text.count("# LOOK:")
    session.out.note(
        f"{guesses} guess{'' if guesses == 1 else 'es'} to look at (LOOK). "
        "Next: watchword dialect check FILE, then watchword dialect explain FILE"
    )


@leaf(
    dialect,
    "test",
    example="watchword dialect test ours.toml --against https://api.example.com --client-id ACME01",
)
@click.argument("name", metavar="NAME|FILE")
@click.option("--against", required=True, metavar="URL", help="The server that has the last word.")
@click.option("--client-id", metavar="ID", help="A client that may have tokens there.")
@click.option("--secret-file", metavar="FILE|-", help="Its secret; asked for otherwise.")
@click.option("--scope", "scopes", multiple=True, metavar="S", help="What to ask for.")
@click.option("--field", "fields", multiple=True, metavar="K=V", help="A further field's value.")
def test(
    session: Session,
    name: str,
    against: str,
    client_id: str | None,
    secret_file: str | None,
    scopes: tuple[str, ...],
    fields: tuple[str, ...],
) -> None:
    """Ask a server all that a dialect can say, and show what differs.

    The server may be anybody's: a vendor's own, to prove a file before he switches. It gets about
    a dozen requests, some of them with a wrong secret. Exit code 1 if anything differs.
    """
    from watchword.cli.dialect_test import replayed
    from watchword.dialect.cases import Credentials, Incomplete

    spoken = loaded(name)
    known = Credentials(
        client_id=client_id,
        client_secret=read_secret(secret_file, "Client secret"),
        scope=" ".join(scopes) or None,
        fields=pairs(fields, "--field"),
    )
    try:
        outcomes = replayed(spoken, against, known)
    except Incomplete as lacking:
        options = " ".join(f"--field {name}=VALUE" for name in lacking.missing)
        raise Refused(str(lacking), hint=f"add {options}", usage=True) from None
    session.out.many([_row(session, each) for each in outcomes], OUTCOME_COLUMNS)
    differing = sum(1 for each in outcomes if each.differences)
    if differing:
        raise Refused(
            f"{differing} of {len(outcomes)} answers differ from the file", code="differs"
        )


def _row(session: Session, outcome: "Outcome") -> dict[str, object]:
    """What came of a case; its differences as a list, or for people with something between them."""
    found = outcome.differences
    return {
        "case": outcome.case,
        "expected": outcome.expected,
        "status": outcome.status,
        "ok": not found,
        "differences": list(found) if session.out.as_json else "; ".join(found),
    }


def _told(fault: Fault) -> dict[str, str | int]:
    """A fault as JSON; a hint that says nothing is left out."""
    told = msgspec.to_builtins(fault)
    return {name: value for name, value in told.items() if name != "hint" or value}


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


def loaded(name: str) -> Dialect:
    """A shipped dialect by its name, or that of a file. Raises Refused."""
    try:
        if "/" in name or name.endswith(".toml"):
            return dialects.parse(_text(name), source=name)
        return dialects.load(name)
    except DialectError as error:
        raise _unknown(error) from None


def _text(file: str) -> str:
    """The text of a dialect file. Raises Refused, and DialectError for what is no text."""
    return dialects.decoded(read_octets(file, dialects.MAX_BYTES + 1), source=file)


def _faults(file: str) -> tuple[Fault, ...]:
    try:
        return dialects.faults_of(_text(file), source=file)
    except DialectError as error:
        return error.faults


def _unknown(error: DialectError) -> Refused:
    fault = error.faults[0]
    return Refused(f"{fault.place}{fault.message}", code="invalid_dialect", hint=fault.hint)
