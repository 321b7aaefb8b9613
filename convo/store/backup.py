"""A copy of a SQLite database while it is served: SQLite's own online backup, in one piece.

One piece is one moment: writers go on meanwhile, for the log keeps what they write.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from convo.errors import StoreUnavailable


def copy(file: Path, target: Path) -> int:
    """Copy the database in `file` to `target`, which is there whole or not at all; its size in bytes.

    The key of its one-time codes is copied beside it, where there is one. Both are its owner's alone. Raises
    FileExistsError where one of the two is there already, OSError where it cannot be written, and
    StoreUnavailable where the database cannot be read, or the copy is not sound.
    """
    key, key_target = (each.with_name(f"{each.name}.key") for each in (file, target))
    for made_before in (target, key_target):  # a key of another database beside the copy would be no use
        if made_before.exists():
            raise FileExistsError(str(made_before))
    part = target.with_name(f"{target.name}.part")
    os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(part)) as made,
        ):
            source.backup(made)
            made.execute("PRAGMA journal_mode=DELETE")  # one file, without a log of its own
            wrong = [row[0] for row in made.execute("PRAGMA quick_check(1)") if row[0] != "ok"]
        if wrong:
            raise StoreUnavailable(f"the copy is not sound: {wrong[0]}")
        _kept(part)
        if key.exists():
            _copy_key(key, key_target)
        part.rename(target)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the database cannot be copied: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    _kept(target.parent)
    return target.stat().st_size


def _copy_key(key: Path, target: Path) -> None:
    part = target.with_name(f"{target.name}.part")
    try:
        shutil.copy2(key, part)
        _kept(part)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    _kept(target.parent)  # before the copy has its name: nobody finds it without its key


def _kept(path: Path) -> None:
    """What was written there is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
