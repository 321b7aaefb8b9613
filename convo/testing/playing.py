"""Playing a test of a flow: each step on the real engine, in a world of its own."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from convo.clock import parse_duration
from convo.errors import FlowError, HandBackError, InboxError, StartError
from convo.flow.dates import Reading
from convo.flow.happenings import CODE, WRONG_CODE, WRONG_CODES
from convo.flow.session import Phase
from convo.flow.source import Path as Place
from convo.flow.values import from_plain, shown
from convo.messages import Reason
from convo.runtime.inbox import HandBack, Reply
from convo.runtime.library import Library
from convo.runtime.sessions import decode, where
from convo.runtime.starting import Start
from convo.settings import DEFAULT_NUMBER
from convo.store.conversations import Stored
from convo.testing.coverage import Coverage
from convo.testing.play import Play, names_of, unanswered
from convo.testing.scenario import Scenario, Step
from convo.testing.world import Handset, World

ANY = "..."
MOST_GUESSES = 20
# The steps that leave unread texts to later ones.
_LOOKS = ("bot", "state", "vars", "hands_off", "ends", "emits", "fails", "phone", "consents")

_BEGINS = ("bot", "them", "twice", "media", "starts")  # the first of them tells what begins a test


def run(scenario: Scenario, coverage: Coverage | None = None) -> None:
    """Play a test from beginning to end; raises ScenarioFailed at the first step that differs.

    Raises FlowError where the flow itself cannot run. What was taken of the flow goes to `coverage`.
    """
    folder, numbers = scenario.file.parent, {DEFAULT_NUMBER: scenario.number}
    library = coverage.library(folder, scenario.flow) if coverage else _library(folder)
    with World(folder, scenario.now, numbers, library) as world:
        play = Play(scenario, Handset(world, scenario.contact, DEFAULT_NUMBER))
        play.phones[scenario.contact] = play.phone
        play.steps = _open(play)
        for step in play.steps:
            if step.kind not in _LOOKS:
                _nothing_unread(play, step.place)
            try:
                _DO[step.kind](play, step)
            except (StartError, InboxError, HandBackError) as error:
                play.fail(step.place, f"`{step.kind}` cannot be done: {error}")
            play.played(step)
        for phone in play.phones.values():
            play.phone = phone
            _nothing_unread(play, scenario.place)
            _nothing_called(play)


@lru_cache(maxsize=16)
def _library(folder: Path) -> Library:
    """The flows of a folder, which all the tests beside them share: reading them takes the longest."""
    return Library(folder)


def _nothing_unread(play: Play, place: Place) -> None:
    unread = play.phone.unread()
    if unread:
        came = "\n            ".join(f"bot: {text}" for text in unread)
        play.fail(place, f"  expected: no more texts here\n  came:     {came}")


def _open(play: Play) -> tuple[Step, ...]:
    """Start the flow, unless its first text does; the steps that are left then."""
    scenario, world = play.scenario, play.world
    file = scenario.file.parent / f"{scenario.flow}.yaml"
    errors = [problem for problem in world.problems if problem.file == str(file)]
    if errors:
        raise FlowError(errors)
    if scenario.flow not in world.library.current:
        play.fail(("flow",), f"there is no flow '{scenario.flow}' beside this file")
    world.learn(scenario.contact, scenario.language, scenario.timezone)
    if scenario.consents:
        world.agrees(scenario.contact, DEFAULT_NUMBER)
    steps = scenario.steps
    while steps and steps[0].kind == "language":  # known before the first text
        _language(play, steps[0])
        steps = steps[1:]
    triggered = world.flow(scenario.flow).root.flow.triggers is not None
    by_text = triggered or scenario.number.flow == scenario.flow
    first = next((step.kind for step in steps if step.kind in _BEGINS), "bot")
    if by_text and first != "bot":
        return steps
    try:
        world.start(Start(scenario.flow, scenario.contact, DEFAULT_NUMBER, scenario.given))
    except StartError as error:
        play.fail(("given",) if scenario.given else (), str(error))
    return steps


# What the phone does and sees.


def _bot(play: Play, step: Step) -> None:
    came = play.phone.read()
    step = replace(step, text=_with_code(play, step.text))
    if came is None:
        play.differs(step, f"bot: {step.text}", f"no text; {_standing(play.phone.conversation())}")
    if not fits(step.text, came):
        play.differs(step, f"bot: {step.text}", f"bot: {came}")
    play.came = f"bot: {came}"


def _them(play: Play, step: Step) -> None:
    if step.text == WRONG_CODES:
        _guess(play, step)
        return
    play.last_text = _with_code(play, step.text)
    play.phone.text(play.last_text)


def _guess(play: Play, step: Step) -> None:
    """Wrong codes until no more are taken; what is answered to those before the last is not looked at."""
    wrong = _with_code(play, WRONG_CODE)
    if wrong == WRONG_CODE:
        play.fail(step.place, "no code was asked for yet")
    for _ in range(MOST_GUESSES):
        before = play.phone.conversation()
        while play.phone.read() is not None:
            pass
        play.phone.text(wrong)
        after = play.phone.conversation()
        if after is None or before is None or (after.id, after.visit) != (before.id, before.visit):
            return
    play.fail(step.place, f"after {MOST_GUESSES} wrong codes it still stands where it did")


def _with_code(play: Play, text: str) -> str:
    """The text of a step, with the code that was said last where it says `<code>`."""
    if CODE not in text and WRONG_CODE not in text:
        return text
    code = play.world.code(play.scenario.contact)
    if code is None:
        return text
    wrong = str((int(code) + 1) % 10 ** len(code)).zfill(len(code))
    return text.replace(CODE, code).replace(WRONG_CODE, wrong)


def _twice(play: Play, step: Step) -> None:
    text = _with_code(play, step.text) or play.last_text
    if not text:
        play.fail(step.place, "there is no text yet to repeat; write `twice: TEXT`")
    play.last_text = text
    play.phone.text(text, times=2)


def _media(play: Play, step: Step) -> None:
    play.phone.text("", media=(step.text,))


def _silence(play: Play, step: Step) -> None:
    """Texts that came before this step have failed the test already."""
    del play, step


# What happens around it.


def _wait(play: Play, step: Step) -> None:
    play.world.wait(parse_duration(step.text))


def _fails(play: Play, step: Step) -> None:
    if not play.world.fail(Reason(step.text)):
        play.fail(step.place, "there is no text on its way that could fail")


def _language(play: Play, step: Step) -> None:
    play.world.learn(play.phone.contact, step.text)


def _starts(play: Play, step: Step) -> None:
    play.world.start(Start(step.text, play.phone.contact, DEFAULT_NUMBER, step.values))


def _phone(play: Play, step: Step) -> None:
    """From now on this phone is meant. What another has not read yet, it may read when it is meant again."""
    play.phone = play.phones.setdefault(step.text, Handset(play.world, step.text, DEFAULT_NUMBER))


# What a person does with a conversation.


def _agent(play: Play, step: Step) -> None:
    play.world.reply(Reply(_running(play, step).id, step.text))
    came = play.phone.read()
    if came != step.text:
        play.differs(step, f"agent: {step.text}", f"bot: {came}" if came else "no text")


def _hands_back(play: Play, step: Step) -> None:
    play.world.hand_back(HandBack(_running(play, step).id, step.text or None, step.values))


def _calls(play: Play, step: Step) -> None:
    """Each answers the call that the conversation waits for then."""
    for name, answer in step.answers.items():
        stored = _running(play, step)
        claimed = play.world.waits_for(stored)
        if claimed is None or name not in names_of(claimed.call):
            what = f"a call of {claimed.call.name}" if claimed else f"no call; {_standing(stored)}"
            play.differs(step, f"a call of {name}", what)
        play.world.answer(claimed, answer.result, answer.failure)


def _nothing_called(play: Play) -> None:
    """A call that is left without an answer at the end; a test may end with a look at the `state`."""
    stored = play.phone.conversation()
    claimed = play.world.waits_for(stored) if stored else None
    if claimed is not None and not (play.steps and play.steps[-1].kind == "state"):
        play.fail(play.scenario.place, f"  {unanswered(claimed)}")


def _closes(play: Play, step: Step) -> None:
    play.world.close(_running(play, step).id, step.text)


def _running(play: Play, step: Step) -> Stored:
    stored = play.phone.conversation()
    if stored is None or stored.ended_at is not None:
        play.fail(step.place, f"no conversation is running; {_standing(stored)}")
    return stored


# What a conversation has come to.


def _state(play: Play, step: Step) -> None:
    stored = play.phone.conversation()
    if stored is None or stored.state != step.text:
        play.differs(step, f"state {step.text}", _standing(stored))


def _vars(play: Play, step: Step) -> None:
    stored = play.phone.conversation()
    if stored is None:
        play.differs(step, "variables", _standing(stored))
    flows = play.world.do(lambda c: play.world.library.version(c, stored.version))
    session = decode(stored)
    flow = flows.at(session)
    near = (stored.contact, stored.number)
    reading = Reading(play.world.clock(), ZoneInfo(session.timezone), flow.flow.language, near)
    for name, expected in step.values.items():
        if name not in stored.vars:
            known = ", ".join(stored.vars) or "none"
            play.differs(step, f"{name} = {expected}", f"no such variable; it has {known}")
        came = from_plain(stored.vars[name])
        kind = flow.plan.types.get(name)
        try:
            same = came == kind.take(expected, reading) if kind else str(shown(came)) == expected
        except ValueError as error:
            play.fail((*step.place, name), f"'{expected}' will not do for '{name}'; {error}")
        if not same:
            play.differs(step, f"{name} = {expected}", f"{name} = {shown(came)}")


def _hands_off(play: Play, step: Step) -> None:
    stored = play.phone.conversation()
    if stored is None or (stored.status, stored.queue) != (Phase.HANDED_OFF, step.text):
        play.differs(step, f"handed off to {step.text}", _standing(stored))


def _ends(play: Play, step: Step) -> None:
    """Each `ends` names another conversation: the next one that ended with this outcome."""
    ended = [one for one in play.phone.conversations() if one.ended_at and one.id not in play.named]
    for stored in sorted(ended, key=lambda one: (one.ended_at, one.id)):
        if stored.outcome == step.text:
            play.named.add(stored.id)
            return
    play.differs(step, f"ended as {step.text}", _standing(play.phone.conversation()))


def _emits(play: Play, step: Step) -> None:
    """Each `emits` names another event: the next one of that name."""
    events = [one for one in play.world.emitted(play.phone.contact) if one.id not in play.told]
    found = next((one for one in events if one.kind == step.text), None)
    if found is None:
        came = ", ".join(one.kind for one in events) or "no event"
        play.differs(step, f"the event {step.text}", came)
    for name, expected in step.values.items():
        value = found.data.get(name)
        if (", ".join(value) if isinstance(value, list) else str(value)) != expected:
            came = f"{name} = {value}" if name in found.data else f"it comes without '{name}'"
            play.differs(step, f"the event {step.text} with {name} = {expected}", came)
    play.told.add(found.id)


def _consents(play: Play, step: Step) -> None:
    came = "marketing" if play.world.consents(play.scenario.contact, DEFAULT_NUMBER) else "nothing"
    if came != step.text:
        play.differs(step, f"consent to {step.text}", f"consent to {came}")


def _standing(stored: Stored | None) -> str:
    if stored is None:
        return "no conversation has started"
    how = stored.status.replace("_", " ")
    if stored.ended_at is not None:
        how = f"ended as {stored.outcome}"
    elif stored.queue is not None:
        how += f" to {stored.queue}"
    why = f"\n            {stored.trouble}" if stored.trouble else ""
    return f"{stored.flow} is in state {where(stored)}, {how}{why}"


def fits(expected: str, came: str) -> bool:
    """Whether a text is the expected one; `...` in it stands for any text."""
    parts = [re.escape(part.strip()) for part in expected.split(ANY)]
    return re.fullmatch(r"\s*.*\s*".join(parts), came, re.DOTALL) is not None


_DO: dict[str, Callable[[Play, Step], None]] = {
    "bot": _bot,
    "them": _them,
    "twice": _twice,
    "media": _media,
    "wait": _wait,
    "state": _state,
    "vars": _vars,
    "ends": _ends,
    "silence": _silence,
    "fails": _fails,
    "language": _language,
    "starts": _starts,
    "hands_off": _hands_off,
    "phone": _phone,
    "emits": _emits,
    "agent": _agent,
    "hands_back": _hands_back,
    "closes": _closes,
    "consents": _consents,
    "calls": _calls,
}
