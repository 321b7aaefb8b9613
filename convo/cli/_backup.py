"""`convo db backup`: a copy of a SQLite database while it is served."""

from pathlib import Path
from typing import Annotated

import typer

from convo.errors import ConvoError, SettingsError


def backup(
    target: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where the copy goes; it must not be there.")
    ],
) -> None:
    """Copy a SQLite database while it is served, as it is at one moment, with the key of its codes."""
    from convo.cli._beside import open_store
    from convo.settings import load
    from convo.store.backup import copy

    with open_store(load(), create=False) as store:
        if store.dialect != "sqlite":
            raise SettingsError("PostgreSQL has its own programs for this, pg_dump and more: docs/backup.md")
        if store.file is None:
            raise SettingsError("a database in memory ends with its process; there is nothing to copy")
        try:
            size = copy(store.file, target)
        except FileExistsError as error:
            raise SettingsError(f"{error} is there already; name another, or move it away") from None
        except OSError as error:
            raise ConvoError(f"{target} cannot be written: {error.strerror}") from None
    print(f"{target}: {size:,} bytes, checked")
