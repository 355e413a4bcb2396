"""What a `Guard` may be told beside its issuer and audience, and what follows from it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypedDict, get_args

from watchword.guard.fetch import Fetch
from watchword.guard.issuer import Issuer
from watchword.guard.kept import Timing
from watchword.guard.metadata import ResourceMetadata
from watchword.guard.outcome import Mode
from watchword.guard.presentation import BEARER, Presentation
from watchword.guard.revocations import Policy
from watchword.guard.validation import (
    require_list,
    require_presentation,
    require_resource,
    require_seconds,
    require_text,
    require_word,
)

if TYPE_CHECKING:
    from watchword.dialect.known import Known
    from watchword.dialect.public import PublicDialect

AT_JWT = "at+jwt"


class Options(TypedDict, total=False):
    """The keyword arguments of `Guard` beside `mode`; it documents them."""

    jwks_uri: str | None
    shared_keys: Sequence[bytes]
    algorithms: Sequence[str] | None
    typ: str | Sequence[str | None] | None
    revocations: Policy
    dialect: "Known | None"
    presentation: Presentation | None
    leeway: float
    realm: str | None
    resource: str | None
    scopes: Sequence[str]
    fetch: Fetch | None
    timing: Timing | None
    remember: int
    clock: Callable[[], float]


# What is said for issuers that are given as mere URLs.
_OF_URLS = ("jwks_uri", "shared_keys", "algorithms", "typ", "revocations")


def refuse_unknown(options: Options) -> None:
    """Raises `TypeError`: a misspelt option that is passed over is a guard that is not as meant."""
    unknown = options.keys() - Options.__annotations__.keys()
    if unknown:
        raise TypeError(f"Guard has no option {', '.join(sorted(unknown))}")


def refuse_impossible(mode: Mode, options: Options) -> None:
    """Raises `ValueError` for a value that nothing works with, or not as it was meant."""
    require_word("mode", mode, get_args(Mode))
    require_seconds("leeway", options.get("leeway", 0.0))
    require_list("scopes", options.get("scopes", ()))
    for name in ("realm", "resource"):
        if options.get(name) is not None:
            require_text(name, options.get(name))
    resource = options.get("resource")
    if resource is not None:
        require_resource(resource)
    if options.get("remember", 0) < 0:
        raise ValueError("remember is a number of tokens, 0 or more")


def _refuse_unused(audience: object, options: Options) -> None:
    said = [name for name in _OF_URLS if options.get(name)]
    if audience is not None:
        said.insert(0, "audience")
    if said:
        raise ValueError(f"{said[0]} is for issuers that are mere URLs: say it in each `Issuer`")


def issuers_of(
    given: str | Issuer | Sequence[str | Issuer],
    audience: str | Sequence[str] | None,
    options: Options,
) -> list[Issuer]:
    """The issuers in full: what is said for all of them stands in those that are mere URLs."""
    several = [given] if isinstance(given, str | Issuer) else given
    if not several:
        raise ValueError("a guard needs an issuer whose tokens it takes")
    if all(isinstance(issuer, Issuer) for issuer in several):
        _refuse_unused(audience, options)
    return [
        issuer
        if isinstance(issuer, Issuer)
        else Issuer(
            url=issuer,
            audience=audience,
            jwks_uri=options.get("jwks_uri"),
            shared_keys=options.get("shared_keys", ()),
            algorithms=options.get("algorithms"),
            typ=_typ_of(options),
            revocations=options.get("revocations", "auto"),
        )
        for issuer in several
    ]


def presentation_of(options: Options) -> Presentation:
    """Where the token stands: as stated, else as the dialect says, else as a bearer."""
    stated, dialect = options.get("presentation"), _dialect_of(options)
    if stated is None and dialect is not None:
        said = dialect.presentation
        return Presentation(header=said.header, scheme=said.scheme)
    if stated is not None:
        require_presentation(stated.header, stated.scheme)
    return stated or BEARER


def metadata_of(issuers: Sequence[str], options: Options) -> ResourceMetadata | None:
    """The metadata of the API, if it has said what its URL is."""
    resource = options.get("resource")
    if resource is None:
        return None
    return ResourceMetadata(resource=resource, issuers=issuers, scopes=options.get("scopes", ()))


def challenge_parameters(
    metadata: ResourceMetadata | None, options: Options
) -> tuple[tuple[str, str], ...]:
    """What stands first in every challenge (RFC 6750, 3; RFC 9728, 5.1)."""
    realm = options.get("realm")
    said = [] if realm is None else [("realm", realm)]
    if metadata is not None:
        said.append(("resource_metadata", metadata.url))
    return tuple(said)


def _typ_of(options: Options) -> str | Sequence[str | None] | None:
    dialect = _dialect_of(options)
    if "typ" in options or dialect is None:
        return options.get("typ", AT_JWT)
    return dialect.header.typ


def _dialect_of(options: Options) -> "PublicDialect | None":
    dialect = options.get("dialect")
    if dialect is None:
        return None
    # Here and not above: a guard that needs no dialect is not made to load the engine.
    from watchword.dialect.known import known_dialect

    return known_dialect(dialect)
