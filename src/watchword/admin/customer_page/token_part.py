"""The page's first part: the credentials, the request, and the answer."""

from collections.abc import Iterator, Mapping

from watchword.admin.customer_page.answer_field import AnswerField
from watchword.admin.customer_page.block import (
    Block,
    Code,
    Heading,
    Items,
    Line,
    Listing,
    Paragraph,
    Table,
    joined,
    say,
)
from watchword.admin.customer_page.facts import Facts
from watchword.admin.customer_page.phrase import capital, listed, spoken_duration
from watchword.admin.customer_page.request_part import Parameter, credential_parameters
from watchword.dialect.model import CredentialsPart


def token_part(facts: Facts) -> Iterator[Block]:
    """Credentials, request, samples, answer, scopes."""
    yield from _credentials(facts)
    yield from _request(facts)
    yield from _samples(facts)
    yield from _answer(facts)
    yield from _scopes(facts)


def _credentials(facts: Facts) -> Iterator[Block]:
    words = facts.words
    yield Heading("Your credentials")
    secret = say(
        "Ours begin with {prefix}; the eight characters after it name the {secret} and may be told "
        "to anybody, the rest may not. One that you brought along looks as it always did. "
        "It lives {lifetime} unless agreed otherwise.",
        prefix=Code(f"{facts.key_prefix}_"),
        secret=words.client_secret,
        lifetime=spoken_duration(facts.secret_lifetime),
    )
    rows = [((capital(words.client_secret),), (Code("CLIENT_SECRET"),), secret)]
    if facts.ask.takes_client_id:
        name = say("Says who you are. It is not secret, and stays the same.")
        rows.insert(0, ((capital(words.client_id),), (Code("CLIENT_ID"),), name))
    yield Table(("You have", "In the examples", "What it is"), tuple(rows))
    if facts.urls.requests:
        yield Paragraph(
            say("You have none yet? Ask for them at {url}.", url=Code(facts.urls.requests))
        )


def _request(facts: Facts) -> Iterator[Block]:
    yield Heading("Ask for a token")
    yield Listing("http", f"{facts.ask.method} {facts.ask.token_endpoints[0]}")
    others = facts.ask.token_endpoints[1:]
    if others:
        yield Paragraph((*say("The same answers at "), *listed(others, "and"), "."))
    yield Table(("In", "Name", "Needed", "Value"), tuple(_rows(facts)))
    yield from _other_places(facts)


def _rows(facts: Facts) -> Iterator[tuple[Line, ...]]:
    if facts.ask.content_type:
        yield _row("header", "Content-Type", True, (Code(facts.ask.content_type),))
    first = facts.ask.places[0]
    if first.basic:
        yield _row("header", "Authorization", True, _basic_value(first, facts))
    for each in (*credential_parameters(first), *facts.ask.parameters):
        yield _row(each.where, each.name, each.required, _value(each, facts))


def _row(where: str, name: str, required: bool, value: Line) -> tuple[Line, ...]:
    return ((where,), (Code(name),), ("yes" if required else "no",), value)


def _basic_value(part: CredentialsPart, facts: Facts) -> Line:
    identity, secret = facts.words.client_id, facts.words.client_secret
    shown = "Basic <base64 of {pair}>".replace("{pair}", _pair(part, identity, secret))
    how = "HTTP Basic, as `curl --user` sends it. "
    if {"raw", "form"} <= set(part.basic):
        how += "The two may be form-encoded first (RFC 6749, 2.3.1) or not: both are read. "
        how += _BY_HAND
    elif part.basic[0] == "form":
        how += "Each of the two is form-encoded first (RFC 6749, 2.3.1)."
    elif part.basic[0] == "base64":
        how += "Each of the two is base64-encoded by itself before."
    else:
        how += "There is no password."
    return (Code(shown), *say(". " + how.strip()))


_BY_HAND = "By hand: `printf %s \"$CLIENT_ID:$CLIENT_SECRET\" | base64 | tr -d '\\n'`."


def _pair(part: CredentialsPart, identity: str, secret: str) -> str:
    return f"{secret}:" if part.basic[0] == "secret" else f"{identity}:{secret}"


def _value(each: Parameter, facts: Facts) -> Line:
    words = facts.words
    scheme: Line = (Code(each.scheme), " and ") if each.scheme else ()
    match each.kind:
        case "client_id":
            return (*scheme, *say("Your {id}.", id=words.client_id))
        case "client_secret":
            return (*scheme, *say("Your {secret}.", secret=words.client_secret))
        case "scope":
            return say(
                "What the token is for: some of the scopes below, with {mark} between them. "
                "Without it you get all that you may have.",
                mark=_SEPARATORS.get(facts.ask.scope_separator, Code(facts.ask.scope_separator)),
            )
        case "resource":
            return (*say("Which API the token is for: "), *listed(each.values), ".")
        case _:
            return (*scheme, *_fixed(each))


_SEPARATORS: Mapping[str, str | Code] = {" ": "a space", ",": "a comma"}


def _fixed(each: Parameter) -> Line:
    if each.values:
        return (*listed(each.values), ".")
    return say("As agreed for you.") if each.bound else say("A value of yours.")


def _other_places(facts: Facts) -> Iterator[Block]:
    others = facts.ask.places[1:]
    if not others:
        return
    yield Paragraph(say("The credentials may also stand elsewhere, in one place at a time:"))
    yield Items(tuple(_place(part, facts) for part in others))


def _place(part: CredentialsPart, facts: Facts) -> Line:
    if part.basic:
        value = _basic_value(part, facts)
        return (*say("in the header `Authorization`: "), *value)
    each = [(Code(one.name), f" ({one.where})") for one in credential_parameters(part)]
    return joined([tuple(pieces) for pieces in each], " and ")


def _samples(facts: Facts) -> Iterator[Block]:
    samples = facts.ask.samples
    yield Paragraph(say("Put the credentials into the environment, then take one of these."))
    yield Listing("sh", samples.environment)
    yield Heading("curl", 3)
    yield Listing("sh", samples.curl)
    yield Heading("Python", 3)
    yield Listing("python", samples.python)
    yield Heading("Node.js", 3)
    yield Paragraph(say("An ES module (`token.mjs`), for Node.js 18 or newer."))
    yield Listing("js", samples.node)


def _answer(facts: Facts) -> Iterator[Block]:
    yield Heading("The answer")
    yield Paragraph(say("Status {status}.", status=Code(str(facts.answer.status))))
    yield Listing("json" if facts.answer.is_json else "text", facts.answer.text)
    rows = tuple(_answer_row(field, facts) for field in facts.answer.fields)
    yield Table(("Field", "Example", "Meaning"), rows)


def _answer_row(field: AnswerField, facts: Facts) -> tuple[Line, ...]:
    meaning = say(field.meaning, id=facts.words.client_id)
    if field.optional:
        meaning = (*meaning, " It may be absent.")
    example: Line = (Code(field.example),) if field.example else ()
    name: Line = (Code(field.name), " (header)") if field.header else (Code(field.name),)
    return (name, example, meaning)


def _scopes(facts: Facts) -> Iterator[Block]:
    if not facts.scopes or not facts.ask.takes_scope:
        return
    yield Heading("Scopes")
    texts = facts.words.scopes
    if any(texts.get(scope) for scope in facts.scopes):
        rows = tuple(((Code(each),), (texts.get(each, ""),)) for each in facts.scopes)
        yield Table(("Scope", "What it allows"), rows)
    else:
        yield Items(tuple((Code(each),) for each in facts.scopes))
    asked = next((each for each in facts.ask.parameters if each.kind == "scope"), None)
    if asked is not None:
        value = facts.ask.scope_separator.join(facts.scopes[:2])
        yield Paragraph(
            say(
                "For example {name} with the value {value} ({where}).",
                name=Code(asked.name),
                value=Code(value),
                where=asked.where,
            )
        )
    yield Paragraph(
        say("Ask for no more than your program needs: a token that is stolen can do less then.")
    )
