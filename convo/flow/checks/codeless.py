"""A `verify` whose state never says its code, or a set of texts of which one language forgets it."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.render import CODE

BAD = """\
flow: sample
start: ask
purpose: verification
states:
  ask:
    say: What is your code?
    verify: {outcomes: {approved: bye, else: bye}}
    otherwise: {say: "Not that one.", tries: 5, then: bye}
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
purpose: verification
states:
  ask:
    say: Your code is {{ code }}. Text it back to us.
    verify: {outcomes: {approved: bye, else: bye}}
    otherwise: {say: "Not that one.", tries: 5, then: bye}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, state in subject.plan.states.items():
        if state.verifies is None:
            continue
        said = [one for one in subject.plan.said if one.path[:3] == ("states", name, "say")]
        languages = {tag for one in said for tag in one.phrase.texts}
        # One that cannot be read is told of already.
        told = {
            tag
            for one in said
            for tag, text in one.phrase.texts.items()
            if CODE in text.names or one.at(tag) in subject.plan.faults
        }
        without = sorted(languages - told)
        if not said:
            yield Finding(
                (*state.path, "verify"),
                f"'{name}' asks for a code that it never says",
                "Add a text: `say: Your code is {{ code }}.`",
                key=True,
            )
        elif without:
            where = "" if len(languages) == 1 else f" in {', '.join(without)}"
            yield Finding(
                (*state.path, "say"),
                f"this text does not say the code{where}",
                "Put `{{ code }}` into it.",
            )


RULE = Rule("C080", Severity.ERROR, "a verification that does not say its code", BAD, GOOD, find)
