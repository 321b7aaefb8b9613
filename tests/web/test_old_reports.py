"""Reports that nobody joined for days are gone when convo starts again."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from convo.app import App
from convo.clock import system
from convo.messages import Status
from convo.settings import Settings
from convo.store import reports
from convo.store.engine import Store
from convo.store.reports import Early
from convo.store.tables import reports as table


def test_they_are_dropped_after_the_days_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    settings = Settings(
        database=f"sqlite:///{tmp_path / 'convo.db'}", flows=tmp_path / "flows", keep_unknown_reports=2
    )
    store = Store(settings.database)
    store.upgrade()
    for days in (1, 3):
        early = Early("simulator", f"{days} days", Status.DELIVERED, None, system())
        store.transact(lambda c: reports.keep(c, [early], system() - timedelta(days=days)))  # noqa: B023
    store.close()

    async def story() -> list[str]:
        app = App(settings)
        await app.start()
        try:
            return await app.store.read(_names)
        finally:
            await app.stop()

    assert asyncio.run(story()) == ["1 days"]


def _names(connection: Connection) -> list[str]:
    return list(connection.execute(select(table.c.provider_id)).scalars())
