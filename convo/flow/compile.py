"""Flow → one `transitions.Machine` per flow version, shared by all its conversations."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from transitions import EventData, Machine, State

from convo.clock import parse_duration
from convo.flow.model import Flow
from convo.flow.plan import START, STARTED, Action, Arrow, Guard, Plan, StatePlan, Timer
from convo.flow.render import Texts
from convo.flow.run import Run
from convo.flow.slots import parse_type
from convo.flow.steps.then import Then

# transitions logs its every step; a flow's own history is in the store.
logging.getLogger("transitions.core").disabled = True


@dataclass(frozen=True, slots=True)
class Compiled:
    """One version of one flow, ready to run."""

    flow: Flow
    plan: Plan
    machine: Machine
    expires: timedelta

    def can(self, state: str, trigger: str) -> bool:
        """Whether `trigger` means anything in `state`."""
        event = self.machine.events.get(trigger)
        return event is not None and state in event.transitions

    def timers(self, state: str) -> list[Timer]:
        return self.plan.states[state].timers


@dataclass(frozen=True, slots=True)
class Bundle:
    """A flow and the flows that it runs. `version` is the SHA-256 of all their sources."""

    name: str
    version: str
    flows: Mapping[str, Compiled]

    @property
    def root(self) -> Compiled:
        return self.flows[self.name]


def plan(flow: Flow) -> Plan:
    """What the constructs of a flow add up to."""
    result = Plan(Texts())
    for variable, kind in flow.needs.items():
        result.types[variable] = parse_type(kind)
    for variable, declared in flow.vars.items():
        result.types[variable] = parse_type(declared.type)
    for name, state in flow.states.items():
        then = state.step(Then)
        planned = StatePlan(name, ("states", name), then.root if then else None, result)
        result.states[name] = planned
        for step in state.steps():
            step.build(planned)
    return result


def compile_plan(flow: Flow, planned: Plan) -> Compiled:
    """The machine of a plan whose arrows all lead to states that exist."""
    states = [State(START)] + [
        State(name, on_enter=[_arrive(name), *map(_on_enter, state.on_enter)])
        for name, state in planned.states.items()
    ]
    machine = Machine(model=None, states=states, initial=START, auto_transitions=False, send_event=True)
    machine.add_transition(STARTED, START, flow.start)
    timers = {timer.trigger for state in planned.states.values() for timer in state.timers}
    for arrow in planned.arrows:
        before: list[str | Callback] = [_fire(arrow)] if arrow.trigger in timers else []
        machine.add_transition(
            arrow.trigger,
            arrow.source,
            arrow.dest,
            conditions=[_condition(arrow.when)] if arrow.when else None,
            before=[*before, _on_enter(arrow.do)] if arrow.do else before,
        )
    return Compiled(flow, planned, machine, parse_duration(flow.expires))


Callback = Callable[[EventData], Any]


def _on_enter(action: Action) -> Callback:
    return lambda event: action(_run(event))


def _condition(guard: Guard) -> Callback:
    return lambda event: guard(_run(event))


def _arrive(state: str) -> Callback:
    return lambda event: _run(event).enter(state)


def _fire(arrow: Arrow) -> Callback:
    return lambda event: _run(event).fire(arrow.trigger)


def _run(event: EventData) -> Run:
    return cast(Run, event.model)
