"""Which variables have a value for certain, and where: followed along the arrows of a flow."""

from functools import cached_property

from convo.flow.model import Flow
from convo.flow.plan import DONE, HANDED_BACK, REPLIED, SAVED, Arrow, Plan, StatePlan
from convo.flow.render import OUTCOME, RETURNED
from convo.flow.source import Path
from convo.flow.steps.assign import Assign
from convo.flow.steps.base import Goto
from convo.flow.steps.call import CallOut, Task
from convo.flow.steps.choose import Choose
from convo.flow.steps.run import RunFlow
from convo.flow.steps.save import Save

Names = frozenset[str]


class Assigning:
    """What `save`, `set` and the groups of patterns give, on every way to a place of the file.

    Only variables that nothing else sets are `watched`: those of `needs` and `vars` are always there.
    """

    def __init__(self, flow: Flow, plan: Plan) -> None:
        self._flow, self._plan = flow, plan
        self._always = frozenset(flow.needs) | frozenset(flow.vars)
        everything = frozenset(plan.types) | plan.assigned | {OUTCOME}
        self._at: dict[str, Names] = dict.fromkeys(plan.states, everything)
        for first in (flow.start, flow.on_error, flow.afterwards):
            if first in self._at:
                self._at[first] = self._always
        self._follow()

    @cached_property
    def watched(self) -> Names:
        set_here: set[str] = set()
        for name, state in self._plan.states.items():
            set_here |= self._entering(name)
            set_here |= {group for line in state.understood for each in line.patterns for group in each.names}
        if self._plan.runs:
            set_here |= {OUTCOME, RETURNED}
        for state_model in self._flow.states.values():
            call = state_model.step(CallOut)
            set_here |= {*_saved(state_model.step(Save)), *((call.root.save or ()) if call else ())}
        return frozenset(set_here) - self._always

    def before(self, path: Path) -> Names | None:
        """What surely has a value when the text or expression at `path` is used; None: not known."""
        if path[0] != "states" or path[1] not in self._plan.states:
            return None
        name, key = str(path[1]), path[2]
        there = self._at[name]
        if key == Assign.KEY:
            return there | _in_front(list(self._assigned(name)), str(path[3]))
        there |= self._entering(name)
        if key == Choose.KEY:
            state = self._plan.states[name]
            found = [arrow for arrow in self._plan.arrows if arrow.source == name and arrow.trigger == SAVED]
            if state.calls and found:
                return there | self._behind(found[0])
            return None if state.hands_off else there | _saved(self._flow.states[name].step(Save))
        goto = self._goto(path)
        if goto is not None:
            there |= self._groups(self._plan.states[name], path) | _outcome(path)
            there |= {RETURNED} if _outcome(path) else set()
            call = self._flow.states[name].step(CallOut)
            there |= frozenset((call.root.save if call and path[3:4] == (DONE,) else None) or ())
            given = list(goto.set or ())
            assigns = path[-2] == Assign.KEY and path[-1] in given
            there |= _in_front(given, str(path[-1])) if assigns else set(given)
        return there

    def _follow(self) -> None:
        """Along the arrows until nothing changes: a state has what every way to it gives."""
        changed = True
        while changed:
            changed = False
            for arrow in self._plan.arrows:
                if arrow.dest not in self._at or arrow.dest == arrow.source:
                    continue
                there = self._at[arrow.dest] & self._behind(arrow)
                changed = changed or there != self._at[arrow.dest]
                self._at[arrow.dest] = there

    def _behind(self, arrow: Arrow) -> Names:
        """What has a value once an arrow was taken."""
        there = self._at[arrow.source] | self._entering(arrow.source) | _outcome(arrow.path)
        call = self._flow.states[arrow.source].step(CallOut)
        if call is not None:
            return there | self._called(arrow, call.root)
        save = self._flow.states[arrow.source].step(Save)
        if arrow.trigger == SAVED or (
            save and arrow.trigger == REPLIED and arrow.path[2:3] in (("then",), (Save.KEY,))
        ):
            there |= _saved(save)
        goto = self._goto(arrow.path)
        if goto is not None and arrow.trigger != HANDED_BACK:
            there |= self._groups(self._plan.states[arrow.source], arrow.path) | frozenset(goto.set or ())
        return there

    def _called(self, arrow: Arrow, task: Task) -> Names:
        """What a call gives by the way that `arrow` leads; on by `choose`, what both outcomes give."""
        done = frozenset(task.save or ()) | frozenset((task.done and task.done.set) or ())
        failed = frozenset((task.failed and task.failed.set) or ())
        if arrow.trigger == SAVED:
            goes_on = task.failed is not None and task.failed.then is None
            return done & failed if goes_on else done
        return done if arrow.trigger == DONE else failed

    def _entering(self, state: str) -> Names:
        return frozenset(self._assigned(state))

    def _assigned(self, state: str) -> dict[str, str]:
        step = self._flow.states[state].step(Assign)
        return step.root if step else {}

    def _goto(self, path: Path) -> Goto | None:
        """The right side that `path` stands in, or is."""
        value: object = self._flow
        if path[0] == "states":
            value = self._flow.states[str(path[1])]
            path = path[2:]
        for part in path:
            if isinstance(value, Goto):
                return value
            value = getattr(value, str(part), None) if not isinstance(value, dict) else value.get(part)
            value = getattr(value, "root", value)
        return value if isinstance(value, Goto) else None

    def _groups(self, state: StatePlan, path: Path) -> Names:
        """The groups that whatever took the reply on this line has given."""
        for line in state.understood:
            if path[: len(line.path)] == line.path:
                return frozenset.intersection(*(frozenset(each.names) for each in line.patterns))
        return frozenset()


def _outcome(path: Path) -> Names:
    """A sub-flow has ended where one of its outcomes is taken."""
    return frozenset({OUTCOME}) if path[2:4] == (RunFlow.KEY, "outcomes") else frozenset()


def _saved(save: Save | None) -> Names:
    return frozenset(save.root) if save else frozenset()


def _in_front(names: list[str], name: str) -> Names:
    return frozenset(names[: names.index(name)])
