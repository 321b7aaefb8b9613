"""A `consent` that somebody comes to without having agreed.

Consent to marketing is what the contact said (in the United States 47 CFR 64.1200(f)(9), in the EU article 7
of the GDPR): the reply that led to the state. Silence, a reply that was not understood, or a person who hands
back is none.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.plan import PASSED, REPLIED, SAVED, Arrow
from convo.flow.steps.consent import Consent
from convo.flow.steps.otherwise import Otherwise

BAD = """\
flow: sample
start: ask
states:
  ask:
    say: May we send you offers? YES or NO.
    replies:
      yes: joined
      no: bye
    otherwise: {say: "YES or NO?", tries: 1, then: bye}
    after: {1 day: joined}
  joined: {consent: marketing, say: You are in. Reply STOP to opt out., end: joined}
  bye: {end: declined}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask:
    say: May we send you offers? YES or NO.
    replies:
      yes: joined
      no: bye
    otherwise: {say: "YES or NO?", tries: 1, then: bye}
    after: {1 day: bye}
  joined: {consent: marketing, say: You are in. Reply STOP to opt out., end: joined}
  bye: {end: declined}
"""


def find(subject: Subject) -> Iterator[Finding]:
    ways = _ways(subject)
    for name, state in subject.flow.states.items():
        if state.step(Consent) and name in ways:
            yield Finding(
                ("states", name, Consent.KEY),
                f"'{name}' can be reached by {ways[name]}, and then nobody has agreed to anything",
                "Lead there by `replies` alone.",
                key=True,
            )


def _ways(subject: Subject) -> dict[str, str]:
    """The states that are entered otherwise than by a reply that was understood, and how."""
    flow = subject.flow
    found = {flow.start: "the flow's start"}
    for key, state in (("on_error", flow.on_error), ("afterwards", flow.afterwards)):
        if state is not None:
            found.setdefault(state, f"`{key}`")
    arrows = [arrow for each in subject.arrows_from.values() for arrow in each if arrow.dest is not None]
    for arrow in arrows:
        if not _is_reply(arrow):
            found.setdefault(str(arrow.dest), f"`{arrow.label}` in '{arrow.source}'")
    queue = list(found)
    for name in queue:
        for arrow in arrows:
            if (arrow.source, arrow.trigger) == (name, PASSED) and arrow.dest not in found:
                found[str(arrow.dest)] = found[name]
                queue.append(str(arrow.dest))
    return found


def _is_reply(arrow: Arrow) -> bool:
    """Whether it is taken by a reply that was understood, or passes on what was."""
    return arrow.trigger in (REPLIED, SAVED, PASSED) and arrow.path[2:3] != (Otherwise.KEY,)


RULE = Rule("C070", Severity.ERROR, "consent without the contact's own words", BAD, GOOD, find)
