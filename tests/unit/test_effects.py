"""What a flow does beside texting: it tags, splits, tells the application, and begins other flows."""

from collections import Counter

import pytest

from convo.flow.advance import ERROR_QUEUE
from convo.flow.project import Project, check
from convo.flow.session import Begin, Emit, End, Replied, Say, Tag, Untag
from convo.messages import Contact
from tests.unit.talk import Talk, source

TAGS = source(
    """\
  ask:
    tag: [asked, vip]
    untag: late
    say: "{{ contact.tags | join(' ') }}"
    replies:
      yes: {tag: came, untag: [vip, gone], say: "{{ contact.tags | join(' ') }}", then: bye}
      no: {tag: asked}
    otherwise: {then: bye}
    after: {1 day: bye}
  bye:
    choose:
      "'came' in contact.tags": came
      else: gone
  came: {end: came}
  gone: {end: gone}
"""
)
SPLIT = source(
    "  ask: {split: {short: 30%, long: 69.5%, none: 0.5%}}\n"
    "  short: {say: Short., end: short}\n  long: {say: Long., end: long}\n  none: {end: none}\n"
)
TOLD = source(
    """\
  ask:
    set: {n: n + 1}
    say: Thanks.
    emit: {event: order.ready, with: {count: n, visit: visit, tags: contact.tags}}
    begin: {flow: survey, contact: friend, with: {name: "'Ben'", count: n * 2}}
    then: bye
  bye: {emit: over, begin: sample, end: done}
""",
    "needs: {friend: phone, visit: datetime}\nvars: {n: integer = 1}\n",
)
GIVEN: dict[str, object] = {"friend": "+15550002222", "visit": "2026-12-01 09:30"}


def test_tags_are_there_at_once_and_stay_in_the_session() -> None:
    talk = Talk(TAGS, contact=Contact("+15550001111", tags=("late", "old")))

    assert talk.starts() == ["old asked vip"]
    assert talk.effects[:3] == (Tag("asked"), Tag("vip"), Untag("late"))
    assert talk.feed(Replied("yes")) == ["old asked came"]
    assert talk.effects[:2] == (Tag("came"), Untag("vip"))
    assert talk.session.contact.tags == ("old", "asked", "came")
    assert talk.session.outcome == "came"


def test_a_tag_that_is_there_is_nothing_new() -> None:
    talk = Talk(TAGS)
    talk.starts()

    talk.feed(Replied("no"))
    assert talk.effects == ()
    assert talk.session.state == "ask"


def test_what_fails_tags_nobody() -> None:
    talk = Talk(source('  ask: {tag: vip, say: "{{ 1 // 0 }}", end: done}\n'))
    talk.starts()

    assert (talk.session.queue, talk.session.contact.tags) == (ERROR_QUEUE, ())
    assert not [effect for effect in talk.effects if isinstance(effect, Tag)]


def outcome(flow: str, number: int) -> str | None:
    talk = Talk(flow, contact=Contact(f"+1555{number:07}"))
    talk.starts()
    return talk.session.outcome


def test_contacts_are_divided_as_the_shares_say() -> None:
    found = Counter(outcome(SPLIT, number) for number in range(2000))

    assert 540 < found["short"] < 660
    assert 1330 < found["long"] < 1450
    assert 0 < found["none"] < 30


def test_the_same_contact_always_falls_on_the_same_side() -> None:
    # Fixed for ever: a conversation that comes back next year must not change sides.
    assert [outcome(SPLIT, number) for number in range(12)] == [
        outcome(SPLIT, number) for number in range(12)
    ]
    assert [Talk(SPLIT).session.contact.number] == ["+15550001111"]
    shares = SPLIT.replace("30%, long: 69.5%, none: 0.5%", "3, long: 4, none: 3")
    kept = [number for number in range(300) if outcome(SPLIT, number) == "short"]
    assert {outcome(shares, number) for number in kept} == {"short"}  # its share has stayed the same


def test_two_splits_do_not_divide_alike() -> None:
    other = SPLIT.replace("flow: sample", "flow: sample")
    renamed = SPLIT.replace("  ask: {split", "  first: {split").replace("start: ask", "start: first")

    assert [outcome(SPLIT, n) for n in range(99)] == [outcome(other, n) for n in range(99)]
    assert [outcome(SPLIT, n) for n in range(99)] != [outcome(renamed, n) for n in range(99)]


def test_a_split_leads_on_after_what_was_saved() -> None:
    talk = Talk(
        source(
            "  ask: {say: How many?, save: {n: integer}, otherwise: {then: a}, after: {1 day: a},"
            " split: {a: 1, b: 1}}\n  a: {end: '{{ n }}'}\n  b: {end: b}\n".replace("'{{ n }}'", "a")
        )
    )
    talk.starts()
    talk.feed(Replied("5"))

    assert talk.session.outcome in ("a", "b")
    assert talk.session.vars["n"] == 5


def test_events_and_flows_to_begin_are_told_in_order_with_what_they_take() -> None:
    talk = Talk(TOLD, GIVEN)
    talk.starts()

    kinds = [type(effect) for effect in talk.effects]
    assert kinds == [Say, Emit, Begin, Emit, Begin, End]
    _, emitted, begun, over, own, _ = talk.effects
    visit = talk.session.vars["visit"]
    assert emitted == Emit("order.ready", {"count": 2, "visit": visit, "tags": ()})
    assert begun == Begin("survey", "+15550002222", {"name": "Ben", "count": 4})
    assert (over, own) == (Emit("over"), Begin("sample"))


@pytest.mark.parametrize("broken", ["n // 0", "visits"])
def test_an_event_that_cannot_be_worked_out_is_not_told(broken: str) -> None:
    talk = Talk(TOLD.replace("{count: n, visit", f"{{count: {broken}, visit"), GIVEN)

    assert talk.starts() == []
    assert talk.session.queue == ERROR_QUEUE


def test_whom_to_begin_with_is_a_number() -> None:
    talk = Talk(TOLD.replace("contact: friend", "contact: n"), GIVEN)
    talk.starts()

    assert "no phone number" in str(talk.trouble)


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [
        ("split: {bye: 50%, other: 40%}", "C003", "these shares come to 90%"),
        ("split: {bye: 50%, other: 1}", "C003", "some shares are percentages"),
        ("split: {bye: half, other: half}", "C003", "'half' is not a share"),
        ("split: {bye: 0, other: 1}", "C003", "a share of nothing"),
        ("split: {bye: 100%}", "C003", "there is nothing to split"),
        ("split: {bye: 1, othr: 1}", "C011", "there is no state 'othr'"),
        ("split: {bye: 1, other: 1}, then: bye", "C016", "two keys that lead on"),
        ("split: {bye: 1, other: 1}, choose: {a: bye, else: bye}", "C016", "two keys that lead on"),
        ("split: {bye: 1, ask: 1}", "C014", "this goes round without waiting"),
        ("split: {ask: 1, again: 1}", "C014", "this goes round without waiting"),
        ("tag: a b, then: bye", "C003", "'a b' is not a tag"),
        ("tag: [], then: bye", "C003", "nothing stands in here"),
        ("tag: {a: b}, then: bye", "C003", "this must be"),
        ("emit: Order Ready, then: bye", "C003", "'Order Ready' is not the name of an event"),
        ("emit: consent.stopped, then: bye", "C003", "events of convo's own begin with 'consent'"),
        ("emit: {evnt: x}, then: bye", "C001", "unknown key 'evnt'"),
        ("emit: {event: x, with: {a: b}}, then: bye", "C030", "there is no variable 'b'"),
        ("emit: {event: x, with: {a: 1 +}}, then: bye", "C005", "this expression cannot be read"),
        ("begin: nobody, then: bye", "C053", "there is no flow 'nobody'"),
        ("begin: {flow: sample, with: {a: 1}}, then: bye", "C053", "sample has no variable 'a'"),
        ("begin: {flow: sample, contact: ana}, then: bye", "C030", "there is no variable 'ana'"),
        ("begin: {contact: number}, then: bye", "C002", "the key 'flow' is missing"),
        ("begin: {flow: sample, when: now}, then: bye", "C001", "unknown key 'when'"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(state: str, code: str, said: str) -> None:
    flow = source(f"  ask: {{{state}}}\n  bye: {{end: done}}\n  other: {{end: other}}\n")
    found = check(Project({"sample.yaml": flow.encode()}))
    errors = [one for one in found if one.severity == "error"]

    assert [one.line for one in errors if one.code == code and said in one.message] == [4], found


def test_a_flow_to_begin_is_given_what_it_needs() -> None:
    head = b"flow: other\nstart: a\nneeds: {name: text, day: date}\n"
    other = head + b"states:\n  a: {say: '{{name}} {{day}}', end: x}\n"
    flow = source("  ask: {begin: {flow: other, with: {name: \"'Ana'\"}}, end: done}\n").encode()
    (problem,) = [p for p in check(Project({"sample.yaml": flow, "other.yaml": other})) if p.code == "C053"]

    assert problem.message == "other needs day, which nobody gives it here"
