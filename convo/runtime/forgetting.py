"""Numbers that were forgotten: a keyed hash stands for them in the ledger, which knows them again by it."""

from collections.abc import Collection, Iterable
from datetime import datetime

import structlog
from sqlalchemy import Connection

from convo.errors import SettingsError
from convo.keywords import KeywordKind
from convo.runtime.codes import keys
from convo.settings import Settings
from convo.store import consent, contacts, ledger
from convo.store.contacts import Known

log = structlog.get_logger(__name__)

_DECIDES = (KeywordKind.STOP, KeywordKind.START)


def lock(
    connection: Connection,
    settings: Settings,
    numbers: Iterable[str],
    now: datetime,
    *,
    also: Iterable[str] = (),
) -> dict[str, Known]:
    """Lock these contacts, like `contacts.lock`; who stopped, was forgotten and comes back is still out."""
    known = contacts.lock(connection, numbers, now, also=also)
    new = {number: each for number, each in known.items() if each.new}
    if new:
        _recognise(connection, settings, new)
    return known


def forget(connection: Connection, settings: Settings, number: str) -> int:
    """Put a keyed hash in the place of a number in the ledger; how many lines were about it.

    Raises SettingsError where there is no key, or one is gone under which others were forgotten. It is that
    of one-time codes: `code_key`.
    """
    check(connection, settings)
    contacts.lock_known(connection, [number])
    key_id, digest = next(iter(keys(settings).hashes(number).items()))
    return ledger.forget(connection, number, key_id, digest)


def names(connection: Connection, settings: Settings, numbers: Iterable[str]) -> dict[str, str]:
    """What these numbers are called in the ledger: by their own, and by the hashes of forgotten ones."""
    found = {number: number for number in numbers}
    if ledger.forgotten_keys(connection):
        try:
            ours = keys(settings)
        except SettingsError:
            log.exception("forgotten.no_key")
            return found
        found |= {digest: number for number in list(found) for digest in ours.hashes(number).values()}
    return found


def count(connection: Connection) -> int:
    """How many numbers were forgotten."""
    return ledger.forgotten(connection)


def check(connection: Connection, settings: Settings) -> None:
    """Raises SettingsError where numbers were forgotten under a key that the settings do not have."""
    used = ledger.forgotten_keys(connection)
    if used and not all(map(keys(settings).has, used)):
        raise SettingsError(
            "code_key: numbers were forgotten under a key that is not here any more, so who stopped would "
            "not be known again; put it back behind the new one"
        )


def stopped(connection: Connection, settings: Settings, numbers: Collection[str]) -> set[tuple[str, str]]:
    """Brands and numbers, of these, that were forgotten after they had stopped, and are out still."""
    last = _last(connection, settings, numbers)
    return {who for who, line in last.items() if line.action == KeywordKind.STOP}


def _recognise(connection: Connection, settings: Settings, new: dict[str, Known]) -> None:
    for (brand, number), line in _last(connection, settings, new).items():
        if line.action == KeywordKind.STOP:
            consent.decide(connection, brand, new[number].id, line.id, line.at, out=True)


def _last(
    connection: Connection, settings: Settings, numbers: Collection[str]
) -> dict[tuple[str, str], ledger.Brief]:
    """What forgotten numbers said last of stopping, by brand and number."""
    called = names(connection, settings, numbers)
    if len(called) == len(numbers):
        return {}  # nobody was ever forgotten
    last: dict[tuple[str, str], ledger.Brief] = {}
    hashes = called.keys() - set(numbers)
    for line in sorted(ledger.briefs(connection, hashes), key=lambda line: line.order):
        if line.action in _DECIDES:
            last[line.brand, called[line.contact]] = line
    return last
