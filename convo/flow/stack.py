"""The stack of a conversation: a sub-flow begins in the place of a state, and returns to it."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from convo.errors import ConvoError, StartError
from convo.flow.compile import Bundle
from convo.flow.dates import Reading
from convo.flow.opening import passed_on
from convo.flow.session import Frame, Phase, Session, Vars

MOST_DEEP = 10  # flows that wait for one another in a conversation
FAILS_AS = "failed"  # the outcome of a sub-flow that failed, and has no `on_error`


class StackError(ConvoError):
    """A sub-flow cannot begin."""


def pushed(flows: Bundle, session: Session, name: str, given: Vars, now: datetime) -> Session:
    """The session of the sub-flow `name`, which has not started; the flow that runs it waits on the stack.

    Raises StackError where it does not take what it is given, and where the stack is too deep.
    """
    if len(session.stack) >= MOST_DEEP:
        raise StackError(
            f"'{session.state}' cannot run {name}: {MOST_DEEP} flows wait for one another already"
        )
    flow = flows.flows[name].flow
    near = (session.contact.number, session.number)
    reading = Reading(now, ZoneInfo(session.timezone), flow.language, near)
    try:
        values = passed_on(flow, given, reading)
    except StartError as error:
        raise StackError(f"'{session.state}' cannot run {name}: {error}") from None
    frame = Frame(session.flow, session.state, session.vars, session.trail)
    return replace(
        session,
        flow=name,
        stack=(*session.stack, frame),
        state="",
        vars=values,
        trail=(),
        returned=None,
    )


def popped(session: Session) -> Session:
    """The session of the flow that waits for this one, as it is when that goes on."""
    *below, frame = session.stack
    return replace(
        session,
        flow=frame.flow,
        stack=tuple(below),
        state=frame.state,
        vars=frame.vars,
        trail=frame.trail,
        tries=0,
        fired=(),
        skipped=(),
        phase=Phase.LIVE,
        outcome=None,
        queue=None,
        returned=None,
    )
