"""What the words of a text say of a moment, put together, and the days that can be meant."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from convo.flow.datewords import Window


@dataclass(frozen=True, slots=True)
class Calendar:
    day: int
    month: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a text has said so far; None is what it has not."""

    offset: int | None = None  # days from today
    weekday: int | None = None
    after_today: bool | None = None
    next_week: bool | None = None
    calendar: Calendar | None = None
    part: Window | None = None
    clock: tuple[int, ...] | None = None  # minutes of the day that it can be, likeliest first
    hour_only: bool | None = None
    midnight: bool | None = None
    ahead: int | None = None  # seconds from now

    def joined(self, other: "Said") -> "Said | None":
        """Both together, or None where they say two different things of one kind."""
        values: dict[str, Any] = {}
        for name in (one.name for one in fields(self)):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine is not None and theirs is not None and mine != theirs:
                return None
            values[name] = theirs if mine is None else mine
        return Said(**values)

    @property
    def names_a_day(self) -> bool:
        return (self.offset, self.weekday, self.calendar) != (None, None, None)

    @property
    def is_hour_alone(self) -> bool:
        return bool(self.hour_only) and self.part is None and not self.names_a_day

    @property
    def minute(self) -> int | None:
        """The minute of the day; None if it was not said or is not in that part of the day."""
        if self.midnight:  # it belongs to the evening before it
            return None if self.part and self.part[1] < 24 else 0
        first, last = self.part or (0, 24)
        return next((at for at in self.clock or () if first * 60 <= at < last * 60), None)

    def days(self, today: date) -> Iterator[date]:
        """The days from today on that can be meant, soonest first.

        Of which day `midnight` is people do not agree: it is read where it can only be the coming one.
        """
        if self.midnight:
            if self.offset in (None, 0) and (self.weekday, self.calendar, self.next_week) == (
                None,
                None,
                None,
            ):
                yield today + timedelta(1)
        elif self.calendar:
            yield from _calendar_days(self.calendar, today)
        elif self.offset is not None:
            yield today + timedelta(self.offset)
        elif self.weekday is not None:
            fortnight = (today + timedelta(ahead) for ahead in range(14))
            yield from (day for day in fortnight if self.agrees(day, today))
        elif self.clock and not self.next_week:
            yield from (today, today + timedelta(1))

    def agrees(self, day: date, today: date) -> bool:
        """Whether everything that was said of the day is true of `day`."""
        if self.midnight:
            return True
        monday = today + timedelta(7 - today.weekday())
        return (
            self.weekday in (None, day.weekday())
            and self.offset in (None, (day - today).days)
            and not (self.after_today and day == today)
            and not (self.next_week and not monday <= day < monday + timedelta(7))
        )


def _calendar_days(said: Calendar, today: date) -> Iterator[date]:
    if said.month is None:
        pairs = [divmod(today.year * 12 + today.month - 1 + ahead, 12) for ahead in range(13)]
    elif said.year is None:
        pairs = [(today.year + ahead, said.month - 1) for ahead in range(9)]  # 29 Feb: 2096, 2104
    else:
        pairs = [(said.year, said.month - 1)]
    for year, month in pairs:
        with suppress(ValueError):
            day = date(year, month + 1, said.day)
            if day >= today and year < 9999:  # the last one may not fit into UTC
                yield day
