"""Moving what is old from the database into files, so that the tables stay as large as a season.

A file is whole before its rows are deleted: first it is written beside, made durable and renamed. Killed in
between, the rows are in both; the next run deletes those of the newest file before it goes on.
"""

import gzip
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import filelock
from pydantic_core import to_json

from convo.errors import SettingsError
from convo.store import archive
from convo.store.archive import Row
from convo.store.engine import Store

MOST_ROWS = 100_000  # in a file, or a few more
_AT_ONCE = 100  # conversations or texts read at a time; a transaction deletes so many rows


@dataclass(frozen=True, slots=True)
class Archived:
    """One file, and what went into it."""

    file: Path
    rows: Counter[str] = field(default_factory=Counter)  # by table


def archive_before(store: Store, folder: Path, before: datetime, now: datetime) -> Iterator[Archived]:
    """Move what is over and from `before` into files in `folder`; each file once its rows are deleted.

    Raises SettingsError where the folder cannot be used, or another process archives into it.
    """
    with _alone(folder):
        _finish(store, folder)
        pages = _pages(store, before)
        number = 0
        while True:
            number += 1
            while (file := folder / f"convo-{now:%Y%m%dT%H%M%SZ}-{number:04}.jsonl.gz").exists():
                number += 1  # of a run that began in the same second
            done = Archived(file)
            keys = _write(file, pages, done.rows)
            if not keys:
                return
            _drop(store, keys)
            yield done


def _pages(store: Store, before: datetime) -> Iterator[list[Row]]:
    """The rows to archive, some at a time; every table is walked through once."""
    finds: tuple[tuple[Callable[..., list[Row]], tuple[str, ...]], ...] = (
        (archive.conversations_over, ("id",)),
        (archive.messages_alone, ("id",)),
        (archive.verifications_over, ("id",)),
        (archive.receipts_useless, ("provider_id", "account")),
    )
    for find, key in finds:
        after: Sequence[Any] = ()
        while found := store.look(partial(find, before=before, after=after, most=_AT_ONCE)):
            after = [found[-1][name] for name in key]
            yield [*found, *store.look(partial(archive.belongings, found=found))]


def _write(file: Path, pages: Iterator[list[Row]], rows: Counter[str]) -> list[Row]:
    """Fill a file, and make it durable; the keys of its rows. Without rows there is no file."""
    keys: list[Row] = []
    beside = file.with_suffix(".part")
    with gzip.open(beside, "wb") as out:
        for page in pages:
            for row in page:
                out.write(to_json(row, bytes_mode="base64") + b"\n")
                rows[row["table"]] += 1
                keys.append(archive.key_of(row))
            if len(keys) >= MOST_ROWS:
                break
    if not keys:
        beside.unlink()
        return keys
    with beside.open("rb") as written:
        os.fsync(written.fileno())
    beside.rename(file)
    _sync(file.parent)
    return keys


def _sync(folder: Path) -> None:
    """Make the names of its files durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop(store: Store, keys: Sequence[Row]) -> None:
    # What belongs to a conversation goes before it, so that none of it is ever left alone.
    order = sorted(keys, key=lambda row: row["table"] == "conversation")
    for begin in range(0, len(order), _AT_ONCE):
        store.transact(partial(archive.drop, rows=order[begin : begin + _AT_ONCE]))


def _finish(store: Store, folder: Path) -> None:
    """Delete what the newest file holds and the database still has: a run was killed in between."""
    for part in folder.glob("convo-*.part"):
        part.unlink()
    files = sorted(folder.glob("convo-*.jsonl.gz"))
    if files:
        with gzip.open(files[-1], "rt", encoding="utf-8") as lines:
            _drop(store, list(_keys(lines)))


def _keys(lines: TextIO) -> Iterator[Row]:
    for line in lines:
        yield archive.key_of(json.loads(line))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder / ".lock", timeout=0)
        with lock:
            yield
    except filelock.Timeout:
        raise SettingsError(f"another process archives into {folder}; wait until it has ended") from None
    except OSError as error:
        raise SettingsError(f"{error.filename or folder} cannot be written: {error.strerror}") from None
