"""A reply that the keyword layer takes before any flow sees it.

Some words a number may leave to its flows (docs/consent.md); others are never any flow's.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.patterns import Whole
from convo.flow.source import Path
from convo.keywords import LEAVABLE, LEFT_ABROAD, Keyword, classify

BAD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Keep or cancel?
    replies:
      keep: kept
      cancel: cancelled
    otherwise: {say: KEEP or NO?, then: kept}
  kept: {end: kept}
  cancelled: {end: cancelled}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Keep or drop?
    replies:
      keep: kept
      drop: cancelled
    otherwise: {say: KEEP or DROP?, then: kept}
  kept: {end: kept}
  cancelled: {end: cancelled}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for lines in subject.understood.values():
        for line in lines:
            for pattern in line.patterns:
                if isinstance(pattern, Whole):
                    yield from _taken(pattern.source, line.path, key=True)
    triggers = subject.flow.triggers
    for key in ("keyword", "exactly"):
        for place, text in enumerate(getattr(triggers, key, ())):
            yield from _taken(text, ("triggers", key, place), key=False)


def _taken(text: str, path: Path, *, key: bool) -> Iterator[Finding]:
    keyword = classify(text, opted_out=False)
    if keyword is not None:
        yield Finding(
            path, f"'{text}' never gets here: it is taken as {keyword.kind.upper()}", _mend(keyword), key=key
        )


def _mend(keyword: Keyword) -> str:
    word = keyword.normalised
    if word not in LEAVABLE:
        return "Ask for another word; STOP, START and HELP words are read before any flow."
    where = " from contacts outside the United States" if word in LEFT_ABROAD else ""
    return (
        f'Ask for another word; or a number may leave it to flows{where}: leave = ["{word}"], where its '
        "provider does not act on it."
    )


RULE = Rule("C021", Severity.WARNING, "the keyword layer takes a reply", BAD, GOOD, find)
