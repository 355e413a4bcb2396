"""RFC 6749, 5.1 and RFC 7519, 4.1.4: how long a token lives, as far as its answer says.

`expires_in` is believed first; then the instant that the answer names; then the token's own `exp`,
where it is a JWT. Instants are measured against the answer's `Date`, which is the clock that made
them: a wrong clock on this machine then costs nothing.
"""

import math

from watchword.caller.errors import UnreadableAnswer
from watchword.caller.exchange import Answer
from watchword.jose import base64url, strict_json
from watchword.jose.errors import JoseError

# "If omitted, the authorization server SHOULD provide the expiration time via other means"
# (RFC 6749, 5.1): where there are none, so many seconds are assumed.
ASSUMED_LIFE = 300.0
LONGEST_LIFE = 366 * 86400.0


def life_of(answer: Answer, server_date: float | None, now: float) -> float:
    """Seconds that the token lives from the moment when it was asked for.

    server_date: the answer's `Date`, None without one. now: our calendar clock, epoch seconds.
    Raises `UnreadableAnswer` for a token that has already ended.
    """
    life = answer.expires_in
    if life is None:
        until = answer.expires_at if answer.expires_at is not None else expiry(answer.access_token)
        life = ASSUMED_LIFE if until is None else until - _skew_free(server_date, now)
    if not math.isfinite(life) or life <= 0:
        raise UnreadableAnswer("the token endpoint gave a token that has already ended")
    return min(life, LONGEST_LIFE)


def expiry(token: str) -> float | None:
    """The `exp` of a JWT, unverified; None for a token that is none or does not say."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = strict_json.loads(base64url.decode(parts[1]))
    except JoseError:
        return None
    exp = claims.get("exp") if isinstance(claims, dict) else None
    if not isinstance(exp, int | float) or isinstance(exp, bool) or abs(exp) > 1e12:
        return None
    return float(exp)


def _skew_free(server_date: float | None, now: float) -> float:
    return now if server_date is None else server_date
