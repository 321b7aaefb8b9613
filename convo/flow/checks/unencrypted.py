"""A request that anybody on its way can read and change.

What is sent over `http:` is not encrypted. Inside a network of your own, list the host in the settings.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.call import CallOut
from convo.hosts import is_own, listed

BAD = """\
flow: sample
start: ask
states:
  ask: {call: {url: "http://api.example.org/slots", done: bye, failed: bye}}
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {call: {url: "https://api.example.org/slots", done: bye, failed: bye}}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, task in subject.tasks:
        if task.host is None or not (task.url or "").lower().startswith("http:"):
            continue
        host, port = task.host
        if not (is_own(host) or listed(host, port, subject.allow)):
            path = ("states", name, CallOut.KEY)
            yield Finding(
                (*path, "url") if (*path, "url") in subject.source.positions else path,
                f"what is sent to {host} can be read on the way",
                "Write `https://` instead.",
            )


RULE = Rule("C104", Severity.WARNING, "a request that is not encrypted", BAD, GOOD, find)
