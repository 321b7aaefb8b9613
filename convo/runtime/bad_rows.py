"""The file beside a list with those of its rows that cannot be used, each with its line and the reason.

It is a list itself, of the same kind: mended, it is loaded like the first, and as often as it takes.
"""

import csv
import filecmp
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO, Any

import filelock
from pydantic_core import from_json

from convo.errors import ListError
from convo.runtime.spreadsheets import Row, Sheet, named

# What stands in front of a bad row; the second pair where a list has something of such a name itself.
_OURS = (("line", "reason"), ("bad_line", "bad_reason"))


def ours(names: Sequence[str]) -> tuple[str, ...]:
    """The names that convo has put in front of these, as they are compared; none where it has not."""
    return next((each for each in _OURS if each == tuple(names[:2])), ())


class BadRows:
    """The file for rows that cannot be used; it is there when all is read, if there were any."""

    def __init__(self, found: Sheet) -> None:
        self._sheet = found
        self._source = source = found.path
        name = f"{source.name}.bad.{'csv' if found.separator else 'jsonl'}"
        self.path = source.with_name(name)
        self.count = 0
        self._part = source.with_name(f"{name}.part")
        self._passed = len(ours(found.names))
        self._file: IO[str] | None = None
        self._lock = filelock.FileLock(f"{self._part}.lock")

    def add(self, row: Row, reason: str) -> None:
        """One more, with the reason; raises ListError where the file cannot be written, or another does."""
        if self._file is None:
            self._file = self._opened()
            if self._sheet.separator:
                own = self._sheet.names[self._passed :]
                csv.writer(self._file).writerow([*_free(own), *self._sheet.columns[self._passed :]])
        if self._sheet.separator:
            csv.writer(self._file).writerow([row.line, reason, *row.cells[self._passed :]])
        else:
            self._file.write(f"{json.dumps(_object(row, reason), ensure_ascii=False)}\n")
        self.count += 1

    @contextmanager
    def kept(self, tell: Callable[[str], None]) -> Iterator["BadRows"]:
        """Put the file in its place at the end, and keep the one that is there, unless it is the same.

        Somebody may have mended that one: `tell` is told what it is called from now on.
        """
        try:
            yield self
            if self._file is not None:
                self._file.close()
            if self.path.exists() and not (self._file and filecmp.cmp(self.path, self._part, shallow=False)):
                tell(f"{self.path} is kept as {self._moved()}, with what you may have mended in it")
            if self._file is not None:
                self._part.replace(self.path)
        finally:
            if self._file is not None:
                self._file.close()
                self._lock.release()
                Path(self._lock.lock_file).unlink(missing_ok=True)

    def _moved(self) -> Path:
        for place in count(1):
            name = self.path.with_suffix(f".{place}{self.path.suffix}")
            with suppress(FileExistsError):
                name.touch(exist_ok=False)  # nobody else takes this one
                break
        return self.path.replace(name)

    def _opened(self) -> IO[str]:
        try:
            self._lock.acquire(timeout=0)
            return self._part.open("w", encoding="utf-8", newline="")
        except filelock.Timeout:
            raise ListError(f"another process is reading {self._source}; wait until it has ended") from None
        except OSError as error:
            raise ListError(
                f"{self.path}, for rows that cannot be used, cannot be written: {error.strerror}"
            ) from None


def _free(names: Collection[str]) -> tuple[str, str]:
    return _OURS[bool({*_OURS[0]} & {*names})]


def _object(row: Row, reason: str) -> dict[str, Any]:
    """A row of JSON Lines with what is in front of it; a line that is no object as it stands, in `row`."""
    (line,) = row.cells or ("",)
    try:
        found = from_json(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        found = {"row": line}
    passed = len(ours(list(map(named, found))))
    own = dict(list(found.items())[passed:])
    number, why = _free(list(map(named, own)))
    return {number: row.line, why: reason, **own}
