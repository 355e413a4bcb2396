"""Preparing a data folder: master key, database, the first pepper and a first issuer.

Everything is made only where it is missing, and named in the answer, so that whoever ran the
command can say what is new. A database without the master key that it was made with is refused:
a new key could open nothing in it.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from watchword.admin import pepper
from watchword.admin.errors import NotReady
from watchword.admin.estate import Estate
from watchword.admin.issuer import NewIssuer, create_within
from watchword.core.event import Context
from watchword.core.issuer import Issuer
from watchword.storage import MasterKey, MasterKeyMismatch, open_store

MASTER_KEY_FILE = "master.key"
DEFAULT_ISSUER = "default"


class Place(Struct, frozen=True, kw_only=True):
    """Where things are: the data folder, the database's URL and the environment."""

    data: Path
    database: str
    environ: Mapping[str, str]


class Made(Struct, frozen=True, kw_only=True):
    """A thing that was made: "master key", "database" or "issuer", and where it is."""

    what: str
    where: str


class SetUp(Struct, frozen=True, kw_only=True):
    """An estate that is ready, and what had to be made for it."""

    estate: Estate
    made: tuple[Made, ...]


def open_estate(place: Place, random: Callable[[int], bytes]) -> Estate:
    """Open what is there; `NotReady` where nothing is, or where its master key is missing."""
    master_key = _find_master_key(place)
    if master_key is None:
        raise _missing(place)
    store = open_store(place.database, chain_key=master_key.derive_all("events"), create=False)
    return Estate(store, master_key, random)


def prepare(place: Place, random: Callable[[int], bytes]) -> SetUp:
    """Open the data folder, making the folder, the master key and the database where missing."""
    made = []
    master_key = _find_master_key(place)
    key_file = None
    if master_key is None:
        if has_database(place):
            raise _missing(place)
        key_file = _make_folder(place.data) / MASTER_KEY_FILE
        master_key = MasterKey.create(key_file, random)
        made.append(Made(what="master key", where=str(key_file)))
    fresh = is_empty(place)
    estate = _open_or_give_up(place, master_key, random, key_file)
    if fresh or (sqlite_file(place.database) is None and not estate.store.version()):
        made.append(Made(what="database", where=estate.store.url))
    return SetUp(estate=estate, made=tuple(made))


def _open_or_give_up(
    place: Place, master_key: MasterKey, random: Callable[[int], bytes], new_key: Path | None
) -> Estate:
    """The estate; a master key that was made for a database which has another one goes again."""
    try:
        store = open_store(place.database, chain_key=master_key.derive_all("events"))
    except MasterKeyMismatch:
        if new_key is not None:
            new_key.unlink(missing_ok=True)
        raise
    return Estate(store, master_key, random)


def add_default_issuer(estate: Estate, context: Context, url: str) -> Issuer | None:
    """Make the issuer `default` at `url`, and the first pepper, unless there is any issuer."""
    with estate.store.changing() as changing:
        if changing.issuers():
            return None
        pepper.current_pepper(changing, estate, context)
        return create_within(changing, estate, context, NewIssuer(name=DEFAULT_ISSUER, url=url))


def has_issuer(estate: Estate) -> bool:
    """Whether any issuer has been made."""
    with estate.store.reading() as reading:
        return bool(reading.issuers())


def is_empty(place: Place) -> bool:
    """Whether there is surely nothing yet; of a server we cannot know before we connect."""
    return sqlite_file(place.database) is not None and not has_database(place)


def sqlite_file(database: str) -> Path | None:
    """The file behind a SQLite URL, None for another engine."""
    if not database.startswith("sqlite:///"):
        return None
    return Path(database.removeprefix("sqlite:///"))


def has_database(place: Place) -> bool:
    """Whether there is a SQLite file already; of a server we cannot know before we connect."""
    file = sqlite_file(place.database)
    return file is not None and file.exists() and file.stat().st_size > 0


def _find_master_key(place: Place) -> MasterKey | None:
    return MasterKey.find(place.data, place.environ)


def _make_folder(data: Path) -> Path:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotReady(
            f"the data folder {os.path.abspath(data)} cannot be made: {error.strerror}",
            hint="--data FOLDER names another one",
            code="no_folder",
        ) from None
    return data


def _missing(place: Place) -> NotReady:
    path = place.data / MASTER_KEY_FILE
    if has_database(place):
        return NotReady(
            f"the database is there, but not its master key {path}",
            hint="bring the file back from its safe copy, or name it by WATCHWORD_MASTER_KEY_FILE",
            code="master_key_missing",
        )
    return NotReady(
        f"there is no Watchword data in {os.path.abspath(place.data)}",
        hint="`watchword serve` makes it; --data FOLDER names another place",
        code="no_data",
    )
