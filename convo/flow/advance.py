"""Stepping a conversation: the one function through which every event goes, and its clocks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from convo.errors import ConvoError
from convo.flow.calling import AnswerError
from convo.flow.compile import Bundle, Compiled
from convo.flow.dates import Reading
from convo.flow.handing_back import handed_back, spelled, taken_over
from convo.flow.moment import MomentError
from convo.flow.opening import opened
from convo.flow.plan import (
    DONE,
    EXPIRED,
    FAILED,
    HANDED_BACK,
    REPLIED,
    RETURNED,
    START,
    STARTED,
    UNDELIVERED,
    checked,
    jump,
)
from convo.flow.run import LoopError, Run
from convo.flow.session import (
    Called,
    Cause,
    Checked,
    Closed,
    End,
    Event,
    HandedBack,
    HandOff,
    Phase,
    Reopened,
    Replied,
    Resumed,
    Returned,
    Session,
    Started,
    TakenOver,
    TimedOut,
    Turn,
    Undelivered,
)
from convo.flow.stack import FAILS_AS, StackError, popped, pushed
from convo.messages import Contact

EXPIRES_AS = "expired"  # the outcome
NEVER_STARTED = "never_started"  # the outcome of one that waited behind another for too long
MOST_STATES = 100  # in one turn
MOST_KEPT = 20  # texts that come while it is calling; others are stored, and not answered
ERROR_QUEUE = "errors"  # the people who are called in when a flow fails
RUNNING = (Phase.LIVE, Phase.CALLING, Phase.HANDED_OFF)  # one conversation at a time
_ALWAYS = (Started, TimedOut, Undelivered, Reopened, Closed)
_CONCERNS = {
    Phase.LIVE: (*_ALWAYS, Replied, Checked, TakenOver),
    Phase.CALLING: (Called, TimedOut, Closed, TakenOver),
    Phase.HANDED_OFF: (*_ALWAYS, HandedBack),  # a text to a person is the person's
    Phase.WAITING: (Started, Closed),
    Phase.SUSPENDED: (Resumed, Closed),
    Phase.ENDED: (),
}
_TIMELESS = (Phase.ENDED, Phase.WAITING, Phase.SUSPENDED)

_TRIGGERS: Mapping[type[Cause], str] = {
    Started: STARTED, Replied: REPLIED, Undelivered: UNDELIVERED, Returned: RETURNED,
}  # fmt: skip


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
    return Session(
        contact=contact,
        number=number,
        timezone=zone,
        home=timezone,
        vars=opened(flow, given, reading),
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
        vars=ended.stack[0].vars if ended.stack else ended.vars,
        started_at=now,
        last_text_at=now,
    )


def advance(flows: Bundle, session: Session, event: Event, now: datetime) -> Turn:
    """What `event` leads to at `now`. The same arguments give the same turn, and nothing is kept.

    A text or an expression that fails reaches nobody: the flow goes to its `on_error`, or a person is
    called in, and the turn's `trouble` says why. Raises HandBackError where a person hands back what
    the flow cannot take; nothing else is raised.
    """
    turn = _advance(flows, session, event, now)
    if not turn.session.kept or turn.session.phase in (Phase.CALLING, Phase.SUSPENDED):
        return turn
    # The result is there: what was texted meanwhile is answered now, in its order.
    kept, turn = turn.session.kept, replace(turn, session=replace(turn.session, kept=()))
    for reply in kept:
        after = _advance(flows, turn.session, reply, now)
        turn = Turn(after.session, turn.effects + after.effects, after.trouble or turn.trouble)
    return turn


def _advance(flows: Bundle, session: Session, event: Event, now: datetime) -> Turn:
    if not _concerns(session, event):
        return Turn(_heard(session, event, now))
    flow = flows.at(session)
    if isinstance(event, Resumed):
        return Turn(_resumed(flow, session, event.away, now))
    if isinstance(event, Closed):
        # It ends all flows at once, in any state, also one in which only a failed text stopped the flow.
        run = Run(flow, session, event, now)
        run.end(event.outcome)
        return run.turn()
    if isinstance(event, TakenOver):
        return Turn(taken_over(flow, session, event), (HandOff(event.queue),))
    event, steps = spelled(session, event), _Steps()
    try:
        turn = _step(flows, session, event, now, steps)
        return _onward(flows, turn, now, steps) if turn.session.stack else turn
    except LoopError as error:
        return _looped(flows, session, event, now, str(error))


def _looped(flows: Bundle, session: Session, event: Event, now: datetime, reason: str) -> Turn:
    """The turn after one that came to no end, of which nothing is left in any flow."""
    steps = _Steps()
    try:
        return _onward(flows, _failed(flows, session, event, now, steps, reason), now, steps)
    except LoopError as error:
        reason = f"{reason}; then what follows on an error {error}"
        return _person_called(flows.at(session), session, event, now, reason)


def _step(flows: Bundle, session: Session, event: Cause, now: datetime, steps: "_Steps") -> Turn:
    """The part of a turn that one flow has. What fails in it leaves nothing of it, and all of the others'."""
    flow = flows.at(session)
    trigger = _trigger(flow, event)
    run = Run(flow, handed_back(flow, session, event, now), event, now)
    if trigger == EXPIRED:  # not an arrow, like a `Closed`
        run.end(EXPIRES_AS)
        return run.turn()
    if isinstance(event, HandedBack) and event.state is not None:
        run.state = START  # a person may lead anywhere
    if not flow.can(run.state, trigger):
        if isinstance(event, Called) and event.failure is not None:
            return _failed(flows, session, event, now, steps, _call_failed(flow, session, event.failure))
        return Turn(_heard(session, event, now))
    try:
        _run(flow, run, trigger, steps)
        return _done(flows, run, now)
    except LoopError:
        raise
    except AnswerError as error:
        turn = _step(flows, session, Called(session.visit, failure=str(error)), now, steps)
        return replace(turn, trouble=turn.trouble or str(error))
    except ConvoError as error:
        return _failed(flows, session, event, now, steps, str(error))


def _onward(flows: Bundle, turn: Turn, now: datetime, steps: "_Steps") -> Turn:
    """The rest of a turn in other flows: a sub-flow starts, and one that has ended returns."""
    effects, troubles = list(turn.effects), [turn.trouble]
    begun: set[int] = set()  # how deep the sub-flows stand that started in this turn
    while (session := turn.session).stack:
        event: Cause = Started()
        if session.phase is Phase.ENDED:
            effects = [effect for effect in effects if not isinstance(effect, End)]
            at_once = len(session.stack) in begun
            begun.discard(len(session.stack))
            event = Returned(session.outcome or "", session.vars, at_once)
            session = popped(session)
        elif session.state:
            break
        else:
            begun.add(len(session.stack))
        turn = _step(flows, session, event, now, steps)
        effects += turn.effects
        troubles.append(turn.trouble)
    told = "; then ".join(trouble for trouble in troubles if trouble is not None)
    return Turn(turn.session, tuple(effects), told or None)


def _done(flows: Bundle, run: Run, now: datetime, trouble: str | None = None) -> Turn:
    """What came of one flow's part; where it runs a sub-flow, the session of that, which has to start."""
    turn = run.turn(trouble)
    if run.opens is None:
        return turn
    return replace(turn, session=pushed(flows, turn.session, *run.opens, now))


def understands(flows: Bundle, session: Session, event: Replied, now: datetime) -> bool:
    """Whether the live conversation's patterns, those of `anywhere`, or its `save` take this reply."""
    if session.phase is not Phase.LIVE or session.state in ("", START):
        return False
    flow = flows.at(session)
    state = flow.plan.states[session.state]
    run = Run(flow, session, event, now)
    if any(run.takes(line.patterns) for line in state.understood):
        return True
    return state.reads is not None and run.reads(state.reads)


def _concerns(session: Session, event: Event) -> bool:
    """Whether an event means anything in the phase that the conversation is in."""
    if isinstance(event, (Undelivered, Called)) and event.visit != session.visit:
        return False
    return isinstance(event, _CONCERNS[session.phase])


def _heard(session: Session, event: Cause, now: datetime) -> Session:
    """A text that the flow does nothing with is a text all the same: `expires` counts from it."""
    if not isinstance(event, (Replied, Checked)) or session.phase not in RUNNING:
        return session
    heard = replace(session, last_text_at=now)
    if session.phase is Phase.CALLING and isinstance(event, Replied) and len(heard.kept) < MOST_KEPT:
        return replace(heard, kept=(*heard.kept, event))
    return heard


def _trigger(flow: Compiled, event: Cause) -> str:
    match event:
        case Checked(verdict):
            return checked(verdict)
        case TimedOut(clock):
            return clock
        case Called():
            return DONE if event.failure is None else FAILED
        case HandedBack(state):
            return HANDED_BACK if state is None else jump(state)
        case Reopened():
            return jump(flow.flow.afterwards or "")
        case _:
            return _TRIGGERS[type(event)]


class _Steps:
    """The states that a turn may still pass through, in all of its flows together."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = MOST_STATES

    def take(self) -> None:
        if not self._left:
            raise LoopError(f"went through {MOST_STATES} states without waiting")
        self._left -= 1


def _run(flow: Compiled, run: Run, trigger: str, steps: _Steps) -> None:
    """To completion: through passing states until one waits, calls a person, runs a sub-flow or ends.

    A moment of that state that is past already goes off at once.
    """
    events = flow.machine.events
    steps.take()
    moved = events[trigger].trigger(run)
    if trigger == RETURNED and not moved:
        raise StackError(f"`outcomes` of '{run.state}' says nothing of '{run.returned}'")
    while True:
        if run.phase is Phase.LIVE and flow.can(run.state, run.goes_on_by):
            trigger = run.goes_on_by
        elif moment := run.due():
            trigger = moment
        else:
            return
        steps.take()
        events[trigger].trigger(run)


def _call_failed(flow: Compiled, session: Session, failure: str) -> str:
    calling = flow.plan.states[session.state].calls
    return f"the call of {calling.name if calling else session.state} failed: {failure}"


def _failed(flows: Bundle, session: Session, event: Cause, now: datetime, steps: _Steps, reason: str) -> Turn:
    """What follows on a failure: `on_error`, or else a person; a sub-flow returns as `failed`."""
    flow = flows.at(session)
    reason = f"in {session.flow}: {reason}" if session.flow else reason
    if flow.flow.on_error is not None:
        run = Run(flow, session, event, now)
        run.state = START
        try:
            _run(flow, run, jump(flow.flow.on_error), steps)
            return _done(flows, run, now, reason)
        except ConvoError as error:
            reason = f"{reason}; then `on_error` failed too: {error}"
    if session.stack:
        run = Run(flow, session, event, now)
        run.end(FAILS_AS)
        return run.turn(reason)
    return _person_called(flow, session, event, now, reason)


def _person_called(flow: Compiled, session: Session, event: Cause, now: datetime, reason: str) -> Turn:
    """Somebody takes over where the conversation stands."""
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
        phase=_running(flow, session),
        clock_from=session.clock_from and min(session.clock_from + away, now),
        last_text_at=min(session.last_text_at + away, now),
        skipped=(*session.skipped, *late),
    )


def _running(flow: Compiled, session: Session) -> Phase:
    """The phase of a session that was suspended, before that."""
    if session.queue is not None:
        return Phase.HANDED_OFF
    state = flow.plan.states.get(session.state)
    return Phase.CALLING if state and state.calls else Phase.LIVE


def next_clock(flows: Bundle, session: Session) -> tuple[datetime, TimedOut] | None:
    """The clock that goes off next, and when; None for a conversation that has none."""
    if session.phase in _TIMELESS or session.state in ("", START):
        return None
    flow = flows.at(session)
    clocks: list[tuple[datetime, TimedOut]] = []
    if session.clock_from is not None:
        clocks = [
            (session.clock_from + timer.delay, TimedOut(timer.trigger))
            for timer in flow.timers(session.state)
            if timer.trigger not in session.fired
        ]
    if flow.alarms(session.state) and (moments := _moments(flow, session)):
        clocks += moments
    else:
        # Last, so that a clock of the author's that is due at the same moment goes off first.
        clocks.append((session.last_text_at + flow.expires, TimedOut(EXPIRED)))
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
