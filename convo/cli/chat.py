"""`convo chat`: text a flow in the terminal, on the real engine and a virtual clock."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._given import pairs
from convo.errors import ConvoError, FlowError, SettingsError, StartError

if TYPE_CHECKING:
    from convo.testing.world import Handset

CONTACT = "+15550001111"
HELP = "Type what the phone texts. /wait 4 hours · /fail · /state · /quit"


def register(app: typer.Typer) -> None:
    app.command()(chat)


def chat(
    flow: Annotated[Path, typer.Argument(help="The flow's file, or its name in the flows folder.")],
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="What the flow needs.")
    ] = None,
) -> None:
    """Play the phone. Piped, each line in is a text, and each line out begins with `bot: `."""
    from convo import clock
    from convo.runtime.starting import Start
    from convo.settings import DEFAULT_NUMBER, load
    from convo.testing.world import Handset, World

    file = flow if flow.suffix == ".yaml" else load().flows / f"{flow}.yaml"
    if not file.is_file():
        raise SettingsError(f"{file} does not exist; name a flow file, like flows/support.yaml")
    with World(file.parent, clock.system()) as world:
        wrong = [problem for problem in world.problems if problem.file == str(file)]
        if wrong:
            raise FlowError(wrong)
        phone = Handset(world, CONTACT, DEFAULT_NUMBER)
        try:
            world.start(Start(file.stem, CONTACT, DEFAULT_NUMBER, dict(pairs(given or []))))
        except StartError as error:
            raise SettingsError(f"{error} (--set name=value)") from None
        _talk(phone)


def _talk(phone: "Handset") -> None:
    by_hand = sys.stdin.isatty()
    if by_hand:
        print(HELP)
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
        _print_new(phone)


def _lines(by_hand: bool) -> Iterator[str]:
    while True:
        if by_hand:
            print("you: ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        yield line.strip()


def _command(phone: "Handset", line: str) -> None:
    from convo.clock import parse_duration

    verb, _, rest = line.partition(" ")
    if verb == "/wait":
        phone.world.wait(parse_duration(rest))
    elif verb == "/fail":
        if not phone.world.fail():
            raise ValueError("there is no text on its way that could fail")
    elif verb == "/state":
        print(_state(phone))
    else:
        raise ValueError(f"{verb} is not a command; there is /wait, /fail, /state, /quit")


def _state(phone: "Handset") -> str:
    stored = phone.conversation()
    if stored is None:
        return "state: none"
    from convo.runtime.sessions import shown

    facts = [stored.status]
    if stored.outcome:
        facts.append(f"outcome {stored.outcome}")
    if stored.queue:
        facts.append(f"with {stored.queue}")
    if stored.trouble:
        facts.append(stored.trouble)
    if stored.wake_at:
        facts.append(f"wakes in {stored.wake_at - phone.world.clock()}".split(".")[0])
    values = ", ".join(f"{name}={value}" for name, value in shown(stored.vars).items())
    return f"state: {stored.state} ({', '.join(facts)}){f' {values}' if values else ''}"


def _print_new(phone: "Handset") -> None:
    while (text := phone.read()) is not None:
        for line in text.splitlines() or [""]:
            print(f"bot: {line}", flush=True)
