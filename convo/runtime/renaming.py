"""A session under the names of another version: its states, and those that wait for its sub-flows.

`states` says what is called otherwise, as everybody is shown it: `verify-phone.ask=verify-phone.code`.
"""

from collections.abc import Mapping
from dataclasses import replace

from convo.flow.compile import Bundle
from convo.flow.session import Frame, Session, placed
from convo.flow.stack import popped


def renamed(session: Session, states: Mapping[str, str], target: Bundle) -> Session:
    """The session as it stands in `target`; whether it can stand there is not looked at.

    Where its state is mapped to one of a flow that waits for it, it leaves the sub-flows in between.
    """
    there, _, state = states.get(session.place, session.place).rpartition(".")
    visits: dict[str, int] = {}
    for place, count in session.visits.items():
        name = states.get(place, place)
        visits[name] = visits.get(name, 0) + count
    while session.stack and session.flow != there:
        session = replace(popped(session), phase=session.phase, queue=session.queue)
    return replace(
        session,
        state=state,
        visits=visits,
        trail=_trail(session.flow, session.trail, states, target),
        stack=tuple(_frame(frame, states, target) for frame in session.stack),
    )


def _frame(frame: Frame, states: Mapping[str, str], target: Bundle) -> Frame:
    state = _called(frame.flow, frame.state, states)
    return replace(frame, state=state, trail=_trail(frame.flow, frame.trail, states, target))


def _called(flow: str, state: str, states: Mapping[str, str]) -> str:
    """What a state is called now; one whose conversations leave its flow keeps its name."""
    there, _, name = states.get(placed(flow, state), placed(flow, state)).rpartition(".")
    return name if there == flow else state


def _trail(flow: str, trail: tuple[str, ...], states: Mapping[str, str], target: Bundle) -> tuple[str, ...]:
    compiled = target.flows.get(flow or target.name)
    known = compiled.plan.states if compiled is not None else {}
    names = (_called(flow, state, states) for state in trail)
    return tuple(name for name in names if name in known)
