"""Matching a reply with an author's patterns: the first that takes it wins; and what is known of patterns."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from convo.flow.dates import Reading
from convo.flow.keys import parse_patterns
from convo.flow.patterns import (
    Anything,
    Ask,
    Expression,
    Has,
    Kind,
    Media,
    Pattern,
    Reply,
    Starts,
    Taken,
    Whole,
)
from convo.flow.sampling import MOST_GROUPS, written
from convo.flow.slips import restated, slip
from convo.flow.slots.numbers import Number

__all__ = ["Pattern", "Reply", "Taken", "hides", "match", "parse_patterns", "restated", "samples", "slip"]


def match(patterns: Iterable[Pattern], reply: Reply, reading: Ask) -> Taken | None:
    """What the first pattern that takes `reply` read in it; None where none does.

    `reading` is called only if a pattern such as `<date>` has to know how to read: words never ask.
    """
    for pattern in patterns:
        taken = pattern.take(reply, reading)
        if taken is not None:
            return taken
    return None


def hides(earlier: Pattern, later: Pattern) -> bool:
    """Whether `earlier` takes everything that `later` takes, as far as can be known without a reply."""
    if isinstance(earlier, Anything) or earlier == later:
        return True
    if isinstance(later, Whole):
        return earlier.take(Reply.of(later.source), _supposed) is not None
    if isinstance(later, Has | Starts) and isinstance(earlier, Has):
        return earlier.words in later.words
    if isinstance(later, Starts) and isinstance(earlier, Starts):
        return later.words.startswith(earlier.words)
    if isinstance(earlier, Kind) and isinstance(later, Kind):
        outer, inner = earlier.slot, later.slot
        return isinstance(outer, Number) and isinstance(inner, Number) and outer.holds(inner)
    return False


def _supposed() -> Reading:
    """Some reading: what is no number, address or ISO date in it may be one in another."""
    return Reading(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"), "und")


def samples(pattern: Pattern) -> tuple[Reply, ...]:
    """One or two replies that `pattern` takes; none for an RE2 pattern for which none was found."""
    match pattern:
        case Has(words=words) | Starts(words=words):
            texts = [words.strip(), f"{words.strip()} 2"]
        case Kind(slot=slot):
            texts = [slot.sample]
        case Expression():
            texts = _tries(pattern)
        case Media():
            return (Reply.of("", ("image/jpeg",)),)
        case Anything():
            texts = ["anything"]
        case _:
            texts = [pattern.source]
    replies = (Reply.of(text) for text in dict.fromkeys(texts))
    return tuple(reply for reply in replies if pattern.take(reply, _supposed) is not None)[:2]


def _tries(pattern: Expression) -> list[str]:
    """Texts that an RE2 pattern should take."""
    source = pattern.source[1:-1]
    if source.count("(") > MOST_GROUPS:
        return []
    texts = [written(source, shortest=False), written(source, shortest=True)]
    return [*texts, *map(str.upper, texts)]  # for `(?-i)[A-Z]+`
