"""Tags, events for the application, and flows that other flows begin, on both databases."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from convo.flow.session import Phase
from convo.runtime import errands
from convo.runtime.relay import LEASE_HEARD, Relay
from convo.runtime.starting import Start
from convo.store.errands import Errand
from convo.store.outgoing import OutgoingEvent
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, NOW, OURS, House

MEMBER = """\
flow: member
triggers: {keyword: [join]}
start: ask
needs: {}
states:
  ask:
    tag: member
    say: Welcome, you are {{ contact.tags | join(' and ') }}. Bring somebody?
    replies:
      no: {tag: alone, then: bye}
      yes: friend
    otherwise: {say: "YES or NO?"}
    after: {1 day: bye}
  friend:
    say: Which number?
    save: {friend: phone}
    otherwise: {say: "Which number?", tries: 2, then: bye}
    after: {1 day: bye}
    then: invite
  invite:
    emit: {event: friend.named, with: {friend: friend, since: now}}
    begin: {flow: invite, contact: friend, with: {host: contact.number}}
    then: bye
  bye: {untag: alone, say: Thank you., begin: survey, end: done}
"""
INVITE = """\
flow: invite
start: ask
needs: {host: text}
states:
  ask:
    say: "{{ host }} asks you to come."
    replies: {yes: bye}
    otherwise: {say: "YES?"}
    after: {1 day: bye}
  bye: {end: done}
"""
SURVEY = """\
flow: survey
start: ask
when_busy: skip
states:
  ask:
    say: How was it, {{ contact.tags | join }}?
    replies: {<anything>: bye}
    after: {1 day: bye}
  bye: {end: done}
"""
LOOP = """\
flow: loop
triggers: {keyword: [loop]}
start: ask
states:
  ask: {begin: loop, end: done}
"""
FLOWS = {"member": MEMBER, "invite": INVITE, "survey": SURVEY, "loop": LOOP}


@pytest.fixture
def town(build: Build) -> House:
    return build(flows=FLOWS)


def texts(house: House, *words: str, contact: str = ANA) -> None:
    for word in words:
        house.take(house.text(word, contact))


def first(house: House) -> Errand:
    errand = house.do(errands.first)
    assert errand is not None
    return errand


def run(house: House, errand: Errand | None = None) -> bool:
    wanted = errand or first(house)
    return house.do(lambda c: errands.run(house.line(c), wanted))


def tags(house: House) -> object:
    ((found,),) = house.rows("SELECT tags FROM contact WHERE number = '+15550001111'")
    return found if not isinstance(found, str) else found.replace("[", "").replace("]", "")


# Tags.


def test_tags_are_kept_beyond_the_conversation_and_known_in_the_next(town: House) -> None:
    texts(town, "join", "no")

    assert town.said() == [
        "Welcome, you are member. Bring somebody?", "Thank you.", "How was it, member?",
    ]  # fmt: skip
    texts(town, "fine", "join")
    assert town.said()[-1] == "Welcome, you are member. Bring somebody?"
    assert "alone" not in str(tags(town))


def test_texts_of_one_transaction_see_each_others_tags(town: House) -> None:
    town.take(town.text("join"), town.text("no"), town.text("fine"), town.text("join"))

    assert town.said()[-1] == "Welcome, you are member. Bring somebody?"


def test_tags_are_those_of_one_contact(town: House) -> None:
    town.take(town.text("join"), town.text("loop", BEN))

    assert town.rows("SELECT number FROM contact WHERE tags IS NOT NULL") == [(ANA,)]


# Flows that begin with the same contact.


def test_a_flow_begins_in_the_same_transaction_once_the_other_has_ended(town: House) -> None:
    texts(town, "join", "no")

    assert [(one.flow, one.status) for one in town.conversations(ANA)] == [
        ("member", Phase.ENDED), ("survey", Phase.LIVE),
    ]  # fmt: skip


def test_what_waited_longer_goes_first_and_a_flow_that_skips_is_on_record(town: House) -> None:
    texts(town, "join")
    town.begin(Start("invite", ANA, vars={"host": "Ben"}))
    texts(town, "no")

    member, invite = town.conversations(ANA)
    assert (member.status, invite.status) == (Phase.ENDED, Phase.LIVE)
    assert "survey did not begin" in str(member.trouble)
    assert "says `skip`" in str(member.trouble)


def test_flows_that_begin_one_another_without_waiting_come_to_an_end(town: House) -> None:
    texts(town, "loop")

    found = town.conversations(ANA)
    assert len(found) == 11
    assert [one.trouble is None for one in found] == [True] * 10 + [False]
    assert {one.status for one in found} == {Phase.ENDED}
    assert "10 flows began one another" in str(found[-1].trouble)


def test_a_flow_that_is_gone_is_on_record_and_stops_nothing(build: Build) -> None:
    town = build(flows={"member": MEMBER})
    texts(town, "join", "no")

    (member,) = town.conversations(ANA)
    assert (member.status, member.outcome) == (Phase.ENDED, "done")
    assert "there is no flow 'survey'" in str(member.trouble)
    assert town.said()[-1] == "Thank you."


def test_new_conversations_of_one_transaction_have_numbers_of_their_own(town: House) -> None:
    town.take(
        town.text("join"), town.text("no"), town.text("loop", BEN), town.text("fine"), town.text("join")
    )

    numbers = [one.id for one in (*town.conversations(ANA), *town.conversations(BEN))]
    assert len(numbers) == len(set(numbers)) == 3 + 11


# Flows that begin with another contact.


def test_another_contact_is_asked_in_a_transaction_of_its_own(town: House) -> None:
    texts(town, "join", "yes", "+1 555 000 2222")
    assert town.said(BEN) == []
    assert [one.flow for one in town.conversations(ANA)] == ["member", "survey"]

    assert run(town)
    assert town.said(BEN) == ["+15550001111 asks you to come."]
    assert town.do(errands.first) is None


def test_it_is_begun_once_however_often_it_is_tried(town: House) -> None:
    texts(town, "join", "yes", BEN)
    errand = first(town)

    assert [run(town, errand), run(town, errand)] == [True, False]
    assert len(town.conversations(BEN)) == 1


def test_a_transaction_that_breaks_leaves_it_to_be_done(town: House) -> None:
    texts(town, "join", "yes", BEN)
    errand = first(town)

    def broken(connection: Connection) -> None:
        errands.run(town.line(connection), errand)
        raise KeyboardInterrupt  # as if the process was killed before the commit

    with pytest.raises(KeyboardInterrupt):
        town.do(broken)
    assert town.said(BEN) == []
    assert run(town)
    assert len(town.said(BEN)) == 1


@pytest.mark.parametrize("others", [1, 4])
def test_many_at_once_begin_it_once(town: House, others: int) -> None:
    texts(town, "join", "yes", BEN)
    errand = first(town)
    began: list[bool] = []
    threads = [threading.Thread(target=lambda: began.append(run(town, errand))) for _ in range(others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(began) == [False] * (others - 1) + [True]
    assert len(town.conversations(BEN)) == 1


def test_who_has_stopped_is_not_asked_and_that_is_on_record(town: House) -> None:
    texts(town, "stop", contact=BEN)
    texts(town, "join", "yes", BEN)

    assert run(town)
    assert town.conversations(BEN) == []
    assert "has opted out" in str(town.conversations(ANA)[0].trouble)
    assert town.conversations(ANA)[0].outcome == "done"
    assert town.do(errands.first) is None


def test_one_that_cannot_be_run_at_all_is_given_up_and_on_record(town: House) -> None:
    texts(town, "join", "yes", BEN)
    errand = first(town)
    town.do(lambda c: errands.give_up(town.line(c), errand, "the sky fell"))

    assert town.do(errands.first) is None
    assert "invite did not begin: the sky fell" in str(town.conversations(ANA)[0].trouble)


def test_a_clock_begins_flows_too(build: Build) -> None:
    town = build(flows={"member": MEMBER, "survey": SURVEY})
    texts(town, "join")
    town.leaves()
    town.later(days=1)
    town.wake()

    assert town.said()[-2:] == ["Thank you.", "How was it, member?"]


# Events for the application.


class Told:
    """A subscriber that keeps what it is told."""

    def __init__(self, house: House) -> None:
        self.relay = Relay(house.store, house.settings.events, house.clock)
        self.events: list[OutgoingEvent] = []

    def tell(self) -> int:
        return asyncio.run(self.relay.tell())

    def take(self, event: OutgoingEvent) -> None:
        self.events.append(event)


def test_an_event_is_told_after_the_commit_with_what_it_tells_of(town: House) -> None:
    told = Told(town)
    told.relay.on("friend.named", told.take)
    told.relay.on("other", told.take)
    texts(town, "join", "yes", BEN)

    assert told.tell() == 1
    (event,) = told.events
    member = town.conversations(ANA)[0]
    assert (event.kind, event.contact, event.number, event.conversation) == (
        "friend.named", ANA, OURS, member.id,
    )  # fmt: skip
    assert event.data == {"friend": BEN, "since": "2026-11-30T09:00:00+00:00"}
    assert event.at == NOW
    assert told.tell() == 0
    assert town.emitted(ANA) == [event]


def test_a_text_that_is_not_stored_tells_nothing(town: House) -> None:
    texts(town, "join", "yes", "nobody", "no one", "none")

    assert town.emitted(ANA) == []


def test_subscribers_that_fail_or_are_coroutines_hurt_nobody(town: House) -> None:
    told = Told(town)

    def fails(event: OutgoingEvent) -> None:
        raise RuntimeError(event.kind)

    async def waits(event: OutgoingEvent) -> None:
        await asyncio.sleep(0)
        told.take(event)

    subscribers: list[Callable[[OutgoingEvent], Awaitable[None] | None]] = [fails, waits, told.take]
    for subscriber in subscribers:
        told.relay.on("*", subscriber)
    gone = told.relay.on("*", told.take)
    gone()
    gone()
    texts(town, "join", "yes", BEN)

    assert told.tell() == 1
    assert len(told.events) == 2
    assert told.tell() == 0


def test_what_a_process_that_died_had_claimed_is_told_again(town: House) -> None:
    told = Told(town)
    told.relay.on("*", told.take)
    texts(town, "join", "yes", BEN)

    def dies(event: OutgoingEvent) -> None:
        raise SystemExit(event.id)

    dying = Relay(town.store, town.settings.events, town.clock)
    dying.on("*", dies)
    with pytest.raises(SystemExit):
        asyncio.run(dying.tell())
    assert told.tell() == 0
    town.later(seconds=LEASE_HEARD.total_seconds() - 1)
    assert told.tell() == 0
    town.later(seconds=1)
    assert told.tell() == 1
    assert len(told.events) == 1


def test_a_moment_of_a_state_wakes_the_conversation(build: Build) -> None:
    flow = """\
flow: visit
start: ask
needs: {visit: datetime}
expires: 2 days
states:
  ask:
    say: See you.
    replies: {go: next}
    otherwise: {say: "GO?"}
    at:
      visit - 1 day, 09:00: {late: skip, say: Tomorrow!}
      visit: bye
  next: {say: Where to?, replies: {back: back}, otherwise: {then: bye}, after: {1 day: bye}}
  bye: {end: came}
"""
    town = build(flows={"visit": flow})
    town.begin(Start("visit", ANA, vars={"visit": "2026-12-01 08:00"}))
    stored = town.conversation()

    assert stored.progress["skipped"] == ["at visit - 1 day, 09:00"]
    assert stored.wake_at == NOW + timedelta(hours=23)
    texts(town, "go")
    assert town.conversation().progress["trail"] == ["ask"]
    texts(town, "back")
    assert town.said()[-1] == "See you."
    town.later(hours=23)
    assert town.wake() == 1
    assert town.conversation().outcome == "came"
