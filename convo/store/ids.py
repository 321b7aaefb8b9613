"""Numbers for new rows, taken before they are written so that rows can name one another."""

from sqlalchemy import Connection, Table, text

from convo.store.rows import run

_LAST = "SELECT seq FROM sqlite_sequence WHERE name = ?"
_USED = text("UPDATE sqlite_sequence SET seq = max(seq, :number) WHERE name = :name")
_FIRST = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :number)")
_NEXT = "SELECT nextval($1::regclass) FROM generate_series(1, $2)"


def allocate(connection: Connection, table: Table, count: int) -> list[int]:
    """`count` numbers for rows of `table`, rising.

    Taken under a contact's lock, they follow the order in which that contact's rows are written.
    """
    if not count:
        return []
    if connection.dialect.name == "sqlite":
        row = run(connection, _LAST, (table.name,)).fetchone()
        first = row[0] + 1 if row else 1
        return list(range(first, first + count))
    return [row[0] for row in run(connection, _NEXT, (f"{table.name}_id_seq", count)).fetchall()]


def used(connection: Connection, table: Table, number: int) -> None:
    """A number of `table` went to a row elsewhere; it is not given out again."""
    if connection.dialect.name == "sqlite":
        values = {"name": table.name, "number": number}
        if not connection.execute(_USED, values).rowcount:
            connection.execute(_FIRST, values)
