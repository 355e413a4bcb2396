"""What a recording tells of the token itself: its JWT header, and how it stands at the API."""

import json
from base64 import urlsafe_b64decode
from typing import Any

from watchword.dialect.curl import Exchange
from watchword.dialect.model import TokenPart

_LONGEST_TYP = 40


def jwt_header(token: str) -> dict[str, Any] | None:
    """The header of a JWT, also of one that is cut short behind it; None where it is not one."""
    first = token.partition(".")[0]
    try:
        header = json.loads(urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) and "alg" in header else None


def header_differences(token: str, expected: TokenPart) -> list[str]:
    """How the header of a token that is a JWT differs from the file's `[token]`."""
    header = jwt_header(token)
    if header is None:
        return []
    found = []
    said, wanted = _typ(header), expected.typ
    if said != wanted:
        found.append(f"the token's typ is {said or 'missing'}, not {wanted or 'left out'}")
    if ("kid" in header) != expected.kid:
        found.append(f"the token's kid is {'there' if 'kid' in header else 'missing'}")
    return found


def _typ(header: dict[str, Any]) -> str:
    typ = header.get("typ", "")
    return typ[:_LONGEST_TYP] if isinstance(typ, str) else "no text"


def token_lines(token: str) -> list[str]:
    """The lines of `[token]` for a recorded token."""
    header = jwt_header(token)
    if header is None:
        return [
            "# LOOK: the recorded token shows no JWT header; Watchword's tokens are JWTs."
            " Which header may they have?",
            "[token]",
            'typ = "JWT"',
            "kid = true",
            "",
        ]
    kid = "true" if "kid" in header else "false"
    lines = ["[token]", f"typ = {json.dumps(_typ(header))}", f"kid = {kid}", ""]
    algorithm = header["alg"]
    if isinstance(algorithm, str) and algorithm.isalnum():
        lines.insert(0, f"# Its algorithm was {algorithm[:16]}: the issuer's --alg.")
    return lines


def is_api_call(exchange: Exchange, token: str, token_path: str) -> bool:
    """Whether an exchange is a use of the token, or of another endpoint than the token's."""
    return exchange.path != token_path or _carrier(exchange, token) is not None


def presentation_lines(calls: list[Exchange], token: str) -> list[str]:
    """The lines of `[presentation]`, from the recorded calls of the API, if there are any."""
    found = next((each for call in calls if (each := _carrier(call, token)) is not None), None)
    lines = []
    if found is None:
        lines.append("# LOOK: no call of the API with the token was recorded; this is the usual.")
    name, scheme = found or ("Authorization", "Bearer")
    named = [f"header = {json.dumps(name)}", f"scheme = {json.dumps(scheme)}"]
    return [*lines, "[presentation]", *named, ""]


def _carrier(exchange: Exchange, token: str) -> tuple[str, str] | None:
    """The header that has the token, and the word before it."""
    for name, value in exchange.headers:
        scheme, _, last = value.rpartition(" ")
        if last == token and " " not in scheme and name.lower() not in ("cookie", "host"):
            return name, scheme
    return None
