"""A `call` that cannot succeed.

Its action must be one that is there, in `actions.py` beside the flows, in a module that the settings name,
or in a package, and `with` must give what it needs and nothing that it does not take.
"""

from collections.abc import Iterator

from convo.actions import KEY, Action
from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.names import did_you_mean, only_near
from convo.flow.source import Path
from convo.flow.steps.call import CallOut, Task

BAD = """\
flow: sample
start: ask
states:
  ask: {call: {action: fre_slots, done: bye, failed: bye}}
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {call: {action: free_slots, done: bye, failed: bye}}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, task in subject.tasks:
        if task.action is None or subject.actions is None:
            continue
        path: Path = ("states", name, CallOut.KEY)
        at = (*path, "action") if (*path, "action") in subject.source.positions else path
        action = subject.actions.get(task.action)
        if action is None:
            known = list(subject.actions)
            hint = did_you_mean(task.action, known) if known else "Write it into actions.py beside the flows."
            meant = only_near(task.action, known)
            yield Finding(at, f"there is no action '{task.action}'", hint, meant=meant)
        else:
            yield from _about(path, at, task, action)


def _about(path: Path, at: Path, task: Task, action: Action) -> Iterator[Finding]:
    given, takes = task.given or {}, action.takes
    for name in given if takes is not None else ():
        if name not in (takes or ()):
            known = [each for each in takes or () if each != KEY]
            hint = did_you_mean(name, known) if known else "It takes none."
            yield Finding((*path, "with", name), f"{action.name} has no argument '{name}'", hint, key=True)
    missing = [name for name in action.needs if name not in given]
    if missing:
        shown = ", ".join(f"{name}: …" for name in missing)
        yield Finding(
            at,
            f"{action.name} needs {', '.join(missing)}, which nobody gives it here",
            f"Give it: `with: {{{shown}}}`.",
        )


RULE = Rule("C100", Severity.ERROR, "`call` cannot succeed", BAD, GOOD, find)
