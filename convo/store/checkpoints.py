"""Checkpoints of a SQLite file that is served: its log moves into the file beside the hot line."""

import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from convo.errors import StoreUnavailable

_CHECKPOINT_EVERY = 1.0  # seconds
_LARGE_LOG = 64 * 1024 * 1024  # bytes


class Checkpoints:
    """Moves SQLite's log into its file beside the hot line, which would wait for it otherwise."""

    def __init__(self, engine: Engine, file: Path, still_there: Callable[[], None]) -> None:
        self._engine = engine
        self._log = Path(f"{file}-wal")
        self._still_there = still_there
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="convo-checkpoint", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(_CHECKPOINT_EVERY):
            try:
                self._still_there()
                with self._engine.connect() as connection:
                    connection.exec_driver_sql("COMMIT")
                    for mode in self._modes():
                        connection.exec_driver_sql(f"PRAGMA wal_checkpoint({mode})")
                    connection.exec_driver_sql("BEGIN")
            except (SQLAlchemyError, OSError, StoreUnavailable):
                continue  # the next one will do; the log only grows meanwhile

    def _modes(self) -> tuple[str, ...]:
        """PASSIVE never gets to begin the log anew while commits keep coming: RESTART holds them.

        It holds them only as long as it takes to move what came while PASSIVE moved the rest.
        """
        return ("PASSIVE", "PASSIVE", "RESTART") if self._log.stat().st_size > _LARGE_LOG else ("PASSIVE",)
