"""What programs must know of an answer: where the token stands, how it is shown, its life."""

from msgspec import Struct

from watchword.admin.customer_page.answer_field import header_of, way_to
from watchword.dialect import Dialect
from watchword.dialect.body_leaf import Way


class AnswerText(Struct, frozen=True, kw_only=True):
    """status: of an answer with a token. way: to the token in JSON, None where it stands elsewhere.

    in_header: the header of the answer that holds the token, None for its body.
    lifetime: the way to the seconds that it lives, None where the token alone tells.
    status_says_all: whether no refusal has the same status. header, scheme: at the API, whose
    request is `api`, "" if the vendor names none.
    """

    status: int
    way: Way | None
    in_header: str | None
    lifetime: Way | None
    status_says_all: bool
    header: str
    scheme: str
    api: str

    def in_brackets(self, way: Way) -> str:
        """The way as Python and JavaScript write it."""
        return "".join(f'["{step}"]' if isinstance(step, str) else f"[{step}]" for step in way)


def answer_text(dialect: Dialect, api: str) -> AnswerText:
    """The facts of a dialect; `api` is a URL that the examples call."""
    token, lifetime = way_to(dialect, "access_token"), way_to(dialect, "expires_in")
    whole = token is not None and not token[1].filters
    in_seconds = lifetime is not None and not lifetime[1].filters
    status = dialect.file.answer.status
    return AnswerText(
        status=status,
        way=token[0] if token and whole else None,
        in_header=None if whole else header_of(dialect, "access_token"),
        lifetime=lifetime[0] if lifetime and in_seconds and whole else None,
        status_says_all=all(each.rules.status != status for each in dialect.refusals.values()),
        header=dialect.file.presentation.header,
        scheme=dialect.presentation.scheme,
        api=api,
    )
