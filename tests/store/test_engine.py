"""A database that cannot be written now says so in time, instead of keeping everybody waiting."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from convo.errors import StoreUnavailable
from convo.store import contacts, engine
from convo.store.engine import Store

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ANA = "+15550001111"


def test_a_lock_that_another_holds_is_waited_for_only_so_long(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOCK_TIMEOUT", 1)
    one, other = Store(database_url), Store(database_url)
    one.upgrade()

    def hold(connection: Connection) -> None:
        contacts.lock(connection, [ANA], NOW)
        with pytest.raises(StoreUnavailable):
            other.transact(lambda c: contacts.lock(c, [ANA], NOW))

    one.transact(lambda c: contacts.lock(c, [ANA], NOW))
    one.transact(hold)
    assert list(other.transact(lambda c: contacts.lock(c, [ANA], NOW))) == [ANA]
    one.close()
    other.close()
