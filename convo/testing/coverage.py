"""What the tests of a flow have taken of it: every reply, clock, miss, branch and outcome, by its line."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from convo.flow.compile import Bundle, Compiled, FlowFile, compile_plan
from convo.flow.plan import DONE, FAILED, HANDED_BACK, PASSED, Action, Arrow, StatePlan, in_order
from convo.flow.source import Path as Place
from convo.flow.source import read
from convo.flow.steps.run import RunFlow
from convo.runtime.library import Library

if TYPE_CHECKING:
    from convo.flow.run import Run

_SLIP = "typing slip"  # it stands in no line of the file
_BELOW = ("then", "say")  # what may stand below the line that is counted
_LEADS_ON = {HANDED_BACK: "a person who hands back", DONE: "a call that is done"}  # by the state's `then`

# Of a folder's flow the places that tests took, and whether one was about it, or only about one that runs it.
Taken = tuple[str, str, list[list[str | int]], bool]


@dataclass(frozen=True, slots=True)
class Missing:
    """A line that no test took; lines and columns count from 1."""

    file: Path
    line: int
    column: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: no test took {self.what}"


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of a flow its tests took."""

    flow: str
    file: Path
    items: int
    missing: tuple[Missing, ...]

    @property
    def percent(self) -> int:
        """Rounded down: 100 only if nothing is missing."""
        return 100 * (self.items - len(self.missing)) // self.items if self.items else 100

    def __str__(self) -> str:
        taken = self.items - len(self.missing)
        lines = [f"{self.file}: {self.percent} % ({taken} of {self.items})", *map(str, self.missing)]
        return "\n".join(lines)


@dataclass(slots=True)
class Coverage:
    """The flows of the folders that tests ran in, and what of them was taken."""

    _libraries: dict[Path, "WatchedLibrary"] = field(default_factory=dict)
    _named: set[tuple[Path, str]] = field(default_factory=set)

    def library(self, folder: Path, flow: str = "") -> "WatchedLibrary":
        """The flows of `folder`, watched; `flow` is the one that a test is about."""
        if flow:
            self._named.add((folder, flow))
        if folder not in self._libraries:
            self._libraries[folder] = WatchedLibrary(folder)
        return self._libraries[folder]

    def report(self, folders: Collection[Path] = ()) -> list[Covered]:
        """What was taken of each flow that a test is about, and of every flow in `folders`."""
        for folder in folders:
            self.library(folder).look()
        found = {
            watched.file: watched
            for folder, library in self._libraries.items()
            for name, watched in library.watched.items()
            if folder in folders or (folder, name) in self._named
        }
        return [watched.covered() for _, watched in sorted(found.items())]

    def taken(self) -> list[Taken]:
        """What was taken so far, as plain data that another process can `add`."""
        return [
            (str(folder), name, [list(place) for place in watched.taken], (folder, name) in self._named)
            for folder, library in sorted(self._libraries.items())
            for name, watched in sorted(library.watched.items())
            if watched.taken or (folder, name) in self._named
        ]

    def add(self, taken: Iterable[Taken]) -> None:
        """What tests in another process have taken."""
        for folder, name, places, named in taken:
            library = self.library(Path(folder), name if named else "")
            library.look()
            if name in library.watched:
                library.watched[name].taken.update(tuple(place) for place in places)


class WatchedLibrary(Library):
    """A library whose flows put on record which of their lines were taken."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.watched: dict[str, _Watched] = {}
        self._bundles: dict[str, Bundle] = {}

    def publish(self) -> None:
        super().publish()
        for name, bundle in self._current.items():
            if name not in self.watched or self.watched[name].text != bundle.sources[name].text:
                self.watched[name] = _Watched(bundle.root, bundle.sources[name])
        for name, bundle in list(self._current.items()):
            if bundle.version not in self._bundles:
                self._bundles[bundle.version] = self._noting(bundle)
            self._current[name] = self._versions[bundle.version] = self._bundles[bundle.version]

    def _noting(self, bundle: Bundle) -> Bundle:
        """The same flows, watched; a sub-flow whose file has another text by now is not."""
        flows = {
            name: self.watched[name].compiled
            if name in self.watched and self.watched[name].text == bundle.sources[name].text
            else compiled
            for name, compiled in bundle.flows.items()
        }
        return replace(bundle, flows=flows)

    def look(self) -> None:
        """Know the flows of a folder in which no test ran."""
        if not self.watched:
            self.read()
            self.publish()


class _Watched:
    """One flow, compiled anew with a note on every arrow."""

    def __init__(self, compiled: Compiled, source: FlowFile) -> None:
        self.file, self.text = Path(source.file), source.text
        self._flow, self._source = compiled, read(source.text, source.file)
        self.taken: set[Place] = set()
        plan = compiled.plan
        arrows = [self._noted(arrow) for arrow in plan.arrows]
        states = {name: self._entered(state) for name, state in plan.states.items()}
        self.compiled = compile_plan(compiled.flow, replace(plan, arrows=arrows, states=states))

    def covered(self) -> Covered:
        items = dict(self._items())
        missing = []
        for place, what in items.items():
            if place not in self.taken:
                at = self._source.key_at(place)
                missing.append(Missing(self.file, at.line, at.column, what))
        missing.sort(key=lambda each: (each.line, each.column))
        return Covered(self._flow.flow.flow, self.file, len(items), tuple(missing))

    def _items(self) -> Iterator[tuple[Place, str]]:
        for arrow in self._flow.plan.arrows:
            place = _counted(arrow)
            if place is not None:
                yield place, _words(place, arrow)
        for name, state in self._flow.plan.states.items():
            if state.ends:
                yield _end(name), f"the outcome of '{name}'"

    def _noted(self, arrow: Arrow) -> Arrow:
        place = _counted(arrow)
        return arrow if place is None else replace(arrow, do=in_order(self._note(place), arrow.do))

    def _entered(self, state: StatePlan) -> StatePlan:
        noted = [self._note(_end(state.name))] if state.ends else []
        return replace(state, on_enter=[*noted, *state.on_enter])

    def _note(self, place: Place) -> Action:
        def note(run: "Run") -> None:
            del run
            self.taken.add(place)

        return note


def _end(state: str) -> Place:
    return ("states", state, "end")


def _counted(arrow: Arrow) -> Place | None:
    """The line that an arrow stands for; None for one that is no choice of anybody."""
    place = arrow.path
    key = place[2] if place[0] == "states" and len(place) > 2 else place[0]
    if arrow.label == _SLIP or place[-1] == "choose" or (arrow.trigger == PASSED and key == "then"):
        return None
    if key == "otherwise":
        return place
    return place[:-1] if place[-1] in _BELOW and key not in _BELOW else place


def _words(place: Place, arrow: Arrow) -> str:
    if place[0] != "states":
        return f"the reply `{place[-1]}` of {place[0]}"
    state, key = place[1], place[2]
    named = f" `{place[3]}`" if len(place) > 3 else ""
    said = place[-1] == "say"
    if key == RunFlow.KEY:
        return f"the sub-flow's outcome `{place[4]}` in '{state}'"
    kinds = {
        "replies": f"the reply{named}",
        "after": f"the clock{named}",
        "at": f"the moment{named}",
        "choose": f"the choice{named}",
        "split": f"the side{named}",
        "save": "a reply that `save` reads",
        "otherwise": "a reply that nothing takes" if said else "`otherwise` when its tries are over",
        "undelivered": "a text that is not delivered",
        "call": "a call that fails" if arrow.trigger == FAILED else "a call that is done",
        "then": _LEADS_ON.get(arrow.trigger, "a reply that `save` reads"),
    }  # fmt: skip
    return f"{kinds.get(str(key), f'`{key}`{named}')} in '{state}'"
