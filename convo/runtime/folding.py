"""The line that keeps counts small: what transactions added is folded in, soon after. Both are read."""

import asyncio

import structlog

from convo.errors import StoreUnavailable
from convo.store import counting
from convo.store.engine import Store

EVERY = 2.0  # seconds

log = structlog.get_logger(__name__)


class Folder:
    """Folds counts until it is cancelled."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                if await self._store.read(counting.waits):
                    await self._store.write(counting.fold)
            except StoreUnavailable as error:
                log.warning("insights.store_unavailable", error=str(error))
            except Exception:
                log.exception("insights.not_folded")  # what was added waits, and is read all the same
