"""The page's third part: what the token endpoint answers when there is no token."""

from collections.abc import Iterator

from watchword.admin.customer_page.block import Block, Code, Heading, Line, Paragraph, Table, say
from watchword.admin.customer_page.facts import Facts
from watchword.admin.customer_page.refusal_row import RefusalRow, meaning, todo


def refusal_part(facts: Facts) -> Iterator[Block]:
    """The table of refusals."""
    yield Heading("When you get no token")
    yield Paragraph(
        say(
            "These are the answers of the token endpoint. Every one has a header `X-Request-Id`: "
            "tell it to us if you ask for help. Words may name another parameter than here. "
            "No answer at all is the network's fault: wait, then try again."
        )
    )
    rows = tuple(_row(row, facts) for row in facts.refusals)
    yield Table(("Status", "Answer", "Because", "Do this"), rows)


def _row(row: RefusalRow, facts: Facts) -> tuple[Line, ...]:
    values: dict[str, str | Code] = {
        "id": facts.words.client_id,
        "secret": facts.words.client_secret,
        "grant": Code(facts.ask.grant),
    }
    advice = say(todo(row.causes), **values)
    if row.retry_after:
        advice = (*advice, *say(" The header `Retry-After` says how many seconds."))
    status: Line = (Code(str(row.status)),)
    return (status, (Code(row.body),), say(meaning(row.causes), **values), advice)
