"""What changed between two versions of a flow, told as its author would."""

from convo.flow.differences import Change, Difference, differences, renamed
from convo.flow.model import Flow, parse
from convo.flow.source import read

OLD = """\
flow: visit
start: ask
needs: {name: text}
vars: {day: text = Monday}
states:
  ask:
    say: Hi {{ name }}, can you come?
    replies:
      yes, y: confirmed
      no: released
    otherwise: {say: YES or NO?, tries: 2, then: desk}
    after:
      4 hours: {say: Still there?}
      20 hours: gone
  confirmed: {say: See you!, end: confirmed}
  released: {say: A pity., end: released}
  desk: {say: A person will text you., hand_off: reception, then: confirmed}
  gone: {end: gone}
"""


def flow(source: str) -> Flow:
    return parse(read(source.encode(), "visit.yaml"))


def told(*changes: tuple[str, str]) -> list[str]:
    """What is told of replacing these words."""
    source = OLD
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    return [f"{each.state or 'flow'}: {each}" for each in differences(flow(OLD), flow(source))]


def test_nothing_changed() -> None:
    assert told() == []
    assert (
        told(("yes, y: confirmed", "yes, y: {then: confirmed}"), ("flow: visit", "# A visit\nflow: visit"))
        == []
    )


def test_texts_are_shown_old_and_new() -> None:
    assert told(("can you come", "are you coming")) == [
        "ask: text: “Hi {{ name }}, can you come?” -> “Hi {{ name }}, are you coming?”"
    ]
    assert told(("YES or NO?", "Yes or no?")) == ["ask: text in `otherwise`: “YES or NO?” -> “Yes or no?”"]
    assert told(("Still there?", "Hello?")) == ["ask: text in `after.4 hours`: “Still there?” -> “Hello?”"]
    assert told(("say: See you!", "say: {en: See you!, fr: À bientôt !}")) == [
        "confirmed: text: “See you!” -> en: “See you!”, fr: “À bientôt !”"
    ]


def test_replies() -> None:
    assert told(("      no: released", "      no: released\n      maybe: desk")) == [
        "ask: reply in `replies.maybe` added: desk"
    ]
    assert told(("yes, y: confirmed", "yes, y, ok: confirmed")) == [
        "ask: reply in `replies`: yes, y -> yes, y, ok"
    ]
    assert told(("no: released", "no: gone")) == ["ask: destination in `replies.no`: released -> gone"]
    swapped = ("yes, y: confirmed\n      no: released", "no: released\n      yes, y: confirmed")
    assert told(swapped) == ["ask: reply in `replies`: the order of its lines changed"]


def test_clocks_and_destinations() -> None:
    assert told(("4 hours", "3 hours")) == ["ask: clock in `after`: 4 hours -> 3 hours"]
    assert told(("      20 hours: gone\n", "")) == ["ask: clock in `after.20 hours` removed: gone"]
    assert told(("tries: 2, then: desk", "tries: 3, then: gone")) == [
        "ask: tries in `otherwise`: 2 -> 3",
        "ask: destination in `otherwise`: desk -> gone",
    ]
    assert told(("start: ask", "start: desk")) == ["flow: destination in `start`: ask -> desk"]
    assert told(("end: gone", "end: no_answer")) == ["gone: end: gone -> no_answer"]


def test_variables() -> None:
    assert told(("{name: text}", "{name: text, floor: integer}"), ("text = Monday", "text = Friday")) == [
        "flow: variable in `needs.floor` added: integer",
        "flow: default in `vars.day`: Monday -> Friday",
    ]


def test_states_come_go_and_are_renamed() -> None:
    more = "  gone: {end: gone}\n  later: {say: Later., end: later}\n"
    assert told(("  gone: {end: gone}\n", more)) == ["later: state added"]
    found = differences(
        flow(OLD), flow(OLD.replace("  ask:", "  coming:").replace("start: ask", "start: coming"))
    )
    assert found == [Difference(Change.RENAMED, "state", "coming", "coming", "ask", "coming")]


def test_a_renamed_state_is_no_change_of_what_leads_there() -> None:
    source = OLD.replace("desk", "front_desk")
    assert renamed(flow(OLD), flow(source)) == {"desk": "front_desk"}
    assert [each.change for each in differences(flow(OLD), flow(source))] == [Change.RENAMED]


def test_a_state_that_is_quite_another_is_no_new_name() -> None:
    source = OLD.replace("  gone: {end: gone}", "  later: {say: We will ask you again., then: desk}").replace(
        "20 hours: gone", "20 hours: later"
    )
    changes = {
        (each.change, each.key) for each in differences(flow(OLD), flow(source)) if each.what == "state"
    }
    assert changes == {(Change.REMOVED, "gone"), (Change.ADDED, "later")}


def test_a_text_that_is_called_like_a_state_stays_a_text() -> None:
    source = OLD.replace("say: See you!", "say: desk")
    new = source.replace("  desk:", "  front:").replace("then: desk", "then: front")
    assert [each.change for each in differences(flow(source), flow(new))] == [Change.RENAMED]
