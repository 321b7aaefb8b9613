"""Tests of flows as they are written: `*.test.yaml` files, read strictly. `playing` runs them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from convo.clock import parse_duration
from convo.errors import FlowError
from convo.flow.names import did_you_mean
from convo.flow.results import Result, from_json
from convo.flow.source import Data, Source, read
from convo.flow.source import Path as Place
from convo.flow.speech import locale
from convo.flow.values import from_plain
from convo.messages import Reason
from convo.settings import Number

_KEYS = ("flow", "now", "number", "contact", "given", "tests")
_NUMBER_KEYS = ("timezone", "flow", "quiet", "caps", "rate")
CONTACT = "+15550001111"  # whose phone it is, unless said
_CONTACT_KEYS = ("number", "language", "timezone", "consent")
CONSENTS = ("marketing", "nothing")
_PICTURE = "image/jpeg"
FAILS = "fails"  # in place of a result
# The steps that may stand without a value, and what they mean then.
_ALONE: Mapping[str, str] = {
    "silence": "", "fails": Reason.UNREACHABLE, "twice": "", "media": _PICTURE, "hands_back": ""
}  # fmt: skip
# The steps that may have keys of their own: the one that may stand alone, and the one with variables.
_WITH_KEYS: Mapping[str, tuple[str, str]] = {
    "hands_back": ("state", "vars"), "starts": ("flow", "given"), "emits": ("event", "with"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call brings, or why it fails."""

    result: Result = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a test: where it stands, what it does, and with what."""

    place: Place
    kind: str
    text: str = ""
    values: Mapping[str, str] = field(default_factory=dict)  # variables, by name
    answers: Mapping[str, Answer] = field(default_factory=dict)  # of calls, by name, in their order


@dataclass(frozen=True)
class Scenario:
    """One test: its name, what is given, and its steps."""

    name: str
    file: Path
    source: Source
    flow: str
    now: datetime
    number: Number
    contact: str  # their number
    language: str | None  # of the contact
    timezone: str | None  # of the contact
    consents: bool  # to marketing, from the beginning
    given: Mapping[str, str]
    steps: tuple[Step, ...]

    @property
    def place(self) -> Place:
        return ("tests", self.name)


def load(file: Path) -> list[Scenario]:
    """The tests of a file; raises FlowError with everything that is wrong with it."""
    source = read(file.read_bytes(), str(file))
    data = source.data
    _known_keys(source, (), data, _KEYS)
    for key in ("flow", "tests"):
        if key not in data:
            raise FlowError([source.problem("T002", (), f"the key '{key}' is missing", f"Write `{key}: …`.")])
    number = _our_number(source)
    contact = _section(source, "contact", _CONTACT_KEYS)
    return [
        Scenario(
            name=name,
            file=file,
            source=source,
            flow=_text(source, ("flow",), data["flow"]),
            now=_now(source, number.timezone),
            number=number,
            contact=contact.get("number", CONTACT),
            language=contact.get("language"),
            timezone=contact.get("timezone"),
            consents=contact.get("consent") == "marketing",
            given=_texts(source, ("given",), data.get("given", {})),
            steps=tuple(_steps(source, ("tests", name), steps)),
        )
        for name, steps in _mapping(source, ("tests",), data["tests"]).items()
    ]


def _steps(source: Source, place: Place, steps: Data) -> Iterator[Step]:
    if not isinstance(steps, list):
        raise FlowError(
            [source.problem("T003", place, "a test is a list of steps", "Write `- bot: …` lines.")]
        )
    for index, step in enumerate(steps):
        here = (*place, index)
        if isinstance(step, str) and step in _ALONE:
            yield Step(here, step, _ALONE[step])
            continue
        if not isinstance(step, dict) or len(step) != 1:
            hint = f"Write one of {', '.join(STEPS)}, like `- bot: Hello`."
            if isinstance(step, str) and (glued := re.fullmatch(r"(\w+):(\S.*)", step)) and glued[1] in STEPS:
                hint = f"Write a blank behind the colon: `- {glued[1]}: {glued[2]}`."
            raise FlowError([source.problem("T004", here, "this is not a step", hint)])
        ((kind, value),) = step.items()
        if kind not in STEPS:
            hint = did_you_mean(kind, STEPS)
            raise FlowError([source.problem("T001", (*here, kind), f"unknown step '{kind}'", hint, key=True)])
        yield _step(source, (*here, kind), kind, value)


def _step(source: Source, place: Place, kind: str, value: Data) -> Step:
    if kind == "vars":
        return Step(place, kind, values=_texts(source, place, value))
    if kind == "calls":
        called = _mapping(source, place, value)
        return Step(
            place, kind, answers={name: _answer(source, (*place, name), called[name]) for name in called}
        )
    if kind in _WITH_KEYS and isinstance(value, dict):
        one, several = _WITH_KEYS[kind]
        _known_keys(source, place, value, (one, several))
        if one not in value and kind not in _ALONE:
            raise FlowError([source.problem("T002", place, f"the key '{one}' is missing")])
        text = _text(source, (*place, one), value.get(one, ""))
        return Step(place, kind, text, _texts(source, (*place, several), value.get(several, {})))
    text = _text(source, place, value)
    if kind in _CHECKED:
        _checked(source, place, text, _CHECKED[kind])
    return Step(place, kind, text)


def _reason(text: str) -> None:
    if text not in list(Reason):
        raise ValueError(f"'{text}' is not a reason; there is {', '.join(Reason)}")


def _zone(text: str) -> None:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{text}' is not a time zone; write one like Europe/London") from None


def _number(text: str) -> None:
    if not re.fullmatch(r"\+[1-9]\d{6,14}", text):
        raise ValueError(f"'{text}' is not a phone number; write one like {CONTACT}")


def _consent(text: str) -> None:
    if text not in CONSENTS:
        raise ValueError(f"'{text}' is nothing to consent to; write {' or '.join(CONSENTS)}")


# What a value must be; each raises ValueError that says what to write instead.
_CHECKED: Mapping[str, Callable[[str], object]] = {
    "wait": parse_duration, "fails": _reason, "language": locale, "timezone": _zone,
    "number": _number, "phone": _number, "consent": _consent, "consents": _consent,
}  # fmt: skip
STEPS = (
    "bot", "them", "twice", "media", "wait", "state", "vars", "ends", "silence", "fails", "language",
    "starts", "hands_off", "agent", "hands_back", "closes", "phone", "emits", "consents", "calls",
)  # fmt: skip


def _checked(source: Source, place: Place, text: str, check: Callable[[str], object]) -> None:
    try:
        check(text)
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        raise FlowError([source.problem("T005", place, message, _sentence(hint))]) from None


def _answer(source: Source, place: Place, value: Data) -> Answer:
    """`fails`, `{fails: why}`, or the result; what looks like JSON is meant so, unless it is quoted."""
    if value == FAILS and not source.is_quoted(place):
        return Answer(failure="it failed")
    if isinstance(value, dict) and list(value) == [FAILS]:
        return Answer(failure=_text(source, (*place, FAILS), value[FAILS]))
    return Answer(_result(source, place, value))


def _result(source: Source, place: Place, value: Data) -> Result:
    if isinstance(value, list):
        return [_result(source, (*place, at), each) for at, each in enumerate(value)]
    if isinstance(value, dict):
        if len(value) == 1 and (kind := next(iter(value))).startswith("$"):
            return _moment_or_amount(source, (*place, kind), _text(source, (*place, kind), value[kind]))
        return {key: _result(source, (*place, key), each) for key, each in value.items()}
    if not source.is_quoted(place):
        try:
            return from_json(value)
        except ValueError:
            return value
    return value


def _moment_or_amount(source: Source, place: Place, text: str) -> Result:
    """`{$datetime: …}`: values of the language that JSON has no word for."""
    try:
        found = from_plain({str(place[-1]): text})
    except (ValueError, ArithmeticError):
        hint = "Write it like {$datetime: 2026-12-01T09:30:00+00:00}, {$date: 2026-12-01} or {$time: 09:30}."
        raise FlowError([source.problem("T005", place, f"'{text}' is no such value", hint)]) from None
    if isinstance(found, datetime) and found.tzinfo is None:
        return found.replace(tzinfo=UTC)
    return found


def _known_keys(source: Source, place: Place, data: Data, known: tuple[str, ...]) -> None:
    for key in _mapping(source, place, data):
        if key not in known:
            hint = did_you_mean(key, known)
            raise FlowError([source.problem("T001", (*place, key), f"unknown key '{key}'", hint, key=True)])


def _section(source: Source, key: str, known: tuple[str, ...]) -> dict[str, str]:
    """What a section at the top says, of the keys that it may have."""
    data = source.data.get(key, {})
    _known_keys(source, (key,), data, known)
    texts = _texts(source, (key,), data)
    for name, text in texts.items():
        if name in _CHECKED:
            _checked(source, (key, name), text, _CHECKED[name])
    return texts


def _our_number(source: Source) -> Number:
    """The settings of our number, as `convo.toml` may have them."""
    data = source.data.get("number", {})
    _known_keys(source, ("number",), data, _NUMBER_KEYS)
    try:
        return Number.model_validate(data)
    except ValidationError as error:
        found = error.errors()[0]
        message, _, hint = found["msg"].removeprefix("Value error, ").partition("; ")
        place: Place = ("number", *(part for part in found["loc"] if isinstance(part, str)))
        raise FlowError([source.problem("T005", place, message, _sentence(hint))]) from None


def _sentence(hint: str) -> str:
    return f"{hint[:1].upper()}{hint[1:]}." if hint else ""


# What stands behind the keys that hold lines, or a `{…}`.
_SHAPES = {
    "given": "{name: Ana}",
    "vars": "{name: Ana}",
    "with": "{name: Ana}",
    "contact": "{language: fr}",
    "number": "{timezone: Europe/London}",
    "calls": "{free_slots: fails}",
    "tests": "{they come: [bot: Coming?, them: yes]}",
}


def _mapping(source: Source, place: Place, value: Data) -> dict[str, Data]:
    if not isinstance(value, dict):
        hint = f"Write it like `{place[-1]}: {_SHAPES[str(place[-1])]}`."
        raise FlowError([source.problem("T003", place, "this must be lines of `key: value`", hint)])
    return value


def _text(source: Source, place: Place, value: Data) -> str:
    if not isinstance(value, str):
        hint = f"Write one text behind `{place[-1]}:`."
        raise FlowError([source.problem("T003", place, "this must be a text", hint)])
    return value


def _texts(source: Source, place: Place, value: Data) -> dict[str, str]:
    values = _mapping(source, place, value)
    return {name: _text(source, (*place, name), text) for name, text in values.items()}


def _now(source: Source, zone: str) -> datetime:
    """`2026-11-30 09:00`, in the number's time zone or in one that follows it."""
    text = _text(source, ("now",), source.data.get("now", "2026-01-01 09:00"))
    moment, _, named = text.rpartition(" ") if "/" in text else (text, "", zone)
    _checked(source, ("now",), named, _zone)
    try:
        return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(named))
    except ValueError:
        hint = "Write it like 2026-11-30 09:00, or 2026-11-30 09:00 Europe/London."
        raise FlowError([source.problem("T005", ("now",), f"'{text}' is not a moment", hint)]) from None
