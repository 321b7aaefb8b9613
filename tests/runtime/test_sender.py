"""The second line: one text at a time per contact, in order, and what becomes of each try."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from convo.flow.session import Phase
from convo.keywords import ANSWERS, KeywordKind
from convo.messages import Accepted, Reason, SendError, Status, Trouble
from convo.runtime.sender import BEGIN_WITHIN, LEASE, SEND_WITHIN, Claim, claim, send
from convo.runtime.settling import NotBegun, settle
from convo.runtime.starting import Start
from convo.runtime.tally import Count
from convo.runtime.turns import Line
from tests.runtime.house import ANA, BEN, NOW, OURS, Carrier, House

STOPPED = ANSWERS[KeywordKind.STOP]["en"]


def test_one_text_a_contact_is_under_way_and_the_next_waits_for_its_answer(house: House) -> None:
    house.take(house.text("visit"), house.text("hm"), house.text("visit", BEN))

    first = house.claim()
    assert sorted(c.outbound.contact for c in first) == [ANA, BEN]
    assert house.claim() == []
    house.settle(*map(house.result, first))
    assert house.leaves() == ["YES or NO?"]


def test_a_text_that_waits_for_a_retry_holds_back_the_later_ones(house: House) -> None:
    house.take(house.text("visit"), house.text("hm"))
    house.fails(Trouble.RETRY)

    assert house.leaves() == []
    house.later(minutes=1)
    assert house.leaves() == ["Can you come?"]
    assert house.leaves() == ["YES or NO?"]


def test_a_retry_does_not_hold_back_a_confirmation_or_help(house: House) -> None:
    house.take(house.text("visit"))
    house.fails(Trouble.RETRY)
    house.take(house.text("help"))
    assert house.leaves() == [ANSWERS[KeywordKind.HELP]["en"]]

    house.take(house.text("stop"))
    assert house.leaves() == [STOPPED]
    house.later(minutes=1)
    assert house.leaves() == []


def test_retries_come_later_and_later_with_the_same_key(house: House) -> None:
    house.take(house.text("visit"))
    keys, waits = set(), []
    for _ in range(10):
        keys.add(house.fails(Trouble.RETRY).outbound.key)
        due = house.next_due()
        assert due is not None
        waits.append(due - house.clock())
        house.clock.move_to(due)

    assert len(keys) == 1
    assert waits[:8] == sorted(waits[:8])
    assert waits[0] <= timedelta(seconds=5)
    assert all(timedelta(minutes=3, seconds=45) < wait <= timedelta(minutes=5) for wait in waits[-2:])


def test_texts_that_fail_together_do_not_come_back_together(house: House) -> None:
    house.take(*(house.text("visit", f"+1555000{place:04}") for place in range(20)))
    claims = house.claim()
    house.settle(*(house.result(each, SendError(Trouble.RETRY)) for each in claims))

    due = {row for (row,) in house.rows("SELECT due_at FROM message WHERE status = 'queued'")}
    assert len(due) > 15


def test_what_a_provider_asks_for_is_obeyed_whatever_went_wrong(house: House) -> None:
    house.take(house.text("visit"))
    house.fails(Trouble.RETRY, Reason.PROVIDER_FAULT, after=90)

    house.later(seconds=89)
    assert house.leaves() == []
    house.later(seconds=1)
    assert house.leaves() == ["Can you come?"]


def test_what_a_provider_said_stays_on_record(house: House) -> None:
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    house.settle(house.result(claimed, SendError(Trouble.RETRY, detail="it answered 502 with a page")))
    house.later(minutes=1)
    house.leaves()

    sent = house.message("Can you come?")
    assert (sent.status, sent.detail) == (Status.SENT, "it answered 502 with a page")


def test_a_refusal_that_comes_late_settles_an_uncertain_text(house: House) -> None:
    """Its lease ended while the answer was under way."""
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    house.later(seconds=15)
    house.revive(Carrier(idempotent=False))
    assert house.message("Can you come?").status is Status.UNCERTAIN
    house.settle(house.result(claimed, SendError(Trouble.PERMANENT, Reason.BAD_NUMBER)))

    failed = house.message("Can you come?")
    assert (failed.status, failed.reason) == (Status.FAILED, Reason.BAD_NUMBER)


def test_a_lease_outlives_every_send() -> None:
    """So it needs no renewal: what is still under way when it ends belongs to a process that hangs."""
    assert timedelta(seconds=SEND_WITHIN) + BEGIN_WITHIN < LEASE


def test_a_text_that_will_never_go_is_failed_with_its_reason_and_the_next_one_leaves(house: House) -> None:
    house.take(house.text("visit"), house.text("hm"))
    house.fails(Trouble.PERMANENT, Reason.BAD_NUMBER)

    failed = house.message("Can you come?")
    assert (failed.status, failed.reason) == (Status.FAILED, Reason.BAD_NUMBER)
    assert house.leaves() == ["YES or NO?"]


def test_a_provider_that_knows_of_a_stop_is_believed(house: House) -> None:
    house.take(house.text("visit"), house.text("hm"))
    house.fails(Trouble.OPTED_OUT)

    assert house.leaves() == []
    assert [(m.status, m.reason) for m in house.outgoing()] == [
        (Status.FAILED, Reason.OPTED_OUT),
        (Status.WITHDRAWN, Reason.STOPPED),
    ]
    (entry,) = house.ledger()
    assert (entry.action, entry.actor, entry.rule) == ("stop", "provider", "provider:opted-out")
    assert house.conversation().outcome == "stopped"
    house.take(house.text("visit"))
    assert house.leaves() == []


@pytest.mark.parametrize("kind", [Trouble.RETRY, Trouble.LATER, Trouble.OUR_FAULT])
def test_after_a_day_of_tries_a_text_is_given_up(house: House, kind: Trouble) -> None:
    house.take(house.text("visit"))
    house.fails(kind)
    house.clock.move_to(NOW + timedelta(hours=23, minutes=59, seconds=59))
    house.fails(kind)

    given_up = house.message("Can you come?")
    assert (given_up.status, given_up.reason) == (Status.FAILED, Reason.GAVE_UP)


def test_a_provider_that_is_too_busy_says_when(house: House) -> None:
    house.take(house.text("visit"))
    house.fails(Trouble.LATER, after=30)

    house.later(seconds=29)
    assert house.leaves() == []
    house.later(seconds=1)
    assert house.leaves() == ["Can you come?"]


def test_a_wrong_credential_keeps_the_text_until_somebody_has_mended_it(house: House) -> None:
    house.take(house.text("visit"))
    house.fails(Trouble.OUR_FAULT, Reason.REJECTED)

    assert house.message("Can you come?").status is Status.QUEUED
    assert house.leaves() == []
    house.later(minutes=1)
    assert house.leaves() == ["Can you come?"]


def test_an_account_that_is_gone_keeps_the_text(house: House) -> None:
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    house.settle(asyncio.run(send(None, claimed, house.clock)))

    assert house.message("Can you come?").status is Status.QUEUED


def test_a_lost_answer_makes_the_text_uncertain_where_the_provider_cannot_tell_a_repeat(house: House) -> None:
    house.take(house.text("visit"), house.text("hm"))
    Carrier(idempotent=False, outcome=ConnectionResetError()).tries(house)

    assert house.message("Can you come?").status is Status.UNCERTAIN
    house.later(minutes=10)
    assert house.leaves() == ["YES or NO?"]


def test_a_lost_answer_is_asked_for_again_with_the_same_key_where_the_provider_can_tell(house: House) -> None:
    house.take(house.text("visit"))
    carrier = Carrier(idempotent=True, outcome=ConnectionResetError())
    carrier.tries(house)
    house.later(minutes=1)
    carrier.outcome = None
    carrier.tries(house)

    assert house.message("Can you come?").status is Status.SENT
    first, second = carrier.took
    assert (first.key, first.text) == (second.key, second.text)


def test_a_sender_that_died_leaves_its_text_uncertain_and_never_sent_twice(house: House) -> None:
    house.take(house.text("visit"))
    house.claim()
    house.later(seconds=14)
    assert house.revive(Carrier(idempotent=False)) == 0
    house.later(seconds=1)
    assert house.revive(Carrier(idempotent=False)) == 1

    assert house.message("Can you come?").status is Status.UNCERTAIN
    house.later(days=1)
    assert house.leaves() == []


def test_a_sender_that_died_is_followed_by_another_with_the_same_key(house: House) -> None:
    house.take(house.text("visit"))
    (died,) = house.claim()
    house.later(seconds=15)
    house.revive(Carrier(idempotent=True))
    (again,) = house.claim()

    assert again.outbound == died.outbound


def test_a_failure_that_was_overtaken_by_a_newer_claim_changes_nothing(house: House) -> None:
    house.take(house.text("visit"))
    (old,) = house.claim()
    house.later(seconds=15)
    house.revive(Carrier(idempotent=True))
    (new,) = house.claim()
    house.settle(house.result(old, SendError(Trouble.PERMANENT, Reason.BLOCKED)))
    assert house.message("Can you come?").status is Status.SENDING

    house.settle(house.result(new, Accepted("sim-1")))
    house.settle(house.result(old, SendError(Trouble.RETRY)))
    assert house.message("Can you come?").status is Status.SENT
    assert house.leaves() == []


def test_a_request_that_did_not_begin_at_once_is_claimed_anew_behind_a_stop(house: House) -> None:
    house.take(house.text("visit"))
    (slow,) = house.claim()
    house.take(house.text("stop"))
    house.later(seconds=2)
    carrier = Carrier(idempotent=True)
    late = asyncio.run(send(carrier, slow, house.clock))
    house.settle(late)

    assert isinstance(late.outcome, NotBegun)
    assert carrier.took == []
    assert house.leaves() == [STOPPED]
    assert house.leaves() == []
    unsent = house.message("Can you come?")
    assert (unsent.status, unsent.reason) == (Status.WITHDRAWN, Reason.STOPPED)


def test_a_conversation_whose_version_is_gone_does_not_stop_the_senders_work(house: House) -> None:
    house.take(house.text("visit", ANA), house.text("visit", BEN))
    claims = house.claim()
    house.rows("UPDATE conversation SET version = 'gone' WHERE id = 1 RETURNING id")
    house.settle(*map(house.result, claims))

    assert house.message("Can you come?", ANA).status is Status.SENT
    assert house.message("Can you come?", BEN).status is Status.SENT


def test_what_the_gate_refuses_and_providers_answer_is_counted(house: House) -> None:
    house.begin(Start("invite", ANA, OURS, {"name": "Ana"}))
    house.take(house.text("stop"))
    assert house.leaves() == [STOPPED]
    house.rows("UPDATE message SET status = 'queued' WHERE kind = 'text' AND direction = 'out' RETURNING id")
    house.take(house.text("visit", BEN))

    def claims(connection: Connection) -> tuple[Line, list[Claim]]:
        line = house.line(connection)
        return line, claim(line, house.rates, 64, house.new_key).claims

    looked, (asked,) = house.do(claims)
    assert looked.tally.counts == {(Count.REFUSED, "opted_out"): 1}

    def settles(connection: Connection) -> Line:
        line = house.line(connection)
        settle(line, [house.result(asked, SendError(Trouble.PERMANENT, Reason.BLOCKED))])
        return line

    assert house.do(settles).tally.counts == {(Count.SENDS, "permanent"): 1, (Count.FAILED, "blocked"): 1}


def test_an_opted_out_contact_is_held_at_the_gate_whatever_is_queued(house: House) -> None:
    house.begin(Start("invite", ANA, OURS, {"name": "Ana"}))
    house.take(house.text("stop"))
    house.rows("UPDATE message SET status = 'queued' WHERE kind = 'text' AND direction = 'out' RETURNING id")

    assert house.leaves() == [STOPPED]
    assert house.leaves() == []
    assert house.conversation().status == Phase.ENDED
