"""A variable that is of two types.

What a text or an expression can do with it depends on which of the two it is at that moment.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.slots import parse_type
from convo.flow.source import Path
from convo.flow.steps.save import Save
from convo.flow.usage import kind_of

BAD = """\
flow: sample
start: ask
expires: 1 day
needs: {visit: datetime}
states:
  ask:
    say: You come on {{ visit | day_time }}. How many are you?
    save: {visit: integer}
    otherwise: {say: "How many?", then: bye}
    then: bye
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
needs: {visit: datetime}
states:
  ask:
    say: You come on {{ visit | day_time }}. How many are you?
    save: {guests: integer}
    otherwise: {say: "How many?", then: bye}
    then: bye
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    first: dict[str, tuple[str, Path]] = {}
    for variable, kind, path in _declared(subject):
        other, at = first.setdefault(variable, (kind, path))
        if kind_of(parse_type(kind)) is not kind_of(parse_type(other)):
            line = subject.source.key_at(at).line
            yield Finding(
                path,
                f"'{variable}' is {kind} here, and {other} on line {line}",
                "Give one of them another name.",
                key=True,
            )


def _declared(subject: Subject) -> Iterator[tuple[str, str, Path]]:
    for variable, kind in subject.flow.needs.items():
        yield variable, kind, ("needs", variable)
    for variable, declared in subject.flow.vars.items():
        yield variable, declared.type, ("vars", variable)
    for name, state in subject.flow.states.items():
        save = state.step(Save)
        for variable, kind in save.root.items() if save else ():
            yield variable, kind, ("states", name, Save.KEY, variable)


RULE = Rule("C037", Severity.WARNING, "a variable of two types", BAD, GOOD, find)
