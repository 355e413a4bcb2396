"""The page's second part: the token at the API, its life, and its renewal."""

from collections.abc import Iterator

from watchword.admin.customer_page.block import (
    Block,
    Code,
    Heading,
    Items,
    Line,
    Listing,
    Paragraph,
    Table,
    say,
)
from watchword.admin.customer_page.facts import Facts
from watchword.admin.customer_page.phrase import spoken_duration


def api_part(facts: Facts) -> Iterator[Block]:
    """Presentation, what the API answers, lifetime and renewal."""
    yield Heading("Call the API")
    value = f"{facts.scheme} eyJ..." if facts.scheme else "eyJ..."
    yield Listing("http", f"{facts.header}: {value}")
    if not facts.scheme:
        yield Paragraph(
            say(
                "The token stands alone in the header {header}: no word before it.",
                header=Code(facts.header),
            )
        )
    yield Paragraph(say("With the token in `TOKEN`:"))
    yield Listing("sh", facts.ask.samples.use)
    yield Table(("The API answers", "Because", "Do this"), tuple(_answers(facts)))
    yield from _life(facts)


def _answers(facts: Facts) -> Iterator[tuple[Line, ...]]:
    ended = "has expired, or was stopped" if facts.can_be_stopped else "or has expired"
    yield (
        (Code("401"),),
        say("The token is missing, cannot be read, {ended}.", ended=ended),
        say("Ask for a new token once, then try again once."),
    )
    yield (
        (Code("403"),),
        say("The token is good, but you may not do this."),
        say("Ask for the scope that it needs, or ask us." if facts.scopes else "Ask us."),
    )
    yield (
        (Code("503"),),
        say("The API cannot check tokens at the moment."),
        say("Wait as long as `Retry-After` says, then try again with the same token."),
    )


def _life(facts: Facts) -> Iterator[Block]:
    yield Heading("How long a token lives")
    life = say(
        "{lifetime} ({seconds} seconds), unless another time was agreed for you. ",
        lifetime=spoken_duration(facts.lifetime),
        seconds=str(facts.lifetime),
    )
    yield Paragraph((*life, *say(_WHERE[facts.answer.tells_lifetime])))
    yield Items(tuple(_advice(facts)))


_WHERE = {
    True: "What the answer says holds, and so does the token's own claim `exp`.",
    False: "The answer does not say it: the token's own claim `exp` does, in seconds since 1970.",
}


def _advice(facts: Facts) -> Iterator[Line]:
    yield say("Keep the token in memory and use it for all requests. Do not ask for one each time.")
    yield say("Ask for the next one ahead of the end, when a tenth of its life is left.")
    yield say("There is no refresh token: asking again is how a token is renewed.")
    yield say("After a 401 ask once; an API that still says 401 will not change its mind.")
    if facts.can_be_stopped:
        yield say("A token can be stopped before its end; the API then answers 401.")
    else:
        yield say(
            "A token lives its whole time, even if the {secret} is revoked meanwhile or the "
            "account is disabled.",
            secret=facts.words.client_secret,
        )
    if facts.can_be_stopped and facts.urls.revocation:
        yield say(
            "A token of yours that got out can be ended by yourself: {curl} (RFC 7009).",
            curl=Code(
                'curl --user "$CLIENT_ID:$CLIENT_SECRET" '
                f'--data-urlencode "token=$TOKEN" "{facts.urls.revocation}"'
            ),
        )
    if facts.urls.jwks:
        yield say(
            "The token is signed with {alg}; whoever has to check it finds the keys at {url}. "
            "Your program need not look into it.",
            alg=Code(facts.alg),
            url=Code(facts.urls.jwks),
        )
    else:
        yield say(
            "The token is signed with {alg}: only the API can check it. Your program need not "
            "look into it.",
            alg=Code(facts.alg),
        )
