"""A CSV file of opt-outs and opt-ins as other systems write it: its encoding, its separator, its bad rows."""

import codecs
import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from convo.errors import SettingsError

NEEDED = ("contact", "action")
# Names that other systems have for them.
_ALSO = {
    "phone": "contact",
    "phone_number": "contact",
    "phone number": "contact",
    "status": "action",
    "date": "at",
    "timestamp": "at",
    "message": "text",
}
_BLOCK = 1024 * 1024
_SEPARATORS = ",;\t|"
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_LONGEST_FIELD = 128 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """A row, by the names of its columns; `wrong` says why it cannot be read."""

    line: int  # its first
    values: Mapping[str, str]
    cells: list[str]
    wrong: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is written."""

    encoding: str
    separator: str
    columns: list[str]  # as they stand in it


def shape(path: Path) -> Shape:
    """How a file is written; raises SettingsError for one that is no such table."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(_LONGEST_FIELD)
    if "\0" in first or first.startswith("PK\3\4"):
        raise SettingsError(f"{path} is not text; save it as CSV (UTF-8) first")
    separator = max(_SEPARATORS, key=first.count)
    columns = next(csv.reader([first], delimiter=separator), [])
    named = [_name(column) for column in columns]
    missing = [name for name in NEEDED if name not in named]
    if missing:
        found = ", ".join(columns) or "nothing"
        raise SettingsError(
            f"{path}:1: there is no column {' and '.join(missing)}, only {found}; the first line names the "
            "columns contact, brand, action, at, text"
        )
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise SettingsError(f"{path}:1: two columns mean {twice[0]}; leave one of them")
    return Shape(encoding, separator, columns)


def rows(path: Path, found: Shape) -> Iterator[Row]:
    """The rows below the first line; empty ones are passed over."""
    named = [_name(column) for column in found.columns]
    with path.open(encoding=found.encoding, newline="") as file:
        reader = csv.reader(file, delimiter=found.separator, strict=True)
        next(reader)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                through = f" (up to line {reader.line_num})" if reader.line_num > line else ""
                yield Row(line, {}, [], f"it cannot be read as CSV: {error}{through}")
                continue
            if cells is None:
                return
            if not any(cell.strip() for cell in cells):
                continue
            wrong = None
            if len(cells) != len(named):
                wrong = f"it has {len(cells)} fields, and the first line {len(named)}"
            yield Row(line, dict(zip(named, cells, strict=False)), cells, wrong)


class BadRows:
    """The file beside it for rows that cannot be used; it is there when the import ends, if any were."""

    def __init__(self, source: Path, found: Shape) -> None:
        self.path = source.with_name(f"{source.name}.bad.csv")
        self.count = 0
        self._part = source.with_name(f"{source.name}.bad.csv.part")
        self._columns = ["line", "reason", *found.columns]
        self._file: IO[str] | None = None

    def add(self, row: Row, reason: str) -> None:
        """One more, with the reason."""
        if self._file is None:
            self._file = self._part.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(self._columns)
        csv.writer(self._file).writerow([row.line, reason, *row.cells])
        self.count += 1

    @contextmanager
    def kept(self) -> Iterator["BadRows"]:
        """Put the file in its place at the end, or take away that of an import before."""
        try:
            yield self
        finally:
            if self._file is not None:
                self._file.close()
        if self._file is None:
            self.path.unlink(missing_ok=True)
        else:
            self._part.replace(self.path)


def _encoding(path: Path) -> str:
    """UTF-8, UTF-16 with its mark, or what Windows writes; raises SettingsError where there is no file."""
    try:
        with path.open("rb") as file:
            beginning = file.read(_BLOCK)
            for mark, encoding in _MARKS.items():
                if beginning.startswith(mark):
                    return encoding
            decoder = codecs.getincrementaldecoder("utf-8")()
            block = beginning
            while block:
                decoder.decode(block)
                block = file.read(_BLOCK)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "latin-1" if _has_latin_controls(path) else "cp1252"
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    return "utf-8"


def _has_latin_controls(path: Path) -> bool:
    """Whether a byte stands in it that Windows-1252 has no sign for."""
    with path.open("rb") as file:
        return any(
            set(block) & {0x81, 0x8D, 0x8F, 0x90, 0x9D} for block in iter(lambda: file.read(_BLOCK), b"")
        )


def _name(column: str) -> str:
    name = column.strip().casefold()
    return _ALSO.get(name, name)
