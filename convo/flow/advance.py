"""Stepping a conversation: the one function through which every event goes, and its clocks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from convo.errors import ConvoError, StartError
from convo.flow.compile import Bundle
from convo.flow.dates import Reading
from convo.flow.plan import EXPIRED, HANDED_BACK, PASSED, REPLIED, START, STARTED
from convo.flow.run import Run
from convo.flow.session import (
    Closed,
    Event,
    HandedBack,
    Phase,
    Replied,
    Session,
    Started,
    TimedOut,
    Turn,
    Value,
)
from convo.flow.slots import parse_type
from convo.messages import Contact

EXPIRES_AS = "expired"  # the outcome
MOST_STATES = 100  # in one turn
ERROR_QUEUE = "errors"  # the people who are called in when a flow fails


class LoopError(ConvoError):
    """A turn went through a hundred states without waiting."""


def open_session(
    flows: Bundle,
    contact: Contact,
    number: str,
    timezone: str,
    given: Mapping[str, object],
    now: datetime,
) -> Session:
    """A session that has not started yet; raises StartError where `given` does not fit `needs`."""
    flow = flows.root.flow
    zone = contact.timezone or timezone
    reading = Reading(now, ZoneInfo(zone), flow.language)
    declared = {**flow.needs, **{name: kind.type for name, kind in flow.vars.items()}}
    values: dict[str, Value] = {}
    for name in given:
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise StartError(
                "unknown_variable",
                f"{flow.flow} has no variable '{name}' to set; it takes {known}",
            )
    for name, kind in declared.items():
        if name in given:
            value = given[name]
        elif name in flow.vars:
            value = flow.vars[name].default
        else:
            raise StartError(
                "missing_variable", f"{flow.flow} needs '{name}', a {kind}; set it, and start again"
            )
        try:
            values[name] = parse_type(kind).take(value, reading)
        except ValueError as error:
            raise StartError("wrong_variable", f"'{name}': {value!r} will not do; {error}") from None
    return Session(
        contact=contact,
        number=number,
        timezone=zone,
        vars=values,
        started_at=now,
        last_text_at=now,
    )


def advance(flows: Bundle, session: Session, event: Event, now: datetime) -> Turn:
    """What `event` leads to at `now`. The same arguments give the same turn, and nothing is kept.

    A text or an expression that fails reaches nobody: a person is called in, with the reason.
    """
    if session.phase is Phase.ENDED or (session.phase is Phase.HANDED_OFF and isinstance(event, Replied)):
        return Turn(session)  # a text to a person is the person's
    run = Run(flows.root, session, event, now)
    if isinstance(event, Closed):
        run.end(event.outcome)
        return run.turn()
    trigger = _trigger(event)
    if trigger == EXPIRED:
        # Not an arrow: it ends any state, also one in which only a failed text stopped the flow.
        run.end(EXPIRES_AS)
        return run.turn()
    if not flows.root.can(run.state, trigger):
        return Turn(session)
    events = flows.root.machine.events
    try:
        events[trigger].trigger(run)
        for _ in range(MOST_STATES):
            if run.phase is not Phase.LIVE or not flows.root.can(run.state, PASSED):
                return run.turn()
            events[PASSED].trigger(run)
        raise LoopError(f"went through {MOST_STATES} states without waiting")
    except ConvoError as error:
        return _call_person(flows, session, event, now, str(error))


def _call_person(flows: Bundle, session: Session, event: Event, now: datetime, reason: str) -> Turn:
    failed = Run(flows.root, session, event, now)
    if failed.state == START:
        failed.state = flows.root.flow.start
    failed.hand_off(ERROR_QUEUE, reason)
    turn = failed.turn()
    # A visit of its own, whose clocks never count: nothing may text under the person called in.
    return replace(turn, session=replace(turn.session, visit=session.visit + 1, clock_from=None, fired=()))


def _trigger(event: Started | Replied | TimedOut | HandedBack) -> str:
    match event:
        case Started():
            return STARTED
        case Replied():
            return REPLIED
        case TimedOut(clock):
            return clock
        case HandedBack():
            return HANDED_BACK


def next_clock(flows: Bundle, session: Session) -> tuple[datetime, TimedOut] | None:
    """The clock that goes off next, and when; None for a conversation that has ended."""
    if session.phase is Phase.ENDED or session.state in ("", START):
        return None
    clocks: list[tuple[datetime, TimedOut]] = []
    if session.clock_from is not None:
        clocks = [
            (session.clock_from + timer.delay, TimedOut(timer.trigger))
            for timer in flows.root.timers(session.state)
            if timer.trigger not in session.fired
        ]
    # Last, so that a clock of the author's that is due at the same moment goes off first.
    clocks.append((session.last_text_at + flows.root.expires, TimedOut(EXPIRED)))
    return min(clocks, key=lambda clock: clock[0])


def next_wake(flows: Bundle, session: Session) -> datetime | None:
    """When the conversation must be woken next; None for one that has ended."""
    clock = next_clock(flows, session)
    return clock[0] if clock else None
