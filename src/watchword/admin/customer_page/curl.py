"""curl, for a POSIX shell; what the environment gives is expanded by the shell and nothing else.

A JSON body goes to curl's standard input, so that the secret is in no list of processes.
"""

import json
import re
from typing import Any

from watchword.admin.customer_page.answer_text import AnswerText
from watchword.admin.customer_page.request_text import (
    CLIENT_ID,
    CLIENT_SECRET,
    Pairs,
    RequestText,
    Text,
    Variable,
)

_CURL = "curl --silent --show-error"
# What a shell touches between double quotes, and in a here-document.
_IN_QUOTES = re.compile(r'[\\"$`]')
_IN_DOCUMENT = re.compile(r"[\\$`]")
# A variable until everything else is escaped: characters that nothing of ours holds.
_OPEN, _CLOSE = "\ue000", "\ue001"
_SHORT = re.compile(f"{_OPEN}([A-Z0-9_]+){_CLOSE}(?![A-Za-z0-9_])")
_LONG = re.compile(f"{_OPEN}([A-Z0-9_]+){_CLOSE}")


def ask(request: RequestText) -> str:
    """The command that prints the answer with the token."""
    url = _quoted((request.url, *_query(request.query)))
    options = [f"{_CURL} {url}", *_method(request), *_headers(request), *_form(request)]
    if request.json is None:
        return " \\\n  ".join(options)
    options.append("--data @-")
    return " \\\n  ".join(options) + f" <<END\n{_document(request.json)}\nEND"


def use(answer: AnswerText) -> str:
    """The command that shows a token in TOKEN to the API."""
    value: Text = (
        (f"{answer.scheme} ", Variable("TOKEN")) if answer.scheme else (Variable("TOKEN"),)
    )
    url = _quoted((answer.api or "https://...",))
    return f"{_CURL} {url} \\\n  --header {_quoted((f'{answer.header}: ', *value))}"


def _method(request: RequestText) -> list[str]:
    by_itself = "GET" if request.form is None and request.json is None else "POST"
    return [] if request.method == by_itself else [f"--request {request.method}"]


def _headers(request: RequestText) -> list[str]:
    options = [f"--user {_user(request.basic)}"] if request.basic else []
    options += [f"--header {_quoted((f'{name}: ', *value))}" for name, value in request.headers]
    if request.json is not None:
        options.append('--header "Content-Type: application/json"')
    return options


def _form(request: RequestText) -> list[str]:
    if request.form == ():
        return ['--data ""']
    pairs = request.form or ()
    return [f"--data-urlencode {_quoted((f'{name}=', *value))}" for name, value in pairs]


def _user(reading: str) -> str:
    if reading == "base64":
        halves = (f"$(printf %s \"${name}\" | base64 | tr -d '\\n')" for name in _HALVES)
        return f'"{":".join(halves)}"'
    names = (CLIENT_SECRET, "") if reading == "secret" else _HALVES
    return '"' + ":".join(f"${name}" if name else "" for name in names) + '"'


_HALVES = (CLIENT_ID, CLIENT_SECRET)


def _query(pairs: Pairs) -> Text:
    pieces: list[str | Variable] = []
    for name, value in pairs:
        pieces += ["&" if pieces else "?", f"{name}=", *value]
    return tuple(pieces)


def _quoted(text: Text) -> str:
    return f'"{_with_variables(_IN_QUOTES.sub(_escaped, _marked(text)))}"'


def _document(tree: Any) -> str:
    """A JSON body as a here-document."""
    text = json.dumps(_marked_tree(tree), indent=2, ensure_ascii=False)
    return _with_variables(_IN_DOCUMENT.sub(_escaped, text))


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match[0]}"


def _marked(text: Text) -> str:
    return "".join(
        f"{_OPEN}{piece.name}{_CLOSE}" if isinstance(piece, Variable) else piece for piece in text
    )


def _marked_tree(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _marked_tree(item) for name, item in tree.items()}
    if isinstance(tree, list):
        return [_marked_tree(item) for item in tree]
    return _marked(tree) if isinstance(tree, tuple) else tree


def _with_variables(text: str) -> str:
    return _LONG.sub(r"${\1}", _SHORT.sub(r"$\1", text))
