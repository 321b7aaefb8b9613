"""The audit finds each kind of imbalance, on both databases, and nothing where there is none."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from convo.messages import Reason, Report, SendError, Status, Trouble
from convo.runtime import queue
from convo.runtime.auditing import CODES, Audit, Finding
from convo.runtime.queue import Operator
from convo.settings import SIMULATOR
from tests.runtime.house import ANA, BEN, CAT, Carrier, House

ASK = "Can you come?"
OUT = "(SELECT min(id) FROM message WHERE direction = 'out')"
LAST = "(SELECT max(id) FROM message WHERE direction = 'out')"


@pytest.fixture
def busy(house: House) -> House:
    """A house where much has happened, all of it as it should."""
    house.take(house.text("visit", name="a"), house.text("visit", BEN), house.text("visit", CAT))
    house.leaves()
    house.report(house.message(ASK), Status.DELIVERED)
    house.take(house.text("hm", ANA), house.text("stop", BEN), house.text("what?", CAT))
    house.leaves()
    house.later(minutes=1)
    house.take(house.text("start", BEN), house.text("visit", BEN))
    house.leaves()
    house.leaves()
    house.take(Report(SIMULATOR, "nobody", ANA, Status.DELIVERED))
    house.take(house.text("yes", CAT))
    house.leaves()
    return house


def audited(house: House) -> list[Finding]:
    return list(Audit(house.store, house.library, house.clock).run())


def found(house: House, statement: str) -> list[tuple[str, str]]:
    """What is found once somebody has meddled with the database."""
    house.do(lambda connection: _execute(connection, statement))
    return [(each.code, each.what) for each in audited(house)]


def _execute(connection: Connection, statement: str) -> None:
    assert connection.execute(text(statement)).rowcount > 0, statement


def test_books_that_balance_are_counted(busy: House) -> None:
    looked = Audit(busy.store, busy.library, busy.clock)

    assert list(looked.run()) == []
    assert looked.books.received == 9
    assert sum(looked.books.ours.values()) == len(
        [*busy.outgoing(ANA), *busy.outgoing(BEN), *busy.outgoing(CAT)]
    )


MEDDLING = {
    "not_processed": "DELETE FROM message WHERE provider_id = 'a' AND direction = 'in'",
    "processed_twice": "UPDATE message SET provider_id = 'a' WHERE direction = 'in' AND provider_id = 'in-2'",
    "not_delivered": "DELETE FROM receipt WHERE provider_id = 'a'",
    "unknown_status": f"UPDATE message SET status = 'gone' WHERE id = {OUT}",
    "no_reason": f"UPDATE message SET status = 'uncertain' WHERE id = {OUT}",
    "accepted_by_nobody": f"UPDATE message SET provider_id = NULL WHERE id = {OUT}",
    "never_due": f"UPDATE message SET status = 'queued', due_at = NULL WHERE id = {LAST}",
    "claimed_for_ever": f"UPDATE message SET status = 'sending', lease_until = NULL WHERE id = {LAST}",
    "one_name_for_two": "UPDATE message SET provider_id = (SELECT provider_id FROM message WHERE id = "
    f"{OUT}) WHERE id = {LAST}",
    "overtaken": f"UPDATE message SET first_tried_at = '2026-11-30 10:00:00+00:00' WHERE id = {OUT}",
    "report_not_joined": f"UPDATE message SET provider_id = 'nobody' WHERE id = {OUT}",
    "not_quite_ended": "UPDATE conversation SET ended_at = NULL WHERE status = 'ended'",
    "never_woken": "UPDATE conversation SET wake_at = NULL WHERE status = 'live'",
    "cannot_go_on": "UPDATE conversation SET version = 'lost' WHERE status = 'live'",
    "from_the_future": f"UPDATE message SET created_at = '2027-11-30 10:00:00+00:00' WHERE id = {LAST}",
}  # fmt: skip


@pytest.mark.parametrize("code", MEDDLING)
def test_what_is_wrong_is_found(busy: House, code: str) -> None:
    # SQLite writes moments with a T: the statement is written as that database would.
    statement = MEDDLING[code]
    if busy.store.dialect == "sqlite":
        statement = statement.replace(" 10:00:00+00:00", "T10:00:00.000000+00:00")
    codes = found(busy, statement)
    assert codes
    # One wrong row may be wrong in two ways.
    assert (code, CODES[code][0]) in codes


def test_every_finding_is_tried() -> None:
    assert {*MEDDLING, "after_stop"} == set(CODES)


def test_every_finding_stands_in_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    for code, (what, words) in CODES.items():
        assert f"| `{code}` | the {what} {words} |" in page


def test_a_text_that_left_after_a_stop_is_found(busy: House) -> None:
    busy.take(busy.text("stop", ANA))
    busy.leaves()
    busy.later(minutes=5)
    assert audited(busy) == []
    moment = busy.clock().isoformat(timespec="microseconds")
    codes = found(busy, f"UPDATE message SET first_tried_at = '{moment}' WHERE id = {OUT}")

    assert ("after_stop", "message") in codes


def test_what_goes_wrong_as_it_should_is_no_finding(house: House) -> None:
    """Failed, uncertain, to be tried again, withdrawn: all of it has its reason."""
    house.take(*(house.text("visit", contact) for contact in (ANA, BEN, CAT)))
    kinds = {ANA: Trouble.PERMANENT, BEN: Trouble.UNCERTAIN, CAT: Trouble.RETRY}
    house.settle(
        *(
            house.result(each, SendError(kinds[each.outbound.contact], Reason.UNKNOWN))
            for each in house.claim()
        )
    )
    house.take(house.text("visit", "+15550004444"), house.text("stop", "+15550004444"))
    house.leaves()

    assert audited(house) == []


def test_a_text_that_an_operator_says_was_accepted_needs_no_name(house: House) -> None:
    house.take(house.text("visit"))
    Carrier(idempotent=False, outcome=ConnectionResetError()).tries(house)
    number = house.message(ASK).id
    house.do(lambda c: queue.settle(house.line(c), number, Operator("api"), accepted=True))

    assert audited(house) == []


def test_it_goes_through_many_rows_a_stretch_at_a_time(busy: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convo.runtime.auditing.ROWS", 2)
    assert audited(busy) == []
    assert ("no_reason", "message") in found(busy, MEDDLING["no_reason"])
