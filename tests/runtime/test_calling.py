"""Calls: claimed once, made with one key, tried again; their results lead on, whatever happened meanwhile."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest

from convo.errors import CallError, InboxError
from convo.flow.results import Result
from convo.flow.session import Phase
from convo.messages import Kind
from convo.runtime import calling, inbox, migrating, replaying
from convo.runtime.calling import LEASE, Claim, Tried
from convo.runtime.migrating import Migration, MigrationError
from convo.runtime.replaying import Result as Replayed
from convo.runtime.starting import Start
from convo.settings import Number
from convo.store.engine import Store
from tests.runtime.conftest import Build
from tests.runtime.flows import CODE
from tests.runtime.house import ANA, BEN, OURS, VISIT, House
from tests.runtime.line import each, lost, standing

SLOTS = """\
flow: slots
start: look
triggers: {keyword: [slots]}
states:
  look:
    say: One moment.
    call:
      action: free_slots
      with: {number: contact.number}
      save: {slots: slots}
      done: offer
      failed: sorry
  offer:
    say: "Which one: {{ slots | join(', ') }}?"
    replies: {<number 1-5>: {set: {slot: "slots[reply.value - 1]"}, then: booked}}
    otherwise: {say: "Its number, please.", tries: 3, then: sorry}
    after: {1 day: sorry}
  booked: {say: "{{ slot }} it is.", end: booked}
  sorry: {say: Please call us., end: failed}
"""
FREE: Result = {"slots": ["Mon", "Tue"]}
AWAY = CallError("nobody answers", again=True)


@pytest.fixture
def house(build: Build) -> House:
    return build(flows={"slots": SLOTS, "code": CODE, "visit": VISIT})


def claims(house: House, most: int = 32, *, all_dead: bool = False) -> list[Claim]:
    until = house.clock() + timedelta(hours=1) if all_dead else None
    return house.do(lambda c: calling.claim(c, house.clock(), most, house.new_key, leases_until=until))


def settle(house: House, *tried: Tried) -> None:
    house.do(lambda c: calling.settle(house.line(c), tried))


def tried(house: House, claim: Claim, outcome: Result | CallError) -> Tried:
    if isinstance(outcome, CallError):
        return Tried(claim, house.clock(), error=outcome)
    return Tried(claim, house.clock(), outcome)


def brings(house: House, outcome: Result | CallError) -> Claim:
    """The one call that is due is made, with this outcome."""
    (claim,) = claims(house)
    settle(house, tried(house, claim, outcome))
    return claim


def asks(house: House, *texts: str) -> None:
    """A conversation calls, and these are texted meanwhile."""
    for text in ("slots", *texts):
        house.take(house.text(text))


def pending(house: House) -> Sequence[tuple[object, ...]]:
    return house.rows("SELECT conversation_id, tries FROM call")


def test_what_a_call_brings_answers_the_text_that_asked_for_it_also_in_quiet_hours(build: Build) -> None:
    house = build({OURS: Number(quiet="00:00-23:59")}, {"slots": SLOTS})
    house.take(house.text("slots"))
    assert house.leaves() == ["One moment."]
    brings(house, FREE)
    assert house.leaves() == ["Which one: Mon, Tue?"]


def test_what_a_call_brings_that_a_clock_asked_for_waits_for_the_end_of_quiet_hours(build: Build) -> None:
    later = SLOTS.replace("start: look", "start: rest").replace(
        "states:\n", "states:\n  rest: {after: {1 hour: look}}\n"
    )
    house = build({OURS: Number(quiet="00:00-23:59")}, {"slots": later})
    house.take(house.text("slots"))
    house.later(hours=1)
    house.wake()
    brings(house, FREE)
    assert house.leaves() == []
    assert house.message("Which one: Mon, Tue?").reason == "quiet_hours"


def test_a_call_is_due_at_once_and_its_result_leads_on(house: House) -> None:
    asks(house)
    assert house.conversation().status == Phase.CALLING

    (claim,) = claims(house)
    assert (claim.call.name, claim.call.given, claim.tries) == ("free_slots", {"number": ANA}, 1)
    settle(house, tried(house, claim, FREE))

    assert house.said() == ["One moment.", "Which one: Mon, Tue?"]
    assert house.conversation().status == Phase.LIVE
    assert pending(house) == []
    assert each(house, "2") == ["Tue it is."]


def test_it_is_claimed_by_one_alone_until_its_lease_ends(house: House) -> None:
    asks(house)
    (first,) = claims(house)
    assert claims(house) == []

    house.later(seconds=first.call.within.total_seconds() + LEASE.total_seconds() - 1)
    assert claims(house) == []
    house.later(seconds=1)
    (second,) = claims(house)

    assert (second.key, second.tries) == (first.key, 2)
    settle(house, tried(house, first, {"slots": ["late"]}))  # which was overtaken
    assert house.said() == ["One moment."]
    settle(house, tried(house, second, FREE), tried(house, second, FREE))
    assert house.said() == ["One moment.", "Which one: Mon, Tue?"]


def test_a_process_that_is_alone_takes_over_at_once_what_another_left(house: House) -> None:
    asks(house)
    (first,) = claims(house)

    (again,) = claims(house, all_dead=True)
    assert (again.key, again.tries) == (first.key, 2)


def test_two_processes_share_the_calls(store: Store, house: House) -> None:
    people = [f"+1555000{place:04}" for place in range(40)]
    for person in people:
        house.take(house.text("slots", person))
    found: list[list[Claim]] = [[], []]

    def take(mine: list[Claim]) -> None:
        while more := store.transact(lambda c: calling.claim(c, house.clock(), 3, lambda: "key")):
            mine += more

    threads = [threading.Thread(target=take, args=[mine]) for mine in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # What one of them held locked the other passed over; nothing is claimed twice.
    claimed = [claim for mine in [*found, claims(house, 40)] for claim in mine]
    assert sorted(str(claim.call.given["number"]) for claim in claimed) == people


# Failures.


def test_a_failure_is_tried_again_after_a_while_and_the_last_one_leads_on(house: House) -> None:
    asks(house)
    key = brings(house, AWAY).key
    assert claims(house) == []
    house.later(seconds=1)
    brings(house, AWAY)
    house.later(seconds=4)
    assert claims(house) == []
    house.later(seconds=1)

    assert brings(house, AWAY).key == key
    assert house.said() == ["One moment.", "Please call us."]
    assert house.conversation().outcome == "failed"


def test_a_failure_for_good_leads_on_at_once_and_its_reason_is_on_record(house: House) -> None:
    asks(house)
    brings(house, CallError("there is no such clinic", again=False))

    assert house.said()[-1] == "Please call us."
    ((data,),) = house.rows("SELECT data FROM event WHERE kind = 'Called'")
    assert "there is no such clinic" in str(data)


@pytest.mark.parametrize(("after", "waits"), [(0.5, 1), (7.0, 7), (60.0, 60)])
def test_whoever_asks_to_wait_is_obeyed(house: House, after: float, waits: int) -> None:
    asks(house)
    brings(house, CallError("too many", again=True, after=timedelta(seconds=after)))

    house.later(seconds=waits - 0.1)
    assert claims(house) == []
    house.later(seconds=0.1)
    assert len(claims(house)) == 1


def test_nobody_waits_for_an_hour(house: House) -> None:
    asks(house)
    brings(house, CallError("too many", again=True, after=timedelta(hours=1)))

    assert house.said()[-1] == "Please call us."


# What is texted meanwhile.


def test_texts_are_kept_and_answered_once_in_their_order(house: House) -> None:
    asks(house, "hello?", "2")
    assert house.said() == ["One moment."]
    stored = house.conversation()
    assert {message.conversation for message in house.history(ANA)} == {stored.id}

    brings(house, FREE)
    said = [message.text for message in house.outgoing()]
    assert said == ["One moment.", "Which one: Mon, Tue?", "Its number, please.", "Tue it is."]
    assert house.conversation().outcome == "booked"


def test_texts_are_kept_whether_they_come_in_one_delivery_or_in_many(house: House) -> None:
    house.take(*map(house.text, ("slots", "1", "2")))
    brings(house, FREE)

    assert house.said() == ["One moment.", "Which one: Mon, Tue?", "Mon it is."]


def test_a_reaction_is_none_and_a_word_that_starts_another_flow_waits_as_well(house: House) -> None:
    asks(house, "Liked “One moment.”", "visit")
    assert standing(house) == {"slots": "calling"}

    brings(house, FREE)
    assert house.said() == ["One moment.", "Which one: Mon, Tue?", "Its number, please."]


def test_an_answer_that_the_next_text_overtakes_is_withdrawn(house: House) -> None:
    asks(house, "hm", "1")
    brings(house, FREE)

    withdrawn = [message.text for message in house.outgoing() if message.reason == "left_state"]
    assert withdrawn == ["Its number, please."]


# What ends it.


def test_a_stop_ends_it_at_once(house: House) -> None:
    asks(house, "hello?")
    (claim,) = claims(house)
    house.take(house.text("STOP"))

    assert house.conversation().outcome == "stopped"
    assert pending(house) == []
    settle(house, tried(house, claim, FREE))
    assert len(house.answers(Kind.STOP_CONFIRMATION)) == 1
    assert house.said()[-1].startswith("You have successfully been unsubscribed")
    house.later(hours=1)
    assert claims(house) == []


def test_a_person_can_close_it_and_cannot_answer_or_hand_it_back(house: House) -> None:
    asks(house)
    stored = house.conversation()
    with pytest.raises(InboxError, match="is with its flow"):
        house.hand_back(inbox.HandBack(stored.id))
    with pytest.raises(InboxError, match="is with its flow"):
        house.reply(inbox.Reply(stored.id, "Hi"))

    house.close(stored.id, "settled")
    assert pending(house) == []


def test_it_expires(house: House) -> None:
    asks(house)
    house.leaves()
    (claim,) = claims(house)
    house.later(days=7)
    house.wake()

    assert house.conversation().outcome == "expired"
    assert pending(house) == []
    settle(house, tried(house, claim, FREE))
    assert house.conversation().outcome == "expired"


def test_one_whose_flow_is_lost_is_given_to_a_person(house: House) -> None:
    asks(house)
    (claim,) = claims(house)
    lost(house, "slots")
    settle(house, tried(house, claim, FREE))

    assert (house.conversation().status, house.conversation().queue) == (Phase.HANDED_OFF, "errors")
    assert pending(house) == []


def test_a_call_that_nobody_waits_for_any_more_is_cleared_away(house: House) -> None:
    asks(house)
    house.rows("UPDATE conversation SET status = 'ended', outcome = 'lost' RETURNING id")
    brings(house, FREE)

    assert pending(house) == []
    assert house.said() == ["One moment."]


# In line with others.


def test_others_wait_behind_it(house: House) -> None:
    asks(house)
    house.begin(Start("visit", ANA, OURS))
    assert standing(house) == {"slots": "calling", "visit": "waiting"}

    brings(house, CallError("no", again=False))
    assert standing(house) == {"slots": "failed", "visit": "live"}


def test_a_result_that_comes_while_it_is_suspended_waits_for_its_return(house: House) -> None:
    asks(house, "2")
    (claim,) = claims(house)
    house.begin(Start("code", ANA, OURS))
    assert standing(house) == {"slots": "suspended", "code": "live"}
    settle(house, tried(house, claim, FREE))
    assert house.said() == ["One moment.", "Is it you?"]
    house.later(hours=1)
    assert claims(house) == []

    assert each(house, "ok") == ["Signed in.", "Which one: Mon, Tue?", "Tue it is."]
    assert pending(house) == []


def test_one_that_is_suspended_may_go_on_before_its_result_is_there(house: House) -> None:
    asks(house)
    house.begin(Start("code", ANA, OURS))
    each(house, "ok")
    assert standing(house) == {"slots": "calling", "code": "approved"}

    brings(house, FREE)
    assert house.said()[-1] == "Which one: Mon, Tue?"


def test_a_suspended_one_that_is_stopped_leaves_nothing_behind(house: House) -> None:
    asks(house)
    house.begin(Start("code", ANA, OURS))
    brings(house, FREE)
    house.take(house.text("STOP"))

    assert pending(house) == []


def test_flows_that_begin_one_another_by_calls_are_stopped_too(build: Build) -> None:
    ring = """\
flow: ring
start: look
triggers: {keyword: [ring]}
states:
  look: {call: {action: look, done: again_, failed: bye}}
  again_: {begin: ring, end: done}
  bye: {end: failed}
"""
    house = build(flows={"ring": ring})
    house.take(house.text("ring"))
    for _ in range(20):
        for claim in claims(house):
            settle(house, tried(house, claim, None))

    assert len(house.conversations(ANA)) == 11
    assert "10 flows began one another without waiting" in str(house.conversation().trouble)


# Beside others.


def test_what_one_brings_hurts_no_other(house: House) -> None:
    for person in (ANA, BEN):
        house.take(house.text("slots", person))
    first, second = claims(house)
    settle(house, tried(house, first, {"slots": 7}), tried(house, second, FREE))

    assert house.conversation(ANA).status == Phase.HANDED_OFF  # what it brought cannot be said
    assert house.said(BEN)[-1] == "Which one: Mon, Tue?"


# Looked at later.


def test_it_is_replayed_as_it_was(house: House) -> None:
    asks(house, "hm", "2")
    brings(house, AWAY)
    house.later(seconds=5)
    brings(house, FREE)
    house.take(house.text("slots"))
    house.later(seconds=5)
    brings(house, CallError("no", again=False))

    for stored in house.conversations(ANA):
        played = house.do(partial(replaying.replay, library=house.library, stored=stored))
        assert (played.result, played.why) == (Replayed.SAME, "")


def test_another_version_is_given_the_same_result(house: House) -> None:
    asks(house)
    brings(house, FREE)
    each(house, "1")
    file = house.settings.flows / "slots.yaml"
    file.write_text(SLOTS.replace("Which one", "Which").replace("say: One moment.\n    ", ""))
    house.library.read()
    house.library.publish()
    flows = house.library.current["slots"]

    stored = house.conversation()
    played = house.do(lambda c: replaying.replay(c, house.library, stored, flows))
    assert played.result is Replayed.DIFFERENT
    assert (played.rows[-1].was, played.rows[-1].would) == (("One moment.",), ())


def test_nobody_moves_it_while_it_calls(house: House) -> None:
    asks(house)
    (house.settings.flows / "slots.yaml").write_text(SLOTS.replace("Which one", "Which"))
    house.library.read()
    house.do(lambda c: house.library.save(c, house.clock()))
    house.library.publish()
    wanted = Migration(house.library.current["slots"])
    with pytest.raises(MigrationError, match="waits for the result of a call, which takes a moment"):
        house.do(lambda c: migrating.migrate(c, house.library, wanted, house.clock()))

    house.begin(Start("code", ANA, OURS))
    with pytest.raises(MigrationError, match="waits for the result of a call"):
        house.do(lambda c: migrating.migrate(c, house.library, wanted, house.clock()))


# In a sub-flow.

LOOK = SLOTS.replace("flow: slots", "flow: look").replace("triggers: {keyword: [slots]}\n", "")
OUTER = """\
flow: slots
start: look
triggers: {keyword: [slots]}
states:
  look: {run: {flow: look, outcomes: {booked: {set: {slot: returned.slot}, then: booked}, failed: sorry}}}
  booked: {say: "See you {{ slot }}.", end: booked}
  sorry: {say: Please call us., end: failed}
"""


def test_a_sub_flow_calls_and_the_flow_around_it_goes_on(build: Build) -> None:
    house = build(flows={"slots": OUTER, "look": LOOK})
    asks(house, "2")

    assert (house.conversation().status, house.conversation().state) == (Phase.CALLING, "look.look")
    brings(house, FREE)
    assert house.said()[1:] == ["Which one: Mon, Tue?", "Tue it is.", "See you Tue."]
    assert house.conversation().outcome == "booked"
