"""The sources of flow versions: a conversation finishes on the one that it started on."""

from datetime import datetime

from sqlalchemy import Connection, select

from convo.store.rows import upsert
from convo.store.tables import flow_versions


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
