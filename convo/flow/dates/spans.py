"""How long: `2 hours`, `1h30`, `half an hour`, `une semaine`, `hora y media`."""

import re
from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal

from convo.flow.dates.tokens import phrase
from convo.flow.datewords import DAY, HOUR, MINUTE, Words

_COUNT = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")
_MINUTES = re.compile(r"[0-5]?[0-9]")


@dataclass(slots=True)
class Span:
    """Reads how long something is from the start of `tokens`, and says how many of them it took."""

    tokens: list[str]
    words: Words
    before_a_time: bool = False  # what follows days is a time of day: `dans 3 jours 15h`
    at: int = 0
    is_days: bool = True  # nothing but days and weeks

    def seconds(self) -> int | None:
        """The seconds in it, more than none; None where no span stands there.

        A unit follows a larger one: `1 hour 30 minutes`. Behind hours the minutes go without it: `1h30`.
        """
        total, least = Decimal(0), 0
        while (part := self._part(least)) is not None:
            value, least = part
            total += value
            after = self.at
            if not self._take(self.words.span_and):
                continue
            if (part := self._part(least)) is None:
                self.at = after
                break
            total, least = total + part[0], part[1]
        return int(total) if total > 0 and total == int(total) else None

    def _part(self, larger: int) -> tuple[Decimal, int] | None:
        """The seconds of a count and its unit, and the unit's; None, and nothing taken, if there is none."""
        start = self.at
        if (fixed := self._take(self.words.spans)) and not larger:
            value = self.words.spans[fixed] * MINUTE
            self.is_days &= value % DAY == 0
            return Decimal(value), MINUTE
        self.at = start
        if (count := self._count()) is not None:
            halved = self._take(self.words.span_halves)
            unit = self.words.span_units.get(self._take(self.words.span_units) or "")
            if unit is None and larger == HOUR and not halved and _MINUTES.fullmatch(self.tokens[start]):
                self.at = start + 1
                return count * MINUTE, MINUTE
            if unit is not None and self._follows(unit, larger):
                halved = halved or self._take(self.words.span_halves)
                self.is_days &= unit >= DAY
                return (count + Decimal("0.5") * bool(halved)) * unit, unit
        self.at = start
        return None

    def _follows(self, unit: int, larger: int) -> bool:
        return not larger or (unit < larger and (unit >= DAY or larger < DAY or not self.before_a_time))

    def _count(self) -> Decimal | None:
        if word := self._take(self.words.counts):
            return Decimal(self.words.counts[word])
        if self.tokens[self.at : self.at + 1] and _COUNT.fullmatch(self.tokens[self.at]):
            self.at += 1
            return Decimal(self.tokens[self.at - 1].replace(",", "."))
        return None

    def _take(self, phrases: Container[str]) -> str | None:
        start = self.at
        self.at += phrase(self.tokens[start:], phrases)
        return " ".join(self.tokens[start : self.at]) or None
