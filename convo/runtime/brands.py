"""Brands that are called something else: who stopped one must not be texted by it under another name."""

import shlex
from collections.abc import Iterable, Mapping
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
from convo.store.brands import Pair

_BATCH = 200  # contacts locked at a time


def begin(connection: Connection, settings: Settings) -> None:
    """Keep in mind which brand each number has from now on; raises SettingsError like `check`.

    A brand that a number had is settled with that: later only what is said to that number under the old
    name counts, by a process that does not know better.
    """
    known = brands.served(connection)
    current = _current(settings, known)
    opened = [pair for pair in _former(current, known) if not known.get(pair)]
    line = brands.last_line(connection) if opened else None
    check(connection, settings)
    brands.note(connection, dict.fromkeys(current.items()) | dict.fromkeys(opened, line))


def check(connection: Connection, settings: Settings) -> None:
    """Raises SettingsError where a number's brand is called something else, and people have stopped it.

    A brand of which no number is left texts nobody, and keeps nothing from starting.
    """
    known = brands.served(connection)
    current = _current(settings, known)
    wrong = []
    for number, old in _former(current, known):
        new = current[number]
        # Without a number is what the API, say, has done for a brand of several: it may mean the others.
        numbers = (number,) if old in current.values() else (number, "")
        if brands.is_lost(connection, old, new, known.get((number, old)), numbers):
            mend = shlex.join(["convo", "consent", "rename", old, new])
            wrong.append(
                f"numbers.{number}.brand: it was {_named(old, number)}, and who has stopped that would be "
                f"texted as {new} again; put the old brand back, or if it is only called something else "
                f"now, run `{mend}`"
            )
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
        return Outcome(), None
    contacts.lock_ids(connection, rows)
    found = [
        Brought(stop.contact, new, KeywordKind.STOP, stop.at, "")
        for stop in brands.stops(connection, old, rows)
    ]
    return importing.bring(connection, settings, found, now, rule=rule), rows[-1]


def _carry_forgotten(connection: Connection, settings: Settings, old: str, new: str, rule: str) -> None:
    """Those of whom a hash alone is known."""
    last = {stop.contact: stop for stop in brands.lost_and_forgotten(connection, old, new)}
    number = number_of(settings, new)
    stops = [
        replace(stop, brand=new, number=number, rule=rule, actor=ACTOR, wording=None)
        for stop in last.values()
    ]
    consent.append(connection, stops)


def _current(settings: Settings, known: Iterable[Pair]) -> dict[str, str]:
    """The brand of each of our numbers; where none is set, any is ours."""
    numbers = settings.numbers or {number for number, _ in known}
    return {number: settings.brand(number) for number in numbers}


def _former(current: Mapping[str, str], known: Iterable[Pair]) -> list[Pair]:
    """The brands that our numbers had; each may have had no name once."""
    had = {*known, *((number, number) for number in current)}
    return sorted((number, old) for number, old in had if current.get(number, old) != old)


def _named(brand: str, number: str) -> str:
    return "the number itself" if brand == number else f"'{brand}'"
