"""The page's fourth part: secrets end, and how to change over without a gap."""

from collections.abc import Iterator

from watchword.admin.customer_page.block import (
    Block,
    Code,
    Heading,
    Items,
    Listing,
    Paragraph,
    say,
)
from watchword.admin.customer_page.facts import Facts
from watchword.admin.customer_page.phrase import spoken_duration


def rotation_part(facts: Facts) -> Iterator[Block]:
    """Expiry, the steps of a rotation, and what to do when a secret got out."""
    secret = facts.words.client_secret
    yield Heading(f"A new {secret}")
    yield Paragraph(
        say(
            "A new {secret} lives {lifetime} unless agreed otherwise, and {several} of yours may "
            "work at the same time: change over without a gap, before the old one ends.",
            secret=secret,
            lifetime=spoken_duration(facts.secret_lifetime),
            several=str(facts.max_live_secrets),
        )
    )
    yield from _by_yourself(facts) if facts.urls.credentials else _by_asking(facts)
    yield Paragraph(
        say(
            "Somebody else may know your {secret}? {contact} at once: it is revoked, and no token "
            "can be had with it any more. {tokens}",
            secret=secret,
            contact=_contact(facts),
            tokens="Its tokens are stopped."
            if facts.can_be_stopped
            else f"Tokens that are out live on for {spoken_duration(facts.lifetime)} at most.",
        )
    )


def _contact(facts: Facts) -> str:
    return f"Tell {facts.words.contact}" if facts.words.contact else "Tell us"


def _by_asking(facts: Facts) -> Iterator[Block]:
    secret = facts.words.client_secret
    whom = facts.words.contact or "your account manager"
    yield Items(
        (
            say("Ask {whom} for a new {secret}.", whom=whom, secret=secret),
            say("Put it into your program's configuration."),
            say("See that your program gets a token with it."),
            say("Ask {whom} to revoke the old one.", whom=whom),
        ),
        ordered=True,
    )


def _by_yourself(facts: Facts) -> Iterator[Block]:
    """Self-service, which takes Basic whatever the dialect is."""
    yield Paragraph(
        say(
            "You can do this by yourself. The requests below show a {secret} that works, by HTTP "
            "Basic.",
            secret=facts.words.client_secret,
        )
    )
    yield Items(
        (
            say("See what you have (names and ends, never values)."),
            say(
                "Make the next one; its value is shown this once, as {field}.",
                field=Code("client_secret"),
            ),
            say("Put it into your program, and see that it gets a token."),
            say(
                "Retire the old one by its {field}; it works for another day.",
                field=Code("secret_id"),
            ),
        ),
        ordered=True,
    )
    user = '--user "$CLIENT_ID:$CLIENT_SECRET"'
    lines = [
        f'curl --silent --show-error {user} "{facts.urls.credentials}"',
        f'curl --silent --show-error {user} --data \'{{"label": "next"}}\' \\\n'
        f'  "{facts.urls.credentials}"',
    ]
    if facts.urls.retirement:
        lines.append(
            f'curl --silent --show-error {user} --data \'{{"secret_id": "..."}}\' \\\n'
            f'  "{facts.urls.retirement}"'
        )
    yield Listing("sh", "\n".join(lines))
