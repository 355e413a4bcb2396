"""`watchword master-key`: what seals peppers and signing keys."""

from watchword.admin.master_key import rotate_master_key
from watchword.cli.command import group, leaf
from watchword.cli.session import Session

master_key = group(
    "master-key",
    "The master key: what seals everything that must not be read in the database.\n\n"
    "To rotate it, put a new key in front of the old one (two lines in the file, or "
    "WATCHWORD_MASTER_KEY=new,old), restart every server, run `watchword master-key rotate`, "
    "and take the old key out.",
)


@leaf(master_key, "show", example="watchword master-key show")
def show(session: Session) -> None:
    """Say which key seals, by its number, and how much is still sealed under older ones."""
    key = session.estate.master_key
    with session.estate.store.reading() as reading:
        sealed = [pepper.sealed for pepper in reading.peppers()]
        for issuer in reading.issuers():
            sealed += [each.sealed for each in reading.keys(issuer.id)]
    old = sum(not key.seals_newest(each) for each in sealed)
    session.out.one({"master_key": key.number, "sealed": len(sealed), "under_older_keys": old})


@leaf(master_key, "rotate", example="watchword master-key rotate")
def rotate(session: Session) -> None:
    """Seal everything anew under the first master key listed; no secret changes."""
    done = rotate_master_key(session.estate, session.context)
    told = {"master_key": done.master_key, "peppers": done.peppers, "keys": done.keys}
    if len(session.estate.master_key.derive_all("events")) == 1:
        session.out.one(told, "There is one master key, and everything is under it")
        session.out.text("\nTo rotate it, put a new one in front: `watchword master-key --help`.")
        return
    session.out.one(told, "Sealed anew")
    session.out.text("\nWhen every server has the new key, the old one can go.")
