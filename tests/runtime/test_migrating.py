"""Conversations moved to another version of their flow: all or none, with their clocks, without a word."""

import re
from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from convo.errors import SettingsError
from convo.flow import project
from convo.flow.compile import Bundle
from convo.flow.session import Phase
from convo.runtime import inbox, library, migrating, replaying, versions
from convo.runtime.migrating import Migration, MigrationError, Move
from convo.runtime.replaying import Result
from convo.runtime.sessions import decode
from convo.runtime.starting import Start, start
from convo.store import contacts, events
from convo.store import versions as stored_versions
from convo.store.versions import Kept
from tests.runtime.conftest import Build
from tests.runtime.flows import CODE, LINE, SURVEY
from tests.runtime.house import ANA, BEN, CAT, INVITE, NOW, OURS, VISIT, House

# `ask` is called `coming`, its nudge comes an hour earlier, and it has another text.
LATER = (
    VISIT.replace("start: ask", "start: coming")
    .replace("  ask:", "  coming:")
    .replace("4 hours", "3 hours")
    .replace("YES or NO?", "Yes or no?")
)

PASS = """\
flow: pass
start: first
purpose: verification
triggers: {keyword: [pass]}
states:
  first:
    say: Code {{ code }}
    verify: {outcomes: {approved: second, else: out}}
    replies: {again: again}
  second:
    say: Another {{ code }}
    verify: {outcomes: {approved: in, else: out}}
  in: {end: in}
  out: {end: out}
"""


@pytest.fixture
def house(build: Build) -> House:
    return build(flows={**LINE, "invite": INVITE})


def keep(house: House, source: str, name: str = "visit") -> Bundle:
    """A version that is stored, as `convo flows migrate` stores the one that it moves to."""
    text = source.encode()
    bundle = project.load(f"{name}.yaml", text)
    house.do(lambda c: library.keep(c, bundle, NOW))
    return bundle


def plan(house: House, wanted: Migration) -> list[Move]:
    return house.do(lambda c: migrating.plan(c, house.library, wanted, house.clock()))


def move(house: House, wanted: Migration) -> list[Move]:
    return house.do(lambda c: migrating.migrate(c, house.library, wanted, house.clock()))


def refused(house: House, wanted: Migration) -> list[str]:
    """Why nobody can go; nothing has changed then, and a dry run says the same."""
    before = house.rows("SELECT id, version, state, vars FROM conversation ORDER BY id")
    count = house.rows("SELECT count(*) FROM event")
    with pytest.raises(MigrationError) as error:
        move(house, wanted)
    assert house.rows("SELECT id, version, state, vars FROM conversation ORDER BY id") == before
    assert house.rows("SELECT count(*) FROM event") == count
    found = [why for one in error.value.moves for why in one.obstacles]
    assert [why for one in plan(house, wanted) for why in one.obstacles] == found
    return found


def take(house: House, *words: str, contact: str = ANA) -> None:
    for word in words:
        house.take(house.text(word, contact))
        house.leaves()


def test_the_visit_goes_on_with_the_clocks_of_the_new_state(house: House) -> None:
    take(house, "visit", "hm")
    house.later(hours=2)
    before = house.conversation()
    wanted = Migration(keep(house, LATER), states={"ask": "coming"})
    (told,) = plan(house, wanted)

    assert house.conversation() == before
    assert dict(told.clocks)["after 3 hours"] == NOW + timedelta(hours=3)
    assert dict(told.clocks_before or ())["after 4 hours"] == NOW + timedelta(hours=4)
    (moved,) = move(house, wanted)
    after = house.conversation()
    assert moved.after == after._replace(progress=moved.after.progress)
    assert (after.version, after.state, after.visit) == (wanted.target.version, "coming", before.visit)
    assert after.progress["tries"] == 1
    assert house.leaves() == []  # nobody is told

    house.later(minutes=59)
    assert house.wake() == 0
    house.later(minutes=1)
    assert house.wake() == 1
    assert house.leaves() == ["Still there?"]
    take(house, "hm")
    assert house.said()[-1] == "Yes or no?"


def test_a_clock_that_is_past_is_told_and_goes_off_at_once(house: House) -> None:
    take(house, "visit")
    house.later(hours=3, minutes=30)
    wanted = Migration(keep(house, LATER), states={"ask": "coming"})

    assert plan(house, wanted)[0].notes == ("its clock `after 3 hours` is past, and goes off at once",)
    move(house, wanted)
    house.wake()
    assert house.leaves() == ["Still there?"]


def test_a_clock_that_went_off_does_not_go_off_again(house: House) -> None:
    take(house, "visit")
    house.later(hours=4)
    house.wake()
    house.leaves()
    move(house, Migration(keep(house, VISIT.replace("Can you come?", "Coming?"))))
    house.wake()

    assert house.leaves() == []


def test_clocks_that_wait_for_a_text_on_its_way_begin_when_it_is_accepted(house: House) -> None:
    house.take(house.text("visit"))
    move(house, Migration(keep(house, LATER), states={"ask": "coming"}))
    assert house.conversation().clock_from is None
    house.later(minutes=5)
    assert house.leaves() == ["Can you come?"]

    assert house.conversation().clock_from == NOW + timedelta(minutes=5)
    assert house.conversation().wake_at == NOW + timedelta(hours=3, minutes=5)


def test_everyone_goes_whatever_they_wait_for(house: House) -> None:
    """Live, with a person, suspended, and in line behind another."""
    take(house, "survey")
    take(house, "survey", "person", contact=BEN)
    take(house, "survey", "code", contact=CAT)
    take(house, "visit", contact="+15550004444")
    take(house, "survey", contact="+15550004444")
    new = keep(house, SURVEY.replace("GOOD?", "Good?"), "survey")
    phases = {move.before.status for move in move(house, Migration(new))}

    assert phases == {Phase.LIVE, Phase.HANDED_OFF, Phase.SUSPENDED, Phase.WAITING}
    assert [one.status for one in house.conversations(BEN)] == [Phase.HANDED_OFF]
    take(house, "hm")
    assert house.said()[-1] == "Good?"
    number = house.conversation(BEN).id
    house.do(lambda c: inbox.hand_back(house.line(c), inbox.HandBack(number)))
    assert house.leaves() == ["Noted."]
    take(house, "ok", "hm", contact=CAT)
    assert house.said(CAT)[-1] == "Good?"
    take(house, "yes", "hm", contact="+15550004444")
    assert house.said("+15550004444")[-1] == "Good?"


def test_one_that_cannot_go_keeps_everyone(house: House) -> None:
    take(house, "visit")
    take(house, "visit", "person", contact=BEN)

    (why,) = refused(house, Migration(keep(house, LATER)))
    assert why.startswith("the other version has no state 'ask'; say where it goes, with --map ask=STATE")
    (why,) = refused(house, Migration(keep(house, LATER), states={"ask": "confirmed"}))
    assert why == "'confirmed' waits for nothing, so nothing would lead on; map 'ask' elsewhere"
    (why,) = refused(house, Migration(keep(house, LATER), states={"ask": "desk"}))
    assert why == "in 'desk' a person answers, and a migration calls nobody; map 'ask' elsewhere"


def test_a_variable_that_is_missing_or_of_another_type(house: House) -> None:
    house.begin(Start("invite", ANA, OURS, {"name": "Ana"}))
    house.leaves()
    more = INVITE.replace("{name: text}", "{name: integer, floor: integer}").replace(
        "Hi {{ name }}", "Hi {{ name }} {{ floor }}"
    )
    new = keep(house, more, "invite")

    wrong = refused(house, Migration(new))
    assert wrong == [
        "'name' is not of the type integer: give a whole number, like 12; give one with --set name=VALUE",
        "it has no 'floor', of the type integer; give it with --set floor=VALUE",
    ]
    move(house, Migration(new, given={"name": "7", "floor": "2"}))
    assert house.conversation().vars == {"name": 7, "day": "Monday", "floor": 2}


def test_what_a_conversation_has_is_not_set_anew_and_defaults_fill_in(house: House) -> None:
    house.begin(Start("invite", ANA, OURS, {"name": "Ana", "day": "Sunday"}))
    house.leaves()
    more = INVITE.replace("{day: text = Monday}", "{day: text = Friday, room: integer = 4}").replace(
        "{{ day }}", "{{ day }} {{ room }}"
    )
    move(house, Migration(keep(house, more, "invite"), given={"name": "Eve"}))

    assert house.conversation().vars == {"name": "Ana", "day": "Sunday", "room": 4}


def test_a_variable_that_only_a_state_behind_would_have_set_is_told(house: House) -> None:
    take(house, "visit")
    named = VISIT.replace("start: ask", "start: who").replace(
        "  ask:", "  who: {say: Your name?, save: {name: text}, then: ask, after: {1 day: no_answer}}\n  ask:"
    ).replace("See you!", "See you {{ name }}!")  # fmt: skip
    (told,) = plan(house, Migration(keep(house, named)))

    assert told.notes == ("it has no 'name' yet, which a text or an expression ahead uses",)


def test_only_those_of_one_version_and_nobody_who_is_there_already(house: House) -> None:
    take(house, "visit")
    first = house.conversation().version
    second = keep(house, VISIT.replace("Still there?", "Hello?"))
    move(house, Migration(second))
    take(house, "visit", contact=BEN)
    third = keep(house, VISIT.replace("Still there?", "Hm?"))

    assert plan(house, Migration(second, source=second.version)) == []
    assert [one.before.contact for one in plan(house, Migration(third, source=first))] == [BEN]
    assert [one.before.contact for one in plan(house, Migration(third))] == [ANA, BEN]


def test_names_that_the_other_version_does_not_have_are_refused_at_once(house: House) -> None:
    with pytest.raises(SettingsError, match=r"--map: there is no state 'comming'\. Did you mean 'coming'"):
        plan(house, Migration(keep(house, LATER), states={"ask": "comming"}))
    with pytest.raises(SettingsError, match=r"--set: the flow has no variable 'nmae'\. Did you mean 'name'"):
        plan(house, Migration(keep(house, INVITE, "invite"), given={"nmae": "Ana"}))


def test_a_version_that_does_not_run_any_more_is_left(house: House) -> None:
    take(house, "visit")
    broken = VISIT.replace("start: ask", "start: aks").encode()
    house.rows("UPDATE conversation SET version = 'f00d' RETURNING id")
    kept = Kept("f00d", "visit", "visit.yaml", broken, NOW)
    house.do(lambda c: stored_versions.save(c, kept))
    found = house.do(lambda c: versions.broken(c, house.library))

    assert [(one.flow, one.version, one.open) for one in found] == [("visit", "f00d", 1)]
    assert "convo flows migrate visit --from f00d" in versions.told(found[0])
    (moved,) = move(house, Migration(keep(house, VISIT), source="f00d"))
    assert moved.clocks_before is None
    assert house.do(lambda c: versions.broken(c, house.library)) == []
    take(house, "hm")
    assert house.said()[-1] == "YES or NO?"


def test_a_migration_is_on_record_and_is_played_again(house: House) -> None:
    take(house, "visit", "hm")
    house.later(minutes=5)
    move(house, Migration(keep(house, LATER), states={"ask": "coming"}))
    house.later(minutes=5)
    take(house, "hm", "yes")
    stored = house.conversation()

    kinds = [each.kind for each in house.do(lambda c: events.of_conversation(c, stored.id))]
    assert kinds == ["Replied", "Started", "Replied", "Migrated", "Replied", "Replied"]
    again = house.do(lambda c: replaying.replay(c, house.library, stored))
    assert (again.result, again.session) == (Result.SAME, decode(stored))
    assert [row.would for row in again.rows if row.would][1:3] == [("YES or NO?",), ("Yes or no?",)]


def test_many_go_in_one_transaction(house: House) -> None:
    for place in range(300):
        house.take(house.text("visit", f"+1555001{place:04}"))
    moves = move(house, Migration(keep(house, LATER), states={"ask": "coming"}))

    assert len(moves) == 300
    assert house.rows("SELECT DISTINCT state FROM conversation") == [("coming",)]
    assert house.rows("SELECT count(*) FROM event WHERE kind = 'Migrated'") == [(300,)]


def test_the_code_that_came_in_between_is_none_of_the_flow_that_moves(house: House) -> None:
    take(house, "survey", "code")
    new = keep(house, CODE.replace("Signed in.", "Welcome."), "code")
    move(house, Migration(new))

    survey, code = house.conversations(ANA)
    assert survey.version == house.flow("survey").version
    assert code.version == new.version


def test_a_code_goes_with_its_state(build: Build) -> None:
    """Here two states change their names with each other."""
    house = build(flows={"pass": PASS})
    take(house, "pass")
    assert house.conversation().state == "first"
    house.take(house.text("again"))
    (said,) = house.leaves()
    swapped = PASS.replace("first", "x").replace("second", "first").replace("x", "second")
    move(house, Migration(keep(house, swapped, "pass"), states={"first": "second", "second": "first"}))

    take(house, said.split()[-1])
    assert house.conversation().state == "first"  # which asks for the second code now


def test_a_state_that_wants_longer_codes_says_a_new_one(build: Build) -> None:
    house = build(flows={"pass": PASS})
    take(house, "pass")
    longer = PASS.replace("verify: {outcomes", "verify: {digits: 8, outcomes")
    move(house, Migration(keep(house, longer, "pass")))
    house.later(seconds=1)
    house.take(house.text("again"))
    (said,) = house.leaves()

    assert len(said.split()[-1]) == 8
    take(house, said.split()[-1])
    assert house.conversation().state == "second"


@pytest.mark.parametrize(("digits", "longer"), [(6, 8), (8, 6)])
def test_whatever_such_a_state_says_has_the_new_code(build: Build, digits: int, longer: int) -> None:
    asks = "verify: {digits: %d, outcomes: {approved: second, else: out}}"
    otherwise = "    otherwise: {say: 'No. It is {{ code }}', tries: 3, then: out}"
    flow = PASS.replace("verify: {outcomes: {approved: second, else: out}}", f"{asks}\n{otherwise}", 1)
    house = build(flows={"pass": flow % digits})
    take(house, "pass")
    move(house, Migration(keep(house, flow % longer, "pass")))
    house.later(seconds=1)
    house.take(house.text("what?"))
    (said,) = house.leaves()

    assert re.fullmatch(rf"No. It is [0-9]{{{longer}}}", said)
    take(house, said.split()[-1])
    assert house.conversation().state == "second"


def test_a_date_does_not_become_a_text_by_itself(house: House) -> None:
    dated = INVITE.replace("name: text", "name: date").replace("{{ name }}", "{{ name | day }}")
    first = keep(house, dated, "invite")
    house.begin(Start("invite", ANA, OURS, {"name": "Ana"}))
    move(house, Migration(first, given={"name": "2026-12-01"}))

    (why,) = refused(house, Migration(keep(house, INVITE, "invite")))
    assert why == "'name' is not of the type text: it is '2026-12-01'; give one with --set name=VALUE"


def test_who_came_in_while_the_others_were_locked_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(house, "visit")
    lock = contacts.lock_ids

    def late(connection: Connection, ids: Iterable[int]) -> dict[int, contacts.Known]:
        locked = lock(connection, ids)
        start(connection, house.settings, house.library, Start("visit", BEN, OURS), NOW)
        return locked

    monkeypatch.setattr(contacts, "lock_ids", late)
    moves = move(house, Migration(keep(house, LATER), states={"ask": "coming"}))

    assert [one.before.contact for one in moves] == [ANA]
    assert (house.conversation().state, house.conversation(BEN).state) == ("coming", "ask")


def test_back_leads_to_the_state_under_its_new_name(build: Build) -> None:
    source = """\
flow: trip
start: first
triggers: {keyword: [trip]}
states:
  first: {say: One?, replies: {next: second}, otherwise: {say: NEXT?}, after: {1 day: over}}
  second: {say: Two?, replies: {undo: back, done: over}, otherwise: {say: UNDO?}, after: {1 day: over}}
  over: {end: over}
"""
    house = build(flows={"trip": source})
    take(house, "trip", "next")
    assert house.conversation().progress["trail"] == ["first"]
    new = source.replace("first", "begin").replace("One?", "One again?")
    move(house, Migration(keep(house, new, "trip"), states={"first": "begin"}))
    take(house, "undo")

    assert house.said()[-1] == "One again?"
    stored = house.conversation()
    again = house.do(lambda c: replaying.replay(c, house.library, stored))
    assert (again.result, again.session) == (Result.SAME, decode(stored))
