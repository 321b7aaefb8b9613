"""A process that ends gives back what takes too long: another one has it at once, and not after a lease.

No time passes in these stories.
"""

import asyncio

from convo.messages import Accepted, Outbound, Status
from convo.runtime.relay import Relay
from convo.runtime.sender import Sender
from convo.settings import SIMULATOR
from convo.store.outgoing import OutgoingEvent
from tests.runtime.house import Carrier, House


class Hanging(Carrier):
    """A provider that takes texts and does not answer."""

    def __init__(self, *, idempotent: bool) -> None:
        super().__init__(idempotent=idempotent)
        self.has_one = asyncio.Event()

    async def send(self, message: Outbound) -> Accepted:
        self.took.append(message)
        self.has_one.set()
        await asyncio.Event().wait()
        raise AssertionError("it never answers")


def stopped(house: House, *, idempotent: bool) -> Outbound:
    """What a sender had on its way when it was stopped."""
    provider = Hanging(idempotent=idempotent)

    async def story() -> None:
        sender = Sender(
            house.store,
            house.settings,
            house.library,
            {SIMULATOR: provider},
            house.clock,
            lambda: None,
        )
        working = asyncio.create_task(sender.run(alone=False))
        async with asyncio.timeout(30):
            await provider.has_one.wait()
            await sender.stop(0.05)
            await working

    house.take(house.text("visit"))
    asyncio.run(story())
    (took,) = provider.took
    return took


def test_a_provider_that_knows_our_key_is_asked_again_at_once(house: House) -> None:
    took = stopped(house, idempotent=True)

    (claimed,) = house.claim()
    assert (claimed.outbound.key, claimed.outbound.text, claimed.tries) == (took.key, "Can you come?", 2)


def test_where_it_may_have_gone_nobody_sends_it_again(house: House) -> None:
    stopped(house, idempotent=False)

    assert house.claim() == []
    assert house.message("Can you come?").status is Status.UNCERTAIN


def test_a_given_back_text_that_cannot_be_sent_any_more_may_have_gone(house: House) -> None:
    """A STOP withdraws what waits, and cannot take back what has left."""
    stopped(house, idempotent=True)
    house.take(house.text("stop"))

    assert house.message("Can you come?").status is Status.UNCERTAIN


def test_an_event_that_is_being_told_is_told_by_another(house: House) -> None:
    house.take(house.text("stop"))
    came: list[OutgoingEvent] = []

    async def story() -> None:
        began = asyncio.Event()

        async def hangs(event: OutgoingEvent) -> None:
            del event
            began.set()
            await asyncio.Event().wait()

        dying, other = (Relay(house.store, house.settings.events, house.clock) for _ in range(2))
        dying.on("*", hangs)
        other.on("*", came.append)
        working = asyncio.create_task(dying.run(alone=False))
        async with asyncio.timeout(30):
            await began.wait()
            assert await other.tell() == 0
            await dying.stop(0.05)
            await working
            assert await other.tell() == 1

    asyncio.run(story())
    assert [event.kind for event in came] == ["consent.stopped"]
