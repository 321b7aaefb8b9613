"""The sources of flow versions: a conversation finishes on the one that it started on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from convo.store.rows import upsert
from convo.store.tables import flow_versions


@dataclass(frozen=True, slots=True)
class Kept:
    """A version that is stored, with its source, and since when."""

    version: str
    flow: str
    file: str
    source: bytes
    created_at: datetime


def save(connection: Connection, version: str, flow: str, file: str, source: bytes, now: datetime) -> None:
    """Keep the source of a version; a version that is known stays as it is."""
    connection.execute(
        upsert(connection, flow_versions).on_conflict_do_nothing(),
        [{"version": version, "flow": flow, "file": file, "source": source, "created_at": now}],
    )


def source(connection: Connection, version: str) -> tuple[str, bytes] | None:
    """The file name and the source of a version."""
    where = flow_versions.c.version == version
    row = connection.execute(select(flow_versions.c.file, flow_versions.c.source).where(where)).one_or_none()
    return (row.file, row.source) if row else None


def listed(connection: Connection, flow: str | None = None) -> list[Kept]:
    """Every stored version, by flow, the oldest first; or those of one flow."""
    columns = [flow_versions.c[name] for name in Kept.__dataclass_fields__]
    statement = select(*columns).order_by(
        flow_versions.c.flow, flow_versions.c.created_at, flow_versions.c.version
    )
    if flow is not None:
        statement = statement.where(flow_versions.c.flow == flow)
    return [Kept(*row) for row in connection.execute(statement)]
