"""A `#` that cuts a text short: behind a blank it begins a comment, unless the text is in quotes.

Told where the text breaks off without an end mark, or a number follows the `#`. With two blanks before it, it
is taken for the comment that it is.
"""

import re
from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.quoting import quoted

BAD = """\
flow: sample
start: ask
states:
  ask:
    say: You are in room # 5 please knock
    end: done
"""
GOOD = """\
flow: sample
start: ask
states:
  ask:
    say: "You are in room # 5 please knock"  # of the side entrance
    end: done
"""

_COMMENT = re.compile(r" #(?P<number>\s+\d.*)?(?:\s.*)?")
_ENDS = re.compile(r"""[.!?…。！？؟۔।][)\]"'»”’]*$""")


def find(subject: Subject) -> Iterator[Finding]:
    lines = re.split(r"\r\n?|\n", subject.source.text)
    for placed in subject.plan.said:
        for language, text in placed.phrase.texts.items():
            path = placed.at(language)
            at = subject.source.at(path)
            written = lines[at.line - 1][at.column - 1 :].rstrip()
            comment = _COMMENT.fullmatch(written.removeprefix(text.source))
            is_whole = _ENDS.search(text.source) is not None
            if comment is None or (is_whole and comment["number"] is None):
                continue
            yield Finding(
                path,
                f"what follows the # is taken for a comment: this text ends with '{text.source.split()[-1]}'",
                f"If it belongs to the text, write: {quoted(written)}. If not, put two blanks before the #.",
                word=written,
                meant=quoted(written) if comment["number"] is not None and not is_whole else None,
            )


RULE = Rule("C055", Severity.WARNING, "a text is cut short by a #", BAD, GOOD, find)
