"""A default that does not fit its variable's type."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.dates import Reading
from convo.flow.slots import parse_type

BAD = """\
flow: sample
start: ask
vars: {visit: datetime = soon}
states:
  ask: {say: "See you {{ visit | day_time }}", end: done}
"""
GOOD = """\
flow: sample
start: ask
vars: {visit: datetime = 2026-12-01 09:30}
states:
  ask: {say: "See you {{ visit | day_time }}", end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    reading = Reading(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"), subject.flow.language)
    for variable, declared in subject.flow.vars.items():
        try:
            parse_type(declared.type).take(declared.default, reading)
        except ValueError as error:
            mend = str(error)
            yield Finding(
                ("vars", variable),
                f"the default of '{variable}' is no {declared.type}",
                f"{mend[:1].upper()}{mend[1:]}.",
            )


RULE = Rule("C033", Severity.ERROR, "a default does not fit its type", BAD, GOOD, find)
