"""A Python program with requests: a token that is kept, and asked for again ahead of its end."""

from collections.abc import Iterator

from watchword.admin.customer_page.answer_text import AnswerText
from watchword.admin.customer_page.literal import mapping, quoted, tree
from watchword.admin.customer_page.request_text import RequestText, Text, Variable

_PROGRAM = '''\
{imports}

import requests

kept = {{"token": "", "renew_at": 0.0}}


def token():
    """A token with a tenth of its life left at least; asks only when there is none."""
    if time.time() >= kept["renew_at"]:
        answer = requests.request(
            {arguments},
        )
        if {refused}:
            raise RuntimeError(f"no token: {{answer.status_code}} {{answer.text}}")
        kept["token"] = {token}
        kept["renew_at"] = time.time() + 0.9 * {lifetime}
    return kept["token"]

{exp}
headers = {{{header}: {value}}}
{use}'''
_EXP = '''
def seconds_left(token):
    """By the token's own `exp`, because the answer does not say it."""
    claims = token.split(".")[1]
    claims += "=" * (-len(claims) % 4)
    return json.loads(base64.urlsafe_b64decode(claims))["exp"] - time.time()

'''


def program(request: RequestText, answer: AnswerText) -> str:
    """The program's text."""
    arguments = list(_arguments(request))
    text = _PROGRAM.format(
        imports="\n".join(f"import {name}" for name in _imports(request, answer)),
        arguments=",\n            ".join(arguments),
        refused=_refused(answer),
        token=_token(answer),
        lifetime=f"answer.json(){answer.in_brackets(answer.lifetime)}"
        if answer.lifetime
        else 'seconds_left(kept["token"])',
        exp="" if answer.lifetime else _EXP,
        header=quoted(answer.header),
        value=f'f"{answer.scheme} {{token()}}"' if answer.scheme else "token()",
        use=_use(answer),
    )
    return text.rstrip()


def _imports(request: RequestText, answer: AnswerText) -> list[str]:
    names = {"os", "time"}
    if not answer.lifetime:
        names |= {"base64", "json"}
    if request.basic == "base64":
        names |= {"base64"}
    if answer.way is None:
        names |= {"re"}
    return sorted(names)


def _arguments(request: RequestText) -> Iterator[str]:
    indent = " " * 12
    yield quoted(request.method)
    yield quoted(request.url)
    if request.basic:
        yield f"auth={_auth(request.basic)}"
    if request.query:
        yield f"params={mapping(request.query, _text, indent)}"
    if request.headers:
        yield f"headers={mapping(request.headers, _text, indent)}"
    if request.form:
        yield f"data={mapping(request.form, _text, indent)}"
    if request.json is not None:
        yield f"json={tree(request.json, _text, indent, null='None')}"
    yield "timeout=10"


def _auth(reading: str) -> str:
    client_id, secret = 'os.environ["CLIENT_ID"]', 'os.environ["CLIENT_SECRET"]'
    if reading == "secret":
        return f'({secret}, "")'
    if reading == "base64":
        client_id, secret = (
            f"base64.b64encode({each}.encode()).decode()" for each in (client_id, secret)
        )
    return f"({client_id}, {secret})"


def _text(text: Text) -> str:
    if len(text) == 1 and isinstance(text[0], Variable):
        return f'os.environ["{text[0].name}"]'
    pieces = [_piece(piece) for piece in text]
    return " + ".join(pieces) or '""'


def _piece(piece: str | Variable) -> str:
    return f'os.environ["{piece.name}"]' if isinstance(piece, Variable) else quoted(piece)


def _refused(answer: AnswerText) -> str:
    wrong = f"answer.status_code != {answer.status}"
    return wrong if answer.status_says_all else f'{wrong} or "eyJ" not in {_place(answer)}'


def _token(answer: AnswerText) -> str:
    if answer.way is not None:
        return f"answer.json(){answer.in_brackets(answer.way)}"
    return f're.search(r"eyJ[\\w.-]+", {_place(answer)})[0]'


def _place(answer: AnswerText) -> str:
    return f"answer.headers[{quoted(answer.in_header)}]" if answer.in_header else "answer.text"


def _use(answer: AnswerText) -> str:
    if not answer.api:
        return "print(headers)"
    return (
        f"answer = requests.get({quoted(answer.api)}, headers=headers, timeout=10)\n"
        "print(answer.status_code, answer.text)"
    )
