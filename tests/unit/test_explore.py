"""Exploring flows: each planted fault is found by the shortest conversation with it, which can be played."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from convo.errors import SettingsError, StartError
from convo.flow.exploration import Bounds, Cut, Fault
from convo.quiet import parse
from convo.testing.exploring import Exploration, Wanted, explore_file
from convo.testing.play import ScenarioFailed
from convo.testing.playing import run
from convo.testing.scenario import load

NOW = datetime.fromisoformat("2026-11-30 09:00")  # wherever the number is
ROOT = Path(__file__).parents[2]
FLOWS = sorted(
    file
    for folder in (ROOT / "flows", ROOT / "tests" / "scenarios")
    for file in folder.glob("*.yaml")
    if not file.name.endswith(".test.yaml")
)
HEAD = "flow: sample\nstart: ask\n"


@dataclass(frozen=True)
class Planted:
    """A flow with a fault: its states, where the fault stands, and the shortest conversation to it."""

    states: str
    fault: Fault
    line: int
    steps: list[str]
    head: str = ""
    bounds: Bounds = field(default_factory=Bounds)


PLANTED = {
    "a way out that no value opens": Planted(
        """\
  ask:
    save: {seats: integer 1-5}
    choose: {seats > 3: many, else: fin}
    otherwise: {say: 1 to 5?}
    after: {1 day: fin}
  many: {say: Which room?, replies: {retry: look}, otherwise: {say: RETRY?}}
  look: {choose: {seats > 5: fin, else: many}}
  fin: {end: fin}
""",
        Fault.STUCK, 9, ["them: 4", "bot: Which room?", "state: many"],
    ),
    "states that only lead to each other": Planted(
        """\
  ask: {say: Ready?, replies: {go: left}, otherwise: {say: GO?}, after: {1 day: fin}}
  left: {say: Left., replies: {turn: right}, otherwise: {say: TURN?}}
  right: {say: Right., replies: {turn: left, leave: gate}, otherwise: {say: TURN?}}
  gate: {choose: {paid: fin, else: left}}
  fin: {end: fin}
""",
        Fault.STUCK, 5, ["bot: Ready?", "them: go", "bot: Left.", "state: left"],
        head="vars: {paid: yes_no = no}\n",
    ),
    "the only way out is a word for STOP": Planted(
        """\
  ask: {say: Ready?, replies: {go: list}, otherwise: {say: GO?}, after: {1 day: fin}}
  list: {say: On the list., replies: {cancel: fin}, otherwise: {say: CANCEL?}}
  fin: {end: fin}
""",
        Fault.STUCK, 5, ["bot: Ready?", "them: go", "bot: On the list.", "state: list"],
    ),
    "the way out is hidden by an earlier pattern": Planted(
        """\
  ask: {say: Ready?, replies: {go: note}, otherwise: {say: GO?}, after: {1 day: fin}}
  note:
    say: Tell us.
    replies:
      <anything>: {say: Noted.}
      done: fin
  fin: {end: fin}
""",
        Fault.STUCK, 5, ["bot: Ready?", "them: go", "bot: Tell us.", "state: note"],
    ),
    "clocks that text for ever": Planted(
        """\
  ask: {say: Coming?, replies: {yes: fin}, otherwise: {say: YES?}, after: {1 day: nudge}}
  nudge: {say: Still there?, replies: {yes: fin}, otherwise: {say: YES?}, after: {2 days: ask}}
  fin: {end: fin}
""",
        Fault.ENDLESS, 4,
        ["bot: Coming?", "wait: 1 day", "bot: Still there?", "wait: 2 days", "bot: Coming?", "state: ask"],
    ),
    "a variable that one path does not set": Planted(
        """\
  ask:
    say: Ready?
    replies:
      yes: {set: {topic: "'late'"}, then: told}
      no: told
    otherwise: {say: YES?}
    after: {1 day: fin}
  told: {say: "{{ topic }}!", end: told}
  fin: {end: fin}
""",
        Fault.ERROR, 11, ["bot: Ready?", "them: no", "hands_off: errors"],
    ),
    "a number that cannot be divided by": Planted(
        """\
  ask: {say: How many?, save: {n: integer 0-9}, then: share, otherwise: {say: 0 to 9?}, after: {1 day: fin}}
  share: {set: {each: 100 // n}, say: "{{ each }} each.", end: shared}
  fin: {end: fin}
""",
        Fault.ERROR, 5, ["bot: How many?", 'them: 0', "hands_off: errors"],
    ),
    "a number just beside a comparison": Planted(
        """\
  ask: {say: Age?, save: {age: integer}, then: sort, otherwise: {say: A number?}, after: {1 day: fin}}
  sort: {choose: {age < 18: young, age > 18: grown}}
  young: {end: young}
  grown: {end: grown}
  fin: {end: fin}
""",
        Fault.ERROR, 5, ["bot: Age?", "them: 18", "hands_off: errors"],
    ),
    "a text that does not arrive": Planted(
        """\
  ask:
    say: Coming?
    replies: {yes: fin}
    otherwise: {say: YES?}
    after: {1 day: fin}
    undelivered: {set: {why: reply.text}, then: fin}
  fin: {end: fin}
""",
        Fault.ERROR, 9, ["bot: Coming?", "fails", "hands_off: errors"],
    ),
    "what comes after a person": Planted(
        """\
  ask:
    say: Order?
    replies: {agent: desk}
    save: {order: text 3-8}
    otherwise: {say: Which?}
    after: {1 day: fin}
    then: fin
  desk: {hand_off: people, then: told}
  told: {say: "Order {{ order }} is done.", end: told}
  fin: {end: fin}
""",
        Fault.ERROR, 12, ["bot: Order?", "them: agent", "hands_back", "hands_off: errors"],
    ),
    "a picture where words are read": Planted(
        """\
  ask: {say: Your name?, save: {name: text}, then: fin, otherwise: {then: told}, after: {1 day: fin}}
  told: {say: "Sorry {{ name }}.", end: told}
  fin: {end: fin}
""",
        Fault.ERROR, 5, ["bot: Your name?", "media: image/jpeg", "hands_off: errors"],
    ),
    "a text after the end": Planted(
        """\
  ask: {say: Hello., end: greeted}
  more: {say: "{{ reply.value + 1 }}", end: more}
""",
        Fault.ERROR, 5, ["bot: Hello.", "them: thanks", "hands_off: errors"],
        head="afterwards: more\n",
    ),
    "states that pass on to each other": Planted(
        """\
  ask: {say: How many?, save: {n: integer 1-9}, then: look, otherwise: {say: 1 to 9?}, after: {1 day: fin}}
  look: {choose: {n > 8: again_, else: fin}}
  again_: {then: look}
  fin: {end: fin}
""",
        Fault.LOOP, 4, ["bot: How many?", "them: 9", "hands_off: errors"],
    ),
    "a clock later than the expiry": Planted(
        """\
  ask: {say: Coming?, replies: {yes: fin}, otherwise: {say: YES?}, after: {10 days: fin}}
  fin: {end: fin}
""",
        Fault.LATE, 4, ["bot: Coming?", "wait: 7 days", "ends: expired"],
    ),
    "more texts than anybody pays for": Planted(
        """\
  ask: {say: [One., Two., Three.], replies: {more: ask}, otherwise: {say: MORE?}, after: {1 day: fin}}
  fin: {end: fin}
""",
        Fault.TEXTS, 4,
        [*["bot: One.", "bot: Two.", "bot: Three."], "them: more", "bot: One.", "bot: Two.", "bot: Three.",
         "them: more", "bot: One.", "bot: Two.", "bot: Three.", "state: ask"],
        bounds=Bounds(most_texts=7),
    ),
    "a text in the night": Planted(
        """\
  ask:
    say: Coming?
    replies: {yes: fin}
    otherwise: {say: YES?}
    after:
      4 hours: {say: Still coming?}
      14 hours: {say: Are you?}
      1 day: fin
  fin: {end: fin}
""",
        Fault.QUIET, 4,
        ["bot: Coming?", "wait: 4 hours", "bot: Still coming?", "wait: 10 hours", "bot: Are you?",
         "state: ask"],
        bounds=Bounds(quiet=parse("21:00-08:00")),
    ),
}  # fmt: skip


def found_in(folder: Path, states: str, head: str = "", bounds: Bounds | None = None) -> Exploration:
    file = folder / "sample.yaml"
    file.write_text(f"{HEAD}{head}states:\n{states}")
    return explore_file(file, Wanted(NOW, "UTC", {}), bounds or Bounds())


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found_by_its_shortest_conversation(tmp_path: Path, planted: Planted) -> None:
    explored = found_in(tmp_path, planted.states, planted.head, planted.bounds)

    found = next(each for each in explored.found if each.finding.fault is planted.fault)
    lines = found.test.splitlines()
    steps = [line.removeprefix("    - ").replace('"', "") for line in lines if line.startswith("    - ")]
    assert steps == planted.steps
    assert found.position.line == planted.line + planted.head.count("\n")
    assert explored.cuts == frozenset()
    # What is printed is a file of tests, and they pass while the fault is there.
    for place, test in enumerate(explored.tests()):
        file = tmp_path / f"sample.{place}.test.yaml"
        file.write_text(test)
        scenarios = load(file)
        assert scenarios
        for scenario in scenarios:
            run(scenario)


def test_a_printed_test_fails_once_the_fault_is_mended(tmp_path: Path) -> None:
    planted = PLANTED["a number that cannot be divided by"]
    (test,) = found_in(tmp_path, planted.states).tests()
    (tmp_path / "sample.test.yaml").write_text(test)
    mended = planted.states.replace("integer 0-9", "integer 1-9")
    assert found_in(tmp_path, mended).found == ()
    (scenario,) = load(tmp_path / "sample.test.yaml")
    with pytest.raises(ScenarioFailed):
        run(scenario)


def test_the_same_flow_gives_the_same_answer(tmp_path: Path) -> None:
    planted = PLANTED["clocks that text for ever"]
    first, second = (found_in(tmp_path, planted.states) for _ in range(2))
    assert (first.tests(), first.sessions) == (second.tests(), second.sessions)


COUNTING = """\
  ask:
    set: {n: n + 1}
    say: One more?
    replies: {yes: ask, no: fin}
    otherwise: {say: "YES or NO?", then: fin}
    after: {1 day: fin}
  fin: {choose: {n > 1000: late, else: done}}
  late: {say: "{{ missing_so_far }}", set: {missing_so_far: n // 0}, end: late}
  done: {end: done}
"""


def test_a_search_that_was_cut_short_says_so(tmp_path: Path) -> None:
    counting = "vars: {n: integer = 0}\n"
    deep = found_in(tmp_path, COUNTING, counting, Bounds(depth=5))
    assert deep.cuts == {Cut.DEPTH}
    assert deep.unseen > 0
    assert deep.found == ()
    looks = iter([False, False, True])
    short = found_in(tmp_path, COUNTING, counting, Bounds(out_of_time=lambda: next(looks)))
    assert short.cuts == {Cut.TIME}
    assert short.unseen > 0


def test_a_session_that_was_not_looked_at_is_not_called_stuck(tmp_path: Path) -> None:
    planted = PLANTED["states that only lead to each other"]
    explored = found_in(tmp_path, planted.states, planted.head, Bounds(depth=2))
    assert explored.cuts == {Cut.DEPTH}
    assert [each for each in explored.found if each.finding.fault is Fault.STUCK] == []


def test_both_sides_of_a_split_are_looked_at(tmp_path: Path) -> None:
    states = """\
  ask: {say: Hello., split: {short: 50%, long: 50%}}
  short: {say: "{{ 1 // 0 }}", end: short}
  long: {say: "{{ 2 // 0 }}", end: long}
"""
    explored = found_in(tmp_path, states)
    assert sorted(each.position.line for each in explored.found) == [5, 6]
    assert len(explored.tests()) == 2
    for place, test in enumerate(explored.tests()):
        (tmp_path / f"sample.{place}.test.yaml").write_text(test)
        (scenario,) = load(tmp_path / f"sample.{place}.test.yaml")
        run(scenario)


def test_expiry_is_a_way_out_where_the_flow_says_so(tmp_path: Path) -> None:
    planted = PLANTED["states that only lead to each other"]
    explored = found_in(tmp_path, planted.states, f"{planted.head}expires: 2 days\n")
    assert explored.found == ()


@pytest.mark.parametrize("language", [None, "fr", "es"])
@pytest.mark.parametrize("file", FLOWS, ids=lambda file: file.stem)
def test_nothing_is_wrong_with_the_shipped_flows(file: Path, language: str | None) -> None:
    for now in (NOW, NOW - timedelta(hours=12)):  # in the hours of a shop, and out of them
        explored = explore_file(file, Wanted(now, "UTC", {}, language), Bounds())
        assert [each.test for each in explored.found] == []
        assert (explored.cuts, explored.unseen) == (frozenset(), 0)
        assert explored.sessions > 5


def test_what_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_text(f"{HEAD}states:\n  ask: {{say: Hi., end: fin}}\n")
    for wanted in (Wanted(NOW, "Mars/North", {}), Wanted(NOW, "UTC", {}, "klingon")):
        with pytest.raises(SettingsError):
            explore_file(tmp_path / "sample.yaml", wanted, Bounds())
    with pytest.raises(StartError, match="no variable 'x'"):
        explore_file(tmp_path / "sample.yaml", Wanted(NOW, "UTC", {"x": "1"}), Bounds())


CALLING = """\
  ask:
    call: {action: free_slots, save: {slots: slots, free: open}, failed: sorry}
    choose: {not free: sorry, else: offer}
  offer:
    say: "{% for slot in slots %}{{ slot | day }} {% endfor %}"
    replies: {<number 1-3>: {set: {slot: "slots[reply.value - 1]"}, then: book}}
    otherwise: {say: A number., then: sorry}
    after: {1 day: sorry}
  book: {call: {url: "https://api.example.org/{{ slot }}", save: {n: count}, done: booked}}
  booked: {choose: {n > 3: many, else: few}}
  many: {say: "{{ n // 0 }}", end: many}
  few: {end: few}
  sorry: {say: Please call us., end: failed}
"""


def test_every_outcome_of_a_call_is_looked_at(tmp_path: Path) -> None:
    explored = found_in(tmp_path, CALLING)

    assert {each.finding.message for each in explored.found} == {
        "the expression 'slots[reply.value - 1]' failed: tuple object has no element 0",
        "the expression 'slots[reply.value - 1]' failed: tuple object has no element 1",
        "the expression 'slots[reply.value - 1]' failed: tuple object has no element 2",
        "the call of api.example.org/{{ slot }} failed: it failed",
        "the text '{{ n // 0 }}' failed: integer division or modulo by zero",
    }
    assert explored.unanswered == ()
    for place, test in enumerate(explored.tests()):
        file = tmp_path / f"sample.{place}.test.yaml"
        file.write_text(test)
        for scenario in load(file):
            run(scenario)


def test_a_result_that_cannot_be_made_up_is_asked_for(tmp_path: Path) -> None:
    states = (
        '  ask: {call: {action: look, save: {day: "by_day[now.day].first_free"}, done: fin, failed: fin}}\n'
        '  fin: {say: "{{ day | default(1) }}", end: fin}\n'
    )
    assert found_in(tmp_path, states).unanswered == ("look",)

    file = tmp_path / "sample.yaml"
    wanted = Wanted(NOW, "UTC", {}, answers={"look": [{"by_day": [{"first_free": "nine"}] * 31}]})
    explored = explore_file(file, wanted, Bounds())
    assert (explored.unanswered, explored.found) == ((), ())
