"""A flow as a drawing: Mermaid, or Graphviz's DOT, from transitions' own diagrams."""

import importlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from transitions import State
from transitions.extensions import GraphMachine

from convo.flow.model import Flow
from convo.flow.plan import BACK, PASSED, REPLIED, Arrow, Plan

_LONGEST = 48  # characters of what stands on an arrow
# A colon ends the state in Mermaid, a semicolon the line, and a hash begins a character by its number.
_SIGNS = {":": "#58;", ";": "#59;", "#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "|": "#124;"}


class _Drawn(State):
    """A state with what stands in its box."""

    def __init__(self, name: str, label: str) -> None:
        super().__init__(name)
        self.label = label


class _Machine(GraphMachine):
    state_cls = _Drawn


class _Model:
    """What the machine draws itself for; it never runs."""

    get_graph: Any


def mermaid(flow: Flow, plan: Plan, counts: Mapping[str, int] | None = None) -> str:
    """A `stateDiagram-v2` of the flow, with the author's words on its arrows.

    Where `counts` are given, each state tells how many conversations stand in it now.
    """
    drawn: str = _draw(flow, plan, counts or {}, "mermaid").source
    ends = [f"  {_id(name)} --> [*]" for name, state in plan.states.items() if state.ends]
    return "\n".join([drawn.rstrip(), *ends]) + "\n"


def dot(flow: Flow, plan: Plan, counts: Mapping[str, int] | None = None) -> str:
    """The same for Graphviz, top to bottom; raises ImportError where its Python package is not installed."""
    # Without it transitions would fall back to Mermaid, and only log that.
    importlib.import_module("graphviz")
    # Words beside each other make a drawing that no screen is wide enough for.
    source = str(_draw(flow, plan, counts or {}, "graphviz").source)
    return source.replace("rankdir=LR", "rankdir=TB").replace(" | ", r"\n")


def _draw(flow: Flow, plan: Plan, counts: Mapping[str, int], engine: Literal["mermaid", "graphviz"]) -> Any:
    plain = engine == "mermaid"
    model = _Model()
    machine = _Machine(
        model=model,
        states=[_Drawn(_id(name), _box(name, plan, counts)) for name in plan.states],
        initial=_id(flow.start),
        auto_transitions=False,
        graph_engine=engine,
    )
    for source, dest, label in _arrows(plan):
        words = _escaped(label) if plain else label
        machine.add_transition(label, _id(source), _id(dest), label=words)
    machine.model_graphs[id(model)].reset_styling()  # it marks where the model stands, which is nowhere
    return model.get_graph(title=f"title: {flow.flow}" if plain else flow.flow)


def _id(state: str) -> str:
    """A state's name as both languages take it: `end` and `note` mean something to Mermaid."""
    return "s_" + state.replace("-", "__")


def _box(name: str, plan: Plan, counts: Mapping[str, int]) -> str:
    state = plan.states[name]
    calls = f"calls {state.calls.name}" if state.calls else ""
    marks = [mark for mark, there in (("hands off", state.hands_off), ("ends", state.ends)) if there]
    runs = [f"runs {state.runs}"] if state.runs else []
    marks += [calls[:_LONGEST]] if calls else []
    here = counts.get(name, 0)
    live = [f"{here} now"] if here else []
    return " · ".join([name, *marks, *runs, *live])


def _arrows(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """From where, to where, and what the author wrote; each once. What stays leads back to itself."""
    seen = set()
    for arrow in plan.arrows:
        if arrow.dest is None and plan.states[arrow.source].calls:
            continue  # on by `choose` or `split`, whose arrows tell where to
        label = _label(arrow)
        stays = arrow.dest is None or arrow.dest == BACK
        found = (arrow.source, arrow.source if stays else str(arrow.dest), label)
        if found not in seen:
            seen.add(found)
            yield found


def _label(arrow: Arrow) -> str:
    words = arrow.label if arrow.label != PASSED else "then"
    words = re.sub(r"\s+", " ", words).strip()
    words = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
    return f"{words} (back)" if arrow.dest == BACK else f"“{words}”" if _is_said(arrow) else words


def _is_said(arrow: Arrow) -> bool:
    """Whether the words are those of a contact."""
    return (
        arrow.trigger == REPLIED
        and bool({"replies", "anywhere"} & set(arrow.path))
        and (arrow.label in arrow.path)
    )


def _escaped(words: str) -> str:
    return "".join(_SIGNS.get(sign, sign) for sign in words)
