"""Which sessions are alike: what happens to one of them from now on can happen to the other as well."""

import re
from collections.abc import Hashable, Iterable
from dataclasses import fields
from datetime import datetime
from zoneinfo import ZoneInfo

from convo.flow.advance import EXPIRES_AS
from convo.flow.compile import Bundle
from convo.flow.expressions import Expression
from convo.flow.plan import UNDELIVERED, Placed
from convo.flow.session import Frame, Phase, Session, Vars, placed
from convo.flow.values import Value

# A name, perhaps through filters: how it comes out depends on its type, not on its value.
_PLAIN = re.compile(r"\{\{\s*\w+(?:\s*\|\s*\w+)*\s*\}\}")
_NAME = re.compile(r"\w+")
# What is told to others alone, and comes to nothing in this flow.
_TOLD = ("emit", "begin")
_VISITS = re.compile(r"\bvisits\(\s*(?:'(\w+)'|\"(\w+)\")\s*\)|\bvisits\b")
# What is compared in a way of its own, or has no future: the numbers and zones never change.
_APART = {
    "contact", "number", "timezone", "home", "vars", "started_at", "last_text_at", "visit", "clock_from",
    "visits", "stack",
}  # fmt: skip
_REST = [field.name for field in fields(Session) if field.name not in _APART]


class Likeness:
    """Compares the sessions of one flow, and of those that it runs.

    Clocks count from now. Variables that no expression asks for are alike if they are of one type.
    Where a flow's expressions ask for the time, it is told apart by weekday and hour.
    """

    def __init__(self, flows: Bundle) -> None:
        self._flows = flows
        plans = [flow.plan for flow in flows.flows.values()]
        asking = [placed.used for plan in plans for placed in plan.placed if _asks(placed)]
        self._asked = frozenset(name for one in asking for name in one.names)
        self._counted = _counted(one.source for one in asking)
        self._alarms = any(state.alarms for plan in plans for state in plan.states.values())
        self._hourly = not self._asked.isdisjoint({"now", "here"})

    def of(self, session: Session, now: datetime, *, failing: bool) -> Hashable:
        """Equal for sessions that are alike."""
        if session.phase is Phase.ENDED:
            lasting = self._variables(session.vars) if self._flows.root.flow.afterwards else ()
            return (session.phase, session.outcome == EXPIRES_AS, session.outcome, lasting)
        return (
            *(getattr(session, name) for name in _REST),
            session.contact.tags,
            self._variables(session.vars),
            self._visits(session),
            tuple(self._frame(frame) for frame in session.stack),
            self._clocks(session, now),
            now.astimezone(ZoneInfo(session.home)).strftime("%a %H") if self._hourly else "",
            failing and self._flows.at(session).can(session.state, UNDELIVERED),
        )

    def _clocks(self, session: Session, now: datetime) -> tuple[object, ...]:
        timers = self._flows.at(session).timers(session.state)
        pending = [one for one in timers if one.trigger not in session.fired]
        return (
            now - session.clock_from if pending and session.clock_from else None,
            now - session.last_text_at,
            now - session.started_at if self._alarms else None,
        )

    def _frame(self, frame: Frame) -> Hashable:
        return placed(frame.flow, frame.state), self._variables(frame.vars), frame.trail

    def _visits(self, session: Session) -> tuple[tuple[str, int], ...]:
        """How often the conversation came to the states that some expression counts."""
        every = session.visits.items()
        asked = self._counted
        return tuple(sorted(each for each in every if asked is None or each[0].rpartition(".")[2] in asked))

    def _variables(self, values: Vars) -> tuple[tuple[str, str], ...]:
        return tuple((name, self._variable(name, value)) for name, value in sorted(values.items()))

    def _variable(self, name: str, value: Value) -> str:
        return repr(value) if name in self._asked else f"{type(value).__name__} {bool(value)}"


def _asks(placed: Placed) -> bool:
    """Whether it matters to a text or an expression what value a variable has."""
    if isinstance(placed.used, Expression):
        told = len(placed.path) > 2 and placed.path[2] in _TOLD
        return not (told and _NAME.fullmatch(placed.used.source.strip()))
    return "{" in _PLAIN.sub("", placed.used.source)


def _counted(sources: Iterable[str]) -> frozenset[str] | None:
    """The states whose visits are counted by name; None where it may be any of them."""
    found = [asked for source in sources for asked in _VISITS.finditer(source)]
    named = [asked[1] or asked[2] for asked in found]
    return None if None in named else frozenset(named)
