"""A trigger that brings back whoever has opted out.

While somebody is opted out, YES is taken for START: it subscribes them again, and starts no flow.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.keywords import classify

BAD = """\
flow: sample
start: ask
triggers: {keyword: [yes, join]}
states:
  ask: {say: Welcome!, end: done}
"""
GOOD = """\
flow: sample
start: ask
triggers: {keyword: [join]}
states:
  ask: {say: Welcome!, end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for key in ("keyword", "exactly"):
        for place, word in enumerate(getattr(subject.flow.triggers, key, ())):
            if classify(word, opted_out=True) and not classify(word, opted_out=False):
                yield Finding(
                    ("triggers", key, place),
                    f"from somebody who has opted out '{word}' is taken as START, and starts no flow",
                    "Ask for another word, if people who have opted out are to use it.",
                )


RULE = Rule("C029", Severity.NOTE, "a trigger that means START to some", BAD, GOOD, find)
