"""Brings a database to the schema of this version, once, however many processes start at once."""

from sqlalchemy import Connection, inspect, text

from watchword.storage.backend import Backend
from watchword.storage.errors import SchemaTooNew, StoreUnavailable
from watchword.storage.schema import HEAD, REVISIONS


def ensure_schema(backend: Backend, *, create: bool) -> None:
    """Create or upgrade the tables where needed; one look where nothing is to do.

    create: whether an empty database may be filled. Raises SchemaTooNew, StoreUnavailable.
    """
    with backend.reading(snapshot=False) as connection:
        found = _revision(connection)
    if found == HEAD:
        return
    if found is None and not create:
        raise StoreUnavailable(f"there is no Watchword database at {backend.place}")
    with backend.writing(durable=True) as connection:
        backend.lock_schema(connection)
        # Another process may have been quicker.
        if _revision(connection) != HEAD:
            _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found is not None and found not in REVISIONS:
        raise SchemaTooNew(
            f"the database has schema {found}, this version of Watchword knows up to {HEAD}:"
            " use the newer version"
        )
    return str(found) if found is not None else None


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "watchword.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
