"""RFC 6750, 3.1: whether an API's answer says that the token is no good any more."""

import re
from collections.abc import Iterable

_ERROR = re.compile(r'(?:^|[\s,])error\s*=\s*(?:"([^"]*)"|([^\s,"]+))', re.IGNORECASE)


def blames_token(status: int, challenges: Iterable[str]) -> bool:
    """Whether a 401 is about the token: its challenges say `invalid_token`, or no error at all.

    challenges: the values of WWW-Authenticate.
    """
    if status != 401:
        return False
    # "If the request lacks any authentication information ..., the resource server SHOULD NOT
    # include an error code" (RFC 6750, 3.1): and many APIs never do.
    errors = [quoted or bare for text in challenges for quoted, bare in _ERROR.findall(text)]
    return not errors or "invalid_token" in errors
