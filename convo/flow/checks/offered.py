"""A choice that the text offers and nothing understands.

Words in capitals behind `Reply`, `Text`, `Répondez` or `Responda` are what people will send.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.dates import Reading
from convo.flow.match import Reply, match
from convo.flow.plan import StatePlan
from convo.flow.steps.say import Say
from convo.keywords import classify

BAD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Are you coming? Reply YES, NO or LATER.
    replies:
      yes, y: yes
      no, n: no
    otherwise: {say: YES or NO?, then: no}
  yes: {end: yes}
  no: {end: no}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Are you coming? Reply YES or NO.
    replies:
      yes, y: yes
      no, n: no
    otherwise: {say: YES or NO?, then: no}
  yes: {end: yes}
  no: {end: no}
"""

_WORD = r"[A-ZÀ-ÖØ-Þ]{2,}(?:-[A-ZÀ-ÖØ-Þ]+)*"
_BETWEEN = r"(?:\s*,\s*|\s*/\s*|\s+(?:or|ou|o|u|and|et|y)\s+|,\s+(?:or|ou|o)\s+)"
_OFFER = re.compile(rf"\b(?:[Rr]eply|[Tt]ext|[Rr]épondez|[Rr]esponda)\s+({_WORD}(?:{_BETWEEN}{_WORD})*)\b")


def find(subject: Subject) -> Iterator[Finding]:
    for placed in subject.plan.said:
        if placed.path[0] != "states" or placed.path[2] != Say.KEY:
            continue
        state = subject.plan.states[str(placed.path[1])]
        if not state.listens:
            continue
        for language, text in placed.phrase.texts.items():
            offers = [word for found in _OFFER.finditer(text.source) for word in re.findall(_WORD, found[1])]
            lost = next((word for word in offers if not _understood(word, state, language)), None)
            if lost:
                yield Finding(
                    placed.at(language),
                    f"this offers '{lost}', which nothing in '{state.name}' understands",
                    f"Add it under `replies`, or take it out of the text: {lost.lower()}: ….",
                )
                break


def _understood(word: str, state: StatePlan, language: str) -> bool:
    if classify(word, opted_out=False) is not None:
        return True
    reading = Reading(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"), language)
    patterns = [each for line in state.understood for each in line.patterns]
    if match(patterns, Reply.of(word), lambda: reading) is not None:
        return True
    return state.reads is not None and state.reads.read(word, reading) is not None


RULE = Rule("C047", Severity.WARNING, "a text offers what nothing understands", BAD, GOOD, find)
