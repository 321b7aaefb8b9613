"""A `back` before which no state waits.

`back` returns to the last state in which the conversation waited for a reply, a clock or a person. Where
there is none, a state that waits stays as it is, and one that passes on, or runs a sub-flow, fails.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.back import came_from, is_first
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.plan import BACK, RETURNED
from convo.flow.source import Path

BAD = """\
flow: sample
start: explain
states:
  explain: {say: We open at nine., then: back}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask:
    say: Coming? Reply YES, or HOURS for our hours.
    replies:
      yes: bye
      hours: explain
    otherwise: {then: bye}
    after: {1 day: bye}
  explain: {say: We open at nine., then: back}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    plan = subject.plan
    starts = (subject.flow.start, subject.flow.afterwards)
    leads: dict[Path, list[str]] = {}  # where `back` is written, and the states that it stands in
    for arrow in plan.arrows:
        if arrow.dest != BACK:
            continue
        leads.setdefault(arrow.path, []).append(arrow.source)
        passes = plan.passes(arrow) or arrow.trigger == RETURNED
        if passes and is_first(plan, arrow.source, starts):
            yield Finding(
                arrow.path,
                f"a conversation may come to '{arrow.source}' before it has waited anywhere",
                "Lead to a state by its name.",
            )
            leads[arrow.path].append("")
    for path, states in leads.items():
        if "" not in states and not any(came_from(plan, state) for state in states):
            yield Finding(path, "there is no state to go back to", "Lead to a state by its name.")


RULE = Rule("C051", Severity.ERROR, "`back` leads nowhere", BAD, GOOD, find)
