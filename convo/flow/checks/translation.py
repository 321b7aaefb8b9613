"""A text that lacks a language in which other texts of the flow are written."""

import re
from collections.abc import Iterable, Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.language import primary
from convo.flow.render import Text

BAD = """\
flow: sample
start: ask
states:
  ask: {say: {en: Hello, fr: Bonjour}, then: bye}
  bye: {say: Bye, end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: {en: Hello, fr: Bonjour}, then: bye}
  bye: {say: {en: Bye, fr: Au revoir}, end: done}
"""

_VARIABLE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def find(subject: Subject) -> Iterator[Finding]:
    # A region more or less is no other language: `fr` and `fr-CA` stand in for each other.
    wanted = {primary(language): language for language in reversed(subject.plan.languages)}
    for placed in subject.plan.said:
        written = {primary(language) for language in placed.phrase.texts}
        missing = sorted(wanted[each] for each in wanted.keys() - written - {primary(subject.flow.language)})
        if missing and _has_words(placed.phrase.texts.values()):
            yield Finding(
                placed.path,
                f"this text is not written in {' and '.join(missing)}, as others of this flow are",
                f"Write it for each language: {{{subject.flow.language}: …, {missing[0]}: …}}.",
            )


def _has_words(texts: Iterable[Text]) -> bool:
    """Whether there is anything to translate beside variables, numbers and signs."""
    return any(char.isalpha() for text in texts for char in _VARIABLE.sub("", text.source))


RULE = Rule("C041", Severity.WARNING, "a text is not in every language", BAD, GOOD, find)
