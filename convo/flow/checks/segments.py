"""A text that takes several segments, each of which is paid for.

A segment holds 160 characters, or 70 where one of them is not in the alphabet of SMS (GSM 03.38), and each a
few less where there are several. Variables count with their longest value, a `text` without bounds with 30
characters: write `text 1-20` for what you know.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.alphabet import strange_signs, written_plainly
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.longest import UNBOUNDED, longest, widest
from convo.flow.render import Text
from convo.segments import count

BAD = """\
flow: sample
start: ask
needs: {name: text 1-60}
states:
  ask:
    say: "Dear {{ name }}, thank you very much for coming to see us today. We hope that all went well,
      that you are home again by now, and that you would come back."
    end: done
"""
GOOD = """\
flow: sample
start: ask
needs: {name: text 1-20}
states:
  ask: {say: "{{ name }}, thank you for coming today. We hope that all went well!", end: done}
"""
_LEAST = 70  # nothing shorter can take two


def find(subject: Subject) -> Iterator[Finding]:
    for placed in subject.plan.said:
        for language, text in placed.phrase.texts.items():
            said = _at_its_longest(text, subject, language)
            parts = count(said) if said else None
            if said is None or parts is None or parts.count == 1:
                continue
            if count(written_plainly(said, strange_signs(text))).count == 1:
                continue  # C068 tells which sign it is
            wide = widest(text.names, subject.plan)
            where = f" where '{wide[0]}' has {wide[1]} characters" if wide else ""
            yield Finding(
                placed.at(language),
                f"this text takes {parts.count} segments{where} ({len(said)} characters)",
                "Shorten it, or bound a variable, if one segment is to do.",
            )


def _at_its_longest(text: Text, subject: Subject, language: str) -> str | None:
    if len(text.source) + UNBOUNDED * len(text.names) + _bounds(text, subject) <= _LEAST:
        return None
    return longest(text, subject.plan, language)


def _bounds(text: Text, subject: Subject) -> int:
    wide = widest(text.names, subject.plan)
    return wide[1] * len(text.names) if wide else 0


RULE = Rule("C067", Severity.NOTE, "a text takes several segments", BAD, GOOD, find)
