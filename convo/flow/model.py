"""The models of a flow file: which keys there are and what each takes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)

from convo.errors import FlowError, Problem
from convo.flow.anywhere import Anywhere
from convo.flow.colons import with_blank
from convo.flow.names import did_you_mean, is_near, mend_name, only_near
from convo.flow.plan import DONE, FAILED
from convo.flow.slots import parse_type
from convo.flow.source import Path, Source
from convo.flow.steps import all_steps
from convo.flow.steps.at import At, AtGoto
from convo.flow.steps.base import BRANCH, Duration, Goto, Language, Name, Section, Step, Variable
from convo.flow.steps.begin import BeginFlow, Opening
from convo.flow.steps.call import CallOut, Task
from convo.flow.steps.emit import EmitEvent, Emitted
from convo.flow.steps.otherwise import Answer, Otherwise
from convo.flow.steps.run import RunFlow, Running
from convo.flow.steps.verify import Outcomes, Verification, Verify
from convo.flow.triggers import Triggers
from convo.messages import Purpose

S = TypeVar("S", bound=Step)
EXPIRES = "7 days"
START_WITHIN = "1 hour"


class WhenBusy(StrEnum):
    """What becomes of a start while the contact is in another conversation on that number."""

    QUEUE = "queue"  # it waits for the other's end
    INTERRUPT = "interrupt"  # the other is suspended, and goes on afterwards
    SKIP = "skip"


def _type(text: str) -> str:
    parse_type(text)
    return text


TypeName = Annotated[str, AfterValidator(_type)]


_LOOKS = {r"-?\d+": "integer", r"-?\d+\.\d+": "number", r"(?i:yes|no|true|false)": "yes_no"}


def _declared(value: str) -> str:
    """A type and a default, of which `value` is one."""
    try:
        parse_type(value)
    except ValueError:
        kind = next((kind for look, kind in _LOOKS.items() if re.fullmatch(look, value)), "text")
        return f"{kind} = {value}"
    return f"{value} = …"


class Defaulted(Section):
    """A variable with a default: `{type: text, default: Elm St}`, or `text = Elm St`."""

    type: TypeName = Field(description="What it is, like `text` or `integer 1-5`.")
    default: str = Field(description="Its value until another is given or set.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        kind, equals, default = value.partition("=")
        if not equals:
            raise ValueError(f"'{value}' has no default; write it like `{_declared(value)}`")
        return {"type": kind.strip(), "default": default.strip()}


class StateBase(BaseModel):
    """A state: its constructs, in the order in which they are taken up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def steps(self) -> list[Step]:
        found = (getattr(self, step.KEY) for step in all_steps())
        return [step for step in found if step is not None]

    def step(self, kind: type[S]) -> S | None:
        found: S | None = getattr(self, kind.KEY)
        return found


if TYPE_CHECKING:
    State = StateBase
else:
    State = create_model(
        "State",
        __base__=StateBase,
        __doc__="A state says something, and then it waits, passes on, works, calls a person, or ends.",
        **{step.KEY: (step | None, Field(None, description=step.__doc__)) for step in all_steps()},
    )


class Flow(Section):
    """A flow file."""

    flow: Name = Field(description="Its name, the same as the file's: `lunch` in `lunch.yaml`.")
    about: str | None = Field(None, description="One line for people.")
    language: Language = Field("en", description="Of its texts and dates, like `en`, `en-GB` or `fr`.")
    needs: dict[Variable, TypeName] = Field(
        default_factory=dict,
        description="What whoever starts it must give, each with a type: `{name: text, visit: datetime}`.",
    )
    vars: dict[Variable, Defaulted] = Field(
        default_factory=dict, description="What has a default: `{clinic: text = Elm St}`."
    )
    start: Name = Field(description="The first state.")
    triggers: Triggers | None = Field(None, description="Which texts start it.")
    purpose: Purpose = Field(
        Purpose.TRANSACTIONAL,
        description="What its texts are for: consent, quiet hours and priority follow from it.",
    )
    when_busy: WhenBusy | None = Field(
        None,
        description="What becomes of a start while the contact is in another conversation on that number:"
        " `queue` (unless said) waits for the other's end, `interrupt` (a `verification` unless said) comes"
        " in between and lets the other go on afterwards, `skip` does not start.",
    )
    start_within: Duration = Field(
        START_WITHIN, description="How long a start may wait in that queue; then it ends as `never_started`."
    )
    expires: Duration = Field(
        EXPIRES, description="It ends as `expired` after so long without a text either way."
    )
    afterwards: Name | None = Field(
        None, description="For a day after its end, the state for a text that no trigger takes."
    )
    anywhere: Anywhere | None = Field(
        None,
        description="Pattern → where to, in every state that waits for a reply, after the state's own.",
    )
    on_error: Name | None = Field(
        None,
        description="The state for a text or an expression that fails; a person is called in unless said.",
    )
    states: dict[Name, State] = Field(
        description="The states, in reading order, each with a name of its own."
    )

    @property
    def busy(self) -> WhenBusy:
        """`when_busy`, or what goes without saying."""
        usual = WhenBusy.INTERRUPT if self.purpose is Purpose.VERIFICATION else WhenBusy.QUEUE
        return self.when_busy or usual

    @field_validator("states")
    @classmethod
    def _some(cls, value: dict[str, StateBase]) -> dict[str, StateBase]:
        if not value:
            raise ValueError("a flow has at least one state")
        return value


def parse(source: Source) -> Flow:
    """The flow of a file; raises FlowError with every problem of its keys and values."""
    try:
        return Flow.model_validate(source.data)
    except ValidationError as error:
        errors = [dict(found) for found in error.errors()]
        problems = [_problem(source, found) for found in errors if not _is_misspelt(found, errors)]
        raise FlowError(sorted(problems, key=lambda p: (p.line, p.column))) from None


def _is_misspelt(missing: dict[str, Any], errors: Sequence[dict[str, Any]]) -> bool:
    """Whether a key is missing only because it is written with a slip, which is told of."""
    if missing["type"] != "missing":
        return False
    *above, key = missing["loc"]
    unknown = [each["loc"] for each in errors if each["type"] == "extra_forbidden"]
    return any(is_near(str(place[-1]), key) for place in unknown if list(place[:-1]) == above)


_LINES = "this must be lines of `key: value`"
_TEXT = "this must be a text"
_SENTENCES = {
    "string_type": _TEXT,
    "dict_type": _LINES,
    "model_type": _LINES,
    "model_attributes_type": _LINES,
    "list_type": "this must be a list, like [one, two]",
    "string_too_short": "this text is empty; write one, or take its key out",
    "string_too_long": "this text is too long; {max_length} characters are the most",
    "too_short": "nothing stands in here; write something, or take its key out",
    "union_tag_invalid": "this must be a text, or one text for each language; write {{en: Hi, fr: Salut}}",
    "no_tag": "this must be a mark, or a list of them; write one, like vip",
    "enum": "this must be one of {expected}",
    "literal_error": "this must be {expected}",
    "greater_than_equal": "this number is too small; write {ge} or more",
    "less_than_equal": "this number is too large; write {le} or less",
}


def _problem(source: Source, error: dict[str, Any]) -> Problem:
    place: Path = tuple(part for part in error["loc"] if not str(part).startswith(BRANCH))
    kind = error["type"]
    if kind == "missing":
        message = f"the key '{place[-1]}' is missing"
        return source.problem("C002", place[:-1], message, _example(place))
    if kind == "extra_forbidden":
        word, known = str(place[-1]), _known(place)
        hint = _strayed(source, place) or did_you_mean(word, known)
        problem = source.problem("C001", place, f"unknown key '{word}'", hint, key=True)
        return replace(problem, mend=mend_name(problem, word, known))
    in_key = bool(place) and place[-1] == "[key]"
    context = error.get("ctx", {})
    if kind == "union_tag_invalid" and place[-1] in ("tag", "untag"):
        kind = "no_tag"
    told = (
        str(context["error"])
        if kind == "value_error"
        else _SENTENCES.get(kind, error["msg"]).format(**context)
    )
    message, _, hint = told.partition("; ")
    if message == _LINES:
        hint = _lines(source, place, context.get("class_name", ""))
    elif message == _TEXT:
        hint = _text(place, error["input"])
    elif kind in ("enum", "literal_error"):
        return source.problem("C003", place, message, _word(place, error["input"], context["expected"]))
    hint = hint[:1].upper() + hint[1:] + ("." if hint else "")
    return source.problem("C003", place[:-1] if in_key else place, message, hint, key=in_key)


# What stands behind the keys that hold lines, or a `{…}`.
_SHAPES = {
    "needs": "{name: text, visit: datetime}",
    "vars": "{clinic: text = Elm St}",
    "triggers": "{keyword: [book]}",
    "states": "{ask: {say: Hello!, end: done}}",
    "set": "{asked: asked + 1}",
    "save": "{wanted: datetime}",
    "replies": "{yes: confirmed}",
    "anywhere": "{menu: menu}",
    "otherwise": '{say: "Sorry, YES or NO?", tries: 2, then: desk}',
    "after": "{4 hours: no_answer}",
    "at": "{visit - 2 hours: remind}",
    "choose": "{age >= 18: grown_up, else: child}",
    "split": "{short: 50%, long: 50%}",
    "begin": "{flow: invite, with: {name: name}}",
    "call": "{action: free_slots, done: offer}",
    "emit": "{event: order.ready, with: {size: size}}",
    "run": "{flow: verify-phone, outcomes: {approved: welcome, else: bye}}",
    "verify": "{outcomes: {approved: welcome, else: bye}}",
    "outcomes": "{approved: welcome, else: bye}",
    "with": "{name: name}",
    "headers": "{Accept: text/csv}",
}


def _lines(source: Source, place: Path, model: str) -> str:
    """How to write what has to be lines of `key: value`, or the short form of such, and is something else."""
    key, line = str(place[-1]) if place else "", source.text.splitlines()[source.at(place).line - 1]
    value = source.value_at(place)
    if len(place) == 2 and place[0] == "states":
        return f"write it like `{key}: {{say: Goodbye!, end: done}}`"
    if model == Defaulted.__name__:
        return f"write it like `{key}: text = Elm St`"
    if model in (Goto.__name__, AtGoto.__name__):
        state = value[0] if isinstance(value, list) and len(value) == 1 else "confirmed"
        return f"write a state's name, like `{key}: {state}`, or {{say: …, then: …}}"
    if isinstance(value, list) and line.lstrip().startswith("-"):
        return f"take the - in front of each line below `{key}` out"
    if spaced := with_blank(str(value), key):
        return f"a blank is missing behind the colon: write `{spaced}`"
    return f"write it like `{key}: {_SHAPES[key]}`" if key in _SHAPES else ""


def _text(place: Path, value: object) -> str:
    """How to write what has to be one text, and is a list or lines."""
    begin = f"{place[-1]}:" if isinstance(place[-1], str) else "-"
    match value:
        case [str(alone)]:
            return f"write it without brackets: `{begin} {alone}`"
    return f"write one text behind `{begin}`"


def _word(place: Path, value: object, expected: str) -> str:
    """Which of the words that may stand there was meant, or one of them."""
    words = re.findall("'(.*?)'", expected)
    near = only_near(str(value), words)
    return f"Did you mean '{near}'?" if near else f"Write it like `{place[-1]}: {words[0]}`."


def _strayed(source: Source, place: Path) -> str:
    """Where a line belongs that is no unknown key but stands a step too far to the left or the right."""
    if len(place) != 3 or place[0] != "states":
        return ""
    keys, value = {step.KEY for step in all_steps()}, source.value_at(place)
    if place[1] in keys:
        return (
            f"`{place[1]}` stands among the states: move it, and what is below it, two blanks to the right."
        )
    if isinstance(value, dict) and keys & set(value):
        return f"If `{place[2]}` is a state, move it two blanks to the left."
    return ""


def _example(place: Path) -> str:
    examples: dict[Path, str] = {
        ("flow",): "Write the file's own name: `flow: appointment-reminder`.",
        ("start",): "Write the name of the first state: `start: ask`.",
        ("states",): "Write `states:` and below it the states, each with a name of its own.",
    }
    return examples.get(place, f"Write `{place[-1]}: {_SHAPES.get(str(place[-1]), '…')}` here.")


def _known(place: Path) -> list[str]:
    """The keys that may stand where `place` ends."""
    model: type[BaseModel] = Goto
    if len(place) == 1:
        model = Flow
    elif place[0] == "triggers":
        model = Triggers
    elif place[0] == "vars":
        model = Defaulted
    elif place[0] == "states" and len(place) == 3:
        model = State
    elif place[2:4] == (Verify.KEY, "outcomes") and len(place) == 5:
        model = Outcomes
    elif place[0] == "states" and place[3:4] not in ((DONE,), (FAILED,), ("outcomes",)):
        model = _SECTIONS.get(str(place[2]), Goto)
    return [field.alias or name for name, field in model.model_fields.items()]


_SECTIONS: Mapping[str, type[BaseModel]] = {
    At.KEY: AtGoto,
    BeginFlow.KEY: Opening,
    CallOut.KEY: Task,
    EmitEvent.KEY: Emitted,
    Otherwise.KEY: Answer,
    RunFlow.KEY: Running,
    Verify.KEY: Verification,
}
