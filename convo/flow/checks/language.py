"""A text that lacks the flow's own language, which a contact of no other language gets."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: ask
language: en
states:
  ask: {say: {fr: Bonjour, es: Hola}, end: done}
"""
GOOD = """\
flow: sample
start: ask
language: en
states:
  ask: {say: {en: Hello, fr: Bonjour, es: Hola}, end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    own = subject.flow.language
    for placed in subject.plan.said:
        if own not in placed.phrase.texts:
            yield Finding(
                placed.path,
                f"this text is not written in '{own}', the language of the flow",
                f"Add it: `{own}: …`; or write another `language:` at the top.",
            )


RULE = Rule("C040", Severity.ERROR, "a text lacks the flow's own language", BAD, GOOD, find)
