"""A test of a flow while it is played: how far it has got, what came, and how its failure reads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from convo.flow.results import as_json
from convo.flow.session import Call
from convo.flow.source import Path as Place
from convo.runtime.calling import Claim
from convo.testing.columns import WIDTH, Row, columns
from convo.testing.scenario import Scenario, Step
from convo.testing.world import Handset, World


class ScenarioFailed(Exception):
    """A step that went otherwise: says where, what was expected and what came, both conversations beside."""

    def __init__(self, where: str, name: str, why: str, rows: Sequence[Row], marked: int) -> None:
        super().__init__(where, name, why)
        self.where, self.name, self.why = where, name, why
        self._rows, self._marked = rows, marked

    def __str__(self) -> str:
        return self.told()

    def told(self, width: int = WIDTH, *, colour: bool = False) -> str:
        """The failure in lines of at most `width` signs, in colour for a terminal that has it."""
        table = columns(self._rows, self._marked, width, colour=colour)
        return "\n".join([f"{self.where}: {self.name}", self.why, *table])


@dataclass
class Play:
    scenario: Scenario
    phone: Handset
    steps: Sequence[Step] = ()  # those that are played
    at: int = 0  # the one that is played now
    rows: list[Row] = field(default_factory=list)  # of the steps before it
    came: str = ""  # what came in place of this one, in a line
    last_text: str = ""
    named: set[int] = field(default_factory=set)  # conversations whose end a step has named
    told: set[int] = field(default_factory=set)  # events that a step has named
    phones: dict[str, Handset] = field(default_factory=dict)  # every one that the test has meant, by number

    @property
    def world(self) -> World:
        return self.phone.world

    def fail(self, place: Place, why: str, came: str = "") -> NoReturn:
        """`came` is what came in place of the step, in a line; none where the step itself cannot be."""
        position = self.scenario.source.at(place)
        where = f"{self.scenario.file}:{position.line}:{position.column}"
        unread = [Row("", f"bot: {text}") for text in self.phone.unread()]
        left = [Row(_line(step), "") for step in self.steps[self.at :]]
        if came:
            left[:1] = [Row(left[0].expected, came), *unread]
        elif unread:
            left = [*unread, *left]
        raise ScenarioFailed(where, self.scenario.name, why, [*self.rows, *left], len(self.rows))

    def differs(self, step: Step, expected: str, came: str) -> NoReturn:
        stored = self.phone.conversation()
        claimed = self.world.waits_for(stored) if stored and step.kind != "calls" else None
        if claimed is not None:
            came = f"{came}\n            {unanswered(claimed)}"
        self.fail(step.place, f"  expected: {expected}\n  came:     {came}", came.splitlines()[0])

    def played(self, step: Step) -> None:
        line = _line(step)
        self.rows.append(Row(line, self.came or line))
        self.came, self.at = "", self.at + 1


def _line(step: Step) -> str:
    """A step as its author wrote it, more or less."""
    told = {name: answer.failure or as_json(answer.result) for name, answer in step.answers.items()}
    values = ", ".join(f"{name}: {value}" for name, value in [*step.values.items(), *told.items()])
    said = ", ".join(part for part in (step.text, f"{{{values}}}" if values else "") if part)
    return f"{step.kind}: {said}" if said else step.kind


def unanswered(claimed: Claim) -> str:
    return f"nothing answers its call of {claimed.call.name}: write `- calls: {{{claimed.call.name}: …}}`"


def names_of(call: Call) -> Iterator[str]:
    """How a test may name a call: the action; a request by its address, or by less and less of it."""
    yield call.name
    if call.request is not None:
        address = call.request.url
        yield from (address, address.partition("?")[0], address.partition("://")[2])
        yield call.name.partition("/")[0]
