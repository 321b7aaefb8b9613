"""Where a conversation stands in one flow while an event runs through it, and how it moves there."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from convo.flow.plan import PASSED, SAVED, START, Alarm
from convo.flow.session import Phase, Session, Value, placed

if TYPE_CHECKING:
    from convo.flow.compile import Compiled

MOST_BACK = 10  # states that a conversation can return through


class Standing:
    """The state, its visit, and the clocks of it; `Run` adds what is said and worked out."""

    __slots__ = (
        "_compiled", "_entered", "_entry_say", "_fired", "_left", "_now", "_phase", "_queue", "_session",
        "_skipped", "_trail", "_tries", "_vars", "_visit", "_visits", "goes_on_by", "state",
    )  # fmt: skip

    def __init__(self, compiled: "Compiled", session: Session, now: datetime) -> None:
        self._compiled = compiled
        self._session = session
        self._now = now
        self.state = session.state or START
        self.goes_on_by = PASSED  # the trigger that leads on where nothing is waited for
        self._visit = session.visit
        self._visits: Mapping[str, int] = session.visits
        self._tries = session.tries
        self._fired, self._skipped = session.fired, session.skipped
        self._trail, self._left = session.trail, session.state
        self._vars: Mapping[str, Value] = session.vars
        self._phase, self._queue = session.phase, session.queue
        self._entered = False
        self._entry_say: int | None = None  # the place of the last text said on entry

    # What the constructs ask.

    @property
    def misses(self) -> int:
        """How many replies of this visit nothing took."""
        return self._tries

    @property
    def phase(self) -> Phase:
        return self._phase

    def has_fired(self, clock: str) -> bool:
        return clock in self._fired

    @property
    def came_from(self) -> str:
        """The state before in which the conversation waited; empty where there is none."""
        return self._trail[-1] if self._trail else ""

    @property
    def visits_here(self) -> int:
        """How often the state was entered."""
        return self.visits(self.state)

    def visits(self, state: str) -> int:
        """How often the conversation has come to a state of this flow."""
        return self._visits.get(placed(self._session.flow, state), 0)

    @property
    def place(self) -> str:
        """The state as everybody is shown it."""
        return placed(self._session.flow, self.state)

    def due(self) -> str | None:
        """The moment of the state that has come, if any; those that are past on entry may be skipped."""
        alarms = self._compiled.alarms(self.state)
        if not alarms or self._phase is Phase.ENDED:
            return None
        zone = ZoneInfo(self._session.timezone)
        came: list[tuple[datetime, str]] = []
        skipped: list[str] = []
        for alarm in alarms:
            moment = alarm.moment.at(self._vars, zone)
            if moment is None or alarm.trigger in self._fired:
                continue
            if alarm.skips and self._is_late(alarm, moment, zone):
                skipped.append(alarm.trigger)
            elif moment <= self._now:
                came.append((moment, alarm.trigger))
        self._skipped = tuple(skipped)
        return min(came)[1] if came else None

    def _is_late(self, alarm: Alarm, moment: datetime, zone: ZoneInfo) -> bool:
        """Whether it was past already when the visit began, or its variable was set."""
        before = self._session
        if self._visit == before.visit and alarm.moment.at(before.vars, zone) == moment:
            return alarm.trigger in self._skipped
        return moment <= self._now

    # How it moves.

    def enter(self, state: str) -> None:
        """A new visit: its clocks, tries and texts begin anew."""
        self._visit += 1
        place = placed(self._session.flow, state)
        self._visits = {**self._visits, place: self._visits.get(place, 0) + 1}
        self._tries, self._fired, self._entry_say, self._entered = 0, (), None, True
        self._skipped = ()
        if self._compiled.goes_back:
            self._remember(state)
        self._phase, self._queue = Phase.LIVE, None
        self.goes_on_by = PASSED

    def _remember(self, state: str) -> None:
        """The way back; a state that only passed on is no place to return to."""
        left = self._compiled.plan.states.get(self._left)
        if left is not None and left.waits:
            self._trail = (*self._trail, left.name)[-MOST_BACK:]
        while self._trail and self._trail[-1] == state:
            self._trail = self._trail[:-1]
        self._left = state

    def go_back(self) -> None:
        """Leave for the state before, and not to return from there to this one."""
        self._left = ""

    def choose(self) -> None:
        """Go on by the state's `choose`, though it waited."""
        self.goes_on_by = SAVED

    def fire(self, clock: str) -> None:
        self._fired = (*self._fired, clock)
