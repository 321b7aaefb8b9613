"""Tests of flows: `*.test.yaml` files, read strictly and run in a world of their own."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from convo.clock import parse_duration
from convo.errors import FlowError, StartError
from convo.flow.names import did_you_mean
from convo.flow.session import Phase
from convo.flow.source import Data, Source, read
from convo.flow.source import Path as Place
from convo.messages import Reason
from convo.runtime.starting import Start
from convo.settings import DEFAULT_NUMBER, Number
from convo.testing.world import Handset, World

CONTACT = "+15550001111"
ANY = "..."
_KEYS = ("flow", "now", "number", "given", "tests")
_STEPS = ("bot", "them", "twice", "wait", "state", "ends", "hands_off", "fails", "silence")
_ALONE = ("silence", "fails", "twice")  # steps that may stand without a value
_NUMBER_KEYS = ("timezone",)


@dataclass(frozen=True)
class Scenario:
    """One test: its name, what is given, and its steps with where each stands."""

    name: str
    file: Path
    source: Source
    place: Place
    flow: str
    now: datetime
    timezone: str
    given: dict[str, str]
    steps: list[tuple[Place, str, str]]  # where, which, with what


class ScenarioFailed(Exception):
    """A step that went otherwise: says where, what was expected, and the conversation so far."""


@dataclass
class _Play:
    scenario: Scenario
    phone: Handset
    transcript: list[str] = field(default_factory=list)
    last_text: str = ""

    def came(self) -> list[str]:
        return self.phone.unread()


def load(file: Path) -> list[Scenario]:
    """The tests of a file; raises FlowError with everything that is wrong with it."""
    source = read(file.read_bytes(), str(file))
    data = source.data
    _known_keys(source, (), _KEYS)
    for key in ("flow", "tests"):
        if key not in data:
            raise FlowError([source.problem("T002", (), f"the key '{key}' is missing", f"Write `{key}: …`.")])
    zone = _timezone(source)
    return [
        Scenario(
            name=name,
            file=file,
            source=source,
            place=("tests", name),
            flow=_text(source, ("flow",), data["flow"]),
            now=_now(source, zone),
            timezone=zone,
            given=_texts(source, "given"),
            steps=list(_steps(source, ("tests", name), steps)),
        )
        for name, steps in _mapping(source, ("tests",), data["tests"]).items()
    ]


def run(scenario: Scenario) -> None:
    """Play a test from beginning to end; raises ScenarioFailed at the first step that differs."""
    numbers = {DEFAULT_NUMBER: Number(timezone=scenario.timezone)}
    with World(scenario.file.parent, scenario.now, numbers) as world:
        play = _Play(scenario, Handset(world, CONTACT, DEFAULT_NUMBER))
        _open(play)
        for place, step, value in scenario.steps:
            if step not in ("bot", "state", "hands_off", "fails") and play.came():
                _fail(play, place, f"the bot also said: {play.came()[0]}")
            _DO[step](play, place, value)
        if play.came():
            _fail(play, scenario.place, f"at the end the bot also said: {play.came()[0]}")


def _open(play: _Play) -> None:
    scenario, world = play.scenario, play.phone.world
    file = scenario.file.parent / f"{scenario.flow}.yaml"
    errors = [problem for problem in world.problems if problem.file == str(file)]
    if errors:
        raise ScenarioFailed("\n".join(str(problem) for problem in errors))
    if scenario.flow not in world.library.current:
        _fail(play, ("flow",), f"there is no flow '{scenario.flow}' beside this file")
    starts_itself = world.flow(scenario.flow).root.flow.triggers is not None
    if starts_itself and scenario.steps and scenario.steps[0][1] in ("them", "twice"):
        return
    try:
        world.start(Start(scenario.flow, CONTACT, DEFAULT_NUMBER, scenario.given))
    except StartError as error:
        _fail(play, ("given",) if scenario.given else (), str(error))


def _bot(play: _Play, place: Place, expected: str) -> None:
    came = play.phone.read()
    if came is None:
        _fail(play, place, f"expected the bot to say: {expected}\nbut it says nothing")
    else:
        if not fits(expected, came):
            _fail(play, place, f"expected the bot to say: {expected}\nbut it says:           {came}")
        play.transcript.append(f"bot:  {came}")


def _them(play: _Play, place: Place, text: str) -> None:
    del place
    play.last_text = text
    play.transcript.append(f"them: {text}")
    play.phone.text(text)


def _twice(play: _Play, place: Place, text: str) -> None:
    text = text or play.last_text
    if not text:
        _fail(play, place, "there is no text yet to repeat; write `twice: TEXT`")
    play.transcript.append(f"them: {text} (delivered twice)")
    play.phone.text(text, times=2)


def _wait(play: _Play, place: Place, duration: str) -> None:
    del place
    play.transcript.append(f"      ({duration} pass)")
    play.phone.world.wait(parse_duration(duration))


def _state(play: _Play, place: Place, expected: str) -> None:
    stored = play.phone.conversation()
    state = stored.state if stored else "nothing: no conversation has started"
    if state != expected:
        _fail(play, place, f"expected the state {expected}, but it is {state}")


def _ends(play: _Play, place: Place, outcome: str) -> None:
    stored = play.phone.conversation()
    if stored is None or stored.status != Phase.ENDED:
        where = f"it waits in {stored.state}" if stored else "none has started"
        _fail(play, place, f"expected the conversation to end as {outcome}, but {where}")
    elif stored.outcome != outcome:
        _fail(play, place, f"expected the outcome {outcome}, but it is {stored.outcome}")


def _hands_off(play: _Play, place: Place, queue: str) -> None:
    stored = play.phone.conversation()
    if stored is None or stored.status != Phase.HANDED_OFF:
        _fail(play, place, f"expected a hand-off to {queue}, but no person has the conversation")
    elif stored.queue != queue:
        why = f": {stored.trouble}" if stored.trouble else ""
        _fail(play, place, f"expected a hand-off to {queue}, but it went to {stored.queue}{why}")


def _fails(play: _Play, place: Place, reason: str) -> None:
    try:
        why = Reason(reason) if reason else Reason.UNREACHABLE
    except ValueError:
        _fail(play, place, f"'{reason}' is not a reason; there is {', '.join(Reason)}")
        return
    if not play.phone.world.fail(why):
        _fail(play, place, "there is no text on its way that could fail")
    play.transcript.append("      (not delivered)")


def _silence(play: _Play, place: Place, value: str) -> None:
    """Texts that came before this step have failed the test already."""
    del play, place, value


_DO: dict[str, Callable[[_Play, Place, str], None]] = {
    "bot": _bot,
    "them": _them,
    "twice": _twice,
    "wait": _wait,
    "state": _state,
    "ends": _ends,
    "hands_off": _hands_off,
    "fails": _fails,
    "silence": _silence,
}


def fits(expected: str, came: str) -> bool:
    """Whether a text is the expected one; `...` in it stands for any text."""
    parts = [re.escape(part.strip()) for part in expected.split(ANY)]
    return re.fullmatch(r"\s*.*\s*".join(parts), came, re.DOTALL) is not None


def _fail(play: _Play, place: Place, why: str) -> None:
    position = play.scenario.source.at(place)
    where = f"{play.scenario.file}:{position.line}:{position.column}"
    so_far = "".join(f"\n    {line}" for line in play.transcript)
    raise ScenarioFailed(f"{where}: {play.scenario.name}\n{why}\n  so far:{so_far or ' nothing'}")


# Reading the file.


def _steps(source: Source, place: Place, steps: Data) -> Iterator[tuple[Place, str, str]]:
    if not isinstance(steps, list):
        raise FlowError(
            [source.problem("T003", place, "a test is a list of steps", "Write `- bot: …` lines.")]
        )
    for index, step in enumerate(steps):
        here = (*place, index)
        if isinstance(step, str) and step in _ALONE:
            yield here, step, ""
            continue
        if not isinstance(step, dict) or len(step) != 1:
            hint = f"Write one of {', '.join(_STEPS)}, like `- bot: Hello`."
            raise FlowError([source.problem("T004", here, "this is not a step", hint)])
        ((kind, value),) = step.items()
        if kind not in _STEPS:
            hint = did_you_mean(kind, _STEPS)
            raise FlowError([source.problem("T001", (*here, kind), f"unknown step '{kind}'", hint, key=True)])
        text = _text(source, (*here, kind), value)
        if kind == "wait":
            try:
                parse_duration(text)
            except ValueError as error:
                raise FlowError([source.problem("T005", (*here, kind), str(error))]) from None
        yield (*here, kind), kind, text


def _known_keys(source: Source, place: Place, known: tuple[str, ...]) -> None:
    data = source.data[str(place[-1])] if place else source.data
    for key in _mapping(source, place, data):
        if key not in known:
            hint = did_you_mean(key, known)
            raise FlowError([source.problem("T001", (*place, key), f"unknown key '{key}'", hint, key=True)])


def _mapping(source: Source, place: Place, value: Data) -> dict[str, Data]:
    if not isinstance(value, dict):
        raise FlowError([source.problem("T003", place, "this must be lines of `key: value`")])
    return value


def _text(source: Source, place: Place, value: Data) -> str:
    if not isinstance(value, str):
        raise FlowError([source.problem("T003", place, "this must be a text")])
    return value


def _texts(source: Source, key: str) -> dict[str, str]:
    values = _mapping(source, (key,), source.data.get(key, {}))
    return {name: _text(source, (key, name), value) for name, value in values.items()}


def _timezone(source: Source) -> str:
    if "number" not in source.data:
        return "UTC"
    _known_keys(source, ("number",), _NUMBER_KEYS)
    zone = _texts(source, "number").get("timezone", "UTC")
    return _zone(source, ("number", "timezone"), zone)


def _zone(source: Source, place: Place, name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        hint = "Write one like Europe/London."
        raise FlowError([source.problem("T006", place, f"'{name}' is not a time zone", hint)]) from None
    return name


def _now(source: Source, zone: str) -> datetime:
    """`2026-11-30 09:00`, in the number's time zone or in one that follows it."""
    text = _text(source, ("now",), source.data.get("now", "2026-01-01 09:00"))
    moment, _, named = text.rpartition(" ") if "/" in text else (text, "", zone)
    try:
        return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(_zone(source, ("now",), named)))
    except ValueError:
        hint = "Write it like 2026-11-30 09:00, or 2026-11-30 09:00 Europe/London."
        raise FlowError([source.problem("T006", ("now",), f"'{text}' is not a moment", hint)]) from None
