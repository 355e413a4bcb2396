"""Request ids: unique and cheap; nothing rests on their being hard to guess."""

import itertools
import secrets

_process = secrets.token_hex(5)
_counter = itertools.count(1)


def new_request_id() -> str:
    """An id no other request of any process has, e.g. "9f3c01ab77-1a2b"."""
    return f"{_process}-{next(_counter):x}"
