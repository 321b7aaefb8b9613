"""What a flow's constructs add up to: arrows between states, what is done on entry, texts, clocks.

The constructs in `steps/` write it, `compile` builds the machine from it, and the checks read it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from convo.flow.codes import Spec, Verdict
from convo.flow.expressions import Expression
from convo.flow.language import primary
from convo.flow.match import Pattern
from convo.flow.moment import Moment
from convo.flow.phrase import Phrase
from convo.flow.render import Text, Texts
from convo.flow.slots import SlotType
from convo.flow.source import Path

if TYPE_CHECKING:
    from convo.flow.calling import Calling
    from convo.flow.run import Run

Guard = Callable[["Run"], bool]
Action = Callable[["Run"], None]
Wording = str | Mapping[str, str]  # a text, or one per language
Said = Wording | Sequence[Wording]  # what stands under `say`
Assignments = tuple[tuple[str, Expression], ...]

START = "(start)"  # where a machine stands before its flow has started
STARTED = "started"
REPLIED = "replied"
PASSED = "passed"
SAVED = "saved"  # a reply or a result was kept, and `choose` says where that leads
HANDED_BACK = "handed_back"
RETURNED = "returned"
UNDELIVERED = "undelivered"
DONE, FAILED = "done", "failed"  # a call
EXPIRED = "expires"

AGAIN, BACK = "again", "back"  # destinations that are no states: the same one, and the one before


def checked(verdict: Verdict) -> str:
    """The trigger by which the check of a one-time code goes on."""
    return f"code {verdict}"


CODE_EXPIRED = checked(Verdict.EXPIRED)  # also when nobody has tried it in time


def jump(state: str) -> str:
    """The trigger that leads from `START` to `state`, past every arrow of the author's."""
    return f"to {state}"


@dataclass(frozen=True, slots=True)
class Arrow:
    """A transition: in `source`, `trigger` leads to `dest` (None: stays), if `when` allows it."""

    trigger: str
    source: str
    dest: str | None
    path: Path
    label: str
    when: Guard | None = None
    do: Action | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """A clock of a state: it goes off `delay` after the visit's clocks began to count."""

    trigger: str
    delay: timedelta
    path: Path
    speaks: bool  # it says something, which puts off the flow's expiry


@dataclass(frozen=True, slots=True)
class Alarm:
    """A moment of a state, from its `at`; it goes off once a visit."""

    trigger: str
    moment: Moment
    skips: bool  # where it is past already when the state is entered
    path: Path


@dataclass(frozen=True, slots=True)
class Understood:
    """A line of replies that a state understands, and where it stands."""

    key: str
    patterns: tuple[Pattern, ...]
    path: Path


@dataclass(slots=True)
class StatePlan:
    """One state, as its constructs describe it while they are read in order."""

    name: str
    path: Path
    plan: "Plan"
    then: str | None = None
    goes_on: bool = False  # has a `then`, a `choose` or a `split`
    on_enter: list[Action] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    understood: list[Understood] = field(default_factory=list)
    reads: SlotType | None = None  # the type of its `save`
    verifies: Spec | None = None  # the code that its `verify` asks for
    asked: tuple[Phrase, ...] = ()  # what it says on entry
    waits: bool = False  # for a reply, a clock, a person or a sub-flow
    listens: bool = False  # for a reply
    answers: bool = False  # also a reply that nothing took
    hands_off: bool = False
    ends: bool = False
    runs: str | None = None  # the sub-flow, which waits in its place
    calls: "Calling | None" = None  # what it has done, before it goes on

    @property
    def onward(self) -> list[str]:
        """The triggers by which `choose` and `split` lead on, which stand where `then` would."""
        triggers = [SAVED] if self.reads or self.calls else [HANDED_BACK] if self.hands_off else []
        return triggers if self.waits or self.ends or self.calls else [*triggers, PASSED]

    def arrow(
        self,
        trigger: str,
        dest: str | None,
        path: Path,
        label: str,
        *,
        when: Guard | None = None,
        do: Action | None = None,
    ) -> None:
        dest = self.name if dest == AGAIN else dest
        self.plan.arrows.append(Arrow(trigger, self.name, dest, self.path + path, label, when=when, do=do))

    def phrases(self, said: Said | None, path: Path) -> tuple[Phrase, ...]:
        return self.plan.phrases(said, self.path + path)

    def assignments(self, assigned: Mapping[str, str] | None, path: Path) -> Assignments:
        """The compiled expressions of a `set`; its variables are known from here on."""
        self.plan.assigned.update(assigned or ())
        return self.expressions(assigned, path)

    def expressions(self, named: Mapping[str, str] | None, path: Path) -> Assignments:
        """The compiled expressions of a mapping, by their names."""
        return tuple(
            (name, self.plan.expression(source, (*self.path, *path, name)))
            for name, source in (named or {}).items()
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """A text or an expression and where it stands, for the checks."""

    used: Text | Expression
    path: Path

    @property
    def of_result(self) -> bool:
        """Whether its names may be keys of a result, which nobody knows before it is there."""
        return self.path[2:4] == ("call", "save")


@dataclass(frozen=True, slots=True)
class PlacedPhrase:
    """What is said at one go and where it stands, for the checks."""

    phrase: Phrase
    path: Path
    tags: Mapping[str, str]  # of each language the key that it is written under, where it has one

    def at(self, language: str) -> Path:
        """Where the text in that language stands."""
        tag = self.tags.get(language)
        return self.path if tag is None else (*self.path, tag)


def _nothing(names: Mapping[str, object]) -> str:
    del names
    return ""


@dataclass(slots=True)
class Plan:
    """A whole flow as arrows, states, texts and the types of its variables."""

    texts: Texts
    language: str
    on_error: str | None = None
    states: dict[str, StatePlan] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    types: dict[str, SlotType] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)  # variables from `set` and from patterns
    faults: dict[Path, str] = field(default_factory=dict)
    _used: dict[Path, Text | Expression] = field(default_factory=dict)
    _phrases: dict[Path, PlacedPhrase] = field(default_factory=dict)

    @property
    def placed(self) -> list[Placed]:
        return [Placed(used, path) for path, used in self._used.items()]

    @property
    def said(self) -> list[PlacedPhrase]:
        return list(self._phrases.values())

    @property
    def runs(self) -> list[str]:
        """The sub-flows, each once."""
        return list(dict.fromkeys(state.runs for state in self.states.values() if state.runs))

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that some text is written in, the flow's own first."""
        written = (language for placed in self._phrases.values() for language in placed.phrase.texts)
        return tuple(dict.fromkeys((self.language, *written)))

    def passes(self, arrow: Arrow) -> bool:
        """Whether nobody is waited for on the way: neither the contact, nor a clock, nor a person."""
        return arrow.trigger == PASSED or self.states[arrow.source].calls is not None

    def phrases(self, said: Said | None, path: Path) -> tuple[Phrase, ...]:
        """What `say` says, in order. A path is compiled once: `anywhere` stands in many states."""
        if said is None:
            return ()
        if isinstance(said, str | Mapping):
            return (self._phrase(said, path),)
        return tuple(self._phrase(each, (*path, place)) for place, each in enumerate(said))

    def text(self, source: str, path: Path, *, url: bool = False) -> Text:
        """The compiled text, or URL; one that does not parse is put on record as a fault."""
        found = self._used.get(path)
        if not isinstance(found, Text):
            try:
                found = self.texts.url(source) if url else self.texts.compile(source)
            except ValueError as error:
                self.faults[path] = str(error)
                found = Text(source, frozenset(), _nothing)
            self._used[path] = found
        return found

    def expression(self, source: str, path: Path) -> Expression:
        """The compiled expression; one that does not parse is put on record as a fault."""
        found = self._used.get(path)
        if not isinstance(found, Expression):
            try:
                found = self.texts.expression(source)
            except ValueError as error:
                self.faults[path] = str(error)
                found = Expression(source, frozenset(), _nothing)
            self._used[path] = found
        return found

    def _phrase(self, wording: Wording, path: Path) -> Phrase:
        if path not in self._phrases:
            if isinstance(wording, str):
                text = self.text(wording, path)
                phrase = Phrase({self.language: text}, self.language, text)
                self._phrases[path] = PlacedPhrase(phrase, path, {})
            else:
                tags = {self._language(tag, wording): tag for tag in wording}
                texts = {language: self.text(wording[tag], (*path, tag)) for language, tag in tags.items()}
                self._phrases[path] = PlacedPhrase(Phrase(texts, self.language), path, tags)
        return self._phrases[path].phrase

    def _language(self, tag: str, wording: Mapping[str, str]) -> str:
        """The flow's language for the first `en` of a flow in `en-GB` that says nothing for `en-GB`."""
        own = [each for each in wording if primary(each) == primary(self.language)]
        return self.language if self.language not in own and own[:1] == [tag] else tag


def in_order(*actions: Action | None) -> Action | None:
    """One action that does these; None where there is nothing to do."""
    done: Iterable[Action] = tuple(action for action in actions if action is not None)
    if not done:
        return None
    (first, *others) = done
    if not others:
        return first

    def act(run: "Run") -> None:
        for action in done:
            action(run)

    return act
