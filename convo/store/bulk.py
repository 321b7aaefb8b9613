"""Many rows in one statement: how the hot lines write.

SQLite takes the values of 64 rows as parameters. PostgreSQL takes rows as one JSON document: to plan a
statement of a thousand parameters costs it more than to write the rows, and each UPDATE of its own a plan.
"""

# ruff: noqa: S608 - what stands in a statement is the name of a table or column of ours; values are parameters

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from pydantic_core import to_json
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Dialect,
    LargeBinary,
    String,
    Table,
    Update,
    bindparam,
    cast,
    column,
    func,
    values,
)
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.types import TypeEngine

from convo.store.rows import (
    Places,
    Statement,
    Values,
    cursor_of,
    kind_in,
    processed,
    spelling,
    writers_of,
)  # fmt: skip

_MOST_PARAMETERS = 64  # rows: the driver lets go of Python's lock once for all of them
_MOST_IN_A_DOCUMENT = 1024  # rows
_Columns = tuple[str, ...]
Given = Callable[[str], ColumnElement[Any]]  # a value of a row, by its name


def insert_rows(connection: Connection, table: Table, columns: _Columns, rows: Iterable[Values]) -> None:
    """Insert `rows`, each with its values in the order of `columns`."""
    for _ in _inserted(connection, table, columns, rows, ""):
        pass


def insert_new(
    connection: Connection,
    table: Table,
    columns: _Columns,
    rows: Iterable[Values],
    returning: _Columns,
) -> list[tuple[Any, ...]]:
    """Insert those of `rows` that the table does not hold yet; their columns of `returning`."""
    ending = f" ON CONFLICT DO NOTHING RETURNING {', '.join(returning)}"
    cursors = _inserted(connection, table, columns, rows, ending)
    return [row for cursor in cursors for row in cursor.fetchall()]


def add_new(connection: Connection, table: Table, columns: _Columns, rows: Iterable[Values]) -> int:
    """Insert those of `rows` that the table does not hold yet; how many those were."""
    return sum(
        cursor.rowcount for cursor in _inserted(connection, table, columns, rows, " ON CONFLICT DO NOTHING")
    )


def update_rows(connection: Connection, table: Table, columns: _Columns, rows: Iterable[Values]) -> None:
    """Set `columns` of rows of `table`; the last value of each of `rows` is its `id`.

    They are written in any order: none may need another of them to be written first, for a unique index.
    """
    if connection.dialect.name == "postgresql":
        statement = _update_from_document(connection.dialect, table, columns)
        for _ in _with_documents(connection, table, statement, (*columns, "id"), list(rows)):
            pass
        return
    for given in _in_powers(processed(_writers(connection.dialect, table, (*columns, "id")), rows)):
        statement = _update(connection.dialect, table, columns, len(given))
        with cursor_of(connection, statement) as cursor:
            cursor.execute(statement, [*chain.from_iterable(given)])


class Updates:
    """An UPDATE that is run for many rows of values, each of another row: they are written in any order."""

    def __init__(self, build: Callable[[Given], Update], **types: TypeEngine[Any]) -> None:
        """`build` spells it, with a value for each name; `types` are those of the values, in order."""
        self._names = tuple(types)
        columns = [column(name, kind) for name, kind in types.items()]
        row = tuple([bindparam(name, type_=kind) for name, kind in types.items()])
        given = values(*columns, name="given").data([row]).cte("given")
        self._with_parameters = Statement(build(given.c.__getitem__), *types)
        document = func.json_to_recordset(cast(bindparam("document", type_=String()), JSON))
        read = document.table_valued(*columns, name="given").render_derived(with_types=True)
        self._with_document = Statement(build(read.c.__getitem__), "document")

    def run(self, connection: Connection, rows: Iterable[Values]) -> None:
        """Run it for each of `rows`."""
        if connection.dialect.name == "postgresql":
            if named := [dict(zip(self._names, row, strict=True)) for row in rows]:
                self._with_document.run(connection, to_json(named).decode())
            return
        spelled = spelling(connection.dialect, self._with_parameters)
        own = [value for place, value in spelled.order if place is None]  # behind those of the rows
        for given in _in_powers(processed(spelled.writers, rows)):
            statement = _repeated(spelled.text, len(self._names), len(given))
            with cursor_of(connection, statement) as cursor:
                cursor.execute(statement, [*chain.from_iterable(given), *own])


def _inserted(
    connection: Connection, table: Table, columns: _Columns, rows: Iterable[Values], ending: str
) -> Iterator[DBAPICursor]:
    """Insert `rows`, many a statement, each of which ends in `ending`; the cursor after each of them."""
    if connection.dialect.name == "postgresql":
        statement = _insert_from_document(connection.dialect, table, columns, ending)
        yield from _with_documents(connection, table, statement, columns, list(rows))
        return
    filled, written = _filled(columns, processed(_writers(connection.dialect, table, columns), rows))
    for given in _in_powers(written):
        statement = _insert(connection.dialect, table, filled, len(given), ending)
        with cursor_of(connection, statement) as cursor:
            cursor.execute(statement, [*chain.from_iterable(given)])
            yield cursor


def _filled(columns: _Columns, rows: Sequence[Values]) -> tuple[_Columns, Sequence[Values]]:
    """The columns in which a row has a value, and the rows with those: the driver takes longest for None."""
    by_column = list(zip(*rows, strict=True))
    places = [place for place, values in enumerate(by_column) if values.count(None) < len(rows)]
    if len(places) in (0, len(columns)):
        return columns, rows
    kept = zip(*[by_column[place] for place in places], strict=True)
    return tuple([columns[place] for place in places]), list(kept)


def _in_powers(rows: Sequence[Values]) -> Iterator[Sequence[Values]]:
    """The rows, as many at a time as a power of two: the driver keeps a few statements prepared, not one for
    every number of rows."""
    at = 0
    while at < len(rows):
        count = min(_MOST_PARAMETERS, 1 << (len(rows) - at).bit_length() - 1)
        yield rows[at : at + count]
        at += count


@lru_cache(maxsize=256)
def _insert(dialect: Dialect, table: Table, columns: _Columns, count: int, ending: str) -> str:
    row = f"({', '.join('?' * len(columns))})"
    values = ", ".join([row] * count)
    return f"INSERT INTO {table.name} ({_names(dialect, columns)}) VALUES {values}{ending}"


@lru_cache(maxsize=256)
def _update(dialect: Dialect, table: Table, columns: _Columns, count: int) -> str:
    if count == 1:
        pairs = ", ".join(f"{dialect.identifier_preparer.quote(name)} = ?" for name in columns)
        return f"UPDATE {table.name} SET {pairs} WHERE id = ?"
    pairs = ", ".join(
        f"{dialect.identifier_preparer.quote(name)} = given.column{place}"
        for place, name in enumerate(columns, start=1)
    )
    row = f"({', '.join('?' * (len(columns) + 1))})"
    values = ", ".join([row] * count)
    return (
        f"UPDATE {table.name} SET {pairs} FROM (VALUES {values}) AS given "
        f"WHERE {table.name}.id = given.column{len(columns) + 1}"
    )


@lru_cache(maxsize=256)
def _repeated(statement: str, width: int, count: int) -> str:
    """A statement for one row of VALUES, for so many."""
    row = f"({', '.join('?' * width)})"
    return statement.replace(f"VALUES {row}", f"VALUES {', '.join([row] * count)}", 1)


@lru_cache(maxsize=64)
def _writers(dialect: Dialect, table: Table, columns: _Columns) -> Places:
    return writers_of(dialect, {place: table.c[name].type for place, name in enumerate(columns)})


# PostgreSQL.


def _with_documents(
    connection: Connection, table: Table, statement: str, columns: _Columns, rows: Sequence[Values]
) -> Iterator[DBAPICursor]:
    """Run a statement with `rows` as its document, or as several; the cursor after each of them."""
    written = processed(_hexed(table, columns), rows)
    for at in range(0, len(written), _MOST_IN_A_DOCUMENT):
        named = [dict(zip(columns, row, strict=True)) for row in written[at : at + _MOST_IN_A_DOCUMENT]]
        with cursor_of(connection, statement) as cursor:
            cursor.execute(statement, [to_json(named).decode()])
            yield cursor


@lru_cache(maxsize=64)
def _insert_from_document(dialect: Dialect, table: Table, columns: _Columns, ending: str) -> str:
    names = _names(dialect, columns)
    given = _given(dialect, table, columns)
    return f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {given}{ending}"


@lru_cache(maxsize=64)
def _update_from_document(dialect: Dialect, table: Table, columns: _Columns) -> str:
    quoted = map(dialect.identifier_preparer.quote, columns)
    pairs = ", ".join(f"{name} = given.{name}" for name in quoted)
    given = _given(dialect, table, (*columns, "id"))
    return f"UPDATE {table.name} SET {pairs} FROM {given} WHERE {table.name}.id = given.id"


def _given(dialect: Dialect, table: Table, columns: _Columns) -> str:
    """The document as a table."""
    quote = dialect.identifier_preparer.quote
    typed = (f"{quote(name)} {kind_in(dialect, table.c[name].type).compile(dialect)}" for name in columns)
    return f"json_to_recordset($1::json) AS given({', '.join(typed)})"


@lru_cache(maxsize=64)
def _hexed(table: Table, columns: _Columns) -> Places:
    """Bytes go into a document as PostgreSQL spells them."""
    places = [place for place, name in enumerate(columns) if isinstance(table.c[name].type, LargeBinary)]
    return [(place, lambda raw: f"\\x{raw.hex()}") for place in places]


def _names(dialect: Dialect, columns: _Columns) -> str:
    return ", ".join(map(dialect.identifier_preparer.quote, columns))
