"""The numbers of rows, through a table that SQLite makes anew."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

_SEQUENCES = sa.table("sqlite_sequence", sa.column("name", sa.String), sa.column("seq", sa.BigInteger))


@contextmanager
def going_on(table: str) -> Iterator[None]:
    """Numbers of this table go on from where they are: none is given out again, though its row is gone."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        yield
        return
    mine = _SEQUENCES.c.name == table
    last = connection.execute(sa.select(_SEQUENCES.c.seq).where(mine)).scalar()
    yield
    if last is not None:
        connection.execute(sa.delete(_SEQUENCES).where(mine))
        connection.execute(sa.insert(_SEQUENCES).values(name=table, seq=last))
