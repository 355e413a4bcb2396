"""Places of a request that cannot be together: one place for two things, or a place in another."""

from watchword.dialect.fault import FaultFound
from watchword.dialect.place import Place

_FIELD = "request.fields."
_SECRET = ".client_secret"  # noqa: S105 - the end of a key


def refuse_clashes(places: dict[str, Place], reads_basic: bool) -> None:
    """Raise FaultFound where two of the places, by their key in the file, exclude each other."""
    _refuse_inside(places)
    _refuse_beside_secrets(places, reads_basic)
    _refuse_doubled(places)


def _refuse_inside(places: dict[str, Place]) -> None:
    """Refuse a JSON place inside another, which would have to be a text and an object."""
    ways = {path: place.steps for path, place in places.items() if place.kind == "json"}
    for path, way in ways.items():
        for other_path, other in ways.items():
            if path != other_path and other[: len(way)] == way and len(other) > len(way):
                raise FaultFound(other_path, f"stands inside {path}, which is a text")


def _refuse_beside_secrets(places: dict[str, Place], reads_basic: bool) -> None:
    """Refuse all else where a secret stands: a field's value may be told, a secret's never."""
    secrets = {_identity(place): path for path, place in places.items() if path.endswith(_SECRET)}
    if reads_basic:
        secrets.setdefault(("header", "authorization"), "the secret of Basic")
    for path, place in places.items():
        if not path.endswith(_SECRET) and _identity(place) in secrets:
            message = f"stands in the same place as {secrets[_identity(place)]}"
            raise FaultFound(path, message, "a secret has a place of its own")


def _refuse_doubled(places: dict[str, Place]) -> None:
    """Refuse one place for two of client id, grant, scope and resource; a field may look at any."""
    seen: dict[tuple[object, ...], str] = {}
    for path, place in places.items():
        if path.startswith(_FIELD) or path.endswith(_SECRET):
            continue
        other = seen.setdefault(_identity(place), path)
        # Several ways to send credentials may have their client id in common.
        if path != other and not (path.endswith(".client_id") and other.endswith(".client_id")):
            raise FaultFound(path, f"stands in the same place as {other}", "one place, one thing")


def _identity(place: Place) -> tuple[object, ...]:
    """What is the same for two texts of one place. A header is one place, whatever its scheme."""
    if place.kind == "json":
        return ("json", place.steps)
    return (place.kind, place.name.lower() if place.kind == "header" else place.name)
