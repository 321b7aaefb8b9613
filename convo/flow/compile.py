"""Flow → one `transitions.Machine` per flow version, shared by all its conversations."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, NamedTuple, Protocol, cast

from transitions import EventData, Machine, State, Transition

from convo.clock import parse_duration
from convo.flow.back import guarded
from convo.flow.language import read_in
from convo.flow.model import Flow, StateBase, WhenBusy
from convo.flow.plan import BACK, START, STARTED, Action, Alarm, Arrow, Guard, Plan, StatePlan, Timer, jump
from convo.flow.render import Texts
from convo.flow.restating import Restating
from convo.flow.run import Run
from convo.flow.session import Session, placed
from convo.flow.sides import side
from convo.flow.slots import parse_type
from convo.flow.steps.choose import Choose
from convo.flow.steps.otherwise import TRIES, Otherwise
from convo.flow.steps.replies import Replies
from convo.flow.steps.split import Split
from convo.flow.steps.then import Then

# transitions logs its every step; a flow's own history is in the store.
logging.getLogger("transitions.core").disabled = True


@dataclass(frozen=True, slots=True)
class Compiled:
    """One version of one flow, ready to run."""

    flow: Flow
    plan: Plan
    machine: Machine
    languages: tuple[str, ...]  # those of its texts, its own first
    expires: timedelta
    start_within: timedelta  # it is not started later than so long after it was asked for
    when_busy: WhenBusy
    goes_back: bool  # somewhere; its sessions remember the way
    splits: tuple[tuple[str, Split], ...]  # with the state of each

    def can(self, state: str, trigger: str) -> bool:
        """Whether `trigger` means anything in `state`."""
        event = self.machine.events.get(trigger)
        return event is not None and state in event.transitions

    @property
    def asks_codes(self) -> bool:
        """Whether a state of it has a `verify`."""
        return any(state.verifies for state in self.plan.states.values())

    def timers(self, state: str) -> list[Timer]:
        return self.plan.states[state].timers

    def alarms(self, state: str) -> list[Alarm]:
        return self.plan.states[state].alarms

    def language_for(self, wanted: str | None) -> str:
        """The locale in which replies of a contact who wants the language `wanted` are read."""
        own = self.flow.language
        return own if wanted is None else read_in(self.languages, wanted, own)


class FlowFile(NamedTuple):
    """A flow's file, word for word."""

    file: str  # as problems name it
    text: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """A flow and the flows that it runs. `version` is the SHA-256 of all their sources."""

    name: str
    version: str
    flows: Mapping[str, Compiled]
    sources: Mapping[str, FlowFile]  # of each of them

    @property
    def runs(self) -> Mapping[str, FlowFile]:
        """The sources of the sub-flows, by name."""
        return {name: source for name, source in self.sources.items() if name != self.name}

    @property
    def root(self) -> Compiled:
        return self.flows[self.name]

    def at(self, session: Session) -> Compiled:
        """The flow in which a session stands: the conversation's own, or a sub-flow."""
        return self.flows[session.flow or self.name]

    def find(self, place: str) -> tuple[Compiled, str]:
        """The flow and its state that `place` names: `ask`, in a sub-flow `verify-phone.ask`."""
        flow, _, state = place.rpartition(".")
        return self.flows[flow or self.name], state

    def variant(self, contact: str) -> str:
        """The states to which its splits lead this contact, like `short+late`; '' where there are none."""
        return "+".join(
            split.taken(side(flow, state, contact))
            for flow, compiled in self.flows.items()
            for state, split in compiled.splits
        )

    @property
    def places(self) -> list[str]:
        """The states of all its flows, as `find` takes them."""
        return [
            placed("" if name == self.name else name, state)
            for name, flow in self.flows.items()
            for state in flow.plan.states
        ]

    def can(self, place: str, trigger: str) -> bool:
        """Whether `trigger` means anything in `place`."""
        flow, state = self.find(place)
        return flow.can(state, trigger)


def plan(flow: Flow) -> Plan:
    """What the constructs of a flow add up to."""
    result = Plan(Texts(), flow.language, flow.on_error)
    for variable, kind in flow.needs.items():
        result.types[variable] = parse_type(kind)
    for variable, declared in flow.vars.items():
        result.types[variable] = parse_type(declared.type)
    for name, state in flow.states.items():
        then = state.step(Then)
        planned = StatePlan(
            name,
            ("states", name),
            result,
            then=then.root if then else None,
            goes_on=bool(then or state.step(Choose) or state.step(Split)),
        )
        result.states[name] = planned
        for part in _parts(flow, state):
            part.build(planned)
    return result


class Part(Protocol):
    """What a state is made of."""

    ORDER: ClassVar[int]

    def build(self, state: StatePlan) -> None: ...


def _parts(flow: Flow, state: StateBase) -> list[Part]:
    """A state's constructs and what its flow adds to them, in the order in which they are taken up."""
    parts: list[Part] = [*state.steps()]
    if flow.anywhere and any(step.LISTENS for step in state.steps()):
        parts.append(flow.anywhere)
    if state.step(Replies):
        otherwise = state.step(Otherwise)
        parts.append(Restating(otherwise.root.tries if otherwise else TRIES))
    return sorted(parts, key=lambda part: part.ORDER)


def compile_plan(flow: Flow, planned: Plan) -> Compiled:
    """The machine of a plan whose arrows all lead to states that exist."""
    states = [State(START)] + [
        State(name, on_enter=[_arrive(name, tuple(state.on_enter))]) for name, state in planned.states.items()
    ]
    machine = _Machine(model=None, states=states, initial=START, auto_transitions=False, send_event=True)
    machine.add_transition(STARTED, START, flow.start)
    for name in planned.states:  # where a person, an error or a text after the end may lead
        machine.add_transition(jump(name), START, name)
    clocks = {timer.trigger for state in planned.states.values() for timer in state.timers}
    clocks |= {alarm.trigger for state in planned.states.values() for alarm in state.alarms}
    for arrow in _guarded(planned):
        before = _leave(arrow.trigger if arrow.trigger in clocks else None, arrow.do)
        machine.add_transition(
            arrow.trigger,
            arrow.source,
            arrow.dest,
            conditions=[_condition(arrow.when)] if arrow.when else None,
            before=before,
        )
    return Compiled(
        flow=flow,
        plan=planned,
        machine=machine,
        languages=planned.languages,
        expires=parse_duration(flow.expires),
        start_within=parse_duration(flow.start_within),
        when_busy=flow.busy,
        goes_back=any(arrow.dest == BACK for arrow in planned.arrows),
        splits=tuple(
            (name, split) for name, state in flow.states.items() if (split := state.step(Split)) is not None
        ),
    )


def _guarded(planned: Plan) -> Iterator[Arrow]:
    """The arrows as the machine takes them: `back` leads to one state for each that it may lead to."""
    for arrow in planned.arrows:
        if arrow.dest == BACK:
            yield from guarded(planned, arrow)
        else:
            yield arrow


class _Transition(Transition):
    """One whose callbacks are functions and stand in the flow: there are no names to resolve, no hooks
    of the whole machine to call and no steps to log, which take transitions longer than its own work.
    """

    def execute(self, event_data: EventData) -> bool:
        callback: Any  # transitions' stubs allow for names
        for condition in self.conditions:
            callback = condition.func
            if not callback(event_data):
                return False
        for callback in self.before:
            callback(event_data)
        if self.dest is not None:
            self._change_state(event_data)
        return True

    def _change_state(self, event_data: EventData) -> None:
        name = str(self.dest)
        event_data.state = event_data.machine.states[name]
        _run(event_data).state = name
        callback: Any
        for callback in event_data.state.on_enter:
            callback(event_data)


class _Machine(Machine):
    transition_cls = _Transition


Callback = Callable[[EventData], Any]


def _condition(guard: Guard) -> Callback:
    return lambda event: guard(_run(event))


# One callback for all there is to do: calling one takes transitions longer than most actions take.


def _arrive(state: str, actions: tuple[Action, ...]) -> Callback:
    def arrive(event: EventData) -> None:
        run = _run(event)
        run.enter(state)
        for action in actions:
            action(run)

    return arrive


def _leave(clock: str | None, action: Action | None) -> Callback | None:
    """What is done on an arrow: its clock has gone off, and its own action."""
    if clock is None and action is None:
        return None

    def leave(event: EventData) -> None:
        run = _run(event)
        if clock is not None:
            run.fire(clock)
        if action is not None:
            action(run)

    return leave


def _run(event: EventData) -> Run:
    return cast(Run, event.model)
