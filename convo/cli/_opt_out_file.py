"""A CSV file of opt-outs and opt-ins as other systems write it: what its columns are called, and its rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from convo.errors import SettingsError
from convo.runtime import spreadsheets
from convo.runtime.spreadsheets import Sheet

NEEDED = ("contact", "action")
# Names that other systems have for them.
_ALSO = {
    "phone": "contact",
    "phone_number": "contact",
    "status": "action",
    "date": "at",
    "timestamp": "at",
    "message": "text",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row, by the names of its columns; `read.wrong` says why it cannot be read."""

    read: spreadsheets.Row
    values: Mapping[str, str]


def check(found: Sheet) -> None:
    """Raises SettingsError for a file that is none of opt-outs."""
    if found.separator is None:
        raise SettingsError(f"{found.path} is not CSV; the first line names the columns")
    columns = _names(found)
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        there = ", ".join(found.columns) or "nothing"
        raise SettingsError(
            f"{found.path}:1: there is no column {' and '.join(missing)}, only {there}; the first line names "
            "the columns contact, brand, action, at, text"
        )
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise SettingsError(f"{found.path}:1: two columns mean {twice[0]}; leave one of them")


def rows(found: Sheet) -> Iterator[Row]:
    """The rows below the first line; empty ones are passed over."""
    names = _names(found)
    for row in spreadsheets.Rows(found):
        yield Row(row, dict(zip(names, row.cells, strict=False)))


def _names(found: Sheet) -> list[str]:
    return [_ALSO.get(name, name) for name in found.names]
