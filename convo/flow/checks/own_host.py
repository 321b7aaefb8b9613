"""A host that convo refuses to call.

Addresses of this machine and of private networks are refused, whatever a flow says, unless the settings list
the host under `allow` of `[calls]`. A name that looks public is looked up when it is called.
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
  ask: {call: {url: "http://127.0.0.1:8080/slots", done: bye, failed: bye}}
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
        if task.host is None:
            continue
        host, port = task.host
        if is_own(host) and not listed(host, port, subject.allow):
            path = ("states", name, CallOut.KEY)
            yield Finding(
                (*path, "url") if (*path, "url") in subject.source.positions else path,
                f"{host} is refused: it is no host of the public network",
                f'If it may be called, add it to convo.toml: `[calls]` with `allow = ["{host}:{port}"]`.',
            )


RULE = Rule("C103", Severity.WARNING, "a host that is refused", BAD, GOOD, find)
