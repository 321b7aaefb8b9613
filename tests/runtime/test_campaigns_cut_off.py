"""Campaigns that are cut off, cancelled or changed in the middle of something."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from convo.errors import CampaignError
from convo.messages import Trouble
from convo.runtime import calling, campaigns, loading
from convo.runtime.calling import Tried
from convo.runtime.loading import BATCH, Books, Listener
from convo.runtime.spreadsheets import Row, sheet
from convo.settings import Number
from convo.store.campaigns import Counts, State
from tests.runtime.campaign import Office
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, CAT, INVITE, OURS, House

LIST = f"contact,name\n{ANA},Ana\n{BEN},Ben\n"


@pytest.fixture
def office(house: House, tmp_path: Path) -> Office:
    return Office(house, tmp_path)


def test_one_that_is_half_taken_away_is_not_loaded_and_nobody_of_it_begins(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, transact = office.makes(), office.house.store.transact
    office.loads(LIST)
    monkeypatch.setattr(campaigns, "_DROPPED_AT_ONCE", 1)
    done = 0

    def once(job: Callable[[Connection], Any]) -> Any:
        nonlocal done
        done += 1
        if done > 1:
            raise KeyboardInterrupt
        return transact(job)

    with monkeypatch.context() as cut:
        cut.setattr(office.house.store, "transact", once)
        with pytest.raises(KeyboardInterrupt):
            campaigns.discard(office.house.store, number)

    assert len(office.members()) == 1
    with pytest.raises(CampaignError, match="not loaded to its end"):
        office.start()
    with pytest.raises(CampaignError, match="was being taken away"):
        office.loads(f"contact,name\n{CAT},Cat\n")
    campaigns.discard(office.house.store, number)
    office.makes()
    office.loads(f"contact,name\n{CAT},Cat\n")
    assert list(office.members()) == [CAT]


def test_nobody_is_added_to_one_that_is_cancelled_while_its_list_is_read(office: Office) -> None:
    office.makes()
    path = office.folder / "list.csv"
    path.write_text(people(BATCH + 1))
    house, campaign = office.house, office.stands().campaign

    def meanwhile(position: int, counts: Counts) -> None:
        office.cancel()

    def ignore(row: Row, why: str) -> None:
        raise AssertionError(why)

    with pytest.raises(CampaignError, match="was cancelled"):
        loading.load(
            Books(house.do, house.do),
            house.settings,
            house.library.current["invite"],
            campaign,
            sheet(path),
            Listener(ignore, meanwhile),
            house.clock,
        )
    assert len(office.members()) == BATCH
    assert office.stands().campaign.status is State.CANCELLED


def test_a_list_may_have_a_name_that_is_no_text(office: Office) -> None:
    office.makes()
    assert office.loads(LIST, "liste\udce9.csv").name == "liste\ufffd.csv"


def test_a_load_that_was_cut_off_within_a_stray_quote_goes_on_where_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.makes()
    monkeypatch.setattr(loading, "BATCH", 7)
    rows = [f"+1555{place:07},{chr(34) * (place % 5 == 1)}P{place}\n" for place in range(60)]
    write, batches = loading._Loader.write, 0

    def cut(loader: Any, at: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches == 4:
            raise KeyboardInterrupt
        return write(loader, at)

    with monkeypatch.context() as patch:
        patch.setattr(loading._Loader, "write", cut)
        with pytest.raises(KeyboardInterrupt):
            office.loads("contact,name\n" + "".join(rows))
    assert office.stands().counts.read == 21
    assert office.loads("contact,name\n" + "".join(rows)).counts == Counts(read=60, added=48, bad=12)
    assert [line for line, _ in office.bad] == list(range(3, 62, 5))
    assert {one.contact: one.vars for one in office.members().values()} == {
        f"+1555{place:07}": {"name": f"P{place}"} for place in range(60) if place % 5 != 1
    }


CALLS = """\
flow: calls
start: look
states:
  look: {call: {action: look, done: ask, failed: ask}}
  ask: {say: "Can you come?", replies: {yes: done}, otherwise: {say: "YES?"}, after: {1 day: done}}
  done: {end: done}
"""
OTHER = "+15550008888"


def test_calls_of_another_number_hold_nobody_back(build: Build, tmp_path: Path) -> None:
    numbers = {OURS: Number(rate="1/second"), OTHER: Number(rate="1/second")}
    office = Office(build(numbers, {"calls": CALLS, "invite": INVITE}), tmp_path)
    office.starts(people(20), "calls", name="calls", numbers=[OTHER])
    assert office.launches() == 10  # each of them may lead to a text
    office.starts(people(20), name="invites", numbers=[OURS])
    assert office.launches() == 10


def people(count: int) -> str:
    return "contact,name\n" + "".join(f"+1555{place:07},P{place}\n" for place in range(count))


def test_cancelling_ends_who_waits_for_a_call_and_was_told_nothing(build: Build, tmp_path: Path) -> None:
    told = CALLS.replace("look: {call", 'look: {say: "One moment.", call').replace("calls", "told")
    office = Office(build(flows={"calls": CALLS, "told": told}), tmp_path)
    office.starts(f"contact\n{BEN}\n", "told", name="told")
    office.launches()
    assert [one.text for one in office.leaves()] == ["One moment."]
    assert office.cancel() == 0
    office.starts(f"contact\n{ANA}\n", "calls")
    office.launches()
    assert office.cancel() == 0

    assert office.house.conversation(ANA).outcome == "cancelled"
    assert office.house.conversation(BEN).status == "calling"  # and was told of it
    assert office.house.rows("SELECT count(*) FROM call") == [(1,)]


def test_what_a_call_has_led_to_while_it_was_cancelled_is_withdrawn_and_counted(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(build(flows={"calls": CALLS}), tmp_path)
    house, withdraw = office.house, campaigns._withdraw_all
    office.starts(f"contact\n{ANA}\n", "calls")
    office.launches()

    def then_called(*given: Any) -> int:
        count = withdraw(*given)
        claims = house.do(lambda c: calling.claim(c, house.clock(), 1, house.new_key))
        done = [Tried(claim, house.clock(), {}) for claim in claims]
        house.do(lambda c: calling.settle(house.line(c), done))
        return count

    monkeypatch.setattr(campaigns, "_withdraw_all", then_called)
    assert office.cancel() == 1
    assert house.conversation().outcome == "cancelled"
    assert office.leaves() == []


def test_a_text_that_may_have_gone_is_not_counted_as_withdrawn(build: Build, tmp_path: Path) -> None:
    office = Office(build({OURS: Number(rate="1/second")}), tmp_path)
    office.starts(LIST)
    office.launches()
    office.house.fails(Trouble.RETRY)
    assert office.cancel() == 1
    assert office.house.rows("SELECT status FROM message ORDER BY status") == [("uncertain",), ("withdrawn",)]
    assert office.house.rows("SELECT count(*) FROM conversation WHERE outcome = 'cancelled'") == [(1,)]
