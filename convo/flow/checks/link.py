"""A link in a verification.

Whoever learns to follow links from such texts follows those of a fraud as well, and carriers filter them.
"""

import re
from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.messages import Purpose

BAD = """\
flow: sample
start: ask
purpose: verification
states:
  ask: {say: Confirm your sign-in at https://elm.example/in, end: told}
"""
GOOD = """\
flow: sample
start: ask
purpose: verification
states:
  ask: {say: Somebody signs in as you. Open our app to confirm., end: told}
"""

_LINK = re.compile(
    r"https?://|\bwww\.|\b[a-z0-9-]+\.(?:com|org|net|io|ly|me|info|app|eu|uk|fr|es|ca|us)\b", re.I
)


def find(subject: Subject) -> Iterator[Finding]:
    if subject.flow.purpose is not Purpose.VERIFICATION:
        return
    for placed in subject.plan.said:
        links = [found[0] for text in placed.phrase.texts.values() for found in _LINK.finditer(text.source)]
        if links:
            yield Finding(
                placed.path,
                f"a link ('{links[0]}') stands in a verification",
                "Take it out: send people to an app or a page that they know.",
            )


RULE = Rule("C045", Severity.WARNING, "a link in a verification", BAD, GOOD, find)
