"""What the page says, as plain data, from an issuer's settings and the dialect it speaks.

Nothing here is secret and nothing is of any customer: no client, no origin of a browser's page.
"""

import json
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from watchword.admin.customer_page.answer_field import AnswerField, answer_fields
from watchword.admin.customer_page.refusal_row import RefusalRow, refusal_rows
from watchword.admin.customer_page.request_part import Parameter, parameters
from watchword.admin.customer_page.samples import Samples, samples
from watchword.admin.customer_page.words import PageWords
from watchword.admin.dialect_of import dialect_of
from watchword.admin.view import token_endpoint
from watchword.core.issuer import Issuer
from watchword.dialect import Dialect
from watchword.dialect.example import TOKEN, Example, example, token_answer, token_request
from watchword.dialect.model import CredentialsPart
from watchword.jose.algorithm import ALGORITHMS
from watchword.oauth.endpoint import (
    CREDENTIALS,
    JWKS,
    METADATA,
    REQUESTS,
    RETIREMENT,
    REVOCATION,
    REVOCATIONS,
    paths_of,
)


class Ask(Struct, frozen=True, kw_only=True):
    """The request. token_endpoints: the issuer's own first, then those of its aliases.

    places: where credentials may stand, the one of the examples first. grant: the literal, "" for
    none.
    """

    token_endpoints: tuple[str, ...]
    method: str
    content_type: str | None
    places: tuple[CredentialsPart, ...]
    parameters: tuple[Parameter, ...]
    grant: str
    takes_client_id: bool
    takes_scope: bool
    scope_separator: str
    samples: Samples


class Answer(Struct, frozen=True, kw_only=True):
    """The answer with a token. text: the example. tells_lifetime: whether a field says it."""

    status: int
    text: str
    is_json: bool
    fields: tuple[AnswerField, ...]
    tells_lifetime: bool


class Urls(Struct, frozen=True, kw_only=True):
    """The issuer's other endpoints for clients, None for those that it does not have."""

    jwks: str | None
    metadata: str | None
    credentials: str | None
    retirement: str | None
    revocation: str | None
    requests: str | None


class Facts(Struct, frozen=True, kw_only=True):
    """All that a page says. header, scheme: how the token stands at the API.

    lifetime, secret_lifetime: seconds. can_be_stopped: whether tokens may end early.
    browsers: whether pages of other origins may ask: "no", "any" or "some".
    """

    title: str
    words: PageWords
    rfc6749: bool
    ask: Ask
    answer: Answer
    urls: Urls
    scopes: tuple[str, ...]
    header: str
    scheme: str
    lifetime: int
    can_be_stopped: bool
    alg: str
    key_prefix: str
    secret_lifetime: int
    max_live_secrets: int
    refusals: tuple[RefusalRow, ...]
    browsers: str


def collect(issuer: Issuer, words: PageWords) -> Facts:
    """The facts about `issuer`."""
    dialect = dialect_of(issuer)
    values = _values(issuer, dialect)
    urls = {name: issuer.url + path for name, path in paths_of(issuer, dialect).items()}
    return Facts(
        title=words.title or _title(issuer, dialect),
        words=words,
        rfc6749=dialect.rfc6749,
        ask=_ask(issuer, dialect, values, words),
        answer=_answer(issuer, dialect, values),
        urls=_urls(issuer, urls),
        scopes=issuer.scopes,
        header=dialect.file.presentation.header,
        scheme=dialect.presentation.scheme,
        lifetime=issuer.lifetime,
        can_be_stopped=REVOCATIONS in urls,
        alg=issuer.alg,
        key_prefix=issuer.key_prefix,
        secret_lifetime=issuer.secret_lifetime,
        max_live_secrets=issuer.max_live_secrets,
        refusals=refusal_rows(issuer, dialect, values),
        browsers=_browsers(issuer),
    )


def _ask(issuer: Issuer, dialect: Dialect, values: Example, words: PageWords) -> Ask:
    part = dialect.file.request
    request = token_request(dialect, replace(values, scope=None))
    endpoint = token_endpoint(issuer)
    path = endpoint.removeprefix(issuer.url)
    return Ask(
        token_endpoints=tuple(url + path for url in issuer.urls),
        method=request.method,
        content_type=dict(request.headers).get("Content-Type"),
        places=tuple(part.credentials),
        parameters=parameters(issuer, dialect),
        grant=part.grant.values[0] if part.grant else "",
        takes_client_id=values.client_id is not None,
        takes_scope=part.scope is not None,
        scope_separator=part.scope_separator,
        samples=samples(dialect, words, endpoint),
    )


def _answer(issuer: Issuer, dialect: Dialect, values: Example) -> Answer:
    answer = token_answer(dialect, values, " ".join(issuer.scopes))
    fields = answer_fields(dialect, answer)
    return Answer(
        status=answer.status,
        text=_pretty(answer.body.decode("utf-8", "replace")).replace(TOKEN, "eyJ..."),
        is_json=dialect.answer_body.is_json,
        fields=fields,
        tells_lifetime=any(_tells_lifetime(each.meaning) for each in fields),
    )


def _urls(issuer: Issuer, urls: Mapping[str, str]) -> Urls:
    return Urls(
        jwks=None if ALGORITHMS[issuer.alg].symmetric else urls.get(JWKS),
        metadata=urls.get(METADATA),
        credentials=urls.get(CREDENTIALS),
        retirement=urls.get(RETIREMENT),
        revocation=urls.get(REVOCATION),
        requests=urls.get(REQUESTS),
    )


def _title(issuer: Issuer, dialect: Dialect) -> str:
    """The dialect's, which a vendor's own has; the plain one knows no vendor."""
    own = issuer.dialect_text or issuer.dialect != "rfc6749"
    return dialect.title if own else f"Access tokens for {issuer.name}"


def _values(issuer: Issuer, dialect: Dialect) -> Example:
    """The values of the examples. Without a scope in the request the token has all of them."""
    values = example(dialect, scope=" ".join(issuer.scopes) or None)
    return replace(values, lifetime=issuer.lifetime, scope_differs=bool(issuer.scopes))


def _tells_lifetime(meaning: str) -> bool:
    return meaning.startswith(("How long the token lives", "When the token dies"))


def _browsers(issuer: Issuer) -> str:
    if not issuer.cors_origins:
        return "no"
    return "any" if "*" in issuer.cors_origins else "some"


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
