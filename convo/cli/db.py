"""`convo db`: the database."""

from typing import TYPE_CHECKING

import typer

from convo.cli._archive import archive
from convo.cli._backup import backup
from convo.cli._retention import retention
from convo.errors import ConvoError

if TYPE_CHECKING:
    from convo.settings import Settings
    from convo.store.engine import Store


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="The database.")
    for command in (upgrade, backup, archive, retention):
        commands.command()(command)
    app.add_typer(commands, name="db")


def upgrade() -> None:
    """Bring the schema up to date; safe to repeat, and while many processes start.

    Refused where conversations go on in a version of their flow that this convo cannot run any more.
    """
    from convo.settings import load
    from convo.store.engine import Store

    settings = load()
    store = Store(settings.database)
    try:
        _nobody_is_left_behind(settings, store)
        store.upgrade()
    finally:
        store.close()
    print(f"{store.dialect}: the schema is up to date")


def _nobody_is_left_behind(settings: "Settings", store: "Store") -> None:
    """Raises ConvoError where a live version does not run any more; nothing is changed."""
    from convo.cli._beside import is_missing
    from convo.runtime import versions
    from convo.runtime.library import Library
    from convo.store.schema import Schema, schema

    if is_missing(store) or store.look(schema) is Schema.MISSING:
        return
    library = Library(settings.flows)
    found = store.look(lambda connection: versions.broken(connection, library))
    if found:
        told = "\n".join(versions.told(each) for each in found)
        raise ConvoError(f"nothing was changed in the database:\n{told}")
