"""A Node program without packages: a token that is kept, and asked for again ahead of its end."""

from collections.abc import Iterator

from watchword.admin.customer_page.answer_text import AnswerText
from watchword.admin.customer_page.literal import mapping, quoted, tree
from watchword.admin.customer_page.request_text import Pairs, RequestText, Text, Variable

_PROGRAM = """\
const kept = {{ token: "", renewAt: 0 }};

// A token with a tenth of its life left at least; asks only when there is none.
async function token() {{
    if (Date.now() / 1000 >= kept.renewAt) {{
        const answer = await fetch({url}, {{
            {options},
        }});
        const text = await answer.text();
        if ({refused}) throw new Error(`no token: ${{answer.status}} ${{text}}`);
        kept.token = {token};
        kept.renewAt = Date.now() / 1000 + 0.9 * {lifetime};
    }}
    return kept.token;
}}
{exp}
const headers = {{ {header}: {value} }};
{use}"""
_EXP = """
// By the token's own `exp`, because the answer does not say it.
function secondsLeft(token) {
    const claims = Buffer.from(token.split(".")[1], "base64url").toString();
    return JSON.parse(claims).exp - Date.now() / 1000;
}
"""


def program(request: RequestText, answer: AnswerText) -> str:
    """The program's text, an ES module."""
    return _PROGRAM.format(
        url=_url(request),
        options=",\n            ".join(_options(request)),
        refused=_refused(answer),
        token=_token(answer),
        lifetime=f"JSON.parse(text){answer.in_brackets(answer.lifetime)}"
        if answer.lifetime
        else "secondsLeft(kept.token)",
        exp="" if answer.lifetime else _EXP,
        header=quoted(answer.header),
        value=f"`{answer.scheme} ${{await token()}}`" if answer.scheme else "await token()",
        use=_use(answer),
    )


def _options(request: RequestText) -> Iterator[str]:
    indent = " " * 12
    yield f"method: {quoted(request.method)}"
    headers = _headers(request, f"{indent}    ")
    if headers:
        lines = "".join(f"\n{indent}    {each}," for each in headers)
        yield f"headers: {{{lines}\n{indent}}}"
    if request.form is not None:
        yield f"body: new URLSearchParams({mapping(request.form, _text, indent)})"
    if request.json is not None:
        yield f"body: JSON.stringify({tree(request.json, _text, indent, null='null')})"


def _headers(request: RequestText, indent: str) -> list[str]:
    found = [f"{quoted(name)}: {_text(value)}" for name, value in request.headers]
    if request.basic:
        found.insert(0, f'"Authorization": {_basic(request.basic, indent)}')
    if request.json is not None:
        found.append('"Content-Type": "application/json"')
    return found


def _basic(reading: str, indent: str) -> str:
    halves = ["process.env.CLIENT_ID", "process.env.CLIENT_SECRET"]
    if reading == "base64":
        halves = [f"btoa({half})" for half in halves]
    if reading == "secret":
        halves = [halves[1], '""']
    return f'"Basic " +\n{indent}    btoa([{", ".join(halves)}].join(":"))'


def _url(request: RequestText) -> str:
    if not request.query:
        return quoted(request.url)
    return f"{quoted(f'{request.url}?')} + new URLSearchParams({_query(request.query)})"


def _query(pairs: Pairs) -> str:
    return mapping(pairs, _text, " " * 8)


def _text(text: Text) -> str:
    return " + ".join(_piece(piece) for piece in text) or '""'


def _piece(piece: str | Variable) -> str:
    return f"process.env.{piece.name}" if isinstance(piece, Variable) else quoted(piece)


def _refused(answer: AnswerText) -> str:
    wrong = f"answer.status !== {answer.status}"
    return wrong if answer.status_says_all else f'{wrong} || !{_place(answer)}.includes("eyJ")'


def _token(answer: AnswerText) -> str:
    if answer.way is not None:
        return f"JSON.parse(text){answer.in_brackets(answer.way)}"
    return f"{_place(answer)}.match(/eyJ[\\w.-]+/)[0]"


def _place(answer: AnswerText) -> str:
    return f"answer.headers.get({quoted(answer.in_header)})" if answer.in_header else "text"


def _use(answer: AnswerText) -> str:
    if not answer.api:
        return "console.log(headers);"
    return (
        f"const answer = await fetch({quoted(answer.api)}, {{ headers }});\n"
        "console.log(answer.status, await answer.text());"
    )
