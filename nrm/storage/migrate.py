"""Bringing the schema of a database up to date, with Alembic from within the program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from nrm.casework.errors import StoreMisfitError
from nrm.errors import Problem
from nrm.storage.engine import snapshot
from nrm.storage.faults import NO_SCHEMA, STORE, errors_told

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

_STEPS: Final = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest step in one transaction; nothing happens when it is there already.

    Raises:
        StoreMisfitError: the schema is newer than this program.
        StoreError: the database cannot be used.
    """
    with errors_told(), engine.begin() as connection:
        upgrade_on(connection)


def upgrade_on(connection: Connection) -> None:
    """Do as `upgrade` does, in the transaction of `connection`; a driver's exceptions come out as they are."""
    if not _is_known(_revision(connection)):
        raise _newer()
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def revision(engine: Engine) -> str | None:
    """Return the name of the last step that the database has taken, or None when it has no schema.

    Raises `StoreError` when the database cannot be used.
    """
    with errors_told(), snapshot(engine) as connection:
        return _revision(connection)


def newest() -> str:
    """Return the name of the last step that this program knows."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def check_schema(engine: Engine) -> None:
    """Refuse a database whose schema is not the one that this program was written for.

    Raises:
        StoreMisfitError: it has none, an older or a newer one.
        StoreError: the database cannot be used.
    """
    found = revision(engine)
    if found == newest():
        return
    if found is not None and not _is_known(found):
        raise _newer()
    raise StoreMisfitError(Problem(STORE, 0, *NO_SCHEMA))


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_known(name: str | None) -> bool:
    return name is None or name in {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}


def _newer() -> StoreMisfitError:
    what = "the schema of the database is newer than this program"
    return StoreMisfitError(Problem(STORE, 0, what, "use the version of nrm that upgraded it, or a later one"))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
