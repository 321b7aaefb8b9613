"""Starting a conversation: once per key, never over a STOP or another conversation, and with all it needs."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from convo.errors import StartError
from convo.flow.session import Phase
from convo.runtime.starting import Start
from convo.settings import Number
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, OURS, VISIT, House

NAME = {"name": "Ana"}


def refused(house: House, wanted: Start) -> StartError:
    with pytest.raises(StartError) as error:
        house.begin(wanted)
    return error.value


def test_a_started_conversation_says_its_first_text(house: House) -> None:
    stored, new = house.begin(Start("invite", ANA, OURS, NAME))

    assert new
    assert stored.state == "ask"
    assert house.leaves() == ["Hi Ana, Monday?"]


def test_a_number_is_taken_as_people_type_it(house: House) -> None:
    stored, _ = house.begin(Start("invite", "+1 (555) 000-1111", OURS, NAME))

    assert stored.contact == ANA


def test_the_same_key_starts_nothing_twice(house: House) -> None:
    first, new = house.begin(Start("invite", ANA, OURS, NAME, key="order-7"))
    again, new_again = house.begin(Start("invite", ANA, OURS, NAME, key="order-7"))

    assert (new, new_again) == (True, False)
    assert again.id == first.id
    assert house.said() == ["Hi Ana, Monday?"]


def test_the_same_key_is_known_after_the_conversation_ended_and_the_contact_stopped(house: House) -> None:
    first, _ = house.begin(Start("invite", ANA, OURS, NAME, key="order-7"))
    house.take(house.text("stop"))
    again, new = house.begin(Start("invite", ANA, OURS, NAME, key="order-7"))

    assert (again.id, new) == (first.id, False)


def test_a_key_of_another_conversation_is_refused(house: House) -> None:
    house.begin(Start("invite", ANA, OURS, NAME, key="order-7"))

    assert refused(house, Start("invite", BEN, OURS, NAME, key="order-7")).code == "key_reused"
    assert refused(house, Start("visit", ANA, OURS, key="order-7")).code == "key_reused"


@pytest.mark.parametrize(
    ("given", "timezone"),
    [({"name": "Zoe"}, None), ({**NAME, "day": "Friday"}, None), ({}, None), (NAME, "Asia/Tokyo")],
)
def test_a_key_of_what_began_with_other_things_is_refused(
    house: House, given: dict[str, object], timezone: str | None
) -> None:
    house.begin(Start("invite", ANA, OURS, NAME, key="order-7"))
    wanted = Start("invite", ANA, OURS, given, key="order-7", timezone=timezone)
    assert refused(house, wanted).code == "key_reused"


def test_a_key_is_known_whatever_became_of_what_it_began_with(build: Build) -> None:
    """Its variables were set since, it waited, its contact moved, and what it began with is forgotten."""
    flow = """\
flow: book
start: ask
needs: {visit: datetime}
vars: {note: text = none}
states:
  ask:
    say: Anything to note?
    save: {note: text}
    then: asked
  asked: {say: Noted., end: done}
"""
    house = build(flows={"book": flow, "visit": VISIT})
    house.begin(Start("visit", ANA, OURS))
    visit = {"visit": "2026-12-24 09:00"}
    wanted = Start("book", ANA, OURS, visit, key="b", timezone="Asia/Tokyo")
    first, _ = house.begin(wanted)
    assert (first.status, house.begin(wanted)[1]) == (Phase.WAITING, False)
    house.take(house.text("yes"), house.text("a dog"))
    assert house.conversation().vars["note"] == "a dog"
    house.do(lambda c: c.execute(text("UPDATE contact SET timezone = 'Europe/London'")))
    for same in (wanted, replace(wanted, timezone=None), replace(wanted, vars={**visit, "note": "none"})):
        assert house.begin(same)[0].id == first.id
    assert refused(house, replace(wanted, vars={"visit": "2026-12-24 10:00"})).code == "key_reused"
    house.do(lambda c: c.execute(text("DELETE FROM event")))
    assert house.begin(wanted)[0].id == first.id


def test_nothing_starts_with_someone_who_has_stopped(house: House) -> None:
    house.take(house.text("stop"))
    error = refused(house, Start("invite", ANA, OURS, NAME))

    assert error.code == "opted_out"
    assert ANA in str(error)
    assert house.conversations(ANA) == []


def test_one_conversation_is_live_at_a_time(house: House) -> None:
    """The next one waits, and is the same to who asks for it again."""
    first, _ = house.begin(Start("invite", ANA, OURS, NAME))
    second, new = house.begin(Start("visit", ANA, OURS, key="order-8"))
    assert (first.status, second.status, new) == (Phase.LIVE, Phase.WAITING, True)
    assert house.said() == ["Hi Ana, Monday?"]
    again, new = house.begin(Start("visit", ANA, OURS, key="order-8"))
    assert (again.id, new) == (second.id, False)

    house.take(house.text("yes"))
    assert [one.status for one in house.conversations(ANA)] == [Phase.ENDED, Phase.LIVE]
    assert house.said() == ["Hi Ana, Monday?", "Can you come?"]


def test_what_waits_is_checked_when_it_is_asked_for(house: House) -> None:
    house.begin(Start("visit", ANA, OURS))

    assert refused(house, Start("invite", ANA, OURS)).code == "missing_variable"
    assert len(house.conversations(ANA)) == 1


def test_conversations_with_two_numbers_do_not_wait_for_each_other(build: Build) -> None:
    house = build(numbers={OURS: Number(), "+15550008888": Number()})
    house.begin(Start("invite", ANA, OURS, NAME))
    stored, _ = house.begin(Start("visit", ANA, "+15550008888"))

    assert stored.status == Phase.LIVE


@pytest.mark.parametrize(
    ("given", "code", "names"),
    [
        ({}, "missing_variable", "needs 'name'"),
        ({"name": "Ana", "nmae": "x"}, "unknown_variable", "it takes name, day"),
        ({"name": ""}, "wrong_variable", "'name'"),
        ({"name": "x" * 1001}, "wrong_variable", "1 to 1000 characters"),
    ],
)
def test_variables_are_checked_and_named(house: House, given: dict[str, str], code: str, names: str) -> None:
    error = refused(house, Start("invite", ANA, OURS, given))

    assert error.code == code
    assert names in str(error)


def test_nulls_and_halves_of_emoji_in_a_variable_reach_nobody(house: House) -> None:
    house.begin(Start("invite", ANA, OURS, {"name": "A\x00na\ud83d"}))

    assert house.leaves() == ["Hi A\ufffdna\ufffd, Monday?"]


def test_a_key_with_a_null_in_it_is_a_key_as_well(house: House) -> None:
    first, _ = house.begin(Start("invite", ANA, OURS, NAME, key="order\x007"))
    again, new = house.begin(Start("invite", ANA, OURS, NAME, key="order\x007"))

    assert (again.id, new) == (first.id, False)


@pytest.mark.parametrize("contact", ["", "12", "Ana", "+1", "5550001111"])
def test_what_is_no_number_is_refused_with_what_to_write(house: House, contact: str) -> None:
    error = refused(house, Start("invite", contact, OURS, NAME))

    assert error.code == "bad_contact"
    assert "+15550001111" in str(error)


def test_a_flow_that_is_not_there_is_refused_with_those_that_are(house: House) -> None:
    error = refused(house, Start("invites", ANA, OURS))

    assert error.code == "unknown_flow"
    assert "there is invite, visit" in str(error)


def test_which_of_several_numbers_must_be_said_and_be_ours(build: Build) -> None:
    house = build(numbers={OURS: Number(), "+15550008888": Number()})

    assert refused(house, Start("invite", ANA, None, NAME)).code == "no_number"
    assert refused(house, Start("invite", ANA, "+15550007777", NAME)).code == "unknown_number"
    stored, _ = house.begin(Start("invite", ANA, "15550008888", NAME))
    assert stored.number == "+15550008888"


def test_a_first_text_that_fails_calls_a_person_and_says_nothing(build: Build) -> None:
    broken = (
        "flow: invite\nstart: ask\nneeds: {name: text}\nstates:\n"
        '  ask: {say: "{{ name.foo.bar }}", then: bye}\n  bye: {say: Bye, end: done}\n'
    )
    house = build(flows={"invite": broken})
    stored, _ = house.begin(Start("invite", ANA, OURS, NAME))

    assert (stored.status, stored.queue) == ("handed_off", "errors")
    assert "name.foo.bar" in str(stored.trouble)
    assert house.outgoing() == []
