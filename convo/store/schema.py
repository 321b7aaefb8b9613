"""How a database's schema stands to the one that this version of convo works with."""

from enum import StrEnum

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text


class Schema(StrEnum):
    MISSING = "missing"  # an empty database
    BEHIND = "behind"  # `convo db upgrade` brings it up to date
    CURRENT = "current"
    AHEAD = "ahead"  # a newer version of convo made it


def schema(connection: Connection) -> Schema:
    """How this database's schema stands; nothing is changed."""
    made = MigrationContext.configure(connection).get_current_revision()
    if made is None:
        return Schema.MISSING
    config = Config()
    config.set_main_option("script_location", "convo.store:migrations")
    scripts = ScriptDirectory.from_config(config)
    if made == scripts.get_current_head():
        return Schema.CURRENT
    known = {script.revision for script in scripts.walk_revisions()}
    return Schema.BEHIND if made in known else Schema.AHEAD


def writable(connection: Connection) -> None:
    """Raises the database's own error where this user may not write; nothing is changed."""
    connection.execute(text("UPDATE contact SET number = number WHERE 1 = 0"))
