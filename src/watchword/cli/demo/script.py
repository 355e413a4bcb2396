"""The curl lines that the demo prints: a shell script, so that any part of it can be pasted.

Everything that is no command is a comment. In a terminal it is coloured; a pipe gets plain text.
"""

from collections.abc import Callable, Iterator, Mapping

import click

from watchword.cli.demo.known import Known, KnownCall, KnownClient, KnownIssuer
from watchword.cli.demo.vendors import VENDORS, Party, Vendor
from watchword.core.duration import format_duration

_WIDTH = 92
# Credentials in JSON, in a form or in Basic: as each vendor's page shows them.
_JSON = (
    "-H 'Content-Type: application/json' \\\n"
    '    -d \'{{"clientId": "{id}", "secret": "{secret}"}}\''
)
_FORM = "-d grant_type=client_credentials \\\n    -d client_id={id} -d client_secret={secret}"
_BASIC = "-d grant_type=client_credentials \\\n    -u {id}:{secret}"
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
        issuer = known.issuers[vendor.name]
        yield _heading(vendor)
        for party, client in zip(vendor.clients, issuer.clients, strict=True):
            if party.shown:
                yield from _client(vendor, issuer, party, client)
        yield ""


def _client(
    vendor: Vendor, issuer: KnownIssuer, party: Party, client: KnownClient
) -> Iterator[str]:
    if party.customer:
        yield _comment(f"# as {client.client_id}: {party.customer}'s own products only")
    ask = _ASKS[vendor.name].format(id=client.client_id, secret=_secret(client.client_secret))
    yield f"TOKEN=$({_curl('curl')} -s {_url(issuer.token_endpoint)} \\"
    yield f"    {ask} \\"
    yield f"  | {_CUT_OUT})"
    word = "" if vendor.name == "kamoa" else "Bearer "
    for call in issuer.api:
        yield _call(call, word)


def _call(call: KnownCall, word: str) -> str:
    method = "" if call.method == "GET" else f" -X {call.method}"
    header = f'-H "Authorization: {word}$TOKEN"'
    line = f"{_curl('curl')} -s -w '\\n'{method} {header} {_url(call.url)}"
    return line + (_comment(f"  # {call.expect}") if call.expect != 200 else "")


def _heading(vendor: Vendor) -> str:
    name = vendor.name.capitalize()
    facts = f"{vendor.says} · {vendor.alg} · {format_duration(vendor.lifetime)}"
    rule = "─" * (_WIDTH - len(name) - len(facts) - 4)
    return f"{_comment('#')} {_name(name)} {_comment(f'{rule} {facts}')}"


def _styled(**style: object) -> Callable[[str], str]:
    return lambda text: click.style(text, **style)  # type: ignore[arg-type]


_name = _styled(fg="bright_magenta", bold=True)
_comment = _styled(dim=True)
_curl = _styled(fg="green", bold=True)
_url = _styled(fg="cyan")
_secret = _styled(fg="yellow")
