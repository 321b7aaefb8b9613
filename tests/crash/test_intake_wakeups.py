"""No request waits for ever: whatever is put into the intake, at whatever moment, comes back."""

import asyncio
import random
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from zlib import crc32

import pytest
from sqlalchemy import Connection, select

from convo import clock
from convo.errors import StoreUnavailable
from convo.messages import Inbound, Item
from convo.runtime import intake
from convo.runtime.intake import Intake
from convo.runtime.library import Library
from convo.runtime.turns import Line
from convo.settings import SIMULATOR, Account, Settings
from convo.store.engine import Store
from convo.store.tables import messages, receipts

REQUESTS, EACH = 40, 75  # phones, and texts of each: three thousand puts
WITHIN = 60.0  # seconds for a whole test; each takes a few
OURS = "+15550009999"


class Town:
    """An intake at work on a SQLite file of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "convo.db"
        self.store = Store(f"sqlite:///{self.file}")
        self.store.upgrade()
        settings = Settings.model_construct(
            database="", flows=folder, accounts={SIMULATOR: Account(provider=SIMULATOR)}, numbers={}
        )
        self.intake = Intake(self.store, settings, Library(folder), clock.system, lambda: None)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Intake]:
        writer = asyncio.create_task(self.intake.run())
        try:
            async with asyncio.timeout(WITHIN):
                yield self.intake
            assert not writer.done()
        finally:
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer

    def stored(self) -> set[str]:
        """The provider's names of all texts that are stored."""
        return set(self.store.look(lambda c: c.execute(select(messages.c.provider_id)).scalars().all()))

    def errors(self) -> dict[str, str]:
        """What could not be used, and why."""
        return self.store.look(_errors)


def _errors(connection: Connection) -> dict[str, str]:
    rows = connection.execute(
        select(receipts.c.provider_id, receipts.c.error).where(receipts.c.error.is_not(None))
    )
    return {row.provider_id: row.error for row in rows}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    town.store.close()


def text(name: str, words: str = "hello") -> Inbound:
    return Inbound(SIMULATOR, name, f"+1555000{crc32(name.encode()) % 50:04}", OURS, words, words.encode())


def test_thousands_of_requests_at_random_moments_all_come_back(town: Town) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # pytest shows it where the test fails

    async def phone(intake: Intake, place: int) -> None:
        rng = random.Random(f"{seed}-{place}")
        for count in range(EACH):
            for _ in range(rng.randint(0, 5)):
                await asyncio.sleep(rng.choice([0, 0, 0, 0.0005, 0.002]))  # any moment of the writer's round
            await intake.put([text(f"{place}-{count}")])

    async def story() -> None:
        async with town.at_work() as intake:
            await asyncio.gather(*(phone(intake, place) for place in range(REQUESTS)))

    asyncio.run(story())
    assert town.stored() == {f"{place}-{count}" for place in range(REQUESTS) for count in range(EACH)}


@pytest.mark.parametrize("steps", range(16))
def test_a_request_at_any_step_of_the_writer_comes_back(
    town: Town, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """The writer's round is a few steps of the event loop long; the second text comes after each."""

    async def work(drain: Callable[[], None], *, first: bool = False) -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        drain()
        for _ in range(5):
            await asyncio.sleep(0)

    async def story() -> None:
        monkeypatch.setattr(town.store, "work", work)
        async with town.at_work() as intake:
            earlier = asyncio.create_task(intake.put([text("first")]))
            for _ in range(steps):
                await asyncio.sleep(0)
            await intake.put([text("second")])
            await earlier

    asyncio.run(story())
    assert town.stored() == {"first", "second"}


def test_requests_that_give_up_do_not_disturb_the_others(town: Town) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")

    async def story() -> None:
        rng = random.Random(seed)
        async with town.at_work() as intake:
            requests = []
            for count in range(1000):
                requests.append(asyncio.create_task(intake.put([text(str(count))])))
                if rng.random() < 0.3:
                    rng.choice(requests).cancel()
                if rng.random() < 0.2:
                    await asyncio.sleep(rng.choice([0, 0.001]))
            came = await asyncio.gather(*requests, return_exceptions=True)
            assert {type(one) for one in came} == {type(None), asyncio.CancelledError}
            answered = {str(count) for count, one in enumerate(came) if one is None}
            assert answered <= town.stored()

    asyncio.run(story())


def test_what_the_database_refuses_fails_alone_and_is_kept_with_its_error(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = []

    def take(line: Line, items: Sequence[Item]) -> int:
        batches.append(len(items))
        taken = real(line, items)
        if any(isinstance(item, Inbound) and item.text == "poison" for item in items):
            raise ValueError("the database does not like this")
        return taken

    async def story() -> None:
        async with town.at_work() as intake:
            texts = [text(str(count), "poison" if count == 7 else "hello") for count in range(20)]
            await asyncio.gather(*(intake.put([one]) for one in texts))
            await intake.put([text("later")])

    real = intake.take
    monkeypatch.setattr(intake, "take", take)
    asyncio.run(story())
    assert max(batches) > 1, "the poisoned text was never in a batch with others"
    assert town.stored() == {str(count) for count in range(20)} - {"7"} | {"later"}
    assert town.errors() == {"7": "the database does not like this"}


def test_while_the_database_is_gone_every_request_is_told_and_later_ones_succeed(town: Town) -> None:
    async def story() -> None:
        async with town.at_work() as intake:
            await intake.put([text("before")])
            elsewhere = town.file.rename(town.file.with_suffix(".elsewhere"))
            came = await asyncio.gather(
                *(intake.put([text(str(count))]) for count in range(200)), return_exceptions=True
            )
            assert {type(one) for one in came} == {StoreUnavailable}
            elsewhere.rename(town.file)
            await asyncio.gather(*(intake.put([text(str(count))]) for count in range(200)))

    asyncio.run(story())
    assert town.stored() == {"before", *map(str, range(200))}


def test_under_a_flood_of_texts_other_writers_get_their_turn(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender writes in the same thread, and texts go first: not for ever."""
    batches = 0

    def take(line: Line, items: Sequence[Item]) -> int:
        nonlocal batches
        batches += 1
        return real(line, items)

    async def story() -> list[int]:
        over = asyncio.Event()

        async def phone(place: int) -> None:
            count = 0
            while not over.is_set():
                count += 1
                await intake.put([text(f"{place}-{count}")])

        async with town.at_work() as intake:
            phones = [asyncio.create_task(phone(place)) for place in range(200)]
            waited = []
            for _ in range(30):
                before = batches
                waited.append(await town.store.write(lambda connection: batches) - before)
            over.set()
            await asyncio.gather(*phones)
            return waited

    real = intake.take
    monkeypatch.setattr(intake, "take", take)
    waited = asyncio.run(story())
    assert sum(waited) > 30, "there was no flood"
    assert max(waited) <= intake.MOST_BATCHES, waited


def test_a_writer_that_is_cancelled_at_its_work_loses_nothing_that_it_said_is_stored(town: Town) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")

    async def story() -> set[str]:
        rng = random.Random(seed)
        stored: set[str] = set()

        async def put(name: str) -> None:
            await town.intake.put([text(name)])
            stored.add(name)

        requests = [asyncio.create_task(put(str(count))) for count in range(600)]
        for _ in range(20):
            writer = asyncio.create_task(town.intake.run())
            for _ in range(rng.randint(0, 12)):
                await asyncio.sleep(rng.choice([0, 0.001, 0.003]))
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
        async with town.at_work():  # whoever comes next takes what still waits
            await asyncio.gather(*requests)
        return stored

    assert asyncio.run(story()) == town.stored() == {str(count) for count in range(600)}


def test_a_loop_that_closes_while_the_writer_works_leaves_a_store_that_works(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is told to end in the middle of a batch: nobody hears the answer any more."""
    begun, goes_on = threading.Event(), threading.Event()

    def take(line: Line, items: Sequence[Item]) -> int:
        begun.set()
        assert goes_on.wait(10)
        return real(line, items)

    async def story() -> None:
        writer = asyncio.create_task(town.intake.run())
        request = asyncio.create_task(town.intake.put([text("last")]))
        await asyncio.to_thread(begun.wait, 10)
        for task in (writer, request):
            task.cancel()
        await asyncio.gather(writer, request, return_exceptions=True)

    real = intake.take
    monkeypatch.setattr(intake, "take", take)
    asyncio.run(story())
    goes_on.set()
    assert town.store.transact(lambda connection: True)
    town.store.close()  # waits for what is under way
    assert Store(f"sqlite:///{town.file}").look(
        lambda c: c.execute(select(messages.c.provider_id)).scalars().all()
    ) == ["last"]
