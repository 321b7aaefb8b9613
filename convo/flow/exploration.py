"""What `explore` is asked, and what comes of it: how far to look, what was found, and how it came about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from convo.flow.happenings import Happening
from convo.flow.session import Session
from convo.flow.source import Path
from convo.quiet import Quiet

Spot = tuple[str, Path]  # the flow, and where in its file
MOST_TEXTS = 30
DEPTH = 25


class Fault(StrEnum):
    """What can be wrong with a conversation."""

    ERROR = "error"  # a text or an expression fails
    LOOP = "loop"  # states without a wait
    STUCK = "stuck"  # no way from here leads to an end or a person
    ENDLESS = "endless"  # clocks go off for ever though nobody answers
    TEXTS = "texts"  # more than the limit
    LATE = "late"  # it expires before a clock of its state goes off
    QUIET = "quiet"  # a text that nobody asked for falls into the quiet hours


class Cut(StrEnum):
    """What ended the search before everything was looked at."""

    DEPTH = "depth"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of a conversation: what happened, how long after the step before, and what came of it."""

    happening: Happening | None  # None: it was started
    passed: timedelta
    said: tuple[str, ...]
    session: Session
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, where in the file of which flow, and the shortest conversation that shows it."""

    fault: Fault
    flow: str
    path: Path
    message: str
    story: tuple[Moment, ...]

    @property
    def state(self) -> str:
        return self.story[-1].session.place


@dataclass(frozen=True, slots=True)
class Explored:
    """What was found, and how much was looked at."""

    findings: tuple[Finding, ...]
    sessions: int
    cut: Cut | None  # None: there is nothing else to look at
    unseen: int  # sessions whose future was not looked at
    unanswered: tuple[str, ...] = ()  # calls for which no result could be made up


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far to look. `out_of_time` is asked again and again."""

    depth: int = DEPTH
    most_texts: int = MOST_TEXTS
    out_of_time: Callable[[], bool] = lambda: False
    quiet: Quiet | None = None  # when no text is to be said that answers none
