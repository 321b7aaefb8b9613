"""Brands that are called something else: who stopped one must not be texted by it under another name."""

import shlex
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from convo.errors import ConsentError, SettingsError
from convo.keywords import KeywordKind
from convo.runtime import importing
from convo.runtime.importing import ACTOR, Brought, Outcome
from convo.runtime.opting import brand_of, number_of
from convo.settings import Settings
from convo.store import brands, consent, contacts
from convo.store.consent import Entry

_BATCH = 200  # contacts locked at a time


def begin(connection: Connection, settings: Settings) -> None:
    """Keep in mind which brand each number has from now on; raises SettingsError like `check`."""
    check(connection, settings)
    brands.note(connection, {number: settings.brand(number) for number in settings.numbers})


def check(connection: Connection, settings: Settings) -> None:
    """Raises SettingsError where a number's brand is called something else, and people have stopped it.

    A brand of which no number is left texts nobody, and keeps nothing from starting.
    """
    found: dict[str, list[str]] = {}
    for number, old in _former(connection, settings):
        found.setdefault(old, []).append(number)
    wrong = [
        f"numbers.{number}.brand: it was {_named(old, number)}, and who has stopped that would be texted as "
        f"{settings.brand(number)} again; put the old brand back, or if it is only called something else "
        f"now, run `{shlex.join(['convo', 'consent', 'rename', old, settings.brand(number)])}`"
        for old, numbers in found.items()
        if brands.is_stopped(connection, old)
        for number in numbers
    ]
    if wrong:
        raise SettingsError("\n".join(wrong))


def carry(
    connection: Connection, settings: Settings, old: str, new: str, after: int, now: datetime
) -> tuple[Outcome, int | None]:
    """Carry some STOPs over from one brand to another, at their own moments; where to go on, None at the end.

    Who has come back to the new brand since, or stopped it at that moment, is left as they are. Raises
    ConsentError where it is no brand of ours.
    """
    if old == brand_of(settings, new):
        raise ConsentError("unknown_brand", f"{old} is what it is called now; name what it was called before")
    rule = f"renamed:{old}"
    rows = brands.stopped(connection, old, after, _BATCH)
    if not rows:  # these last: a line of theirs must not be taken for one of who has come back meanwhile
        _carry_forgotten(connection, settings, old, new, rule)
        numbers = [number for number in settings.numbers if settings.brand(number) == new] or [new]
        brands.carried(connection, old, numbers)
        brands.note(connection, dict.fromkeys(numbers, new))
        return Outcome(), None
    contacts.lock_ids(connection, rows)
    found = [
        Brought(stop.contact, new, KeywordKind.STOP, stop.at, "")
        for stop in brands.stops(connection, old, rows)
    ]
    return importing.bring(connection, settings, found, now, rule=rule), rows[-1]


def _carry_forgotten(connection: Connection, settings: Settings, old: str, new: str, rule: str) -> None:
    """Those of whom a hash alone is known."""
    lines: defaultdict[str, list[Entry]] = defaultdict(list)
    for each in brands.of_forgotten(connection, old, new):
        lines[each.entry.contact].append(each.entry)
    stops = []
    for theirs in lines.values():
        last = max((entry for entry in theirs if entry.brand == old), key=_order, default=None)
        if last is None or last.action != KeywordKind.STOP:
            continue
        if not any(entry.brand == new and entry.at >= last.at for entry in theirs):
            number = number_of(settings, new)
            stops.append(replace(last, brand=new, number=number, rule=rule, actor=ACTOR, wording=None))
    consent.append(connection, stops)


def _order(entry: Entry) -> tuple[datetime, bool]:
    """Its place among a contact's lines; of two at once the stop is the last word."""
    return entry.at, entry.action == KeywordKind.STOP


def _former(connection: Connection, settings: Settings) -> Iterator[tuple[str, str]]:
    """Numbers and brands that they had, whose STOPs were not carried over."""
    known = brands.served(connection)
    carried = {(each.number, each.brand) for each in known if each.carried}
    had = {(each.number, each.brand) for each in known} | {(number, number) for number in settings.numbers}
    for number, brand in sorted(had - carried):
        is_ours = number in settings.numbers or not settings.numbers  # where there is none, any is
        if is_ours and settings.brand(number) != brand:
            yield number, brand


def _named(brand: str, number: str) -> str:
    return "the number itself" if brand == number else f"'{brand}'"
