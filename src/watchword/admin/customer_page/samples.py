"""Programs that ask for a token and use it: a shell with curl, Python with requests, Node."""

from collections.abc import Iterable

from msgspec import Struct

from watchword.admin.customer_page import curl, node, python
from watchword.admin.customer_page.answer_text import answer_text
from watchword.admin.customer_page.request_text import request_text
from watchword.admin.customer_page.words import PageWords
from watchword.dialect import Dialect


class Samples(Struct, frozen=True, kw_only=True):
    """environment: the lines that set the variables. use: curl with a token in TOKEN."""

    environment: str
    curl: str
    use: str
    python: str
    node: str


def samples(dialect: Dialect, words: PageWords, url: str) -> Samples:
    """The programs for a token endpoint at `url`; all take the credentials from the environment."""
    request = request_text(dialect, url)
    answer = answer_text(dialect, words.api)
    return Samples(
        environment=_environment(request.variables),
        curl=curl.ask(request),
        use=curl.use(answer),
        python=python.program(request, answer),
        node=node.program(request, answer),
    )


def _environment(variables: Iterable[str]) -> str:
    return "\n".join(f"export {name}='...'" for name in variables)
