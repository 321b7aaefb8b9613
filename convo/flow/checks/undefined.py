"""A name in a text or an expression that no variable has."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.names import did_you_mean
from convo.flow.render import CODE, GIVEN_NAMES, OUTCOME, RETURNED

BAD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Hi {{ nmae }}", end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Hi {{ name }}", end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    given = GIVEN_NAMES if subject.plan.runs else GIVEN_NAMES - {OUTCOME, RETURNED}
    known = {*subject.plan.types, *subject.plan.assigned, *given}
    for placed in subject.plan.placed:
        here = known | {CODE} if subject.verifies(placed.path) else known
        for name in () if placed.of_result else sorted(placed.used.names - here):
            if name == CODE:
                yield Finding(
                    placed.path,
                    "there is no code here; a state with `verify` has one, in its own texts",
                    "Add `verify` to this state, or say the code where it stands.",
                )
                continue
            hint = f" Variables stand under `needs` or `vars`, or in a `save` or `set`; add {name} there."
            if placed.path[-2:-1] in (("set",), ("with",)) and placed.used.source.strip() == name:
                hint += f""" If it is a text, write "'{name}'"."""
            said = f"there is no variable '{name}'"
            yield Finding(placed.path, said, did_you_mean(name, sorted(known)) + hint)


RULE = Rule("C030", Severity.ERROR, "a text uses an unknown variable", BAD, GOOD, find)
