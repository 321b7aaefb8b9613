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
    own, said = primary(subject.flow.language), subject.plan.said
    written = [tag for placed in said for tag in placed.tags.values()]
    # A region more or less is no other language: `fr` and `fr-CA` stand in for each other.
    tags = {primary(tag): tag for tag in (subject.flow.language, *reversed(written))}
    others = sorted(tags.keys() - {own})
    shown = ", ".join(f"{tags[each]}: …" for each in (own, *others))
    for placed in said:
        there = {primary(language) for language in placed.phrase.texts}
        missing = [tags[each] for each in others if each not in there]
        if missing and _has_words(placed.phrase.texts.values()):
            yield Finding(
                placed.path,
                f"this text is not written in {' and '.join(missing)}, as others of this flow are",
                f"Write it for each language: {{{shown}}}.",
            )


def _has_words(texts: Iterable[Text]) -> bool:
    """Whether there is anything to translate beside variables, numbers and signs."""
    return any(char.isalpha() for text in texts for char in _VARIABLE.sub("", text.source))


RULE = Rule("C041", Severity.WARNING, "a text is not in every language", BAD, GOOD, find)
