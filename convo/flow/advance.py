"""Stepping a conversation: the one function through which every event goes, and its clocks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from convo.errors import ConvoError, HandBackError, StartError
from convo.flow.compile import Bundle, Compiled
from convo.flow.dates import Reading
from convo.flow.expressions import as_value
from convo.flow.moment import MomentError
from convo.flow.names import did_you_mean
from convo.flow.plan import EXPIRED, HANDED_BACK, REPLIED, START, STARTED, UNDELIVERED, checked, jump
from convo.flow.run import Run
from convo.flow.session import (
    Checked,
    Closed,
    Event,
    HandedBack,
    Phase,
    Reopened,
    Replied,
    Resumed,
    Session,
    Started,
    TimedOut,
    Turn,
    Undelivered,
    Value,
)
from convo.flow.slots import parse_type
from convo.messages import Contact

EXPIRES_AS = "expired"  # the outcome
NEVER_STARTED = "never_started"  # the outcome of one that waited behind another for too long
MOST_STATES = 100  # in one turn
ERROR_QUEUE = "errors"  # the people who are called in when a flow fails
_TIMELESS = (Phase.ENDED, Phase.WAITING, Phase.SUSPENDED)


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
    reading = Reading(now, ZoneInfo(zone), flow.language, (contact.number, number))
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
        home=timezone,
        vars=values,
        started_at=now,
        last_text_at=now,
    )


def reopened_session(ended: Session, now: datetime) -> Session:
    """A fresh session, with the variables of one that has ended, for the event `Reopened`."""
    return Session(
        contact=ended.contact,
        number=ended.number,
        timezone=ended.timezone,
        home=ended.home,
        vars=ended.vars,
        started_at=now,
        last_text_at=now,
    )


def advance(flows: Bundle, session: Session, event: Event, now: datetime) -> Turn:
    """What `event` leads to at `now`. The same arguments give the same turn, and nothing is kept.

    A text or an expression that fails reaches nobody: the flow goes to its `on_error`, or a person is
    called in, and the turn's `trouble` says why. Raises HandBackError where a person hands back what
    the flow cannot take; nothing else is raised.
    """
    flow = flows.root
    if not _concerns(session, event):
        return Turn(_heard(session, event, now))
    if isinstance(event, Resumed):
        return Turn(_resumed(flow, session, event.away, now))
    trigger = _trigger(flow, event)
    run = Run(flow, _before(flow, session, event, now), event, now)
    if isinstance(event, Closed) or trigger == EXPIRED:
        # Not an arrow: it ends any state, also one in which only a failed text stopped the flow.
        run.end(event.outcome if isinstance(event, Closed) else EXPIRES_AS)
        return run.turn()
    if isinstance(event, HandedBack) and event.state is not None:
        run.state = START  # a person may lead anywhere
    if not flow.can(run.state, trigger):
        return Turn(_heard(session, event, now))
    try:
        _run(flow, run, trigger)
    except ConvoError as error:
        return _failed(flow, session, event, now, str(error))
    return run.turn()


def understands(flows: Bundle, session: Session, event: Replied, now: datetime) -> bool:
    """Whether the live conversation's patterns, those of `anywhere`, or its `save` take this reply."""
    if session.phase is not Phase.LIVE or session.state in ("", START):
        return False
    state = flows.root.plan.states[session.state]
    run = Run(flows.root, session, event, now)
    if any(run.takes(line.patterns) for line in state.understood):
        return True
    return state.reads is not None and run.reads(state.reads)


def _concerns(session: Session, event: Event) -> bool:
    """Whether an event means anything in the phase that the conversation is in."""
    if isinstance(event, Undelivered) and event.visit != session.visit:
        return False
    match session.phase:
        case Phase.LIVE:
            return not isinstance(event, Resumed | HandedBack)
        case Phase.HANDED_OFF:  # a text to a person is the person's
            return not isinstance(event, Replied | Checked | Resumed)
        case Phase.WAITING:
            return isinstance(event, Started | Closed)
        case Phase.SUSPENDED:
            return isinstance(event, Resumed | Closed)
        case Phase.ENDED:
            return False


def _heard(session: Session, event: Event, now: datetime) -> Session:
    """A text that the flow does nothing with is a text all the same: `expires` counts from it."""
    running = session.phase in (Phase.LIVE, Phase.HANDED_OFF)
    return replace(session, last_text_at=now) if running and isinstance(event, Replied | Checked) else session


def _before(flow: Compiled, session: Session, event: Event, now: datetime) -> Session:
    """The session with what the event itself says of its variables."""
    if not isinstance(event, HandedBack):
        return session
    return replace(session, vars={**session.vars, **_handed_back(flow, session, event, now)})


def _trigger(flow: Compiled, event: Event) -> str:  # noqa: PLR0911 - one for each
    match event:
        case Replied():
            return REPLIED
        case Checked(verdict):
            return checked(verdict)
        case TimedOut(clock):
            return clock
        case HandedBack(state):
            return HANDED_BACK if state is None else jump(state)
        case Undelivered():
            return UNDELIVERED
        case Reopened():
            return jump(flow.flow.afterwards or "")
        case _:
            return STARTED


def _run(flow: Compiled, run: Run, trigger: str) -> None:
    """To completion: through passing states until one waits, calls a person or ends.

    A moment of that state that is past already goes off at once.
    """
    events = flow.machine.events
    events[trigger].trigger(run)
    for _ in range(MOST_STATES):
        if run.phase is Phase.LIVE and flow.can(run.state, run.goes_on_by):
            events[run.goes_on_by].trigger(run)
        elif moment := run.due():
            events[moment].trigger(run)
        else:
            return
    raise LoopError(f"went through {MOST_STATES} states without waiting")


def _failed(flow: Compiled, session: Session, event: Event, now: datetime, reason: str) -> Turn:
    """The turn after one that failed, of which nothing is left: `on_error`, or else a person."""
    if flow.flow.on_error is not None:
        run = Run(flow, session, event, now)
        run.state = START
        try:
            _run(flow, run, jump(flow.flow.on_error))
            return run.turn(reason)
        except ConvoError as error:
            reason = f"{reason}; then `on_error` failed too: {error}"
    failed = Run(flow, session, event, now)
    if failed.state == START:
        failed.state = flow.flow.start
    failed.hand_off(ERROR_QUEUE)
    turn = failed.turn(reason)
    # A visit of its own, whose clocks never count: nothing may text under the person called in.
    over = tuple(alarm.trigger for alarm in flow.alarms(turn.session.state))
    silent = replace(turn.session, visit=session.visit + 1, clock_from=None, fired=over, skipped=())
    return replace(turn, session=silent)


def _resumed(flow: Compiled, session: Session, away: timedelta, now: datetime) -> Session:
    """A suspended session goes on as if it had not been away; what was accepted meanwhile counts from now.

    Moments do not move: of those that came meanwhile some are skipped, and the others go off at once.
    """
    late = [clock.clock for moment, clock in _moments(flow, session, skip=True) if now - away < moment <= now]
    return replace(
        session,
        phase=Phase.LIVE if session.queue is None else Phase.HANDED_OFF,
        clock_from=session.clock_from and min(session.clock_from + away, now),
        last_text_at=min(session.last_text_at + away, now),
        skipped=(*session.skipped, *late),
    )


def _handed_back(flow: Compiled, session: Session, event: HandedBack, now: datetime) -> dict[str, Value]:
    """The variables that a person sets; raises HandBackError where the flow cannot go on with this."""
    states, types = flow.plan.states, flow.plan.types
    if event.state is not None and event.state not in states:
        hint = did_you_mean(event.state, states)
        raise HandBackError("unknown_state", f"{flow.flow.flow} has no state '{event.state}'. {hint}")
    if event.state is None and not flow.can(session.state, HANDED_BACK):
        raise HandBackError("nowhere", f"say in which state to go on; '{session.state}' names none")
    near = (session.contact.number, session.number)
    reading = Reading(now, ZoneInfo(session.timezone), flow.flow.language, near)
    known = sorted({*types, *flow.plan.assigned})
    values: dict[str, Value] = {}
    for name, given in event.vars.items():
        if name not in known:
            hint = did_you_mean(name, known) if known else "It has none."
            raise HandBackError("unknown_variable", f"{flow.flow.flow} has no variable '{name}'. {hint}")
        try:
            values[name] = types[name].take(given, reading) if name in types else as_value(given)
        except ValueError as error:
            raise HandBackError("wrong_variable", f"'{name}': {given!r} will not do; {error}") from None
    return values


def next_clock(flows: Bundle, session: Session) -> tuple[datetime, TimedOut] | None:
    """The clock that goes off next, and when; None for a conversation that has none."""
    if session.phase in _TIMELESS or session.state in ("", START):
        return None
    clocks: list[tuple[datetime, TimedOut]] = []
    if session.clock_from is not None:
        clocks = [
            (session.clock_from + timer.delay, TimedOut(timer.trigger))
            for timer in flows.root.timers(session.state)
            if timer.trigger not in session.fired
        ]
    if flows.root.alarms(session.state) and (moments := _moments(flows.root, session)):
        clocks += moments
    else:
        # Last, so that a clock of the author's that is due at the same moment goes off first.
        clocks.append((session.last_text_at + flows.root.expires, TimedOut(EXPIRED)))
    return min(clocks, key=lambda clock: clock[0])


def _moments(flow: Compiled, session: Session, *, skip: bool = False) -> list[tuple[datetime, TimedOut]]:
    """The moments that the state still waits for; those alone that are skipped when late, if `skip`."""
    if session.state in ("", START):
        return []
    over, zone = {*session.fired, *session.skipped}, ZoneInfo(session.timezone)
    pending = []
    for alarm in flow.alarms(session.state):
        if alarm.trigger not in over and (alarm.skips or not skip):
            try:
                moment = alarm.moment.at(session.vars, zone)
            except MomentError:
                continue  # the turn that set its variable told of it
            if moment is not None:
                pending.append((moment, TimedOut(alarm.trigger)))
    return pending


def next_wake(flows: Bundle, session: Session) -> datetime | None:
    """When the conversation must be woken next; None for one that has ended, waits or is suspended."""
    clock = next_clock(flows, session)
    return clock[0] if clock else None
