"""Taking what is old out of the database, into files or for good: tables stay as large as a season.

A file is whole before its rows are deleted: first it is written beside, made durable and renamed. Killed in
between, the rows are in both; the next run deletes those of the newest file before it goes on.
"""

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeVar

import filelock
from pydantic_core import to_json

from convo.errors import SettingsError
from convo.retention import Stock
from convo.store import archive
from convo.store.archive import Row
from convo.store.engine import Job

MOST_ROWS = 100_000  # in a file, or a few more
KINDS = (Stock.CONVERSATIONS, Stock.TEXTS, Stock.VERIFICATIONS, Stock.DELIVERIES)  # of `convo db archive`
_AT_ONCE = 100  # conversations or texts read at a time; a transaction deletes so many rows

T = TypeVar("T")


class Books(Protocol):
    """Where it is read and written: a store, or a line that asks one on its behalf."""

    def look(self, job: Job[T]) -> T: ...
    def transact(self, job: Job[T]) -> T: ...


@dataclass(frozen=True, slots=True)
class Archived:
    """One file, and what went into it."""

    file: Path
    rows: Counter[str] = field(default_factory=Counter)  # by table


def archive_before(
    books: Books, folder: Path, before: Mapping[Stock, datetime], now: datetime
) -> Iterator[Archived]:
    """Move what is over and from `before` into files in `folder`; each file once its rows are deleted.

    Raises SettingsError where the folder cannot be used, or another process archives into it.
    """
    with _alone(folder):
        _finish(books, folder)
        pages = _pages(books, before)
        number = 0
        while True:
            number += 1
            while (file := folder / f"convo-{now:%Y%m%dT%H%M%SZ}-{number:04}.jsonl.gz").exists():
                number += 1  # of a run that began in the same second
            done = Archived(file)
            keys = _write(file, pages, done.rows)
            if not keys:
                return
            _drop(books, keys)
            yield done


def delete_before(books: Books, before: Mapping[Stock, datetime]) -> Counter[str]:
    """Delete what is over and from `before`; how many rows of each table were."""
    rows: Counter[str] = Counter()
    for page in _pages(books, before):
        _drop(books, [archive.key_of(row) for row in page])
        rows.update(row["table"] for row in page)
    return rows


def forget_words(books: Books, before: datetime) -> int:
    """Forget what providers delivered word for word `before`; of how many deliveries."""
    total, after = 0, list[Any]()
    find = partial(archive.worded, before=before, most=_AT_ONCE)
    while found := books.look(partial(find, after=after)):
        after = archive.last_key(found)
        total += books.transact(partial(archive.outlive, rows=found))
    return total


def _pages(books: Books, before: Mapping[Stock, datetime]) -> Iterator[list[Row]]:
    """The rows to archive, some at a time; every table is walked through once."""
    for stock in Stock:
        if stock not in before:
            continue
        for table, over in archive.over(stock, before):
            after: Sequence[Any] = ()
            find = partial(archive.page, table=table, over=over, most=_AT_ONCE)
            while found := books.look(partial(find, after=after)):
                after = archive.last_key(found)
                yield [*found, *books.look(partial(archive.belongings, found=found))]


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


def _drop(books: Books, keys: Sequence[Row]) -> None:
    order = sorted(keys, key=lambda row: row["table"] in archive.LAST)
    for begin in range(0, len(order), _AT_ONCE):
        books.transact(partial(archive.drop, rows=order[begin : begin + _AT_ONCE]))


def _finish(books: Books, folder: Path) -> None:
    """Delete what the newest file holds and the database still has: a run was killed in between."""
    for part in folder.glob("convo-*.part"):
        part.unlink()
    files = sorted(folder.glob("convo-*.jsonl.gz"))
    if files:
        with gzip.open(files[-1], "rt", encoding="utf-8") as lines:
            _drop(books, list(_keys(lines)))


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
