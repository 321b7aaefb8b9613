"""Python subscribers in the process: told one event at a time, those of a contact in their order."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from convo.endpoints import IN_PROCESS
from convo.runtime import subscribers
from convo.runtime.relay import LEASE_HEARD, WAITS, Relay
from convo.store import deliveries, outgoing
from convo.store.deliveries import Delivery, State
from convo.store.outgoing import Chosen, OutgoingEvent
from tests.runtime.house import ANA, BEN, House


@pytest.fixture
def said(house: House) -> House:
    """Ana and Ben have stopped and started, three times each."""
    for words in ["stop", "start"] * 3:
        house.take(house.text(words), house.text(words, BEN))
    return house


def relay(house: House) -> Relay:
    return Relay(house.store, house.settings.events, house.clock)


def fates(house: House) -> list[Delivery]:
    found = house.do(lambda c: outgoing.listed(c, Chosen(), 0, 100))
    return [each for one in found for each in one.deliveries]


def by_contact(events: list[OutgoingEvent]) -> dict[str, list[int]]:
    return {who: [event.id for event in events if event.contact == who] for who in (ANA, BEN)}


def test_each_contact_is_told_of_in_order_by_however_many_processes(said: House) -> None:
    came: list[OutgoingEvent] = []
    one, other = relay(said), relay(said)
    one.on("*", came.append)
    other.on("consent.*", came.append)

    async def tell() -> None:
        await asyncio.gather(one.tell(), other.tell())

    asyncio.run(tell())
    assert {who: sorted(ids) for who, ids in by_contact(came).items()} == by_contact(came)
    assert sorted(event.id for event in came) == list(range(1, 13))
    assert {each.status for each in fates(said)} == {State.TOLD}


def test_they_are_never_called_beside_one_another(said: House) -> None:
    at_once, most = 0, 0
    lock = threading.Lock()

    def counts(event: OutgoingEvent) -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        with lock:
            at_once -= 1

    async def waits(event: OutgoingEvent) -> None:
        counts(event)
        await asyncio.sleep(0)

    one = relay(said)
    one.on("*", counts)
    one.on("*", waits)
    asyncio.run(one.tell())

    assert most == 1


def test_who_takes_too_long_was_told_and_holds_up_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscribers, "PATIENCE", timedelta(seconds=1))
    house.take(house.text("stop"), house.text("start"))
    came: list[str] = []

    async def sleeps(event: OutgoingEvent) -> None:
        await asyncio.sleep(60)

    one = relay(house)
    one.on("consent.stopped", sleeps)
    one.on("*", lambda event: came.append(event.kind))
    asyncio.run(one.tell())

    assert came == ["consent.stopped", "consent.started"]
    assert {each.status for each in fates(house)} == {State.TOLD}


def test_who_could_not_be_called_is_told_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every thread is taken by somebody who never comes back."""
    monkeypatch.setattr(subscribers, "PATIENCE", timedelta(seconds=0.05))
    house.take(house.text("stop"))
    came: list[OutgoingEvent] = []
    free = threading.Event()

    async def tell(threads: int) -> None:
        loop = asyncio.get_running_loop()
        pool = ThreadPoolExecutor(1)
        loop.set_default_executor(pool)
        taken = [pool.submit(free.wait) for _ in range(threads)]
        one = relay(house)
        one.on("*", came.append)
        await one.tell()
        free.set()
        assert all(each.result() for each in taken)

    asyncio.run(tell(1))
    (fate,) = fates(house)
    assert (fate.status, fate.error, came) == (State.WAITING, "no thread was free for a subscriber", [])
    house.later(seconds=2 * WAITS[0].total_seconds())
    asyncio.run(tell(0))
    assert [event.kind for event in came] == ["consent.stopped"]


def test_where_nobody_subscribes_there_is_nothing_to_keep(said: House) -> None:
    one = relay(said)
    one.on("order.*", lambda event: None)
    asyncio.run(one.tell())

    assert fates(said) == []
    assert len(said.events()) == 6


@pytest.mark.parametrize("kind", ["consent.started", "consent.*", "*"])
def test_a_subscriber_hears_the_kinds_that_it_named(house: House, kind: str) -> None:
    heard: list[str] = []
    house.take(*(house.text(words) for words in ("stop", "start", "help")))
    one = relay(house)
    one.on(kind, lambda event: heard.append(event.kind))
    asyncio.run(one.tell())

    assert heard == [
        each
        for each in ("consent.stopped", "consent.started", "consent.help")
        if kind in (each, "consent.*", "*")
    ]


@pytest.mark.parametrize(("kind", "said"), [("consent.stoped", "did you mean"), ("STOP", "names no events")])
def test_a_kind_that_there_is_not_is_refused(house: House, kind: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        relay(house).on(kind, lambda event: None)


def test_what_a_process_that_died_had_claimed_comes_before_what_is_newer(house: House) -> None:
    came: list[str] = []
    house.take(house.text("stop"))
    now = house.clock()
    house.do(lambda c: deliveries.claim(c, IN_PROCESS, now, now + LEASE_HEARD, 1))
    house.take(house.text("start"))
    one = relay(house)
    one.on("*", lambda event: came.append(event.kind))
    asyncio.run(one.tell())
    assert came == []
    house.later(seconds=LEASE_HEARD.total_seconds())
    asyncio.run(one.tell())

    assert came == ["consent.stopped", "consent.started"]
