"""`back`: the ways by which a conversation returns to the state before, in which it waited."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from convo.errors import ConvoError
from convo.flow.plan import BACK, RETURNED, Arrow, Guard, Plan, in_order

if TYPE_CHECKING:
    from convo.flow.run import Run


class NowhereError(ConvoError):
    """A state that does not wait leads back, and nothing was waited in before it."""


def guarded(plan: Plan, arrow: Arrow) -> Iterator[Arrow]:
    """One arrow per state that the conversation may have come from; where there is none, it stays.

    A state that has nothing to wait for cannot stay; the last of its arrows fails.
    """
    for name, state in plan.states.items():
        if state.waits and name != arrow.source:
            leave = in_order(arrow.do, lambda run: run.go_back())
            yield replace(arrow, dest=name, when=_from(name, arrow.when), do=leave)
    nowhere = _from("", arrow.when)
    stays = nowhere
    if plan.passes(arrow) or arrow.trigger == RETURNED:
        stays = _fails(arrow.source, nowhere)
    yield replace(arrow, dest=None, when=stays)


def came_from(plan: Plan, state: str) -> list[str]:
    """The states that wait, and after which `state` can be the next that waits or leads back."""
    before: dict[str, set[str]] = {name: set() for name in plan.states}
    for arrow in plan.arrows:
        if arrow.dest in before and arrow.dest != arrow.source:
            before[arrow.dest].add(arrow.source)
    if plan.on_error in before:  # from anywhere
        before[plan.on_error] |= plan.states.keys() - {plan.on_error}
    return [name for name in _reached(plan, state, before) if plan.states[name].waits and name != state]


def is_first(plan: Plan, state: str, starts: Sequence[str | None]) -> bool:
    """Whether a conversation may get from one of `starts` to `state` without waiting before."""
    before: dict[str, set[str]] = {name: set() for name in plan.states}
    for arrow in plan.arrows:
        if plan.passes(arrow) and arrow.dest in before:
            before[arrow.dest].add(arrow.source)
    return bool({state, *_reached(plan, state, before)} & set(starts))


def _reached(plan: Plan, state: str, before: Mapping[str, set[str]]) -> list[str]:
    """What comes before `state`, across states that do not wait."""
    found, ahead = [], [state]
    while ahead:
        new = [name for name in sorted(before[ahead.pop()]) if name not in found]
        found += new
        ahead += [name for name in new if not plan.states[name].waits]
    return found


def _from(name: str, when: Guard | None) -> Guard:
    if when is None:
        return lambda run: run.came_from == name
    return lambda run: run.came_from == name and when(run)


def _fails(state: str, when: Guard) -> Guard:
    def fail(run: "Run") -> bool:
        if not when(run):
            return False
        raise NowhereError(f"'{state}' leads `{BACK}`, and the conversation waited nowhere before it")

    return fail
