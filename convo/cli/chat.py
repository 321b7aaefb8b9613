"""`convo chat`: text a flow in the terminal, on the real engine and a virtual clock."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._given import pairs, quiet_hours
from convo.errors import ConvoError, FlowError, SettingsError, StartError

if TYPE_CHECKING:
    from convo.actions import Action
    from convo.runtime.calling import Claim
    from convo.testing.world import Handset

CONTACT = "+15550001111"
_OPTIONS = {"bad_language": "--language", "bad_timezone": "--timezone"}  # of what a start is refused for
HELP = """Type what the phone texts. /wait 4 hours · /fail · /language fr · /state · /quit
With a person: /agent TEXT · /handback [STATE] · /close OUTCOME
While the flow calls something that is not here: /answer JSON · /fail WHY"""


def register(app: typer.Typer) -> None:
    app.command()(chat)


def chat(
    flow: Annotated[Path, typer.Argument(help="The flow's file, or its name in the flows folder.")],
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="What the flow needs.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="The contact's, like fr-CA.")] = None,
    timezone: Annotated[str | None, typer.Option(help="The contact's, like Europe/London.")] = None,
    hours: Annotated[
        str | None, typer.Option("--quiet", help="The number's quiet hours, like 21:00-08:00.")
    ] = None,
) -> None:
    """Play the phone. Piped, each line in is a text, and each line out begins with `bot: `."""
    from convo import clock
    from convo.cli._files import flow_file
    from convo.cli._quiet import quiet
    from convo.runtime.registry import Registry
    from convo.runtime.starting import Start
    from convo.settings import DEFAULT_FLOW, DEFAULT_NUMBER, Number, load
    from convo.testing.world import Handset, World

    quiet()
    known = {}
    if quiet_hours(hours) is not None:
        known[DEFAULT_NUMBER] = Number.model_validate({"flow": DEFAULT_FLOW, "quiet": hours})
    settings = load()
    file = flow_file(flow)
    with World(file.parent, clock.system(), known) as world:
        wrong = [problem for problem in world.problems if problem.file == str(file)]
        if wrong:
            raise FlowError(wrong)
        values, needs = dict(pairs(given or [])), world.flow(file.stem).root.flow.needs
        if missing := [name for name in needs if name not in values]:
            told = ", ".join(f"'{name}', a {needs[name]}" for name in missing)
            options = " ".join(f"--set {name}=…" for name in missing)
            raise SettingsError(f"{file.stem} needs {told}; start it with {options}")
        phone = Handset(world, CONTACT, DEFAULT_NUMBER)
        world.agrees(CONTACT, DEFAULT_NUMBER)  # to marketing too: this is to try out what comes of it
        try:
            world.start(
                Start(
                    file.stem,
                    CONTACT,
                    DEFAULT_NUMBER,
                    values,
                    language=language,
                    timezone=timezone,
                )
            )
        except StartError as error:
            raise SettingsError(f"{error} ({_OPTIONS.get(error.code, '--set name=value')})") from None
        registry = Registry(file.parent, settings.actions)
        for problem in registry.read():
            print(f"! {problem}", file=sys.stderr)
        _talk(phone, Calls(phone, registry.actions))


def _talk(phone: "Handset", calls: "Calls") -> None:
    by_hand = sys.stdin.isatty()
    if by_hand:
        print(HELP)
    calls.make()
    _print_new(phone)
    for line in _lines(by_hand):
        if line == "/quit":
            return
        try:
            if line.startswith("/"):
                _command(phone, line)
            elif line:
                phone.text(line)
        except (ConvoError, ValueError) as error:
            print(f"! {error}", file=sys.stderr)
        calls.make()
        _print_new(phone)


class Calls:
    """What the flow calls: actions that are here are run, other results are asked for."""

    def __init__(self, phone: "Handset", actions: "Mapping[str, Action]") -> None:
        self._phone = phone
        self._actions = actions
        self._asked: Claim | None = None  # for the result of this one

    def make(self) -> None:
        """Run actions for as long as the flow calls one, and ask for the result of anything else."""
        from convo.errors import CallError
        from convo.runtime.acting import Stage

        while claimed := _called(self._phone):
            action = self._actions.get(claimed.call.name) if claimed.call.request is None else None
            if action is None:
                self._ask(claimed)
                return
            given = action.arguments(claimed.call.given, claimed.key)
            try:
                result = asyncio.run(Stage().act(action, given, claimed.call.within))
            except CallError as error:
                print(f"! {action.name} failed: {error}", file=sys.stderr)
                self._phone.world.answer(claimed, failure=str(error))
            else:
                self._phone.world.answer(claimed, result)

    def _ask(self, claimed: "Claim") -> None:
        from convo.flow.results import as_json, checked

        if claimed != self._asked:
            given = as_json(checked(dict(claimed.call.given)))
            print(f"! it calls {claimed.call.name} with {given}: /answer JSON or /fail WHY", file=sys.stderr)
        self._asked = claimed


def _lines(by_hand: bool) -> Iterator[str]:
    while True:
        if by_hand:
            print("you: ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        yield line.strip()


def _command(phone: "Handset", line: str) -> None:
    verb, _, rest = line.partition(" ")
    command = _COMMANDS.get(verb)
    if command is None:
        raise ValueError(f"{verb} is not a command; there is {', '.join(_COMMANDS)}, /quit")
    command(phone, rest.strip())


def _wait(phone: "Handset", duration: str) -> None:
    from convo.clock import parse_duration

    phone.world.wait(parse_duration(duration))


def _answer(phone: "Handset", answer: str) -> None:
    from convo.flow.results import from_json

    if not (claimed := _called(phone)):
        raise ValueError("it calls nothing now that could be answered")
    phone.world.answer(claimed, from_json(answer))


def _fail(phone: "Handset", why: str) -> None:
    if claimed := _called(phone):
        phone.world.answer(claimed, failure=why or "it failed")
    elif not phone.world.fail():
        raise ValueError("there is no text on its way that could fail")


def _language(phone: "Handset", language: str) -> None:
    from convo.flow.speech import locale

    locale(language)
    phone.world.learn(CONTACT, language)


def _agent(phone: "Handset", text: str) -> None:
    from convo.runtime.inbox import Reply

    phone.world.reply(Reply(_running(phone), text))


def _hand_back(phone: "Handset", state: str) -> None:
    from convo.runtime.inbox import HandBack

    phone.world.hand_back(HandBack(_running(phone), state or None))


def _close(phone: "Handset", outcome: str) -> None:
    phone.world.close(_running(phone), outcome)


def _called(phone: "Handset") -> "Claim | None":
    stored = phone.conversation()
    return phone.world.waits_for(stored) if stored else None


def _running(phone: "Handset") -> int:
    stored = phone.conversation()
    if stored is None:
        raise ValueError("no conversation has started")
    return stored.id


def _show(phone: "Handset", rest: str) -> None:
    del rest
    print(_state(phone))


_COMMANDS: Mapping[str, Callable[["Handset", str], None]] = {
    "/wait": _wait,
    "/fail": _fail,
    "/answer": _answer,
    "/language": _language,
    "/agent": _agent,
    "/handback": _hand_back,
    "/close": _close,
    "/state": _show,
}


def _state(phone: "Handset") -> str:
    stored = phone.conversation()
    if stored is None:
        return "state: none"
    from convo.runtime.sessions import shown, where

    facts = [stored.status]
    if stored.outcome:
        facts.append(f"outcome {stored.outcome}")
    if stored.queue:
        facts.append(f"with {stored.queue}")
    if stored.trouble:
        facts.append(stored.trouble)
    if stored.wake_at:
        from babel.dates import format_timedelta

        until = format_timedelta(stored.wake_at - phone.world.clock(), threshold=1.5, locale="en")
        facts.append(f"wakes in {until}")
    facts += [f"a text waits until {moment:%a %H:%M} UTC" for moment in _held(phone)]
    values = ", ".join(f"{name}={value}" for name, value in shown(stored.vars).items())
    return f"state: {where(stored)} ({', '.join(facts)}){f' {values}' if values else ''}"


def _held(phone: "Handset") -> list[datetime]:
    """Until when each text waits that may not leave yet."""
    from convo.messages import Status

    queued = [text for text in phone.world.history(CONTACT) if text.status is Status.QUEUED]
    return [text.due_at for text in queued if text.due_at is not None]


def _print_new(phone: "Handset") -> None:
    while (text := phone.read()) is not None:
        for line in text.splitlines() or [""]:
            print(f"bot: {line}", flush=True)
