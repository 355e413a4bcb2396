"""The shape of a dialect file. Each description here is a line of docs/dialects/reference.md."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

Cause = Literal[
    "default",
    "invalid_request",
    "missing_fields",
    "malformed",
    "method_not_allowed",
    "unsupported_grant_type",
    "invalid_client",
    "missing_credentials",
    "undecodable_credentials",
    "unknown_client",
    "wrong_secret",
    "expired_secret",
    "revoked_secret",
    "disabled_client",
    "invalid_scope",
    "invalid_target",
    "too_many_requests",
    "server_error",
    "temporarily_unavailable",
]
RevealedCause = Literal[
    "unknown_client", "wrong_secret", "expired_secret", "revoked_secret", "disabled_client"
]
BasicReading = Literal["raw", "form", "base64", "secret"]
BodyKind = Literal["form", "json"]
MissingGrant = Literal["invalid_request", "unsupported_grant_type", "accepted"]

Status = Annotated[int, Meta(ge=200, le=599)]
Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,62}\Z")]
PlaceText = Annotated[str, Meta(min_length=1, max_length=200)]
Word = Annotated[str, Meta(min_length=1, max_length=200)]
Line = Annotated[str, Meta(max_length=1000)]
Body = Annotated[str, Meta(max_length=16384)]
Headers = Annotated[dict[Word, Line], Meta(max_length=16)]
BodyKinds = Annotated[list[BodyKind], Meta(max_length=2)]


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all tables of the file have in common."""


class CredentialsPart(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One place where credentials may stand: HTTP Basic, or a pair of places."""

    basic: Annotated[
        list[BasicReading],
        Meta(
            max_length=4,
            description="How the Basic credentials of the Authorization header are read, in this "
            "order: `raw` (base64 of `id:secret`), `form` (each half form-encoded before, RFC 6749 "
            "2.3.1), `base64` (each half base64 by itself before), `secret` (a secret without a "
            "client id). Several readings count as one attempt.",
        ),
    ] = []
    client_id: Annotated[
        PlaceText | None,
        Meta(
            description="The place of the client id. Left out beside `client_secret`: the dialect "
            "sends a secret and no client id."
        ),
    ] = None
    client_secret: Annotated[PlaceText | None, Meta(description="The place of the secret.")] = None


class GrantPart(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The grant type. Without this table the dialect has none and never looks for it."""

    place: Annotated[PlaceText, Meta(description="Where it stands.")] = "form:grant_type"
    values: Annotated[
        list[Word],
        Meta(
            min_length=1,
            max_length=16,
            description="The texts that ask for a token by client credentials. A caller sends the "
            "first.",
        ),
    ] = field(default_factory=lambda: ["client_credentials"])
    missing: Annotated[
        MissingGrant,
        Meta(
            description="What an absent or empty one is: one of two refusals, or `accepted` like "
            "the first of `values`."
        ),
    ] = "invalid_request"


class FieldPart(Part, frozen=True, kw_only=True, omit_defaults=True):
    """One further field or header of the request; its name is the last word of the table's."""

    place: Annotated[PlaceText, Meta(description="Where it stands.")]
    required: Annotated[
        bool, Meta(description="Whether its absence is a refusal (`missing_fields`).")
    ] = True
    equals: Annotated[
        list[Line],
        Meta(max_length=16, description="The texts that it may be; anything where empty."),
    ] = []
    bound: Annotated[
        bool,
        Meta(description="Whether it must equal the client's attribute of the same name."),
    ] = False


class RequestPart(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The token request."""

    path: Annotated[
        str,
        Meta(
            pattern=r"^/[A-Za-z0-9._~!$&'()*+,;=:@/-]{0,199}\Z",
            description="The path of the token endpoint below the issuer's URL.",
        ),
    ] = "/oauth/token"
    methods: Annotated[
        list[Literal["POST", "GET", "PUT"]],
        Meta(
            min_length=1,
            max_length=3,
            description="The HTTP methods taken. A caller uses the first.",
        ),
    ] = field(default_factory=lambda: ["POST"])
    body: Annotated[
        BodyKinds | UnsetType,
        Meta(
            description="The kinds of body taken, told apart by their content type; `[]` where "
            "the body is not looked at. Left out: the kinds that the places name.",
        ),
    ] = UNSET
    content_type: Annotated[
        Literal["required", "optional"],
        Meta(
            description="Whether a body must say its type; `optional`: one of no or another type "
            "is read as the first kind of `body`."
        ),
    ] = "required"
    credentials: Annotated[
        list[CredentialsPart],
        Meta(
            min_length=1,
            max_length=8,
            description="The places where credentials may stand; exactly one of them may be used "
            "in a request. A caller uses the first.",
        ),
    ]
    grant: Annotated[GrantPart | None, Meta(description="The grant type.")] = None
    scope: Annotated[
        PlaceText | None,
        Meta(
            description="The place of the scope: a text, or in JSON a list of texts. Left out: "
            "none can be asked for."
        ),
    ] = None
    scope_separator: Annotated[
        str,
        Meta(min_length=1, max_length=1, description="What stands between the scopes of one text."),
    ] = " "
    resource: Annotated[
        PlaceText | None,
        Meta(description="The place of the resource (RFC 8707); in a form it may be repeated."),
    ] = None
    fields: Annotated[
        dict[Name, FieldPart],
        Meta(max_length=32, description="Further fields and headers, each by a name."),
    ] = {}


class TokenPart(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The header of the JWT that is handed out."""

    typ: Annotated[
        Annotated[str, Meta(max_length=40)],
        Meta(description="Its `typ`; an empty text leaves it out."),
    ] = "at+jwt"
    kid: Annotated[bool, Meta(description="Whether it names its key.")] = True
    alg: Annotated[
        Annotated[str, Meta(pattern=r"^[A-Z][A-Za-z0-9]{1,15}\Z")] | None,
        Meta(
            description="The algorithm that the vendor's page shows. It sets nothing: the issuer's "
            "`--alg` does, and `issuer create` says what to type where that differs."
        ),
    ] = None


class AnswerPart(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The answer that carries the token."""

    status: Annotated[Annotated[int, Meta(ge=200, le=299)], Meta(description="Its status.")] = 200
    content_type: Annotated[
        Line, Meta(description="Its content type, which also says how values are escaped.")
    ] = "application/json"
    headers: Annotated[Headers, Meta(description="Further headers; templates.")] = {}
    body: Annotated[Body, Meta(description="The body; a template.")]


class RefusalPart(Part, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one cause. What it leaves out comes from its parent, at last from `default`."""

    status: Annotated[Status | None, Meta(description="The status; 200 is possible.")] = None
    error: Annotated[Line | None, Meta(description="What `{error}` stands for.")] = None
    description: Annotated[
        Line | None, Meta(description="What `{description}` stands for; a template.")
    ] = None
    code: Annotated[
        int | Word | None, Meta(description="What `{code}` stands for: the vendor's own number.")
    ] = None
    retry_after: Annotated[
        Annotated[int, Meta(ge=0, le=86400)] | None,
        Meta(description="Seconds for Retry-After where the server has no better figure."),
    ] = None
    content_type: Annotated[Line | None, Meta(description="The content type of the body.")] = None
    headers: Annotated[Headers | None, Meta(description="Further headers; templates.")] = None
    body: Annotated[Body | None, Meta(description="The body; a template.")] = None


class PresentationPart(Part, frozen=True, kw_only=True, omit_defaults=True):
    """How the token stands in requests to the vendor's API."""

    header: Annotated[Word, Meta(description="The header's name.")] = "Authorization"
    scheme: Annotated[
        Annotated[str, Meta(max_length=40)],
        Meta(description="The word before the token; an empty text for none."),
    ] = "Bearer"


class DialectFile(Part, frozen=True, kw_only=True, omit_defaults=True):
    """A dialect: one vendor's token endpoint, as its customers know it."""

    name: Annotated[Name, Meta(description="Its short name.")]
    title: Annotated[
        Annotated[str, Meta(max_length=200)], Meta(description="What people call it.")
    ] = ""
    rfc6749: Annotated[
        bool,
        Meta(
            description="Whether it is plain enough to be described by metadata (RFC 8414). "
            "Otherwise the issuer answers 404 for its metadata."
        ),
    ] = False
    request: Annotated[RequestPart, Meta(description="The token request.")]
    token: Annotated[TokenPart, Meta(description="The token's header.")] = TokenPart()
    answer: Annotated[AnswerPart, Meta(description="The answer with the token.")]
    refusals: Annotated[
        dict[Cause, RefusalPart],
        Meta(description="The answers without a token, by cause; `default` speaks for the rest."),
    ]
    reveal: Annotated[
        list[RevealedCause],
        Meta(
            description="The causes that may be told apart by anybody who asks. All others are "
            "answered like `invalid_client`, in the same words."
        ),
    ] = []
    presentation: Annotated[
        PresentationPart, Meta(description="The token at the vendor's API.")
    ] = PresentationPart()


Raw = dict[str, Any]
