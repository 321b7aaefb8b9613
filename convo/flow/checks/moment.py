"""A moment that counts from something else than a day and its time.

What `at` counts from is a variable of the type `datetime`, or a `date` with a time of day behind a comma.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.plan import Alarm
from convo.flow.render import GIVEN_NAMES
from convo.flow.slots import SlotType

BAD = """\
flow: sample
start: ask
needs: {visit: text}
states:
  ask:
    at: {visit - 2 hours: remind}
  remind: {say: See you soon!, end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {visit: datetime}
states:
  ask:
    at: {visit - 2 hours: remind}
  remind: {say: See you soon!, end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for state in subject.plan.states.values():
        for alarm in state.alarms:
            name = alarm.moment.variable or ""
            if name in GIVEN_NAMES:
                yield _wrong(alarm, f"'{name}' is no moment")
            kind = subject.plan.types.get(name)
            if kind is not None and name not in subject.plan.assigned:
                yield from _about(alarm, name, kind)


def _about(alarm: Alarm, name: str, kind: SlotType) -> Iterator[Finding]:
    if kind.name == "date":
        if alarm.moment.clock is None:
            mend = f"Add a time of day: `{alarm.moment.source}, 09:00`."
            yield Finding(alarm.path, f"'{name}' is a day without a time", mend, key=True)
    elif kind.name != "datetime":
        yield _wrong(alarm, f"'{name}' is of the type {kind.name}, which is no moment")


def _wrong(alarm: Alarm, message: str) -> Finding:
    return Finding(alarm.path, message, "Count from a variable of the type `datetime`.", key=True)


RULE = Rule("C052", Severity.ERROR, "a moment counts from what is none", BAD, GOOD, find)
