"""The file beside a list with those of its rows that cannot be used, each with its line and the reason."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import filelock

from convo.errors import ListError
from convo.runtime.spreadsheets import Row, Sheet


class BadRows:
    """The file beside it for rows that cannot be used; it is there when all is read, if there were any."""

    def __init__(self, found: Sheet) -> None:
        self._source = source = found.path
        self.path = source.with_name(f"{source.name}.bad.csv")
        self.count = 0
        self._part = source.with_name(f"{source.name}.bad.csv.part")
        self._columns = ["line", "reason", *(found.columns if found.separator else ["row"])]
        self._file: IO[str] | None = None
        self._lock = filelock.FileLock(f"{self._part}.lock")

    def add(self, row: Row, reason: str) -> None:
        """One more, with the reason; raises ListError where the file cannot be written, or another does."""
        if self._file is None:
            self._file = self._opened()
            csv.writer(self._file).writerow(self._columns)
        csv.writer(self._file).writerow([row.line, reason, *row.cells])
        self.count += 1

    @contextmanager
    def kept(self) -> Iterator["BadRows"]:
        """Put the file in its place at the end, or take away that of an import before."""
        try:
            yield self
            if self._file is None:
                self.path.unlink(missing_ok=True)
            else:
                self._file.close()
                self._part.replace(self.path)
        finally:
            if self._file is not None:
                self._file.close()
                self._lock.release()
                Path(self._lock.lock_file).unlink(missing_ok=True)

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
