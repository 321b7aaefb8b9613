"""An `anywhere` that takes what a state asks for.

What stands under `anywhere` is tried before a state's `save`, so an answer to the question would lead away.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.dates import Reading
from convo.flow.patterns import Anything, Kind, Pattern, Whole
from convo.flow.slots import SlotType, Text
from convo.flow.slots.numbers import Number

BAD = """\
flow: sample
start: ask
expires: 1 day
anywhere:
  0, menu: ask
states:
  ask:
    say: How many of you are coming?
    save: {party: integer}
    otherwise: {say: "How many?", then: bye}
    then: bye
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
anywhere:
  menu: ask
states:
  ask:
    say: How many of you are coming?
    save: {party: integer}
    otherwise: {say: "How many?", then: bye}
    then: bye
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    reading = Reading(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"), subject.flow.language)
    told = set()
    for name, state in subject.plan.states.items():
        # Whatever somebody types is a text; a word that leads away from one is meant to.
        if state.reads is None or isinstance(state.reads, Text):
            continue
        for line in state.understood:
            taken = next((each for each in line.patterns if _takes(each, state.reads, reading)), None)
            if line.path[0] == "anywhere" and taken is not None and line.path not in told:
                told.add(line.path)
                yield Finding(
                    line.path,
                    f"'{taken.source}' takes an answer that '{name}' saves as {state.reads.name}",
                    "Ask for another word, or write it into the `replies` of the states that mean it.",
                    key=True,
                )


def _takes(pattern: Pattern, slot: SlotType, reading: Reading) -> bool:
    if isinstance(pattern, Whole):
        return slot.read(pattern.source, reading) is not None
    if isinstance(pattern, Kind):
        numbers = isinstance(pattern.slot, Number) and isinstance(slot, Number)
        return numbers or pattern.slot == slot
    return isinstance(pattern, Anything)


RULE = Rule("C027", Severity.WARNING, "`anywhere` takes what a state saves", BAD, GOOD, find)
