"""Playing tests of flows: a good one passes, and a bad one says what was expected and what came."""

from pathlib import Path

import pytest

from convo.errors import FlowError
from convo.testing.playing import ScenarioFailed, fits, run
from convo.testing.scenario import load

SAMPLE = """\
flow: sample
start: ask
needs: {name: text}
vars: {seats: integer = 2, visit: datetime = 2026-12-01 09:30}
states:
  ask:
    say: {en: "Hi {{ name }}, coming?", fr: "Bonjour {{ name }}, vous venez ?"}
    replies:
      yes, oui: coming
      <media>: {say: Nice picture!}
      /(?P<order>[a-z]\\d)/: desk
      break: broken
    otherwise: {say: "YES, please.", tries: 5, then: desk}
    after: {1 day: gone}
  coming: {say: See you!, end: coming}
  desk: {hand_off: people, then: closing}
  closing: {say: Bye., end: closed}
  broken: {set: {seats: seats // 0}, end: never}
  gone: {end: gone}
"""
ECHO = """\
flow: echo
start: ask
triggers: {keyword: [echo]}
purpose: verification
states:
  ask:
    say: Say something.
    replies: {yes: done}
    otherwise: {say: "YES?", tries: 1, then: done}
    after: {1 hour: done}
  done: {say: Thanks., end: heard}
"""


def play(folder: Path, *steps: str, flow: str = "sample", head: str = "given: {name: Ana}\n") -> None:
    (folder / "sample.yaml").write_text(SAMPLE)
    (folder / "echo.yaml").write_text(ECHO)
    file = folder / "it.test.yaml"
    lines = "".join(f"    - {step}\n" for step in steps)
    file.write_text(f"flow: {flow}\nnow: 2026-12-01 09:00\n{head}tests:\n  one:\n{lines}")
    (scenario,) = load(file)
    run(scenario)


def failure(folder: Path, *steps: str, flow: str = "sample", head: str = "given: {name: Ana}\n") -> str:
    with pytest.raises(ScenarioFailed) as failed:
        play(folder, *steps, flow=flow, head=head)
    return str(failed.value)


GOOD = {
    "a conversation": ["bot: Hi Ana, coming?", "state: ask", "them: yes", "bot: See you!", "ends: coming"],
    "a picture": [
        "bot: ...", "media: image/png", "bot: Nice picture!", "media", "bot: Nice ...", "state: ask",
    ],
    "a language from the start": ["language: fr", "bot: Bonjour Ana, vous venez ?"],
    "a language from then on": [
        "bot: Hi ...", "language: fr", "them: c2", "hands_back: ask", "bot: Bonjour ...",
    ],
    "variables": [
        "bot: ...", "vars: {name: Ana, seats: 2, visit: 2026-12-01 09:30}", "them: c2",
        "vars: {order: c2}", "silence",
    ],
    "a person": [
        "bot: ...", "them: b7", "hands_off: people", "agent: Hello!", "them: Hi", "silence", "hands_back",
        "bot: Bye.", "ends: closed",
    ],
    "a person who sets a variable": [
        "bot: ...", "them: b7", "hands_back: {state: ask, vars: {name: Eve, seats: 3}}",
        "bot: Hi Eve, coming?", "vars: {seats: 3}",
    ],
    "a person who closes": ["bot: ...", "closes: called", "ends: called"],
    "an error": ["bot: ...", "them: break", "hands_off: errors"],
    "another flow in between": [
        "bot: Hi ...", "wait: 23 hours", "starts: echo", "bot: Say something.", "wait: 1 hour",
        "bot: Thanks.", "ends: heard", "state: ask", "wait: 59 minutes", "silence", "wait: 1 minute",
        "ends: gone",
    ],
    "two that end as one": [
        "bot: ...", "starts: {flow: echo}", "bot: ...", "them: stop", "bot: ... unsubscribed ...",
        "ends: stopped", "ends: stopped",
    ],
    "a text delivered twice": ["bot: ...", "them: hm", "bot: YES, please.", "twice", "bot: YES, please."],
}  # fmt: skip


@pytest.mark.parametrize("steps", GOOD.values(), ids=GOOD)
def test_what_happens_passes(tmp_path: Path, steps: list[str]) -> None:
    play(tmp_path, *steps)


BAD = {
    "another text": (
        ["bot: Hello"], "  expected: bot: Hello\n  came:     bot: Hi Ana, coming?\n  so far: nothing",
    ),
    "no text": (
        ["bot: ...", "bot: Hello"],
        "  expected: bot: Hello\n  came:     no text; sample is in state ask, live\n"
        "  so far:\n    bot:  Hi Ana, coming?",
    ),
    "a text too many": (
        ["them: hm"], "  expected: no more texts here\n  came:     bot: Hi Ana, coming?",
    ),
    "a text too many at the end": (
        ["bot: ...", "them: hm"], "  expected: no more texts here\n  came:     bot: YES, please.",
    ),
    "another state": (
        ["bot: ...", "state: gone"], "  expected: state gone\n  came:     sample is in state ask, live",
    ),
    "another outcome": (
        ["bot: ...", "wait: 1 day", "ends: coming"],
        "  expected: ended as coming\n  came:     sample is in state gone, ended as gone",
    ),
    "an end that was named": (
        ["bot: ...", "wait: 1 day", "ends: gone", "ends: gone"], "  expected: ended as gone",
    ),
    "another variable": (["bot: ...", "vars: {seats: 3}"], "  expected: seats = 3\n  came:     seats = 2"),
    "another moment": (
        ["bot: ...", "vars: {visit: 2026-12-01 09:31}"], "came:     visit = 2026-12-01T09:30:00+00:00",
    ),
    "no variable": (
        ["bot: ...", "vars: {seat: 3}"], "came:     no such variable; it has name, seats, visit",
    ),
    "no value of its type": (["bot: ...", "vars: {seats: many}"], "'many' will not do for 'seats'"),
    "another queue": (
        ["bot: ...", "them: b7", "hands_off: desk"],
        "  expected: handed off to desk\n  came:     sample is in state desk, handed off to people",
    ),
    "an error that nobody expected": (
        ["bot: ...", "them: break", "ends: never"],
        "  came:     sample is in state ask, handed off to errors\n"
        "            the expression 'seats // 0' failed",
    ),
    "a person too soon": (
        ["bot: ...", "agent: Hi"], "`agent` cannot be done: conversation 1 is with its flow",
    ),
    "handed back to nowhere": (
        ["bot: ...", "them: b7", "hands_back: dsk"], "`hands_back` cannot be done: sample has no state 'dsk'",
    ),
    "closed after the end": (
        ["bot: ...", "wait: 1 day", "closes: done"],
        "no conversation is running; sample is in state gone, ended as gone",
    ),
    "a flow that is not there": (
        ["bot: ...", "starts: ehco"], "`starts` cannot be done: there is no flow 'ehco'",
    ),
    "nothing that could fail": (
        ["bot: ...", "them: b7", "fails"], "there is no text on its way that could fail",
    ),
    "nothing to repeat": (["bot: ...", "twice"], "there is no text yet to repeat"),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "said"), BAD.values(), ids=BAD)
def test_what_does_not_happen_is_told(tmp_path: Path, steps: list[str], said: str) -> None:
    assert said in failure(tmp_path, *steps)


def test_a_failure_says_where_and_what_went_before(tmp_path: Path) -> None:
    steps = ["bot: ...", "them: b7", "agent: Hello", "wait: 2 hours", "hands_back", "bot: See you!"]
    assert failure(tmp_path, *steps) == (
        f"{tmp_path / 'it.test.yaml'}:11:12: one\n"
        "  expected: bot: See you!\n"
        "  came:     bot: Bye.\n"
        "  so far:\n"
        "    bot:  Hi Ana, coming?\n"
        "    them: b7\n"
        "    agent: Hello\n"
        "          (2 hours pass)\n"
        "          (handed back)"
    )


def test_a_flow_that_texts_start_begins_with_the_first_text(tmp_path: Path) -> None:
    play(tmp_path, "them: echo", "bot: Say something.", flow="echo", head="")
    play(tmp_path, "wait: 1 hour", "language: fr", "twice: echo", "bot: Say something.", flow="echo", head="")
    play(tmp_path, "bot: Say something.", "them: yes", "bot: Thanks.", "ends: heard", flow="echo", head="")
    said = failure(tmp_path, "them: hello", "bot: Say something.", flow="echo", head="")
    assert "came:     no text; no conversation has started" in said


def test_the_number_may_have_a_flow_that_answers_everything(tmp_path: Path) -> None:
    play(tmp_path, "them: hello", "bot: Say something.", flow="echo", head="number: {flow: echo}\n")


def test_what_the_flow_needs_must_be_given(tmp_path: Path) -> None:
    assert "sample needs 'name', a text" in failure(tmp_path, "bot: ...", head="")
    assert "there is no flow 'smaple' beside this file" in failure(tmp_path, "bot: ...", flow="smaple")


def test_a_flow_that_cannot_run_says_why_and_one_that_was_mended_runs(tmp_path: Path) -> None:
    play(tmp_path, "bot: ...")
    (scenario,) = load(tmp_path / "it.test.yaml")
    (tmp_path / "sample.yaml").write_text(SAMPLE.replace("then: closing", "then: closin"))
    with pytest.raises(FlowError, match="Did you mean 'closing'"):
        run(scenario)
    (tmp_path / "sample.yaml").write_text(SAMPLE)
    run(scenario)


@pytest.mark.parametrize(
    ("expected", "came", "same"),
    [
        ("Hi Ana", "Hi Ana", True),
        ("Hi Ana", "Hi Ana!", False),
        ("...", "anything\nat all", True),
        ("Hi ... bye", "Hi Ana, bye", True),
        ("Hi ... bye", "Hi Ana", False),
        ("... (a+b)?", "so (a+b)?", True),
    ],
)
def test_dots_stand_for_any_text(expected: str, came: str, same: bool) -> None:
    assert fits(expected, came) is same
