"""A moment that is past already.

Whoever comes to the state now is led on at once, or never, with `late: skip`.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: ask
states:
  ask:
    say: The doors open on Friday at six.
    at:
      2020-12-04 18:00: {say: The doors are open!, then: bye}
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {opening: datetime}
states:
  ask:
    say: The doors open on Friday at six.
    at:
      opening: {say: The doors are open!, then: bye}
  bye: {end: done}
"""

_LAST = ZoneInfo("Etc/GMT+12")  # where a day is over last


def find(subject: Subject) -> Iterator[Finding]:
    if subject.now is None:
        return
    for state in subject.plan.states.values():
        for alarm in state.alarms:
            if alarm.moment.variable is not None:
                continue
            when = alarm.moment.at({}, _LAST)
            if when is not None and when < subject.now:
                yield Finding(
                    alarm.path,
                    f"this moment is past: {alarm.moment.source}",
                    "Write one to come, or count from a variable: visit - 1 day, 09:00.",
                    key=True,
                )


RULE = Rule("C069", Severity.WARNING, "a moment that can only be past", BAD, GOOD, find)
