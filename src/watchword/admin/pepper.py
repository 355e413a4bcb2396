"""Peppers: random keys of the secrets' HMAC, numbered, stored sealed under the master key."""

from watchword.admin import trail
from watchword.admin.estate import Estate
from watchword.core.event import Context
from watchword.core.secret_verifier import PEPPER_OCTETS
from watchword.storage import Changing, Pepper, Reading


def sealing_name(pepper_id: int) -> bytes:
    """Associated data of a sealed pepper."""
    return f"pepper:{pepper_id}".encode()


def open_peppers(reading: Reading, estate: Estate) -> dict[int, bytes]:
    """All peppers by number, decrypted."""
    return {
        pepper.id: estate.master_key.open(pepper.sealed, sealing_name(pepper.id))
        for pepper in reading.peppers()
    }


def current_pepper(changing: Changing, estate: Estate, context: Context) -> tuple[int, bytes]:
    """Number and octets of the newest pepper; the first one is made when it is needed first."""
    known = changing.peppers()
    if known:
        newest = max(known, key=lambda pepper: pepper.id)
        return newest.id, estate.master_key.open(newest.sealed, sealing_name(newest.id))
    return add_pepper(changing, estate, context)


def add_pepper(changing: Changing, estate: Estate, context: Context) -> tuple[int, bytes]:
    """Make a pepper, under which new secrets are stored from now on."""
    number = max((pepper.id for pepper in changing.peppers()), default=0) + 1
    octets = estate.random(PEPPER_OCTETS)
    sealed = estate.master_key.seal(octets, sealing_name(number))
    changing.add_pepper(Pepper(id=number, sealed=sealed, created_at=context.now))
    changing.append(trail.event(context, "pepper.create", str(number)))
    return number, octets
