"""The database as commands open it: beside a process that serves it, or before there is one."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from convo.errors import SettingsError, StoreUnavailable
from convo.runtime import brands, forgetting
from convo.settings import Settings
from convo.store.engine import Store
from convo.store.schema import Schema, schema
from convo.store.wakeups import QUEUED

# What keeps a command from working on a database.
MENDS = {
    Schema.BEHIND: "the database is of an older version of convo; run `convo db upgrade`",
    Schema.AHEAD: "the database is of a newer version of convo; update convo on this machine",
}


@contextmanager
def open_store(settings: Settings, *, create: bool) -> Iterator[Store]:
    """The database, up to date. Raises SettingsError where it is not, or where there is none.

    With `create` it is made where there is none. New contacts may come, so the key by which those are
    known again who were forgotten has to be there, and no brand may have lost who stopped it.
    """
    store = Store(settings.database)
    try:
        found = Schema.MISSING if is_missing(store) else store.look(schema)
        if found is Schema.MISSING:
            if not create:
                raise SettingsError(
                    "there is no database yet; `convo dev` or `convo serve` makes it when it starts"
                )
            store.upgrade()
        elif found is not Schema.CURRENT:
            raise SettingsError(MENDS[found])
        if create:
            store.look(lambda connection: forgetting.check(connection, settings))
            store.transact(lambda connection: brands.begin(connection, settings))
        yield store
    finally:
        with suppress(StoreUnavailable):  # they look by themselves now and then
            store.tell_once(QUEUED)
        store.close()


def is_missing(store: Store) -> bool:
    """Whether the file is not there yet: to look into it would make it."""
    return store.file is not None and not store.file.exists()
