"""Files that people keep lists in: CSV as spreadsheets write it, and JSON Lines, read a row at a time.

What a file is like is looked at first, in one pass over its bytes; no row is ever guessed at.
"""

import codecs
import csv
import hashlib
import io
import math
import re
import string
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

from pydantic_core import from_json

from convo.errors import ListError

LONGEST_LINE = 1024 * 1024  # characters, and of a row over several lines
_BLOCK = 1024 * 1024
_SEPARATORS = ",;\t|"
_TOLD = re.compile(r"""("?)sep=([^\w\s"]|\t)\1\s*""", re.IGNORECASE)  # as spreadsheets write their separator
_LOOKED_AT = 100  # rows of JSON Lines, for what is in them
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_NEVER_WINDOWS = frozenset({0x81, 0x8D, 0x8F, 0x90, 0x9D})  # bytes for which Windows-1252 has no sign
_BLANKS = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a file is written. `columns` are those of its first line; of JSON Lines, of its first objects."""

    path: Path
    encoding: str
    separator: str | None  # None: JSON Lines
    columns: list[str]
    digest: str  # SHA-256 of its bytes
    size: int  # bytes
    head: int  # lines above its rows

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
        lines = _Lines(file)
        first = _first(path, lines)
        if "\0" in first or first.startswith("PK\3\4"):
            raise ListError(f"{path} is not text; save it as CSV (UTF-8) first")
        if first.lstrip().startswith("{"):
            return Sheet(path, encoding, None, _keys(path, lines), digest, size, 0)
        if (told := _TOLD.fullmatch(first)) is not None:
            lines.pass_over(1)
            _first(path, lines)
        separator, columns = _heading(path, lines, told[2] if told else _SEPARATORS)
    names = list(map(named, columns))
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise ListError(f"{path}:{lines.number}: two columns are called {twice[0]}; leave one of them")
    return Sheet(path, encoding, separator, columns, digest, size, lines.number)


def _first(path: Path, lines: "_Lines") -> str:
    """The first line with something in it, which comes next again; empty where there is none."""
    while True:
        number = lines.begin()
        try:
            line = next(lines, "")
        except csv.Error:
            raise ListError(
                f"{path}:{number}: the first line has more than {LONGEST_LINE:,} characters; it should name "
                "the columns"
            ) from None
        if not line or line.replace('""', "").strip(f"{_SEPARATORS}{string.whitespace}"):
            lines.give_back(0)
            return line


def _heading(path: Path, lines: "_Lines", separators: str) -> tuple[str, list[str]]:
    """The separator with which a heading has most columns and tears no quotes apart, and these columns."""
    found, wrong = [], None
    for separator in separators:
        lines.begin()
        try:
            columns = next(csv.reader(lines, delimiter=separator, strict=True), [])
        except csv.Error as error:
            wrong = wrong or error
        else:
            whole = not any(column.count('"') % 2 for column in columns)
            found.append((whole, len(columns), separator, columns, len(lines.row)))
        lines.give_back(0)
    if wrong and not any(whole for whole, *_ in found):
        raise ListError(f"{path}:{lines.number + 1}: the names of the columns cannot be read as CSV: {wrong}")
    _, _, separator, columns, count = max(found, key=lambda each: each[:2])
    lines.pass_over(count)
    return separator, columns


def _keys(path: Path, lines: "_Lines") -> list[str]:
    """What the first objects have; a row that is none of them is told when it is read."""
    found, wrong = dict[str, None](), None
    for row in islice(_of_json(lines), _LOOKED_AT):
        if row.values is None:
            wrong = wrong or row
        else:
            found |= dict.fromkeys(row.values)
    if not found and wrong:
        raise ListError(f"{path}:{wrong.line}: it begins like JSON Lines, and is none: {wrong.wrong}")
    return list(found)


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
            lines.pass_over(self._sheet.head)
            for place, row in enumerate(self._of_csv(lines) if self._sheet.separator else _of_json(lines)):
                if not place % 512:
                    self.position = raw.tell()
                yield row
            self.position = self._sheet.size

    def _of_csv(self, lines: "_Lines") -> Iterator[Row]:
        reader = csv.reader(lines, delimiter=self._sheet.separator or ",", strict=True)
        width = len(self._sheet.columns)
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

    def pass_over(self, count: int) -> None:
        """So many lines are no rows."""
        for _ in range(count):
            self.begin()
            next(self)

    def give_back(self, kept: int = 1) -> int:
        """All lines of the row but the first come again; the number of the first."""
        again = self.row[kept:]
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
