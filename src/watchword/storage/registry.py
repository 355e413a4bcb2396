"""The back ends by URL scheme. Each is imported when first used."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from watchword.storage.backend import Backend
from watchword.storage.errors import StorageError

BACKENDS: Mapping[str, str] = MappingProxyType(
    {
        "sqlite": "watchword.storage.sqlite",
        "postgresql": "watchword.storage.postgresql",
        "postgres": "watchword.storage.postgresql",
    }
)


def open_backend(url: str) -> Backend:
    """The back end that `url` names. Raises StorageError for a scheme that is none of ours."""
    scheme = url.partition(":")[0].partition("+")[0].lower()
    if scheme not in BACKENDS:
        raise StorageError(
            "a database URL begins with sqlite:/// or postgresql://, this one does not"
        )
    backend: Backend = import_module(BACKENDS[scheme]).open_backend(url)
    return backend
