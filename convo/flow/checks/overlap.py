"""Two replies that can take the same text, and lead to different places.

The first of them wins. Where that is meant, write the rarer one first, in words of its own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.dates import Reading
from convo.flow.match import Pattern, hides, match, samples
from convo.flow.patterns import Anything, Expression, Kind, Media, Whole
from convo.flow.plan import Understood
from convo.flow.slots.numbers import Number

BAD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: How was it, from 1 to 10?
    replies:
      <number 1-5>: bad
      <number 5-10>: good
    otherwise: {say: 1 to 10?, then: bad}
  bad: {end: bad}
  good: {end: good}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: How was it, from 1 to 10?
    replies:
      <number 1-5>: bad
      <number 6-10>: good
    otherwise: {say: 1 to 10?, then: bad}
  bad: {end: bad}
  good: {end: good}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for lines in subject.understood.values():
        for place, line in enumerate(lines):
            for earlier in lines[:place]:
                both = _both(earlier, line)
                if both and subject.source.value_at(earlier.path) != subject.source.value_at(line.path):
                    first, second = both
                    yield Finding(
                        line.path,
                        f"'{second.source}' overlaps with '{first.source}' above, which wins",
                        "Write them so that no reply fits both.",
                        key=True,
                    )
                    break


def _both(earlier: Understood, later: Understood) -> tuple[Pattern, Pattern] | None:
    for first in earlier.patterns:
        for second in later.patterns:
            if not isinstance(first, Expression | Kind) and not isinstance(second, Expression):
                continue
            if not hides(first, second) and _overlap(first, second):
                return first, second
    return None


def _overlap(first: Pattern, second: Pattern) -> bool:
    # A word in front of what is wider is the exception from it, and meant so.
    if isinstance(first, Whole | Media | Anything) or isinstance(second, Anything | Media):
        return False
    if isinstance(first, Kind) and isinstance(second, Kind):
        one, two = first.slot, second.slot
        if isinstance(one, Number) and isinstance(two, Number) and one.bounded and two.bounded:
            return one.least <= two.most and two.least <= one.most and not two.holds(one)
        return False
    if not isinstance(first, Expression) and not isinstance(second, Expression):
        return False
    return any(match((first,), reply, _supposed) is not None for reply in samples(second))


def _supposed() -> Reading:
    return Reading(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"), "und")


RULE = Rule("C028", Severity.WARNING, "two replies overlap", BAD, GOOD, find)
