"""People take a conversation from its flow, and hand it back: where it goes on, and with which variables."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from convo.errors import HandBackError
from convo.flow.compile import Compiled
from convo.flow.dates import Reading
from convo.flow.expressions import as_value
from convo.flow.names import did_you_mean
from convo.flow.plan import HANDED_BACK
from convo.flow.session import Cause, Event, HandedBack, Phase, Session, TakenOver, Value


def spelled(session: Session, event: Event) -> Event:
    """The event with its state as the flow calls it; a sub-flow's may be named as everybody is shown it."""
    if session.flow and isinstance(event, HandedBack) and event.state is not None:
        return replace(event, state=event.state.removeprefix(f"{session.flow}."))
    return event


def handed_back(flow: Compiled, session: Session, event: Cause, now: datetime) -> Session:
    """The session with the variables that the person sets; as it is for any other event.

    Raises HandBackError where the flow cannot go on with this.
    """
    if not isinstance(event, HandedBack):
        return session
    return replace(session, vars={**session.vars, **_taken(flow, session, event, now)})


def _taken(flow: Compiled, session: Session, event: HandedBack, now: datetime) -> dict[str, Value]:
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


def taken_over(flow: Compiled, session: Session, event: TakenOver) -> Session:
    """A session that is with people now. As a new visit: no text that is accepted later starts a clock."""
    clocks = [each.trigger for each in flow.timers(session.state)]
    clocks += [each.trigger for each in flow.alarms(session.state)]
    return replace(
        session,
        phase=Phase.HANDED_OFF,
        queue=event.queue,
        visit=session.visit + 1,
        clock_from=None,
        fired=tuple(dict.fromkeys([*session.fired, *clocks])),
        kept=(),
        calls=0,
    )
