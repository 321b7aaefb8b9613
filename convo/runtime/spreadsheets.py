"""Files that people keep lists in: CSV as spreadsheets write it, and JSON Lines, read a row at a time.

What a file is like is looked at first, in one pass over its bytes; no row is ever guessed at.
"""

import codecs
import csv
import hashlib
import io
import math
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import filelock
from pydantic_core import from_json

from convo.errors import ListError

LONGEST_LINE = 1024 * 1024  # characters, and of a row over several lines
_BLOCK = 1024 * 1024
_SEPARATORS = ",;\t|"
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_NEVER_WINDOWS = frozenset({0x81, 0x8D, 0x8F, 0x90, 0x9D})  # bytes for which Windows-1252 has no sign
_BLANKS = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a file is written. `columns` are those of its first line; of JSON Lines, of its first object."""

    path: Path
    encoding: str
    separator: str | None  # None: JSON Lines
    columns: list[str]
    digest: str  # SHA-256 of its bytes
    size: int  # bytes

    @property
    def names(self) -> list[str]:
        """The columns as they are compared."""
        return [named(column) for column in self.columns]

    @property
    def is_unicode(self) -> bool:
        return self.encoding.startswith("utf")


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its cells in the order of the columns, or an object. `wrong` says why it cannot be read."""

    line: int  # its first
    cells: Sequence[str]
    values: Mapping[str, Any] | None = None  # of JSON Lines, by the names of columns as they are compared
    wrong: str | None = None


def named(column: str) -> str:
    """The name of a column as it is compared: `First Name` is first_name."""
    return _BLANKS.sub("_", column.strip().casefold())


def sheet(path: Path) -> Sheet:
    """How a file is written; raises ListError, which does not name the file, for one that is no such list."""
    encoding, digest, size = _examined(path)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(LONGEST_LINE)
    if "\0" in first or first.startswith("PK\3\4"):
        raise ListError(f"{path} is not text; save it as CSV (UTF-8) first")
    if len(first) == LONGEST_LINE:
        raise ListError(
            f"{path}:1: the first line has more than {LONGEST_LINE:,} characters; it should name the columns"
        )
    if first.lstrip().startswith("{"):
        return Sheet(path, encoding, None, list(_object(path, first)), digest, size)
    separator = max(_SEPARATORS, key=first.count)
    columns = next(csv.reader([first], delimiter=separator), [])
    names = list(map(named, columns))
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise ListError(f"{path}:1: two columns are called {twice[0]}; leave one of them")
    return Sheet(path, encoding, separator, columns, digest, size)


class Rows:
    """The rows of a file below its columns; empty ones are passed over."""

    def __init__(self, found: Sheet) -> None:
        self._sheet = found
        self.position = 0  # bytes that were read, about

    def __iter__(self) -> Iterator[Row]:
        with (
            self._sheet.path.open("rb") as raw,
            io.TextIOWrapper(raw, encoding=self._sheet.encoding, newline="") as file,
        ):
            lines = _Lines(file)
            for place, row in enumerate(self._of_csv(lines) if self._sheet.separator else _of_json(lines)):
                if not place % 512:
                    self.position = raw.tell()
                yield row
            self.position = self._sheet.size

    def _of_csv(self, lines: "_Lines") -> Iterator[Row]:
        reader = csv.reader(lines, delimiter=self._sheet.separator or ",", strict=True)
        width = len(self._sheet.columns)
        next(reader, None)
        while True:
            line = lines.begin()
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield self._torn(lines, f"it cannot be read as CSV: {error}")
                continue
            if cells is None:
                return
            if len(cells) == width:
                if any(cells) and any(map(str.strip, cells)):
                    yield Row(line, cells)
            elif any(map(str.strip, cells)):
                wrong = f"it has {len(cells)} fields, and the first line {width}"
                if any(len(self._split(below)) == width for below in lines.row[1:]):
                    yield self._torn(lines, wrong)
                else:
                    yield Row(line, cells, wrong=wrong)

    def _torn(self, lines: "_Lines", wrong: str) -> Row:
        """The first line of what is no row, as it stands; those below it are read again without it."""
        first, last = lines.row[0], lines.number
        line = lines.give_back()
        if last > line:
            wrong += f" (up to line {last}); is a quote in it not closed?"
        return Row(line, [] if _is_too_long(first) else self._split(first), wrong=wrong)

    def _split(self, line: str) -> list[str]:
        """The cells of a line with whatever quotes are in it; a cell that is quoted rightly without them."""
        sign = re.escape(self._sheet.separator or ",")
        cells = re.findall(rf'(?:^|{sign})(?:"((?:[^"]|"")*)"(?={sign}|$)|([^{sign}]*))', line.rstrip("\r\n"))
        return [quoted.replace('""', '"') or plain for quoted, plain in cells]


def _of_json(lines: "_Lines") -> Iterator[Row]:
    while True:
        number = lines.begin()
        try:
            line = next(lines, None)
        except csv.Error as error:
            yield Row(number, [], wrong=str(error))
            continue
        if line is None:
            return
        if not line.strip():
            continue
        try:
            found = from_json(line)
        except ValueError as error:
            yield Row(number, [line.strip()], wrong=f"it cannot be read as JSON: {error}")
            continue
        if not isinstance(found, dict):
            yield Row(number, [line.strip()], wrong='it is no object; write one like {"contact": …}')
            continue
        if not _is_finite(found):
            yield Row(number, [line.strip()], wrong="it has a number that is none, or without end")
            continue
        yield Row(number, [line.strip()], {named(name): value for name, value in found.items()})


def _is_finite(value: Any) -> bool:
    """Whether its numbers are such that JSON (RFC 8259, section 6) and databases have them."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    return not isinstance(value, list) or all(map(_is_finite, value))


class _Lines:
    """The lines of a file; those that a stray quote has swallowed are given back, and come again.

    One longer than LONGEST_LINE raises csv.Error, and the next one follows; so does a row over many lines.
    However quotes stand, no more is read again than was read before: files of any size take their time once.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.number = 0
        self.row: list[str] = []  # its lines so far
        self._length = 0  # characters of them
        self._again: deque[str] = deque()
        self._spare = LONGEST_LINE  # characters that may come again

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self.row and self._length > min(LONGEST_LINE, self._spare):
            raise csv.Error("it goes on over too many lines")
        if self._again:
            line = self._again.popleft()
            self._spare -= len(line)
        else:
            line = self._read()
            self._spare += len(line)
        if not line:
            raise StopIteration
        self.number += 1
        self.row.append(line)
        self._length += len(line)
        if _is_too_long(line):
            raise csv.Error(f"the line has more than {LONGEST_LINE:,} characters")
        return line

    def begin(self) -> int:
        """A row begins here: the number of its first line."""
        self.row, self._length = [], 0
        return self.number + 1

    def give_back(self) -> int:
        """All lines of the row but the first come again; the number of the first."""
        again = self.row[1:]
        self._again.extendleft(reversed(again))
        self.number -= len(again)
        return self.number

    def _read(self) -> str:
        """The next line; of one that is too long its beginning, and the rest is passed over."""
        line = self._file.readline(LONGEST_LINE)
        if _is_too_long(line):
            while (rest := self._file.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
                pass
        return line


def _is_too_long(line: str) -> bool:
    return len(line) == LONGEST_LINE and not line.endswith(("\n", "\r"))


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


def _object(path: Path, first: str) -> Mapping[str, Any]:
    try:
        found = from_json(first)
    except ValueError as error:
        raise ListError(f"{path}:1: it begins like JSON Lines, and is none: {error}") from None
    if not isinstance(found, dict):
        raise ListError(f"{path}:1: it is no object; write one a line")
    return found


def _examined(path: Path) -> tuple[str, str, int]:
    """How its bytes are to be read, their SHA-256, and how many; raises ListError where there is no file.

    UTF-8, UTF-16 with its mark, or what Windows writes.
    """
    digest, size, marked, reads, never_windows = hashlib.sha256(), 0, None, True, False
    decoder: codecs.IncrementalDecoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                if not size:
                    marked = next((name for mark, name in _MARKS.items() if block.startswith(mark)), None)
                    decoder = codecs.getincrementaldecoder(marked or "utf-8")()
                digest.update(block)
                size += len(block)
                reads = reads and _decodes(decoder, block)
                if not reads and not never_windows:
                    never_windows = not _NEVER_WINDOWS.isdisjoint(block)
    except OSError as error:
        raise ListError(f"{path} cannot be read: {error.strerror}") from None
    reads = reads and _decodes(decoder, b"", final=True)
    if marked and not reads:
        raise ListError(
            f"{path} begins like {marked.removesuffix('-sig')} and goes on otherwise; save it as UTF-8 anew"
        )
    plain = "utf-8" if reads else "latin-1" if never_windows else "cp1252"
    return marked or plain, digest.hexdigest(), size


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final=final)
    except UnicodeDecodeError:
        return False
    return True
