"""The curl lines that the demo prints: a shell script, so that any part of it can be pasted.

Everything that is no command is a comment. In a terminal it is coloured; a pipe gets plain text.
"""

from collections.abc import Callable, Iterator, Mapping

import click

from watchword.cli.demo.known import Known, KnownCall, KnownClient, KnownIssuer
from watchword.cli.demo.vendors import VENDORS, Vendor
from watchword.core.duration import format_duration

_WIDTH = 78
_CURL = "curl -s -w '\\n'"
# Credentials in the body of a form, in Basic, or in JSON: how each vendor's page shows them.
_FORM = "-d grant_type=client_credentials -d client_id={id} \\\n    -d client_secret={secret}"
_BASIC = "-d grant_type=client_credentials \\\n    -u {id}:{secret}"
_JSON = (
    "-H 'Content-Type: application/json' \\\n"
    '    -d \'{{"clientId": "{id}", "secret": "{secret}"}}\''
)
_ASKS: Mapping[str, str] = {
    "kamoa": _JSON,
    "kiss": _FORM,
    "connectivity": _BASIC,
    "kashimi": _BASIC,
}
# A JWT begins with {" in base64url; so this finds it in any vendor's answer, without jq.
_CUT_OUT = "grep -o 'eyJ[^\"]*'"


def lines(known: Known) -> Iterator[str]:
    """The script, line by line, with colours that `click.echo` drops where nobody sees them."""
    for vendor in VENDORS:
        yield from _vendor(vendor, known.issuers[vendor.name])


def _vendor(vendor: Vendor, issuer: KnownIssuer) -> Iterator[str]:
    facts = f"{vendor.says} · {vendor.alg} · {format_duration(vendor.lifetime)}"
    yield _heading(vendor.name.capitalize(), facts)
    for number, client in enumerate(issuer.clients):
        if number == 0 or vendor.name == "kiss":
            yield from _client(vendor, issuer, client)
    yield ""


def _client(vendor: Vendor, issuer: KnownIssuer, client: KnownClient) -> Iterator[str]:
    ask = _ASKS[vendor.name].format(id=client.client_id, secret=_secret(client.client_secret))
    yield f"{_command('TOKEN=$(curl -s')} {_url(issuer.token_endpoint)} \\"
    yield f"    {ask} \\"
    yield f"  | {_CUT_OUT})"
    word = "" if vendor.name == "kamoa" else "Bearer "
    for call in issuer.api:
        yield _call(call, word)


def _call(call: KnownCall, word: str) -> str:
    method = "" if call.method == "GET" else f" -X {call.method}"
    line = f'{_command(_CURL)}{method} -H "Authorization: {word}$TOKEN" {_url(call.url)}'
    return line + (_comment(f"  # {call.expect}") if call.expect != 200 else "")


def _heading(name: str, facts: str) -> str:
    rule = "─" * max(3, _WIDTH - len(name) - len(facts) - 7)
    return f"{_comment('#')} {_NAME(name)} {_comment(f'{rule} {facts}')}"


def _styled(**style: object) -> Callable[[str], str]:
    return lambda text: click.style(text, **style)  # type: ignore[arg-type]


_NAME = _styled(fg="bright_magenta", bold=True)
_comment = _styled(dim=True)
_command = _styled(fg="green", bold=True)
_url = _styled(fg="cyan")
_secret = _styled(fg="yellow")
