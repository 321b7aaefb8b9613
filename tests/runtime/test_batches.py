"""The intake's queue: whatever waits goes in together, and one request's trouble is its own."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from convo.errors import StoreUnavailable
from convo.messages import Inbound, Item
from convo.runtime import intake
from convo.runtime.intake import Intake
from convo.runtime.turns import Line
from tests.runtime.house import ANA, BEN, House


def run(house: House, *requests: Sequence[Item]) -> list[BaseException | None]:
    """Put what these requests bring, all at once; how each of them ended."""

    async def serve() -> list[BaseException | None]:
        line = Intake(house.store, house.settings, house.library, house.clock, lambda: None)
        puts = [asyncio.create_task(line.put(items)) for items in requests]
        await asyncio.wait(puts, timeout=0)
        task = asyncio.create_task(line.run())
        ended = await asyncio.wait_for(asyncio.gather(*puts, return_exceptions=True), 30)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return ended

    return asyncio.run(serve())


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many items each transaction took."""
    sizes: list[int] = []
    take = intake.take

    def counted(line: Line, items: Sequence[Item]) -> int:
        sizes.append(len(items))
        return take(line, items)

    monkeypatch.setattr(intake, "take", counted)
    return sizes


def test_what_waits_goes_in_together_and_not_more_than_fits(house: House, transactions: list[int]) -> None:
    people = [f"+1555000{place:04d}" for place in range(100)]

    assert run(house, *([house.text("visit", who)] for who in people)) == [None] * 100
    assert transactions == [64, 36]
    assert all(house.said(who) == ["Can you come?"] for who in people)


def test_one_request_may_bring_more_than_one_transaction_takes(house: House, transactions: list[int]) -> None:
    texts = [house.text("visit", f"+1555000{place:04d}") for place in range(80)]

    assert run(house, texts, [house.text("visit", ANA)]) == [None, None]
    assert transactions == [64, 16, 1]


def test_a_text_that_cannot_be_stored_is_kept_raw_while_its_batch_is_answered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = intake.take

    def refuses(line: Line, items: Sequence[Item]) -> int:
        if any(isinstance(item, Inbound) and item.text == "poison" for item in items):
            raise ValueError("no column takes this")
        return take(line, items)

    monkeypatch.setattr(intake, "take", refuses)
    before, bad, after = (
        house.text("visit", ANA), house.text("poison", BEN, name="bad"), house.text("yes", ANA)
    )  # fmt: skip

    assert run(house, [before], [bad], [after]) == [None, None, None]
    assert house.said(ANA) == ["Can you come?", "See you!"]
    assert house.rows("SELECT provider_id, error FROM receipt WHERE error IS NOT NULL") == [
        ("bad", "no column takes this")
    ]


def test_a_store_that_cannot_store_tells_every_request(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(job: Any) -> None:
        del job
        raise StoreUnavailable("locked")

    monkeypatch.setattr(house.store, "transact", away)
    ended = run(house, [house.text("visit", ANA)], [house.text("visit", BEN)])
    monkeypatch.undo()

    assert [type(error) for error in ended] == [StoreUnavailable, StoreUnavailable]
    assert house.history(ANA) == house.history(BEN) == []


def test_a_request_that_gave_up_waiting_does_not_disturb_the_others(house: House) -> None:
    async def serve() -> None:
        line = Intake(house.store, house.settings, house.library, house.clock, lambda: None)
        gone = asyncio.create_task(line.put([house.text("visit", ANA)]))
        stays = asyncio.create_task(line.put([house.text("visit", BEN)]))
        await asyncio.wait([gone, stays], timeout=0)
        gone.cancel()
        task = asyncio.create_task(line.run())
        await asyncio.wait_for(stays, 30)
        task.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)

    asyncio.run(serve())
    assert house.said(BEN) == ["Can you come?"]


def test_nothing_put_just_as_the_line_falls_asleep_is_overlooked(house: House) -> None:
    """A lost wake-up would leave a request waiting for the next one."""

    async def serve() -> None:
        line = Intake(house.store, house.settings, house.library, house.clock, lambda: None)
        task = asyncio.create_task(line.run())
        for place in range(40):
            first = asyncio.create_task(line.put([house.text("hello", ANA, name=f"a-{place}")]))
            while not first.done():
                await asyncio.sleep(0)
                if place % 2 and not first.done():
                    continue
            await asyncio.wait_for(line.put([house.text("hello", BEN, name=f"b-{place}")]), 10)
            await first
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(serve())
    assert len(house.history(ANA)) == len(house.history(BEN)) == 40


def test_an_empty_delivery_needs_no_transaction(house: House, transactions: list[int]) -> None:
    assert run(house, []) == [None]
    assert transactions == []
