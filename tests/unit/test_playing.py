"""Playing tests of flows: a good one passes, and a bad one says what was expected and what came."""

import time
from pathlib import Path

import pytest

from convo.errors import FlowError
from convo.testing.columns import Row, columns
from convo.testing.play import ScenarioFailed
from convo.testing.playing import fits, run
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
      friend: bring
    otherwise: {say: "YES, please.", tries: 5, then: desk}
    after: {1 day: gone}
  coming: {say: See you!, end: coming}
  desk: {hand_off: people, then: closing}
  closing: {say: Bye., end: closed}
  broken: {set: {seats: seats // 0}, end: never}
  bring:
    emit: {event: guest.invited, with: {seats: seats, who: "'Ben'"}}
    begin: {flow: echo, contact: "'+15550002222'"}
    end: brought
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
    "another phone": [
        "bot: Hi Ana, coming?", "them: friend", "ends: brought", "phone: +15550002222", "state: ask",
        "bot: Say something.", "them: hm", "bot: YES?", "phone: +15550001111", "silence",
    ],
    "a text that another phone gets while the first has one to read": [
        "phone: +15550002222", "starts: echo", "bot: Say something.", "phone: +15550001111",
        "bot: Hi Ana, coming?",
    ],
    "an event": ["bot: ...", "them: friend", "emits: guest.invited", "phone: +15550002222", "bot: ..."],
    "an event with its values": [
        "bot: ...", "them: friend", "emits: {event: guest.invited, with: {seats: 2, who: Ben}}",
    ],
    "a text delivered twice": ["bot: ...", "them: hm", "bot: YES, please.", "twice", "bot: YES, please."],
}  # fmt: skip


@pytest.mark.parametrize("steps", GOOD.values(), ids=GOOD)
def test_what_happens_passes(tmp_path: Path, steps: list[str]) -> None:
    play(tmp_path, *steps)


BAD = {
    "another text": (
        ["bot: Hello"], "  expected: bot: Hello\n  came:     bot: Hi Ana, coming?\n",
    ),
    "no text": (
        ["bot: ...", "bot: Hello"],
        "  expected: bot: Hello\n  came:     no text; sample is in state ask, live\n",
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
    "a text that another phone has not read": (
        ["bot: ...", "them: friend", "phone: +15550002222", "phone: +15550001111"],
        "  expected: no more texts here\n  came:     bot: Say something.",
    ),
    "no event": (["bot: ...", "emits: guest.left"], "expected: the event guest.left\n  came:     no event"),
    "an event that was named": (
        ["bot: ...", "them: friend", "emits: guest.invited", "emits: guest.invited"], "came:     no event",
    ),
    "another event": (
        ["bot: ...", "them: friend", "emits: guest.left"], "came:     guest.invited",
    ),
    "another value of an event": (
        ["bot: ...", "them: friend", "emits: {event: guest.invited, with: {seats: 3}}"],
        "expected: the event guest.invited with seats = 3\n  came:     seats = 2",
    ),
    "a value that the event has not": (
        ["bot: ...", "them: friend", "emits: {event: guest.invited, with: {seat: 3}}"],
        "came:     it comes without 'seat'",
    ),
    "nothing to repeat": (["bot: ...", "twice"], "there is no text yet to repeat"),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "said"), BAD.values(), ids=BAD)
def test_what_does_not_happen_is_told(tmp_path: Path, steps: list[str], said: str) -> None:
    assert said in failure(tmp_path, *steps)


def test_a_failure_says_where_and_shows_what_went_before(tmp_path: Path) -> None:
    steps = ["bot: ...", "them: b7", "agent: Hello", "wait: 2 hours", "hands_back", "bot: See you!"]
    assert failure(tmp_path, *steps) == (
        f"{tmp_path / 'it.test.yaml'}:11:12: one\n"
        "  expected: bot: See you!\n"
        "  came:     bot: Bye.\n"
        f"    {'expected':<46} | came\n"
        f"    {'bot: ...':<46} | bot: Hi Ana, coming?\n"
        f"    {'them: b7':<46} | them: b7\n"
        f"    {'agent: Hello':<46} | agent: Hello\n"
        f"    {'wait: 2 hours':<46} | wait: 2 hours\n"
        f"    {'hands_back':<46} | hands_back\n"
        f"  > {'bot: See you!':<46} | bot: Bye.\n"
        f"    {'':<46} |      ^"
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


def table(folder: Path, *steps: str) -> list[str]:
    return failure(folder, *steps).partition("expected  ")[2].splitlines()[1:]


def test_a_failure_has_both_conversations_beside_each_other(tmp_path: Path) -> None:
    assert table(tmp_path, "bot: ...", "them: yes", "bot: See me!", "ends: coming") == [
        f"    {'bot: ...':<46} | bot: Hi Ana, coming?",
        f"    {'them: yes':<46} | them: yes",
        f"  > {'bot: See me!':<46} | bot: See you!",
        f"    {'':<46} |          ^",
        f"    {'ends: coming':<46} |",
    ]


def test_a_text_that_nobody_expected_has_a_row_of_its_own(tmp_path: Path) -> None:
    assert table(tmp_path, "bot: ...", "them: hm", "state: ask", "them: yes")[1:] == [
        f"    {'them: hm':<46} | them: hm",
        f"    {'state: ask':<46} | state: ask",
        f"  > {'':<46} | bot: YES, please.",
        f"    {'them: yes':<46} |",
    ]


def test_a_long_text_is_folded_and_a_terminal_gets_colour() -> None:
    rows = [Row("bot: ...", "bot: fine"), Row("bot: " + "word " * 12, "(no text)")]
    plain = list(columns(rows, 1, 60))
    assert max(map(len, plain)) <= 60
    assert [line[:3] for line in plain[1:4]] == ["   ", "  >", "   "]
    assert "\x1b" not in "".join(plain)
    red = list(columns(rows, 1, 60, colour=True))
    assert [line.startswith("\x1b[31m") for line in red][1:4] == [False, True, True]


def test_another_contact_has_another_number(tmp_path: Path) -> None:
    head = "given: {name: Ana}\ncontact: {number: +15550001234}\n"
    play(tmp_path, "bot: Hi Ana, coming?", "them: yes", "bot: See you!", "ends: coming", head=head)
    with pytest.raises(FlowError, match="'1234' is not a phone number"):
        play(tmp_path, "bot: ...", head="contact: {number: 1234}\n")


def test_a_week_passes_in_milliseconds(tmp_path: Path) -> None:
    """Under 50 ms on a machine at rest; the bound is wider, for one that is not."""
    steps = ("bot: ...", "them: b7", "hands_off: people", "wait: 7 days", "ends: expired")
    play(tmp_path, *steps)  # once, for what is made once
    took = []
    for _ in range(5):
        began = time.process_time()
        play(tmp_path, *steps)
        took.append(time.process_time() - began)
    assert min(took) < 0.1


CALLING = """\
flow: sample
start: look
vars: {at: datetime = 2026-12-01 09:30}
states:
  look: {say: One moment., call: {action: free_slots, save: {slots: slots}, done: offer, failed: sorry}}
  offer:
    say: "{{ slots | join(', ') }}?"
    replies: {yes: book, again: look}
    otherwise: {say: "YES?", tries: 5, then: sorry}
    after: {1 day: sorry}
  book:
    call: {url: "https://api.example.org/v1/{{ slots[0] }}?x=1", save: {at: at, n: n, ok: ok}, failed: sorry}
    choose: {ok: booked, else: sorry}
  booked: {say: "{{ at | day_time }}, {{ n }}", end: booked}
  sorry: {say: Please call us., end: failed}
"""
MON = "calls: {free_slots: {slots: [Mon]}}"
CHOSEN = ["bot: ...", MON, "bot: Mon?", "them: yes"]
ANSWERED = {
    "a result": ["bot: ...", "calls: {free_slots: {slots: [Mon, Tue]}}", "bot: Mon, Tue?"],
    "a failure": ["bot: ...", "calls: {free_slots: fails}", "bot: Please call us.", "ends: failed"],
    "its reason": ["bot: ...", "calls: {free_slots: {fails: it is full}}", "bot: ...", "ends: failed"],
    "a text meanwhile": ["bot: ...", "them: hm", "silence", MON, "bot: Mon?", "bot: YES?"],
    "a look at the state alone": ["bot: ...", "state: look"],
    "a stop": ["bot: ...", "them: stop", "bot: ...", "ends: stopped"],
    "an address": [
        *CHOSEN,
        'calls: {"https://api.example.org/v1/Mon?x=1": '
        "{at: {$datetime: 2026-12-02T10:00+00:00}, n: 1.50, ok: true}}",
        "bot: Wed Dec 2, 10:00 AM, 1.50", "ends: booked",
    ],
    "an address without its query": [
        *CHOSEN, 'calls: {"https://api.example.org/v1/Mon": {at: 2026-12-02 10:00, n: "7", ok: false}}',
        "bot: Please call us.", "ends: failed",
    ],
    "an address without its beginning": [
        *CHOSEN, "calls: {api.example.org/v1/Mon: fails}", "bot: Please call us.",
    ],
    "a host": [*CHOSEN, "calls: {api.example.org: fails}", "bot: Please call us."],
}  # fmt: skip


UNANSWERED = "nothing answers its call of free_slots: write `- calls: {free_slots: …}`"


def calls(folder: Path, *steps: str) -> None:
    (folder / "sample.yaml").write_text(CALLING)
    (folder / "it.test.yaml").write_text(
        "flow: sample\nnow: 2026-12-01 09:00\ntests:\n  one:\n" + "".join(f"    - {step}\n" for step in steps)
    )
    (scenario,) = load(folder / "it.test.yaml")
    run(scenario)


@pytest.mark.parametrize("steps", ANSWERED.values(), ids=ANSWERED)
def test_a_call_is_answered_by_the_test(tmp_path: Path, steps: list[str]) -> None:
    calls(tmp_path, *steps)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (["bot: ..."], UNANSWERED),
        (["bot: ...", "bot: Mon?"], UNANSWERED),
        (["bot: ...", "calls: {book: fails}"], "expected: a call of book\n  came:     a call of free_slots"),
        (["bot: ...", "calls: {free_slots: fails}", "bot: ...", "calls: {free_slots: fails}"],
         "no conversation is running"),
        (["bot: ...", "calls: {free_slots: {slots: [a]}}", "bot: a?", "calls: {free_slots: fails}"],
         "came:     no call; sample is in state offer, live"),
        (["calls: {free_slots: fails}"], "came:     bot: One moment."),
    ],
)  # fmt: skip
def test_a_call_that_is_answered_wrongly_or_not_at_all_fails_the_test(
    tmp_path: Path, steps: list[str], said: str
) -> None:
    with pytest.raises(ScenarioFailed) as failed:
        calls(tmp_path, *steps)
    assert said in str(failed.value)


@pytest.mark.parametrize(
    "answer", ["free_slots", "[a]", "{free_slots: {$datetime: soon}}", "{a: {fails: {}}}"]
)
def test_an_answer_that_cannot_be_read_is_told(tmp_path: Path, answer: str) -> None:
    with pytest.raises(FlowError):
        calls(tmp_path, "bot: ...", f"calls: {answer}")


def test_a_test_never_runs_an_action(tmp_path: Path) -> None:
    (tmp_path / "actions.py").write_text("raise SystemExit('this is not for tests')\n")
    calls(tmp_path, "bot: ...", "calls: {free_slots: fails}", "bot: Please call us.")
