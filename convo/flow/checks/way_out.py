"""Marketing that never says how to stop.

The first text of a campaign has to tell how to get no more of them (CTIA Messaging Principles, 5.1; in the EU
the ePrivacy directive, article 13), in every language that it is written in.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.say import Say
from convo.keywords import KeywordKind, names
from convo.messages import Purpose

BAD = """\
flow: sample
start: ask
purpose: marketing
states:
  ask: {say: Two for one this Friday at Elm Street!, end: told}
"""
GOOD = """\
flow: sample
start: ask
purpose: marketing
states:
  ask: {say: Two for one this Friday at Elm Street! Reply STOP to opt out., end: told}
"""


def find(subject: Subject) -> Iterator[Finding]:
    if subject.flow.purpose is not Purpose.MARKETING or subject.flow.start not in subject.plan.states:
        return
    first = _first_turn(subject)
    said = [each for each in subject.plan.said if each.path[:1] == ("states",) and each.path[1] in first]
    texts = [each for each in said if each.path[2] == Say.KEY]
    for language in subject.plan.languages:
        heard = [each.phrase.text_for(language)[1].source for each in texts]
        if heard and not any(names(KeywordKind.STOP, text) for text in heard):
            yield Finding(
                texts[0].path,
                f"this is marketing, and its first texts never say how to stop ({language})",
                "Add a sentence, like `Reply STOP to opt out.`.",
            )


def _first_turn(subject: Subject) -> list[str]:
    """The states that say something before anything is waited for."""
    turn = [subject.flow.start]
    for name in turn:
        turn += [
            arrow.dest
            for arrow in subject.arrows_from[name]
            if subject.plan.passes(arrow) and arrow.dest in subject.plan.states and arrow.dest not in turn
        ]
    return turn


RULE = Rule("C044", Severity.WARNING, "marketing that never says how to stop", BAD, GOOD, find)
