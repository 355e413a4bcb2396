"""The revocation feed: a short signed list that guards poll.

Any guard may read it, so it names nobody: handles, thumbprints and instants only.
"""

import msgspec

from watchword.core.revocation import LIST_LIFETIME, Revocation, RevocationList
from watchword.oauth.authorization_server import AuthorizationServer

_MAPS = {"client": "clients", "secret": "secrets", "token": "tokens", "key": "keys"}


def document(server: AuthorizationServer, now: int) -> bytes | None:
    """The list at `now` as a compact JWS.

    None for an issuer that has no feed: its tokens live their time, or its key is a shared one,
    under which every guard could write a list of its own.
    """
    signer = server.list_signer_at(now)
    if signer is None:
        return None
    return signer.sign(msgspec.json.encode(current_list(server, now))).encode("ascii")


def current_list(server: AuthorizationServer, now: int) -> RevocationList:
    """What the issuer says is revoked at `now`."""
    maps: dict[str, dict[str, int]] = {name: {} for name in _MAPS.values()}
    for entry in server.revocations:
        if entry.until > now:
            _add(maps[_MAPS[entry.kind]], entry)
    return RevocationList(
        iss=server.issuer.url, iat=now, exp=now + LIST_LIFETIME, version=server.version, **maps
    )


def _add(subjects: dict[str, int], entry: Revocation) -> None:
    subjects[entry.subject] = max(entry.before, subjects.get(entry.subject, entry.before))
