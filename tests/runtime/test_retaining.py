"""Retention: each kind goes when its own time is over, and nothing that has no time there."""

import asyncio
import gzip
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select, text

from convo.errors import StoreUnavailable
from convo.messages import Unread
from convo.retention import Retention, Stock
from convo.runtime import archiving, retaining
from convo.runtime.auditing import Audit
from convo.runtime.rebuilding import rebuild
from convo.runtime.retaining import WORDS, Retainer, sweep
from convo.settings import SIMULATOR
from convo.store import archive, counting
from convo.store.engine import Job
from convo.store.tables import ERASED, OUTLIVED, receipts
from tests.runtime.campaign import Office
from tests.runtime.house import BEN, CAT, House
from tests.runtime.verifying import Desk

MONTH = timedelta(days=30)
TABLES = (
    "contact", "conversation", "event", "message", "receipt", "verification",
    "reminder", "campaign", "campaign_file", "campaign_contact",
)  # fmt: skip


@pytest.fixture
def old(house: House, tmp_path: Path) -> House:
    """Something of every kind that was over forty days ago, and a talk that goes on."""
    office = Office(house, tmp_path)
    house.take(house.text("visit"), house.text("visit", BEN), house.text("anyone?", CAT))
    house.take(Unread(SIMULATOR, "not an object", b"[]"))
    house.leaves()
    house.take(house.text("yes"))
    house.leaves()
    Desk(house).send()
    house.leaves()
    house.take(house.text("person", BEN))  # who is with a person from now on, and never ends by himself
    house.leaves()
    office.starts("contact,name\n+15550004444,Dan\n")
    office.launches()
    house.leaves()
    house.do(lambda c: c.execute(text(REMINDER), {"at": house.clock().isoformat()}))
    house.clock.move_to(house.clock() + timedelta(days=3))
    office.launches()
    house.clock.move_to(house.clock() + timedelta(days=37))
    return house


REMINDER = """
INSERT INTO reminder (key, flow, contact, number, vars, at, first, zone, status, created_at, updated_at)
VALUES ('visit 7', 'visit', '+15550005555', '+15550009999', '{}', 'now', 'now', 'UTC', 'started', :at, :at)
"""


def counts(house: House) -> dict[str, int]:
    return {table: len(house.rows(f"SELECT 1 FROM {table}")) for table in TABLES}


def keeps(house: House, **kinds: timedelta | Path) -> Counter[str]:
    """Sweep with these settings."""
    return sweep(house.store, Retention.model_validate(kinds), house.clock())


def gone(house: House, **kinds: timedelta | Path) -> dict[str, int]:
    """How many rows of which tables a sweep with these settings took."""
    before = counts(house)
    keeps(house, **kinds)
    after = counts(house)
    return {table: before[table] - after[table] for table in TABLES if before[table] != after[table]}


def test_nothing_goes_where_nothing_is_set(old: House) -> None:
    assert gone(old) == {}


def test_nothing_goes_before_its_time(old: House) -> None:
    assert gone(old, **{stock.value: timedelta(days=41) for stock in Stock}) == {}


@pytest.mark.parametrize(
    ("stock", "taken"),
    [
        (Stock.CONVERSATIONS, {"conversation": 1, "event": 1, "message": 4, "receipt": 2}),
        (Stock.TEXTS, {"message": 2, "receipt": 1}),  # and the text of the code
        (Stock.HISTORIES, {"event": 1}),
        (Stock.DELIVERIES, {"receipt": 1}),
        (Stock.VERIFICATIONS, {"verification": 1}),
        (Stock.REMINDERS, {"reminder": 1}),
        (Stock.CAMPAIGNS, {"campaign": 1, "campaign_file": 1, "campaign_contact": 1}),
    ],
)
def test_each_kind_goes_alone(old: House, stock: Stock, taken: dict[str, int]) -> None:
    before = old.clock() - MONTH
    older = old.store.look(lambda c: archive.count(c, stock, before))

    assert gone(old, **{stock.value: MONTH}) == taken
    assert older > 0
    assert old.store.look(lambda c: archive.count(c, stock, before)) == 0


def test_a_campaign_that_nobody_started_goes_and_one_that_runs_stays(old: House, tmp_path: Path) -> None:
    office = Office(old, tmp_path)
    office.makes(name="never")
    office.loads("contact,name\n+15550006666,Fay\n")
    office.starts("contact,name\n+15550004444,Dan\n", name="runs")
    old.clock.move_to(old.clock() + timedelta(days=31))

    assert gone(old, campaigns=MONTH)["campaign"] == 2
    assert [each for (each,) in old.rows("SELECT name FROM campaign")] == ["runs"]
    assert [each for (each,) in old.rows("SELECT contact FROM campaign_contact")] == ["+15550004444"]


def test_words_of_deliveries_go_and_each_is_known_again(old: House) -> None:
    again = old.text("yes", name="in-1")
    old.do(
        lambda c: c.execute(text("UPDATE receipt SET raw = :raw WHERE provider_id = 'in-2'"), {"raw": ERASED})
    )
    taken = keeps(old, deliveries=MONTH)
    raws = old.do(lambda c: dict(c.execute(select(receipts.c.provider_id, receipts.c.raw)).all()))
    messages = counts(old)["message"]
    old.take(again)

    assert taken[WORDS] == len(raws) - 1
    assert raws.pop("in-2") == ERASED
    assert set(raws.values()) == {OUTLIVED}
    assert counts(old)["message"] == messages
    assert list(Audit(old.store, old.library, old.clock).run()) == []
    assert keeps(old, deliveries=MONTH) == {}


def test_a_delivery_whose_text_is_there_is_known_again_whatever_was_wrong_with_it(house: House) -> None:
    house.take(house.text("visit"))
    house.do(lambda c: c.execute(text("UPDATE receipt SET error = 'no such word: visit'")))
    house.take(Unread(SIMULATOR, "not an object", b"[]"))
    house.clock.move_to(house.clock() + timedelta(days=40))

    assert gone(house, deliveries=MONTH) == {"receipt": 1}
    assert house.rows("SELECT error FROM receipt") == [(OUTLIVED.decode(),)]
    assert list(Audit(house.store, house.library, house.clock).run()) == []


def test_a_talk_that_ended_long_ago_waits_for_the_report_of_what_left_of_late(old: House) -> None:
    old.do(
        lambda c: c.execute(
            text("UPDATE message SET sent_at = :now WHERE direction = 'out'"), {"now": now(old)}
        )
    )

    assert gone(old, conversations=MONTH, texts=MONTH) == {"message": 1, "receipt": 1}  # what nobody took


def now(house: House) -> str:
    return house.clock().isoformat(timespec="microseconds")


def test_what_somebody_holds_keeps_nothing_else(old: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One conversation at a time, the first of which is held for good; other kinds are swept."""
    original, asked = archive.drop, Counter[str]()

    def drop(connection: Connection, table: Table, *rest: Any, **named: Any) -> Counter[str]:
        asked[table.name] += 1
        if table.name == "conversation" and asked["conversation"] == 1:
            raise StoreUnavailable("somebody holds it")
        return original(connection, table, *rest, **named)

    monkeypatch.setattr(archive, "drop", drop)
    monkeypatch.setattr(archiving, "_AT_ONCE", 1)
    old.take(old.text("visit", CAT))
    old.leaves()
    old.take(old.text("yes", CAT))
    old.leaves()
    old.clock.move_to(old.clock() + timedelta(days=40))
    retention = Retention.model_validate({"conversations": MONTH, "reminders": MONTH})
    rows, whole = Retainer(old.store, retention, old.clock)._sweep(old.store)

    assert not whole
    assert (rows["conversation"], rows["reminder"]) == (0, 1)
    assert len(old.rows("SELECT 1 FROM conversation WHERE status = 'ended'")) == 1  # of two


def test_the_figures_stay_and_the_books_balance(old: House) -> None:
    def figures() -> Counter[str]:
        old.do(counting.fold)
        found: Counter[str] = Counter()
        for figure, value in old.rows("SELECT figure, value FROM insight"):
            found[str(figure)] += int(str(value))
        return found

    before = figures()
    keeps(old, **{stock.value: MONTH for stock in Stock})

    assert figures() == before
    assert list(Audit(old.store, old.library, old.clock).run()) == []
    old.do(lambda c: rebuild(c, old.library))
    assert figures() == before


def test_rows_go_into_files_first_where_a_folder_is_set(old: House, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    taken = gone(old, archive=folder, **{stock.value: MONTH for stock in Stock})
    files = folder.glob("*.jsonl.gz")
    lines = [line for file in files for line in gzip.decompress(file.read_bytes()).decode().splitlines()]

    assert taken["campaign_contact"] == taken["reminder"] == 1
    assert sum(f'"table":"{table}"' in line for line in lines for table in TABLES) == sum(taken.values())
    assert gone(old, archive=folder, **{stock.value: MONTH for stock in Stock}) == {}


def test_a_reminder_that_is_set_anew_meanwhile_stays(old: House, monkeypatch: pytest.MonkeyPatch) -> None:
    transact = old.store.transact

    def meanwhile(job: Job[object]) -> object:
        transact(lambda c: c.execute(text("UPDATE reminder SET due_at = updated_at")))
        return transact(job)

    monkeypatch.setattr(old.store, "transact", meanwhile)
    assert keeps(old, reminders=MONTH) == {}
    assert counts(old)["reminder"] == 1


@pytest.mark.parametrize("broken", [None, Stock.CONVERSATIONS])
def test_a_process_that_serves_sweeps_by_itself(
    old: House, monkeypatch: pytest.MonkeyPatch, broken: Stock | None
) -> None:
    """A kind that cannot be swept keeps no other from it."""
    monkeypatch.setattr(retaining, "FIRST_AFTER", 0.0)
    swept = asyncio.Event()
    monkeypatch.setattr(retaining.log, "info", lambda *_, **__: swept.set())
    over = archive.over
    monkeypatch.setattr(
        archive, "over", lambda stock, before: over(stock, before) if stock != broken else 1 / 0
    )
    retention = Retention(conversations=MONTH, verifications=MONTH)

    async def serve() -> None:
        line = asyncio.create_task(Retainer(old.store, retention, old.clock).run())
        async with asyncio.timeout(60):
            await swept.wait()
        line.cancel()
        await asyncio.gather(line, return_exceptions=True)

    before = counts(old)
    asyncio.run(serve())
    after = counts(old)
    assert after["verification"] == before["verification"] - 1
    assert after["conversation"] == before["conversation"] - (broken is None)


def test_it_ends_in_the_middle_of_a_sweep(old: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retaining, "FIRST_AFTER", 0.0)
    before, read = counts(old), old.store.read

    async def serve() -> None:
        began = asyncio.Event()

        async def look(job: Job[object]) -> object:
            began.set()
            return await read(job)

        monkeypatch.setattr(old.store, "read", look)
        line = asyncio.create_task(Retainer(old.store, Retention(conversations=MONTH), old.clock).run())
        await began.wait()
        line.cancel()
        with pytest.raises(asyncio.CancelledError):
            await line

    asyncio.run(serve())
    assert counts(old) == before
