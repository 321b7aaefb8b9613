"""The migrations make what the tables say, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from convo.store import (
    api_tables,
    campaign_tables,
    consent_tables,
    event_tables,
    reminder_tables,
    tables,
    verification_tables,
)
from convo.store.engine import Store
from convo.store.tables import metadata

MADE = (
    tables,
    event_tables,
    consent_tables,
    api_tables,
    reminder_tables,
    verification_tables,
    campaign_tables,
)  # what is imported is in the metadata


def test_the_migrations_make_the_tables(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert store.look(differences) == []


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    store.upgrade()
