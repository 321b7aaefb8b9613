"""A conversation played once more: through its own version as it was, through another maybe otherwise."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convo.errors import ConvoError
from convo.flow import project, session
from convo.flow.session import Phase
from convo.messages import Contact, Reason, Trouble
from convo.runtime import inbox, records, replaying
from convo.runtime.library import Library
from convo.runtime.replaying import Replay, Result
from convo.runtime.sessions import decode
from convo.runtime.starting import Start
from convo.settings import DEFAULT_NUMBER
from convo.store.conversations import Stored
from convo.store.events import Happened
from convo.testing.world import Handset, World
from tests.runtime.conftest import Build
from tests.runtime.flows import FALLING, LASTING, LINE
from tests.runtime.house import ANA, OURS, VISIT, House

SHIPPED = Path(__file__).parents[2] / "flows"


@pytest.fixture
def line(build: Build) -> House:
    return build(flows={**LINE, "lasting": LASTING, "falling": FALLING})


def replayed(world: World, stored: Stored, source: str | None = None) -> Replay:
    flows = project.load(f"{stored.flow}.yaml", source.encode()) if source else None
    return world.do(lambda c: replaying.replay(c, world.library, stored, flows))


def exactly(world: World, contact: str = ANA) -> None:
    """Every conversation of a contact, played once more, gives its texts and its session."""
    found = world.conversations(contact)
    assert found
    for stored in found:
        again = replayed(world, stored)
        assert (again.result, again.why) == (Result.SAME, "")
        assert again.session == decode(stored)
        texts = [m.text for m in world.history(contact) if m.conversation == stored.id and m.state]
        assert [said for row in again.rows for said in row.would if not said.startswith("(")] == texts


def take(house: House, *words: str) -> None:
    for word in words:
        house.take(house.text(word))
        house.leaves()
        house.later(minutes=1)


# Through its own version.


def test_clocks_and_when_their_texts_were_accepted(line: House) -> None:
    take(line, "visit")
    line.later(hours=4)
    line.wake()
    line.later(minutes=3)
    line.leaves()
    take(line, "hm")
    exactly(line)
    line.later(days=1)
    line.wake()
    line.leaves()

    assert line.conversation().outcome == "no_answer"
    exactly(line)


def test_a_text_that_could_not_be_delivered(line: House) -> None:
    line.take(line.text("falling"))
    line.later(minutes=1)
    line.fails(Trouble.PERMANENT, Reason.UNREACHABLE)
    take(line, "hm")

    assert line.conversation().state == "second"
    exactly(line)


def test_people_who_answer_and_hand_back(line: House) -> None:
    take(line, "visit", "person", "are you there?")
    number = line.conversation().id
    line.do(lambda c: inbox.reply(line.line(c), inbox.Reply(number, "I am.")))
    line.leaves()
    line.later(hours=1)
    take(line, "fine")
    assert decode(line.conversation()).last_text_at == line.clock() - timedelta(minutes=1)
    exactly(line)
    assert "person: I am." in [row.what for row in replayed(line, line.conversation()).rows]
    line.do(lambda c: inbox.hand_back(line.line(c), inbox.HandBack(number, "ask")))
    exactly(line)


def test_one_that_was_suspended_and_is_again(line: House) -> None:
    take(line, "survey", "hm", "code")
    exactly(line)
    line.later(minutes=5)
    take(line, "ok", "hm", "code")
    exactly(line)


def test_what_waits_and_what_waited_in_vain(line: House) -> None:
    take(line, "visit", "survey")
    line.begin(Start("deaf", ANA, OURS))
    exactly(line)
    take(line, "stop")
    exactly(line)


def test_what_came_afterwards_with_a_picture(line: House) -> None:
    take(line, "lasting", "Ana", "hello", "hm")
    Handset(line, ANA, OURS).text("", media=("image/jpeg",))

    assert [one.flow for one in line.conversations(ANA)] == ["lasting", "lasting"]
    exactly(line)


def test_a_kind_of_event_that_is_not_known_says_so(line: House) -> None:
    take(line, "visit")
    stored = line.conversation()
    line.rows("UPDATE event SET kind = 'Sang' RETURNING id")

    assert "how it began is not on record" in replayed(line, stored).why
    with pytest.raises(ConvoError, match="'Sang'"):
        records.read(Happened(1, stored.started_at, "Sang"))


def test_what_happened_may_be_forgotten_before_what_was_said(line: House) -> None:
    take(line, "visit", "yes")
    line.rows("DELETE FROM event RETURNING id")
    line.rows("DELETE FROM message WHERE direction = 'in' RETURNING id")

    assert replayed(line, line.conversation()).why == "how it began is not on record"


def test_every_kind_of_event_can_be_read() -> None:
    data = {
        "Undelivered": "1",
        "Resumed": "2.5",
        "HandedBack": '{"state": null, "vars": {}}',
        "Checked": "approved",
        "Called": '{"visit": 1, "result": {"slots": ["Tuesday"]}}',
    }
    for kind in get_args(session.Event):
        happened = Happened(1, datetime(2026, 1, 1, tzinfo=UTC), kind.__name__, data.get(kind.__name__))
        assert type(records.read(happened)) is kind


# Through another.


def test_a_changed_text_is_the_first_difference_and_the_last_row(line: House) -> None:
    take(line, "visit", "hm", "yes")
    again = replayed(line, line.conversation(), VISIT.replace("YES or NO?", "Yes or no?"))

    assert again.result is Result.DIFFERENT
    assert [row.what for row in again.rows if row.what] == ["them: visit", "them: hm"]
    assert (again.rows[-1].was, again.rows[-1].would) == (("YES or NO?",), ("Yes or no?",))


def test_a_change_that_the_conversation_did_not_meet_is_none(line: House) -> None:
    take(line, "visit", "hm", "yes")
    changed = VISIT.replace("Another time, then.", "Goodbye.").replace("20 hours", "30 hours")

    assert replayed(line, line.conversation(), changed).result is Result.SAME


def test_a_clock_that_goes_off_earlier_goes_off_in_between(line: House) -> None:
    take(line, "visit")
    line.later(hours=3)
    take(line, "yes")
    again = replayed(line, line.conversation(), VISIT.replace("4 hours", "2 hours"))

    assert again.result is Result.DIFFERENT
    last = again.rows[-1]
    assert (last.what, last.was, last.would) == ("after 2 hours", (), ("Still there?",))
    assert last.at == line.conversation().started_at + timedelta(hours=2)
    assert replayed(line, line.conversation(), VISIT.replace("4 hours", "5 hours")).result is Result.SAME


def test_another_end_is_a_difference(line: House) -> None:
    take(line, "visit", "yes")
    again = replayed(line, line.conversation(), VISIT.replace("end: confirmed", "end: agreed"))

    assert again.rows[-1].was == ("See you!", "(ends: confirmed)")
    assert again.rows[-1].would == ("See you!", "(ends: agreed)")


def test_what_the_other_version_needs_and_was_never_given_is_told(line: House) -> None:
    take(line, "visit", "yes")
    again = replayed(
        line,
        line.conversation(),
        VISIT.replace("start: ask", "start: ask\nneeds: {day: date}")
        .replace("Can you come?", "'On {{ day | day }}?'")
        .replace("triggers: {keyword: [visit]}\n", ""),
    )

    assert again.result is Result.UNPLAYABLE
    assert "needs 'day'" in again.why


def test_what_it_was_given_is_given_again_and_defaults_are_the_other_versions(house: House) -> None:
    house.begin(Start("invite", ANA, OURS, {"name": "Ana"}))
    house.leaves()
    exactly(house)
    stored = house.conversation()
    source = (Path(house.settings.flows) / "invite.yaml").read_text()
    again = replayed(house, stored, source.replace("Monday", "Friday"))

    assert again.rows[-1].was == ("Hi Ana, Monday?",)
    assert again.rows[-1].would == ("Hi Ana, Friday?",)


# Random talks in the flows that are shipped.

WORDS = (
    "yes", "no", "Y", "move", "tue 3pm", "tomorrow 9:30", "5", "hours", "person", "agent", "ok", "thanks",
    "stop", "start", "help", "asdf", "👍", "Liked “yes”", "billing", "1", "123456", "A-1234", "order",
    "support", "hello",
)  # fmt: skip
DEEDS = st.one_of(
    st.sampled_from(WORDS).map(lambda word: ("text", word)),
    st.sampled_from(WORDS).map(lambda word: ("text", word)),
    st.sampled_from((1, 30, 250, 1300, 11000)).map(lambda minutes: ("wait", minutes)),
    st.sampled_from(("fail", "back", "person", "close", "remind", "code")).map(lambda deed: (deed, "")),
)


@settings(max_examples=60, deadline=None)
@given(
    language=st.sampled_from((None, "fr", "es-MX")),
    zone=st.sampled_from((None, "America/New_York")),
    deeds=st.lists(DEEDS, max_size=14),
)
def test_any_talk_in_the_shipped_flows_is_the_same_once_more(
    language: str | None, zone: str | None, deeds: list[tuple[str, object]]
) -> None:
    now = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    with World(SHIPPED, now, library=_shelf()) as world:
        world.learn(ANA, language, zone)
        phone = Handset(world, ANA, DEFAULT_NUMBER)
        begin(world, "remind")
        for deed, what in deeds:
            try:
                act(world, phone, deed, what)
            except ConvoError:
                continue  # nobody has it, or it has ended
            world.wait(timedelta(seconds=7))
        exactly(world)


@cache
def _shelf() -> Library:
    """The shipped flows, which all the talks share: reading them takes the longest."""
    return Library(SHIPPED)


_GIVEN = {
    "appointment-reminder": {"name": "Ana", "clinic": "Elm St", "visit": "2026-12-03 09:30"},
    "two-factor": {"service": "Elm Bank", "device": "a phone", "place": "Leeds", "at": "2026-11-30 09:00"},
}


def begin(world: World, deed: str) -> None:
    name = "appointment-reminder" if deed == "remind" else "two-factor"
    world.start(Start(name, ANA, DEFAULT_NUMBER, _GIVEN[name]))


def act(world: World, phone: Handset, deed: str, what: object) -> None:
    stored = phone.conversation()
    number = stored.id if stored else 0
    if deed == "text":
        phone.text(str(what))
    elif deed == "wait":
        world.wait(timedelta(minutes=int(str(what))))
    elif deed == "fail":
        world.fail()
    elif deed == "person":
        world.reply(inbox.Reply(number, "A person here."))
    elif deed == "back":
        world.hand_back(inbox.HandBack(number))
    elif deed == "close":
        world.close(number, "settled")
    else:
        begin(world, deed)


def test_the_talks_take_their_turns() -> None:
    """The deeds above do something: a talk may go to a person and back, and come to an end."""
    with World(SHIPPED, datetime(2026, 11, 30, 9, 0, tzinfo=UTC)) as world:
        phone = Handset(world, ANA, DEFAULT_NUMBER)
        begin(world, "remind")
        act(world, phone, "text", "asdf")
        act(world, phone, "text", "qwer")
        act(world, phone, "text", "zxcv")
        found = phone.conversation()
        assert found is not None
        assert found.status == Phase.HANDED_OFF
        act(world, phone, "back", "")
        exactly(world)
        assert decode(world.conversations(ANA)[0]).contact == Contact(ANA)
