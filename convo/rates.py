"""Rates: how many texts a number may send in how long, as people write it."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

_UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_LIMIT = re.compile(rf"(\d{{1,9}})\s*(?:/|per\b)\s*({'|'.join(_UNITS)})")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` texts in any `period` of time, wherever it begins."""

    count: int
    period: timedelta

    def __str__(self) -> str:
        return f"{self.count}/{next(name for name, unit in _UNITS.items() if unit == self.period)}"


@lru_cache(maxsize=256)
def parse(text: str) -> tuple[Limit, ...]:
    """Read `3/second` or `10/second, 200/minute`; raises ValueError with what to write instead.

    All of the limits hold together.
    """
    limits: dict[timedelta, Limit] = {}
    for piece in text.lower().split(","):
        found = _LIMIT.fullmatch(piece.strip())
        if found is None or int(found[1]) == 0:
            raise ValueError(
                f"'{piece.strip()}' is not a rate; write one like 3/second, or several: 10/second, 200/minute"
            )
        limit = Limit(int(found[1]), _UNITS[found[2]])
        if limit.period in limits:
            raise ValueError(f"'{text}' says twice how many texts a {found[2]} may have; leave one out")
        limits[limit.period] = limit
    return tuple(limits.values())
