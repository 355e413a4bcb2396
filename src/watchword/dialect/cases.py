"""The cases of a dialect: requests, and what each must be answered with.

`cases` makes them from the file; `replay` sends them to any server and says where its answers
differ. Each wrong request is first read by the dialect itself, which names the cause.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from watchword.dialect.caller_request import CallerRequest, build_request
from watchword.dialect.compare import differences, received
from watchword.dialect.dialect import Dialect
from watchword.dialect.presented import header_differences
from watchword.dialect.public import CallerRefusal, PublicDialect
from watchword.dialect.refusal import Refusal
from watchword.dialect.strip import without_member, without_parameter
from watchword.dialect.wire import WireRequest

GRANTED = "token"
Headers = tuple[tuple[str, str], ...]
# Method, URL, headers and body in; status, headers and body out.
Send = Callable[[str, str, Headers, bytes], tuple[int, Mapping[str, str], bytes]]

_ANY_BASIC = ("Authorization", "Basic d2F0Y2h3b3JkOm5vYm9keQ==")
_ANY_SECRET = b"client_secret=watchword-nobody"
_NOBODY = "watchword-nobody"
_OTHER_GRANT = "watchword_other"
_WRONG = "watchword-wrong-secret-000000"


class Credentials(Struct, frozen=True, kw_only=True):
    """A client that may have tokens, for the cases that need one."""

    client_id: str | None
    client_secret: str
    scope: str | None = None
    fields: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"Credentials({self.client_id!r})"


class Incomplete(ValueError):
    """Credentials without a value that the dialect asks for; `missing` are its fields' names."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        self.missing = missing
        super().__init__(f"the dialect also asks for {', '.join(missing)}")


class Case(NamedTuple):
    """A request and the cause of its refusal, or `token` if it must get one."""

    name: str
    request: CallerRequest
    expected: str


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of a case. `differences` is empty if the server answered as the file says."""

    case: str
    expected: str
    status: int
    differences: tuple[str, ...]


def cases(dialect: Dialect, credentials: Credentials) -> tuple[Case, ...]:
    """The cases of a dialect, for a client that may have tokens.

    Raises Incomplete where the credentials lack a value without which no request is right.
    """
    maker = _Maker(dialect, credentials)
    found = [*maker.granted(), *maker.wrong_credentials(), *maker.missing(), *maker.malformed()]
    found += maker.ambiguous()
    return tuple(case for case in found if case is not None)


def replay(dialect: Dialect, url: str, send: Send, credentials: Credentials) -> tuple[Outcome, ...]:
    """Send each case to a server and compare. `url`: the issuer's, or its token endpoint's.

    What `send` raises goes through.
    """
    base = url.rstrip("/")
    if urlsplit(base).path.endswith(dialect.token_path):
        base = base.removesuffix(dialect.token_path)
    return tuple(_outcome(dialect, base, send, case) for case in cases(dialect, credentials))


def _outcome(dialect: Dialect, base: str, send: Send, case: Case) -> Outcome:
    request = case.request
    target = f"{base}{request.path}" + (f"?{request.query}" if request.query else "")
    status, headers, body = send(request.method, target, request.headers, request.body)
    if case.expected == GRANTED:
        found = _token_differences(dialect, status, headers, body)
    else:
        found = _refusal_differences(dialect, case.expected, status, headers, body)
    return Outcome(case=case.name, expected=case.expected, status=status, differences=tuple(found))


def _token_differences(
    dialect: Dialect, status: int, headers: Mapping[str, str], body: bytes
) -> list[str]:
    try:
        got = PublicDialect.from_dialect(dialect).token_answer(status, headers, body)
    except CallerRefusal as refusal:
        return [f"no token, but {refusal.error} with status {status}"]
    answer = received(status, dict(headers), body)
    expected = dialect.file.answer
    found = _status_differences(status, expected.status)
    found += _type_differences(answer.headers, expected.content_type)
    found += differences(dialect.answer_body, answer, None)
    return found + header_differences(got.access_token, dialect.file.token)


def _refusal_differences(
    dialect: Dialect, cause: str, status: int, headers: Mapping[str, str], body: bytes
) -> list[str]:
    writer = dialect.refusals[cause]
    answer = received(status, dict(headers), body)
    found = _status_differences(status, writer.rules.status)
    found += _type_differences(answer.headers, writer.content_type)
    return found + differences(writer.body, answer, writer.rules)


def _status_differences(status: int, expected: int) -> list[str]:
    return [] if status == expected else [f"the status is {status}, not {expected}"]


def _type_differences(headers: Mapping[str, str], expected: str) -> list[str]:
    said, wanted = (
        text.partition(";")[0].strip().lower()
        for text in (headers.get("content-type", ""), expected)
    )
    return [] if said == wanted else [f"the content type is {said or 'missing'}, not {wanted}"]


class _Maker:
    """Makes the cases of one dialect."""

    def __init__(self, dialect: Dialect, credentials: Credentials) -> None:
        self._dialect = dialect
        self._public = PublicDialect.from_dialect(dialect)
        self._credentials = credentials
        self._right = self._request()
        given = credentials.fields
        required = dialect.file.request.fields.items()
        lacking = tuple(n for n, f in required if f.required and not f.equals and not given.get(n))
        if lacking:
            # Each case would be refused for this, whatever else is wrong with it.
            raise Incomplete(lacking)

    def _request(
        self,
        *,
        place: int = 0,
        client_id: str | None = None,
        secret: str | None = None,
        scope: str | None = None,
        grant: str | None = None,
    ) -> CallerRequest:
        known, part = self._credentials, self._dialect.file.request
        if grant and part.grant:
            part = replace(part, grant=replace(part.grant, values=[grant]))
        return build_request(
            part,
            client_id=client_id or known.client_id,
            client_secret=secret or known.client_secret,
            scope=scope or known.scope,
            fields=known.fields,
            credentials=place,
        )

    def granted(self) -> list[Case | None]:
        """A token by each place of credentials."""
        count = len(self._dialect.file.request.credentials)
        return [
            Case(f"a token, credentials {_place(self._dialect, place)}", request, GRANTED)
            for place in range(count)
            for request in [self._request(place=place)]
        ]

    def wrong_credentials(self) -> list[Case | None]:
        """Refusals that need the server's knowledge."""
        found: list[Case | None] = [
            Case("a wrong secret", self._request(secret=_WRONG), "wrong_secret")
        ]
        if self._public.takes_client_id:
            request = self._request(client_id=_NOBODY, secret=_WRONG)
            found.append(Case("an unknown client", request, "unknown_client"))
        if self._dialect.file.request.scope:
            request = self._request(scope="watchword:no-such-scope")
            found.append(Case("a scope that is not permitted", request, "invalid_scope"))
        return found

    def missing(self) -> list[Case | None]:
        """Requests that lack something."""
        right = self._right
        bare = replace(right, headers=_content_type(right), body=_emptied(right), query="")
        return [
            self._refused("nothing but the path", bare),
            *(self._refused(f"without {name}", _without(right, name)) for name in self._names()),
        ]

    def malformed(self) -> list[Case | None]:
        """Requests that cannot be read."""
        right = self._right
        found = [self._refused("another method", replace(right, method="DELETE"))]
        if right.body:
            broken = b"{" if right.body.startswith(b"{") else b"grant_type=%zz&" + right.body
            found.append(self._refused("a broken body", replace(right, body=broken)))
            headers = (("Content-Type", "text/csv"),)
            kept = tuple(h for h in right.headers if h[0].lower() != "content-type")
            other = replace(right, headers=headers + kept)
            found.append(self._refused("another content type", other))
        if self._dialect.file.request.grant:
            found.append(self._refused("another grant type", self._request(grant=_OTHER_GRANT)))
        return found

    def ambiguous(self) -> list[Case | None]:
        """Requests whose credentials cannot be read, or stand in two places at once."""
        right = self._right
        others = tuple(header for header in right.headers if header[0] != "Authorization")
        unreadable = (("Authorization", "Basic !"), *others)
        if any(part.basic for part in self._dialect.file.request.credentials):
            bare = replace(right, headers=unreadable)
            found = [self._refused("Basic credentials that are not base64", bare)]
        else:
            found = []
        if others == right.headers:
            twice = replace(right, headers=(_ANY_BASIC, *others))
        else:
            twice = replace(right, body=b"&".join(filter(None, (right.body, _ANY_SECRET))))
        return [*found, self._refused("credentials in two places", twice)]

    def _names(self) -> list[str]:
        """Names of the parameters of a right request."""
        request = self._dialect.file.request
        first = request.credentials[0]
        places = [first.client_id, first.client_secret]
        places.append(request.grant.place if request.grant else None)
        places += [field.place for field in request.fields.values() if field.required]
        names = [place.partition(":")[2].partition(" ")[0] for place in places if place]
        return ["Authorization", *names] if first.basic else names

    def _refused(self, name: str, request: CallerRequest) -> Case | None:
        """A case whose cause the dialect itself tells; None if it would take the request."""
        try:
            self._dialect.read(as_wire(request))
        except Refusal as refusal:
            return Case(name, request, refusal.cause)
        return None


def as_wire(request: CallerRequest, request_id: str = "case") -> WireRequest:
    """A caller's request as a server receives it."""
    return WireRequest(
        method=request.method,
        path=request.path.encode(),
        query=request.query.encode(),
        headers=[(name.lower().encode(), value.encode()) for name, value in request.headers],
        body=request.body,
        request_id=request_id,
    )


def _place(dialect: Dialect, index: int) -> str:
    part = dialect.file.request.credentials[index]
    return "by Basic" if part.basic else f"in {part.client_secret}"


def _content_type(request: CallerRequest) -> Headers:
    return tuple(header for header in request.headers if header[0].lower() == "content-type")


def _emptied(request: CallerRequest) -> bytes:
    return b"{}" if request.body.startswith(b"{") else b""


def _without(request: CallerRequest, name: str) -> CallerRequest:
    """A request without one parameter, member or header of a name."""
    headers = tuple(header for header in request.headers if header[0].lower() != name.lower())
    body = request.body
    if body.startswith(b"{"):
        body = without_member(body, name)
    elif body:
        body = without_parameter(body.decode(), name).encode()
    query = without_parameter(request.query, name)
    return replace(request, headers=headers, body=body, query=query)
