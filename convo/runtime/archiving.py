"""Taking what is old out of the database, into files or for good: tables stay as large as a season.

A file is whole before its rows are deleted: first it is written beside, made durable and renamed. What is in
a file is never read again. Killed in between, the rows that are still there go into a later file too.
"""

import gzip
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

import filelock
from sqlalchemy import ColumnElement, Table

from convo.errors import SettingsError, StoreUnavailable
from convo.retention import Stock
from convo.store import archive
from convo.store.archive import Found, Key, Whole
from convo.store.engine import Job

MOST_ROWS = 100_000  # in a file, or a few more
KINDS = (Stock.CONVERSATIONS, Stock.TEXTS, Stock.VERIFICATIONS, Stock.DELIVERIES)  # of `convo db archive`
_AT_ONCE = 100  # conversations or texts read at a time; rows of whole ones that a transaction deletes, about

_AWAY_AFTER = 3  # transactions in a row that the database does not take

T = TypeVar("T")


class Books(Protocol):
    """Where it is read and written: a store, or a line that asks one on its behalf."""

    def look(self, job: Job[T]) -> T: ...
    def transact(self, job: Job[T]) -> T: ...


@dataclass(frozen=True, slots=True)
class Archived:
    """One file, and how many of its rows were deleted."""

    file: Path
    rows: Counter[str] = field(default_factory=Counter)  # by table


class _Page(NamedTuple):
    """Some of a table that are over."""

    table: Table
    over: ColumnElement[bool]
    wholes: list[Whole]


class _Kept(NamedTuple):
    """A page that is in a file."""

    table: Table
    over: ColumnElement[bool]
    those: list[Found]


def archive_before(
    books: Books, folder: Path, before: Mapping[Stock, datetime], now: datetime
) -> Iterator[Archived]:
    """Move what is over and from `before` into files in `folder`; each file once its rows are deleted.

    Raises SettingsError where the folder cannot be used, or another process archives into it.
    """
    with _alone(folder):
        for part in folder.glob("convo-*.part"):  # of a run that was killed
            part.unlink()
        pages = _pages(books, before)
        number = 0
        while True:
            number += 1
            while (file := folder / f"convo-{now:%Y%m%dT%H%M%SZ}-{number:04}.jsonl.gz").exists():
                number += 1  # of a run that began in the same second
            kept = _write(file, pages)
            if not kept:
                return
            yield Archived(file, _drop(books, kept))


def delete_before(books: Books, before: Mapping[Stock, datetime]) -> Counter[str]:
    """Delete what is over and from `before`; how many rows of each table were."""
    return _drop(books, (_kept(page) for page in _pages(books, before)))


def forget_words(books: Books, before: datetime) -> int:
    """Forget what providers delivered word for word `before`; of how many deliveries."""
    total = 0
    while count := books.transact(partial(archive.outlive, before=before, most=_AT_ONCE)):
        total += count
    return total


def _pages(books: Books, before: Mapping[Stock, datetime]) -> Iterator[_Page]:
    """What there is to archive, some at a time; every table is walked through once."""
    for stock in Stock:
        if stock not in before:
            continue
        if stock is Stock.CAMPAIGNS:
            books.transact(partial(archive.close, before=before[stock]))
        for table, over in archive.over(stock, before[stock]):
            after: Key = ()
            find = partial(archive.page, table=table, over=over, most=_AT_ONCE)
            while wholes := books.look(partial(find, after=after)):
                after = archive.last_key(wholes)
                yield _Page(table, over, wholes)


def _kept(page: _Page) -> _Kept:
    return _Kept(page.table, page.over, [archive.found(whole) for whole in page.wholes])


def _write(file: Path, pages: Iterator[_Page]) -> list[_Kept]:
    """Fill a file, and make it durable; what is in it. Where there is nothing there is no file."""
    kept: list[_Kept] = []
    rows = 0
    beside = file.with_suffix(".part")
    with gzip.open(beside, "wb") as out:
        for page in pages:
            for row in (row for whole in page.wholes for row in whole):
                out.write(archive.line(row))
                rows += 1
            kept.append(_kept(page))
            if rows >= MOST_ROWS:
                break
    if not kept:
        beside.unlink()
        return kept
    with beside.open("rb") as written:
        os.fsync(written.fileno())
    beside.rename(file)
    _sync(file.parent)
    return kept


def _sync(folder: Path) -> None:
    """Make the names of its files durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop(books: Books, kept: Iterable[_Kept]) -> Counter[str]:
    """Delete them; one that is held all the time keeps no other, and is told at the end."""
    rows: Counter[str] = Counter()
    missed: list[StoreUnavailable] = []
    in_a_row = 0
    for table, over, those in kept:
        for some in _parcels(those):
            try:
                rows.update(books.transact(partial(archive.drop, table=table, over=over, those=some)))
                in_a_row = 0
            except StoreUnavailable as error:
                missed.append(error)
                in_a_row += 1
                if in_a_row == _AWAY_AFTER:
                    raise
    if missed:
        raise missed[0]
    return +rows


def _parcels(those: Sequence[Found]) -> Iterator[list[Found]]:
    """What goes in one transaction: some that are small, or a large one."""
    parcel: list[Found] = []
    for each in those:
        if parcel and sum(one.rows for one in parcel) + each.rows > _AT_ONCE:
            yield parcel
            parcel = []
        parcel.append(each)
    yield parcel


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            _sync(folder.absolute().parent)
        lock = filelock.FileLock(folder / ".lock", timeout=0)
        with lock:
            yield
    except filelock.Timeout:
        raise SettingsError(f"another process archives into {folder}; wait until it has ended") from None
    except OSError as error:
        raise SettingsError(f"{error.filename or folder} cannot be written: {error.strerror}") from None
