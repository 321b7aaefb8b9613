"""What a rule of `convo check` is, and what it looks at."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from convo.actions import Action
from convo.errors import Severity
from convo.flow.back import came_from
from convo.flow.model import Flow
from convo.flow.plan import BACK, Arrow, Plan, Understood
from convo.flow.source import Path, Source
from convo.flow.steps.call import CallOut, Task


@dataclass(frozen=True)
class Subject:
    """One flow under check: its file, its model, and what its constructs add up to."""

    source: Source
    flow: Flow
    plan: Plan
    flows: Mapping[str, Flow] | None = None  # all of the project by name; None: this one is looked at alone
    # Those that it may run by name, None for a file that cannot be read; None: they are not known.
    subflows: "Mapping[str, Subject | None] | None" = None
    now: datetime | None = None  # when the project is looked at, where that is known
    actions: Mapping[str, Action] | None = None  # that can be called; None: nobody knows
    allow: tuple[str, ...] = ()  # hosts that may be called though they are not public

    @property
    def tasks(self) -> Iterator[tuple[str, Task]]:
        """The calls of the flow, each with its state."""
        for name, state in self.flow.states.items():
            step = state.step(CallOut)
            if step is not None:
                yield name, step.root

    @cached_property
    def arrows_from(self) -> dict[str, list[Arrow]]:
        """The arrows of each state; a `back` is one for every state that it may lead to."""
        found: dict[str, list[Arrow]] = {name: [] for name in self.plan.states}
        for arrow in self.plan.arrows:
            if arrow.dest == BACK:
                ways = came_from(self.plan, arrow.source)
                found[arrow.source] += [replace(arrow, dest=before) for before in ways]
            else:
                found[arrow.source].append(arrow)
        return found

    @cached_property
    def misses_ways(self) -> bool:
        """Whether a destination does not exist, or a reply cannot be read; what follows is not told."""
        known = (None, BACK, *self.plan.states)
        unread = any(path[-2:-1] in (("replies",), ("anywhere",)) for path in self.plan.faults)
        return unread or any(arrow.dest not in known for arrow in self.plan.arrows)

    @cached_property
    def understood(self) -> dict[Path, list[Understood]]:
        """Every line of replies once, in order, by the section that it stands in."""
        found: dict[Path, list[Understood]] = {}
        for state in self.plan.states.values():
            for line in state.understood:
                lines = found.setdefault(line.path[:-1], [])
                if all(line.path != other.path for other in lines):  # `anywhere` stands in many states
                    lines.append(line)
        return found

    def verifies(self, path: Path) -> bool:
        """Whether `path` stands in a state with a `verify`, whose texts have a code."""
        state = self.plan.states.get(str(path[1])) if path[0] == "states" else None
        return state is not None and state.verifies is not None

    def leads_to(self, state: str) -> set[str]:
        """The states that exist and can follow `state`."""
        return {
            arrow.dest
            for arrow in self.arrows_from[state]
            if arrow.dest is not None and arrow.dest in self.plan.states
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found: where, one sentence, and its mend."""

    path: Path
    message: str
    hint: str
    key: bool = False  # the finding is about the key at `path`, not its value
    meant: str | None = None  # what the word at `path` was surely meant to be
    word: str | None = None  # what `meant` takes the place of; the key or the value at `path` unless said


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: a stable code, one bad and one good flow for its test, and how it looks."""

    code: str
    severity: Severity
    about: str
    bad: str
    good: str
    find: Callable[[Subject], Iterator[Finding]]
    beside: str = ""  # the other flow of the examples' project, for a rule that looks at several
