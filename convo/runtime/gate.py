"""The gate: every text that leaves passes it at the last moment, in the transaction of its claim.

It knows who said STOP, who agreed to marketing, quiet hours and caps; the pace is `pacing`'s. What may
not leave now is moved, never dropped; what may not leave at all is withdrawn with its reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from convo import phone, quiet
from convo.messages import ENDED_BY_STOP, Kind, Purpose, Reason
from convo.runtime import codes
from convo.settings import Caps, Number, QuietHours, Settings
from convo.store import consent, daily, outbox, pace
from convo.store.consent import Standing
from convo.store.daily import Count, Whose
from convo.store.outbox import Waiting

ANSWERS_WITHIN = timedelta(minutes=15)  # of the text that it answers; later it is a text like any other
PERSON_ANSWERS_WITHIN = timedelta(hours=1)  # of the contact's last text; people take longer than flows


@dataclass(frozen=True, slots=True)
class Withdraw:
    """It may not leave at all."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Wait:
    """It may not leave before `until`."""

    until: datetime
    reason: Reason


Verdict = Withdraw | Wait | None  # None: it may leave now


class Gate:
    """What the gate goes by for a batch of texts. Their contacts are locked."""

    def __init__(
        self, connection: Connection, settings: Settings, waiting: Sequence[Waiting], now: datetime
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._now = now
        self._codes = codes.revealed(connection, settings, (message.code_id for message in waiting))
        self._standing = consent.standing(connection, (message.contact_id for message in waiting))
        self._caps = {number: settings.number(number).caps for number in {each.number for each in waiting}}
        capped = any(caps != Caps() for caps in self._caps.values())
        rows = (message.contact_id for message in waiting)
        self._counts = daily.read(connection, rows) if capped else {}
        self._counted: dict[Whose, Count] = {}

    def decide(self, message: Waiting) -> Verdict:
        """Whether a text may leave now."""
        wait: Wait | None = None
        if message.kind in ENDED_BY_STOP and self._has_stopped(message):
            return Withdraw(Reason.OPTED_OUT)
        if message.kind is Kind.TEXT:  # answers to keywords wait for nothing
            if message.purpose is Purpose.MARKETING and not self._stands(message, message.brand).marketing:
                return Withdraw(Reason.NO_CONSENT)
            wait = self._quiet(message) or self._over_cap(message)
        if message.code_id is not None and message.code_id not in self._codes:
            return Withdraw(Reason.OUT_OF_DATE)  # nobody can work the code out any more
        leaves = wait.until if wait else self._now
        if message.valid_until is not None and leaves > message.valid_until:
            return Withdraw(Reason.OUT_OF_DATE)
        return wait

    def text(self, message: Waiting) -> str:
        """What leaves: the text, with its one-time code."""
        return codes.filled(message.text, self._codes.get(message.code_id or ""))

    def passed(self, message: Waiting) -> None:
        """A text leaves; the first time that it does, it counts as one of the day's."""
        if message.first_tried_at is None and self._cap(message) is not None:
            day, texts = self._today(message)
            self._counts[_whose(message)] = self._counted[_whose(message)] = Count(day, texts + 1)

    def save(self) -> None:
        """Write what was counted."""
        daily.write(self._connection, self._counted)

    def _has_stopped(self, message: Waiting) -> bool:
        """Whether its contact has stopped its brand, by its name then or by that of its number now."""
        if self._stands(message, message.brand).opted_out:
            return True
        return self._stands(message, self._settings.brand(message.number)).opted_out

    def _stands(self, message: Waiting, brand: str) -> Standing:
        return self._standing.get((brand, message.contact_id), Standing())

    def _quiet(self, message: Waiting) -> Wait | None:
        if self._is_answer(message):
            return None
        near = (message.contact, message.timezone)
        opens = opening(self._settings.number(message.number), near, message.purpose, self._now)
        return Wait(opens, Reason.QUIET_HOURS) if opens > self._now else None

    def _over_cap(self, message: Waiting) -> Wait | None:
        """An answer is counted, but it does not wait; neither does what has been tried already."""
        cap = self._cap(message)
        if cap is None or message.first_tried_at is not None or self._is_answer(message):
            return None
        if self._today(message).texts < cap:
            return None
        number = self._settings.number(message.number)
        near = (message.contact, message.timezone)
        return Wait(_next_day(number, near, message.purpose, self._now), Reason.OVER_CAP)

    def _is_answer(self, message: Waiting) -> bool:
        return message.answers and self._now - message.created_at <= ANSWERS_WITHIN

    def _cap(self, message: Waiting) -> int | None:
        return self._caps[message.number].of(message.purpose) if message.kind is Kind.TEXT else None

    def _today(self, message: Waiting) -> Count:
        """How many texts the contact's day has brought so far."""
        zone = _day_zone(self._settings.number(message.number), (message.contact, message.timezone))
        today = self._now.astimezone(zone).date().isoformat()
        count = self._counts.get(_whose(message))
        return count if count is not None and count.day == today else Count(today, 0)


def reconsider(connection: Connection, settings: Settings, now: datetime) -> bool:
    """Have texts looked at again that wait by quiet hours or caps which were changed; whether there are more.

    The gate moves them once more, or lets them leave.
    """
    for number, rules in pace.rules(connection, settings.numbers).items():
        current = _rules(settings.number(number))
        if rules != current:
            if outbox.release(connection, number, now):
                return True
            pace.keep_rules(connection, number, current)
    return False


def _rules(number: Number) -> str | None:
    if number.quiet == QuietHours() and number.caps == Caps():
        return None
    return f"{number.quiet.model_dump_json()} {number.caps.model_dump_json()} {number.timezone}"


Near = tuple[str, str | None]  # a contact's number, and their time zone where it is known


def due(
    number: Number, near: Near, purpose: Purpose, now: datetime, *, answers: bool
) -> tuple[datetime, Reason | None]:
    """When a text that is queued now may leave, as far as can be told, and why not at once."""
    opens = now if answers else opening(number, near, purpose, now)
    return opens, Reason.QUIET_HOURS if opens > now else None


def opening(number: Number, near: Near, purpose: Purpose, moment: datetime) -> datetime:
    """The first moment from this one on outside the number's quiet hours for a purpose.

    In the contact's time zone; where it is not known, in all of the zones of their number's region,
    unless they have no hour in common; else in the number's own.
    """
    hours = number.quiet.of(purpose)
    if hours is None:
        return moment
    found = quiet.opening(hours, zones(*near, number.timezone), moment)
    # One zone has an opening every week: hours that leave none are refused in the settings.
    return found or quiet.opening(hours, [ZoneInfo(number.timezone)], moment) or moment


@lru_cache(maxsize=8192)
def zones(contact: str, timezone: str | None, home: str) -> tuple[ZoneInfo, ...]:
    """The time zones that a contact may be in; `home` is the number's."""
    names = [timezone] if timezone else phone.timezones(contact)
    known = [zone for name in names if (zone := _zone(name)) is not None]
    return tuple(known) or (ZoneInfo(home),)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None  # stored before somebody took its name away


def _day_zone(number: Number, near: Near) -> ZoneInfo:
    """The zone whose days are counted: the contact's, or the number's where theirs may be several."""
    found = zones(*near, number.timezone)
    return found[0] if len(found) == 1 else ZoneInfo(number.timezone)


def _next_day(number: Number, near: Near, purpose: Purpose, now: datetime) -> datetime:
    """When the next day's texts may leave: its quiet hours' end, or, where it has none, this time of day."""
    zone = _day_zone(number, near)
    wall = now.astimezone(zone).replace(tzinfo=None)
    tomorrow = wall.date() + timedelta(days=1)
    at = time() if number.quiet.of(purpose) else wall.time()
    return opening(number, near, purpose, quiet.reached(zone, datetime.combine(tomorrow, at), now))


def _whose(message: Waiting) -> Whose:
    return Whose(message.contact_id, message.number, message.purpose)
