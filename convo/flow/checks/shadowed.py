"""A variable with a name that has a meaning of its own.

`contact`, `number`, `now`, `reply` and others are given in every text, and `true`, `none` or `not` belong to
expressions: a variable of that name hides it, or cannot be read at all.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.render import GIVEN_NAMES
from convo.flow.source import Path
from convo.flow.steps.save import Save

BAD = """\
flow: sample
start: ask
needs: {contact: text}
states:
  ask: {say: "Hi {{ contact }}", end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Hi {{ name }}", end: done}
"""

_WORDS = frozenset(
    {"true", "false", "none", "True", "False", "None", "not", "and", "or", "in", "is", "if", "else", "self"}
)


def find(subject: Subject) -> Iterator[Finding]:
    for variable, path in _named(subject):
        if variable in GIVEN_NAMES | _WORDS:
            yield Finding(
                path,
                f"'{variable}' has a meaning of its own, which this variable hides",
                f"Call it something else, like {variable.lower()}_given.",
                key=True,
            )


def _named(subject: Subject) -> Iterator[tuple[str, Path]]:
    for key in ("needs", "vars"):
        for variable in getattr(subject.flow, key):
            yield variable, (key, variable)
    for name, state in subject.flow.states.items():
        save = state.step(Save)
        for variable in save.root if save else ():
            yield variable, ("states", name, Save.KEY, variable)
    for path in subject.source.positions:
        if (
            len(path) > 2
            and path[-2] == "set"
            and isinstance(path[-1], str)
            and path[0] in ("states", "anywhere")
        ):
            yield path[-1], path
    for lines in subject.understood.values():
        for line in lines:
            yield from ((name, line.path) for pattern in line.patterns for name in pattern.names)


RULE = Rule("C038", Severity.WARNING, "a variable with a name that is taken", BAD, GOOD, find)
