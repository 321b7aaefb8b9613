"""Delivery reports: any order, twice, early or about nothing; a status only ever moves forward."""

import itertools
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection

from convo.messages import Reason, Report, Status
from convo.runtime import reports
from convo.runtime.settling import settle
from convo.runtime.tally import Count, Time
from convo.runtime.turns import Line
from convo.settings import SIMULATOR
from convo.store import contacts
from tests.runtime.house import ANA, BEN, NOW, Carrier, House

ASK = "Can you come?"


@pytest.fixture
def asked(house: House) -> House:
    """One text has left and was accepted."""
    house.take(house.text("visit"))
    house.leaves()
    return house


def test_a_report_says_that_a_text_arrived(asked: House) -> None:
    asked.later(minutes=1)
    asked.report(asked.message(ASK), Status.DELIVERED)

    delivered = asked.message(ASK)
    assert delivered.status is Status.DELIVERED
    assert delivered.delivered_at == asked.clock()
    assert delivered.sent_at is not None
    assert delivered.sent_at < asked.clock()


def test_a_report_says_that_a_text_did_not_arrive_and_why(asked: House) -> None:
    asked.report(asked.message(ASK), Status.FAILED, Reason.UNREACHABLE)

    failed = asked.message(ASK)
    assert (failed.status, failed.reason, failed.delivered_at) == (Status.FAILED, Reason.UNREACHABLE, None)


@pytest.mark.parametrize(
    "order", list(itertools.permutations([Status.SENT, Status.DELIVERED, Status.SENT]))[:3]
)
def test_delivered_stays_delivered_in_whatever_order_reports_come(
    asked: House, order: tuple[Status, ...]
) -> None:
    for status in order:
        asked.report(asked.message(ASK), status)

    assert asked.message(ASK).status is Status.DELIVERED


def test_the_first_final_report_wins(asked: House) -> None:
    asked.report(asked.message(ASK), Status.DELIVERED)
    asked.report(asked.message(ASK), Status.FAILED, Reason.UNKNOWN)

    delivered = asked.message(ASK)
    assert (delivered.status, delivered.reason) == (Status.DELIVERED, None)


def test_a_report_twice_in_one_batch_counts_once(asked: House) -> None:
    name = str(asked.message(ASK).provider_id)
    first = Report(SIMULATOR, name, ANA, Status.FAILED, reason=Reason.BLOCKED)
    asked.take(first, Report(SIMULATOR, name, ANA, Status.DELIVERED), first)

    failed = asked.message(ASK)
    assert (failed.status, failed.reason) == (Status.FAILED, Reason.BLOCKED)


def test_a_report_that_comes_before_our_own_settling_is_kept(house: House) -> None:
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    house.take(Report(SIMULATOR, f"sim-{claimed.outbound.key}", ANA, Status.DELIVERED))
    assert house.message(ASK).status is Status.SENDING

    house.settle(house.result(claimed))
    delivered = house.message(ASK)
    assert delivered.status is Status.DELIVERED
    assert delivered.sent_at is not None
    assert house.conversation().clock_from is not None
    assert house.rows("SELECT * FROM report") == []


def test_an_early_report_that_names_our_message_counts_at_once(house: House) -> None:
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    house.reported(claimed, Status.FAILED, Reason.BLOCKED)
    assert house.message(ASK).status is Status.FAILED

    house.settle(house.result(claimed))
    failed = house.message(ASK)
    assert (failed.status, failed.reason) == (Status.FAILED, Reason.BLOCKED)
    assert house.conversation().clock_from is not None
    assert house.leaves() == []


def test_a_report_that_names_a_message_of_another_account_is_not_believed(asked: House) -> None:
    ((number,),) = asked.rows("SELECT id FROM message WHERE direction = 'out'")
    assert isinstance(number, int)
    asked.take(Report("stranger", "x-1", ANA, Status.FAILED, reason=Reason.BLOCKED, message_id=number))

    assert asked.message(ASK).status is Status.SENT


def test_an_early_report_waits_for_the_message_of_its_own_account(house: House) -> None:
    """Two providers may call two messages alike."""
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    house.take(Report("stranger", f"sim-{claimed.outbound.key}", ANA, Status.FAILED, reason=Reason.BLOCKED))
    house.settle(house.result(claimed))

    assert house.message(ASK).status is Status.SENT
    assert house.rows("SELECT account FROM report") == [("stranger",)]


def test_a_report_about_nothing_we_know_disturbs_nothing(asked: House) -> None:
    asked.take(Report(SIMULATOR, "nobody", "+15559999999", Status.DELIVERED))

    assert asked.message(ASK).status is Status.SENT
    assert asked.rows("SELECT number FROM contact") == [(ANA,)]


def test_a_report_that_nobody_can_join_tells_why(asked: House) -> None:
    sent = asked.message(ASK)
    asked.take(
        Report("stranger", "x-1", ANA, Status.FAILED, reason=Reason.BLOCKED, message_id=sent.id),
        Report(SIMULATOR, str(sent.provider_id), BEN, Status.FAILED, reason=Reason.BLOCKED),
        Report(SIMULATOR, "nobody", ANA, Status.DELIVERED),
    )

    assert asked.message(ASK).status is Status.SENT
    assert asked.rows("SELECT account, why FROM report ORDER BY id") == [
        ("stranger", "other_account"), (SIMULATOR, "other_contact"), (SIMULATOR, "unknown"),
    ]  # fmt: skip


def test_reports_of_what_never_was_are_dropped_after_days(asked: House) -> None:
    asked.take(Report(SIMULATOR, "never-1", ANA, Status.DELIVERED))
    asked.later(days=6, hours=23)
    asked.take(Report(SIMULATOR, "never-2", ANA, Status.DELIVERED))
    assert len(asked.rows("SELECT id FROM report")) == 2

    asked.later(hours=2)
    asked.take(Report(SIMULATOR, "never-3", ANA, Status.DELIVERED))
    assert asked.rows("SELECT provider_id FROM report ORDER BY id") == [("never-2",), ("never-3",)]


def test_how_long_a_text_took_to_arrive_is_timed(asked: House) -> None:
    asked.later(seconds=42)
    sent = asked.message(ASK)
    line = asked.do(
        lambda c: apply_reports(
            asked.line(c), Report(SIMULATOR, str(sent.provider_id), ANA, Status.DELIVERED)
        )
    )

    assert line.tally.times == [(Time.DELIVERY, 42.0)]
    assert line.tally.counts == {(Count.REPORTS, "delivered"): 1}


def test_an_early_report_is_timed_and_counted_when_it_is_joined(house: House) -> None:
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    house.later(seconds=3)
    house.take(Report(SIMULATOR, f"sim-{claimed.outbound.key}", ANA, Status.FAILED, reason=Reason.BLOCKED))
    result = house.result(claimed)

    def settles(connection: Connection) -> Line:
        line = house.line(connection)
        settle(line, [result])
        return line

    line = house.do(settles)
    assert line.tally.times == [(Time.ANSWER, 3.0), (Time.DELIVERY, 3.0)]
    assert line.tally.counts == {(Count.SENDS, "accepted"): 1, (Count.FAILED, "blocked"): 1}


def apply_reports(line: Line, *delivered: Report) -> Line:
    known = contacts.lock(line.connection, [report.contact for report in delivered], line.now)
    reports.apply(line, known, delivered)
    return line


def test_an_uncertain_text_is_settled_by_its_report(house: House) -> None:
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    house.later(seconds=15)
    house.revive(Carrier(idempotent=False))
    house.reported(claimed, Status.DELIVERED)

    assert house.message(ASK).status is Status.DELIVERED


def test_two_reports_at_once_before_our_own_settling_tell_when_it_was_sent_and_when_it_arrived(
    house: House,
) -> None:
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    name, sent, arrived = (
        f"sim-{claimed.outbound.key}",
        NOW + timedelta(seconds=1),
        NOW + timedelta(seconds=9),
    )
    about = partial(Report, SIMULATOR, name, ANA, message_id=claimed.outbound.id)
    house.take(about(Status.SENT, at=sent), about(Status.DELIVERED, at=arrived))

    (message,) = house.outgoing()
    assert (message.sent_at, message.delivered_at) == (sent, arrived)
    assert house.conversation().clock_from == sent


def test_a_report_that_says_no_reason_is_on_record_with_one(asked: House) -> None:
    asked.report(asked.message("Can you come?"), Status.FAILED)
    assert asked.message("Can you come?").reason is Reason.UNKNOWN
