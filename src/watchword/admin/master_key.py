"""The master key's rotation: everything sealed is sealed anew under the first key listed.

Rules. List the new key first and the old one behind it, everywhere; restart; rotate; then the old
one can go. Secrets stay as they are: they hang on peppers, and only the peppers' wrapping changes.
"""

from msgspec import Struct
from msgspec.structs import replace

from watchword.admin import key, pepper, trail
from watchword.admin.estate import Estate
from watchword.core.event import Context
from watchword.storage import Changing


class Resealed(Struct, frozen=True, kw_only=True):
    """How many peppers and signing keys were sealed anew, and the key that seals now."""

    master_key: str
    peppers: int
    keys: int


def rotate_master_key(estate: Estate, context: Context) -> Resealed:
    """Seal all that an older master key has sealed under the newest; all of it or nothing.

    Raises MasterKeyMismatch if something was sealed under a key that is not listed.
    """
    with trail.attempt(estate, context, "master_key.rotate") as changing:
        done = Resealed(
            master_key=estate.master_key.number,
            peppers=_reseal_peppers(changing, estate),
            keys=_reseal_keys(changing, estate),
        )
        changing.seal_trail_key(estate.master_key.derive("events"))
        detail = {"peppers": done.peppers, "keys": done.keys}
        changing.append(trail.event(context, "master_key.rotate", done.master_key, detail=detail))
    return done


def _reseal_peppers(changing: Changing, estate: Estate) -> int:
    old = [each for each in changing.peppers() if not estate.master_key.seals_newest(each.sealed)]
    for each in old:
        sealed = _resealed(estate, each.sealed, pepper.sealing_name(each.id))
        changing.update_pepper(replace(each, sealed=sealed))
    return len(old)


def _reseal_keys(changing: Changing, estate: Estate) -> int:
    count = 0
    for issuer in changing.issuers():
        for each in changing.keys(issuer.id):
            if not estate.master_key.seals_newest(each.sealed):
                sealed = _resealed(estate, each.sealed, key.sealing_name(issuer.id, each.kid))
                changing.update_key(replace(each, sealed=sealed))
                count += 1
    return count


def _resealed(estate: Estate, sealed: bytes, name: bytes) -> bytes:
    return estate.master_key.seal(estate.master_key.open(sealed, name), name)
