"""The command `watchword`: its groups, each loaded when it is used, and how a run ends.

Exit codes: 0 done; 1 refused, declined, or found something; 2 usage, or a missing extra; 3
unreachable or locked; 70 a fault of ours; 130 interrupted.
"""

import sys
from collections.abc import Sequence

import click

from watchword import __version__
from watchword.cli.command import LazyGroup

# Name → where it is, and what the overview says. The modules are not imported for the overview.
GROUPS = {
    "serve": ("watchword.cli.serve:serve", "Run the authorization server."),
    "demo": ("watchword.cli.demo:demo", "Four vendors on one server, with a sample API."),
    "issuer": ("watchword.cli.issuer:issuer", "Issuers: URL, dialect, algorithm, scopes."),
    "customer": ("watchword.cli.customer:customer", "Customers, to whom clients belong."),
    "client": ("watchword.cli.client:client", "Clients, which ask for tokens."),
    "secret": ("watchword.cli.secret:secret", "Secrets (API keys) of clients."),
    "request": ("watchword.cli.request:request", "Requests for credentials, by anyone."),
    "plan": ("watchword.cli.files:plan", "Show what `apply` would change."),
    "apply": ("watchword.cli.files:apply", "Make everything as a folder of files says."),
    "export": ("watchword.cli.files:export", "Write what is there as such files."),
    "report": ("watchword.cli.report:report", "What needs somebody's attention soon."),
    "audit": ("watchword.cli.audit:audit", "The trail of every change."),
    "trace": ("watchword.cli.trace:trace", "Find one request by its id."),
    "migrate": ("watchword.cli.migrate:migrate", "Take over the clients of another system."),
    "token": ("watchword.cli.token:token", "Get, inspect and verify access tokens."),
    "guard": ("watchword.cli.guard:guard", "The guard of an API, beside its proxy."),
    "key": ("watchword.cli.key:key", "Signing keys of issuers."),
    "administrator": (
        "watchword.cli.administrator:administrator",
        "Who may use the administration API.",
    ),
    "login": ("watchword.cli.login:login", "Keep a credential for a remote server."),
    "master-key": ("watchword.cli.master_key:master_key", "What seals keys and peppers."),
    "dialect": ("watchword.cli.dialect:dialect", "Wire formats that issuers speak."),
    "config": ("watchword.cli.config:config", "Settings, and what set them."),
}
# How the overview is divided; what is in no section comes last.
SECTIONS = {
    "The server": ("serve", "demo", "config", "master-key"),
    "What it holds": ("issuer", "customer", "client", "secret", "key", "dialect", "request"),
    "What happens": ("report", "audit", "trace"),
    "All at once": ("plan", "apply", "export", "migrate"),
    "Tokens and APIs": ("token", "guard"),
    "Administrators": ("administrator", "login"),
}
INTERRUPTED = 130
USAGE = 2


@click.group(
    cls=LazyGroup, lazy=GROUPS, sections=SECTIONS, context_settings={"max_content_width": 100}
)
@click.version_option(__version__, prog_name="watchword")
def watchword() -> None:
    """Machine-to-machine authentication for API vendors.

    Start with `watchword serve` in an empty folder, or look at `watchword demo`.
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command; the exit code back. No exception leaves, but for the debugging of ours."""
    try:
        ended = watchword.main(list(arguments), prog_name="watchword", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as shown:
        sys.stderr.write(f"{shown.format_message()}\n")
        return USAGE
    except (KeyboardInterrupt, click.Abort) as stop:
        return _stopped(stop, as_json="--json" in arguments)
    except BrokenPipeError:
        return _stop_writing()
    except Exception as error:  # noqa: BLE001  one place where nothing may pass
        from watchword.cli.failure import report

        return report(error, as_json="--json" in arguments)
    return ended if isinstance(ended, int) else 0


def _stopped(stop: KeyboardInterrupt | click.Abort, *, as_json: bool) -> int:
    if isinstance(stop.__context__, EOFError):
        return _unanswered(as_json=as_json)
    # click makes an Abort of an interruption too; one of its own is a "no".
    if isinstance(stop, click.Abort) and stop.__context__ is None:
        return _declined(as_json=as_json)
    sys.stderr.write("interrupted\n")
    return INTERRUPTED


def _unanswered(*, as_json: bool) -> int:
    """A question was asked and standard input had ended: a script forgot an option."""
    from watchword.cli.failure import Refused, report

    sys.stderr.write("\n")
    refused = Refused(
        "nobody was there to answer",
        hint="--yes answers beforehand; --secret-file FILE brings a secret",
        code="no_answer",
        usage=True,
    )
    return report(refused, as_json=as_json)


def _declined(*, as_json: bool) -> int:
    """A question was answered with no."""
    from watchword.cli.failure import Refused, report

    return report(Refused("not confirmed: nothing was done", code="declined"), as_json=as_json)


def _stop_writing() -> int:
    """Whoever read our output has read enough (`| head`): not a fault, and nothing to say."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
