"""A trigger that another flow of the project has too.

Only one of them is started: the one that names our number, else the first by name.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.model import Flow
from convo.flow.source import Path
from convo.flow.triggers import Triggers
from convo.keywords import normalise

BAD = """\
flow: sample
start: ask
triggers: {keyword: [book, table]}
states:
  ask: {say: Hello, end: done}
"""
GOOD = """\
flow: sample
start: ask
triggers: {keyword: [table]}
states:
  ask: {say: Hello, end: done}
"""
BESIDE = """\
flow: rooms
start: ask
triggers: {keyword: [book]}
states:
  ask: {say: Hello, end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    own = subject.flow.triggers
    if own is None:
        return
    for other in (subject.flows or {}).values():
        if other.flow == subject.flow.flow or other.triggers is None:
            continue
        for word, path in _words(own):
            # Two that name numbers of ours, and not the same ones, do not meet.
            if word in dict(_words(other.triggers)) and set(own.number) == set(other.triggers.number):
                yield _finding(path, f"'{word[1]}'", subject.flow, other)
        for place, number in enumerate(own.number):
            if number in other.triggers.number and not (_words(own) or _words(other.triggers)):
                yield _finding(("triggers", "number", place), number, subject.flow, other)
        if own.anything and other.triggers.anything:
            yield _finding(("triggers", "anything"), "anything", subject.flow, other)


def _words(triggers: Triggers) -> list[tuple[tuple[str, str], Path]]:
    """The words that start a flow, each with how it is looked at and where it stands."""
    return [
        ((key, normalise(word) or word), ("triggers", key, place))
        for key in ("keyword", "exactly")
        for place, word in enumerate(getattr(triggers, key))
    ]


def _finding(path: Path, what: str, flow: Flow, other: Flow) -> Finding:
    first = min(flow.flow, other.flow)
    return Finding(
        path, f"{what} starts the flow '{other.flow}' too; '{first}' wins", "Take it out of one of the two."
    )


RULE = Rule("C065", Severity.WARNING, "two flows share a trigger", BAD, GOOD, find, BESIDE)
