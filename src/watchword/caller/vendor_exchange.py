"""A vendor's dialect from the caller's side: its public half as an `Exchange`."""

from watchword.caller.errors import ConfigurationError, UnreadableAnswer, showable
from watchword.caller.exchange import Answer, Credentials, Incoming, Outgoing, Presentation, Wanted
from watchword.caller.failure import failure
from watchword.dialect.known import Known, UnusableDialect, known_dialect
from watchword.dialect.public import CallerRefusal, PublicDialect

_NO_ANSWER = "unreadable_answer"


class VendorExchange:
    """Asks as `dialect` says, and reads its answers and refusals.

    Raises `ConfigurationError` for a dialect in whose answers no caller can find the token.
    """

    def __init__(self, dialect: PublicDialect) -> None:
        if dialect.server_only:
            raise ConfigurationError(f"the dialect {dialect.name}: {dialect.server_only}")
        self.dialect = dialect
        self.key_prefix = dialect.key_prefix
        self.presentation = Presentation(
            header=dialect.presentation.header.title(), scheme=dialect.presentation.scheme
        )

    def requests(self, credentials: Credentials, wanted: Wanted) -> tuple[Outgoing]:
        """The request for a token, in the first of the dialect's places for credentials."""
        request = self.dialect.token_request(
            credentials.client_id or None,
            credentials.secret,
            scope=wanted.scope,
            resource=wanted.resource,
            fields=wanted.fields,
        )
        outgoing = Outgoing(
            method=request.method,
            headers=request.headers,
            body=request.body,
            query=request.query,
        )
        return (outgoing,)

    def answer(self, incoming: Incoming) -> Answer:
        """The token in an answer; raises `TokenRefused` or `TokenUnavailable`."""
        try:
            found = self.dialect.token_answer(incoming.status, incoming.headers, incoming.body)
        except CallerRefusal as refusal:
            problem = _problem(refusal, incoming)
        else:
            return Answer(
                access_token=found.access_token,
                expires_in=found.expires_in,
                expires_at=found.expires_at,
            )
        raise problem


def vendor_exchange(dialect: Known) -> VendorExchange:
    """The exchange for a dialect: its name, the path of a file of it, or the dialect itself."""
    try:
        return VendorExchange(known_dialect(dialect))
    except UnusableDialect as wrong:
        raise ConfigurationError(str(wrong)) from None


def _problem(refusal: CallerRefusal, incoming: Incoming) -> Exception:
    if refusal.error == _NO_ANSWER and 200 <= incoming.status < 300:
        return UnreadableAnswer("the token endpoint's answer holds no token where it should")
    # Without a cause the code is a guess from the status, and `failure` guesses with more care.
    error = refusal.error if refusal.cause and refusal.error != _NO_ANSWER else None
    description = showable(refusal.description or "")
    return failure(incoming.status, incoming.headers, error, description)
