"""The facts in our words, for a customer's developer with a curl line and ten minutes."""

from collections.abc import Iterator

from watchword.admin.customer_page.api_part import api_part
from watchword.admin.customer_page.block import Block, Code, Heading, Items, Line, Paragraph, say
from watchword.admin.customer_page.facts import Facts
from watchword.admin.customer_page.phrase import spoken_duration
from watchword.admin.customer_page.refusal_part import refusal_part
from watchword.admin.customer_page.rotation_part import rotation_part
from watchword.admin.customer_page.token_part import token_part


def document(facts: Facts) -> tuple[Block, ...]:
    """The page below its title."""
    return (
        *_beginning(facts),
        *token_part(facts),
        *api_part(facts),
        *refusal_part(facts),
        *rotation_part(facts),
        *_safety(facts),
        *_help(facts),
    )


def _beginning(facts: Facts) -> Iterator[Block]:
    words = facts.words
    if words.introduction:
        yield Paragraph((words.introduction,))
    yield Paragraph(
        say(
            "Your program shows its {secret} at one address, gets a token that lives {lifetime}, "
            "and sends that token with each request to the API. Nobody logs in.",
            secret=words.client_secret,
            lifetime=spoken_duration(facts.lifetime),
        )
    )
    if facts.rfc6749:
        yield Paragraph(
            say(
                "This is OAuth 2.0 with client credentials (RFC 6749, 4.4): most languages have a "
                "library that does all of it, renewal too."
            )
        )


def _safety(facts: Facts) -> Iterator[Block]:
    words = facts.words
    yield Heading("Keep it safe")
    lines = [
        say(
            "The {secret} belongs into a secret manager or the environment, never into source "
            "code, a chat or a ticket.",
            secret=words.client_secret,
        ),
        say("Send it to the address above only, over HTTPS. No redirect is ever a part of this."),
        say("Whoever has the token can do what you can, until it ends: no logs, no URLs."),
        say("Give each program, and each stage (test, production), credentials of its own."),
        _browsers(facts),
    ]
    yield Items(tuple(lines))


def _browsers(facts: Facts) -> Line:
    text = "A secret in a browser's page is no secret: ask for tokens on a server. "
    return say(text + _BROWSERS[facts.browsers])


_BROWSERS = {
    "no": "Browsers are not let in here.",
    "some": "Browsers are let in from origins that were agreed on.",
    "any": "Browsers are let in from any origin, for pages that only their own user sees.",
}


def _help(facts: Facts) -> Iterator[Block]:
    contact = facts.words.contact
    if contact or facts.urls.metadata:
        yield Heading("Help")
    if contact:
        yield Paragraph(
            say(
                "{contact}. Tell the {id}, the time, and the `X-Request-Id` of an answer; never "
                "the {secret}.",
                contact=contact,
                id=facts.words.client_id if facts.ask.takes_client_id else "name of your account",
                secret=facts.words.client_secret,
            )
        )
    if facts.urls.metadata:
        yield Paragraph(
            say(
                "Libraries that configure themselves (RFC 8414) find everything at {url}.",
                url=Code(facts.urls.metadata),
            )
        )
