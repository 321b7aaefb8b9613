"""What a flow's constructs add up to: arrows between states, what is done on entry, texts, clocks.

The constructs in `steps/` write it, `compile` builds the machine from it, and the checks read it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from convo.flow.match import Pattern
from convo.flow.render import Text, Texts
from convo.flow.slots import SlotType
from convo.flow.source import Path

if TYPE_CHECKING:
    from convo.flow.run import Run

Guard = Callable[["Run"], bool]
Action = Callable[["Run"], None]

START = "(start)"  # where a machine stands before its flow has started
STARTED = "started"
REPLIED = "replied"
PASSED = "passed"
HANDED_BACK = "handed_back"
EXPIRED = "expires"


@dataclass(frozen=True, slots=True)
class Arrow:
    """A transition: in `source`, `trigger` leads to `dest` (None: stays), if `when` allows it."""

    trigger: str
    source: str
    dest: str | None
    path: Path
    label: str
    when: Guard | None = None
    do: Action | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """A clock of a state: it goes off `delay` after the visit's clocks began to count."""

    trigger: str
    delay: timedelta


@dataclass(slots=True)
class StatePlan:
    """One state, as its constructs describe it while they are read in order."""

    name: str
    path: Path
    then: str | None
    plan: "Plan"
    on_enter: list[Action] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    patterns: list[tuple[str, tuple[Pattern, ...]]] = field(default_factory=list)
    waits: bool = False  # for a reply, a clock or a person
    listens: bool = False  # for a reply
    hands_off: bool = False
    ends: bool = False

    def arrow(
        self,
        trigger: str,
        dest: str | None,
        path: Path,
        label: str,
        *,
        when: Guard | None = None,
        do: Action | None = None,
    ) -> None:
        self.plan.arrows.append(Arrow(trigger, self.name, dest, self.path + path, label, when=when, do=do))

    def text(self, source: str, path: Path) -> Text:
        return self.plan.text(source, self.path + path, self.name)

    def saves(self, variable: str, kind: SlotType) -> None:
        self.plan.types[variable] = kind


def _nothing(names: Mapping[str, object]) -> str:
    del names
    return ""


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A text and where it stands, for the checks."""

    text: Text
    path: Path
    state: str


@dataclass(slots=True)
class Plan:
    """A whole flow as arrows, states, texts and the types of its variables."""

    texts: Texts
    states: dict[str, StatePlan] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    placed: list[PlacedText] = field(default_factory=list)
    types: dict[str, SlotType] = field(default_factory=dict)
    faults: list[tuple[Path, str]] = field(default_factory=list)

    def text(self, source: str, path: Path, state: str) -> Text:
        """The compiled text; one that does not parse is put on record as a fault."""
        try:
            compiled = self.texts.compile(source)
        except ValueError as error:
            self.faults.append((path, str(error)))
            compiled = Text(source, frozenset(), _nothing)
        self.placed.append(PlacedText(compiled, path, state))
        return compiled
