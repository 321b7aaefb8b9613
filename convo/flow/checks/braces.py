"""A variable in the brackets of another language.

`{name}`, `[name]`, `%name%` and `$name` are sent as they stand; a variable is written `{{ name }}`.
"""

import re
from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Hi {name}, {{ name }}!", end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Hi {{ name }}!", end: done}
"""

_INSIDE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_LOOKS = re.compile(r"(?<!\{)\{\s*(\w+)\s*\}(?!\})|\[\s*(\w+)\s*\]|%(\w+)%|\$\{?(\w+)\}?|<(\w+)>")


def lookalikes(source: str) -> Iterator[tuple[str, str]]:
    """What looks like a variable in a text and is none: as it is written, and the name in it."""
    for found in _LOOKS.finditer(_INSIDE.sub("", source)):
        yield found[0], next(filter(None, found.groups()))


def find(subject: Subject) -> Iterator[Finding]:
    variables = {*subject.plan.types, *subject.plan.assigned}
    for placed in subject.plan.said:
        for language, text in placed.phrase.texts.items():
            wrong = next((each for each in lookalikes(text.source) if each[1] in variables), None)
            if wrong:
                yield Finding(
                    placed.at(language),
                    f"'{wrong[0]}' is sent as it stands",
                    f"Write {{{{ {wrong[1]} }}}} for the variable.",
                )
                break


RULE = Rule("C046", Severity.WARNING, "a variable in the wrong brackets", BAD, GOOD, find)
