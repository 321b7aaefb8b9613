"""How many requests a token may make: a bucket for each token and limit, of this process alone.

The database would have to write for every request what all processes share; so with several of them a token
has the limit once in each.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from convo.rates import Limit


class Limits:
    """The buckets; `wait` takes a place in those of a token."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = limits
        # When the bucket is full again, by token and limit (the generic cell rate algorithm).
        self._full: dict[tuple[str, Limit], datetime] = {}

    def wait(self, token: str, now: datetime) -> timedelta | None:
        """None: the request may be made, and counts. Else how long until there is a place."""
        after = {}
        for limit in self._limits:
            full = max(self._full.get((token, limit), now), now) + limit.period / limit.count
            if full - now > limit.period:
                return full - now - limit.period
            after[token, limit] = full
        self._full |= after
        return None
