"""What one `advance` costs on a flow of 20 states, beside what it is made of.

    python -m tests.bench.advance [--rounds 7] [--steps 4000]

Three things take turns in one process: a reply stepped through `advance` (its session copied, its
answer rendered); a bare `transitions` trigger on a machine of as many states, whose conditions are
the same patterns in the same order; and one render of the same text by Jinja2, in its sandbox.
Ratios are what counts: machines are noisy.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from jinja2.sandbox import SandboxedEnvironment
from transitions import Machine, State

from convo.flow.advance import advance, open_session
from convo.flow.match import Reply, match, parse_patterns
from convo.flow.project import load
from convo.flow.session import Phase, Replied, Started
from convo.messages import Contact

STATES = 20
TEXT = "Step {number}: hi {{{{ name }}}}, is {{{{ place }}}} all right? Reply YES, NO or MOVE."
KEYS = ("move, change, has another day", "no, n, nope", "yes, y, ok")  # the last one is sent: all are tried
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
GIVEN = {"name": "Ana", "place": "Elm Street"}


def flow() -> str:
    """Twenty states in a ring, each with three replies, a miss and a clock."""
    lines = ["flow: ring", "start: s0", "needs: {name: text, place: text}", "states:"]
    for number in range(STATES):
        there = (f"s{(number + step) % STATES}" for step in (7, 3, 1))
        lines += [f"  s{number}:", f"    say: {_quoted(number)}", "    replies:"]
        lines += [f"      {key}: {to}" for key, to in zip(KEYS, there, strict=True)]
        lines += ["    otherwise: {say: 'YES, NO or MOVE?', tries: 2, then: fin}", "    after: {1 day: fin}"]
    return "\n".join([*lines, "  fin: {end: done}", ""])


def _quoted(number: int) -> str:
    return f'"{TEXT.format(number=number)}"'


def convo_step() -> Callable[[], None]:
    """One reply through `advance`; the conversation goes round and round."""
    flows = load("ring.yaml", flow().encode())
    opened = open_session(flows, Contact("+15550001111"), "+15550009999", "UTC", GIVEN, NOW)
    session = advance(flows, opened, Started(), NOW).session
    event = Replied("Yes!")

    def step() -> None:
        nonlocal session
        turn = advance(flows, session, event, NOW)
        if turn.trouble or turn.session.phase is not Phase.LIVE or turn.session.visit == session.visit:
            raise RuntimeError("the conversation does not go on")
        session = replace(turn.session, visits={})  # which else count on for ever

    return step


class Model:
    """What the bare machine moves."""

    __slots__ = ("reply", "state")

    def __init__(self, text: str) -> None:
        self.state = "s0"
        self.reply = Reply.of(text)


def bare_step() -> Callable[[], None]:
    """One trigger of `transitions`, as convo uses it: unregistered model, no auto transitions."""
    names = [f"s{number}" for number in range(STATES)]
    machine = Machine(
        model=None,
        states=[State(name) for name in names],
        initial="s0",
        auto_transitions=False,
        send_event=True,
    )
    for number, name in enumerate(names):
        for key, further in zip(KEYS, (7, 3, 1), strict=True):
            machine.add_transition(
                "replied", name, names[(number + further) % STATES], conditions=[_takes(key)]
            )
    model = Model("Yes!")

    def step() -> None:
        model.reply = Reply.of("Yes!")  # each reply is prepared once, as in convo
        if not machine.events["replied"].trigger(model):
            raise RuntimeError("no transition was taken")

    return step


def _takes(key: str) -> Callable[[Any], bool]:
    patterns = parse_patterns(key)

    def never() -> Any:
        raise RuntimeError("words need no reading")

    return lambda event: match(patterns, event.model.reply, never) is not None


def render_step() -> Callable[[], None]:
    """One text, rendered by Jinja2 itself."""
    template = SandboxedEnvironment().from_string(TEXT.format(number=1))

    def step() -> None:
        if "Ana" not in template.render(GIVEN):
            raise RuntimeError("nothing was rendered")

    return step


def microseconds(step: Callable[[], None], steps: int) -> float:
    began = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - began) / steps * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=4000)
    wanted = parser.parse_args()
    kinds = {"advance": convo_step(), "transitions": bare_step(), "jinja2": render_step()}
    for step in kinds.values():
        microseconds(step, wanted.steps // 10)
    rounds = [
        {name: microseconds(step, wanted.steps) for name, step in kinds.items()} for _ in range(wanted.rounds)
    ]
    for name in kinds:
        print(f"{name:<12} {statistics.median(each[name] for each in rounds):7.1f} µs")
    for other in ("transitions", "jinja2"):
        ratios = [each["advance"] / each[other] for each in rounds]
        low, high = min(ratios), max(ratios)
        print(f"advance / {other:<12} {statistics.median(ratios):5.2f}  ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
