"""What came of a send is settled, whatever the sender was doing when it came."""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, func, select

from convo import clock
from convo.messages import Accepted, Direction, Item, Outbound, RawRequest, Response, Status
from convo.providers.base import Traits
from convo.runtime.library import Library
from convo.runtime.sender import Sender
from convo.settings import SIMULATOR, Settings
from convo.store import contacts, messages
from convo.store.engine import Store
from convo.store.tables import messages as message_table

PEOPLE, TEXTS = 50, 6
WITHIN = 12.0  # seconds, less than a lease: what is lost does not come back in time


class Carrier:
    """A provider that takes every text after a moment, and counts how often each one came."""

    name = "carrier"
    traits = Traits(idempotent=False)

    def __init__(self, rng: random.Random) -> None:
        self.came: Counter[int] = Counter()
        self._rng = rng

    async def send(self, message: Outbound) -> Accepted:
        await asyncio.sleep(self._rng.uniform(0, 0.01))  # results come at every moment of a round
        self.came[message.id] += 1
        return Accepted(message.key)

    def verify(self, request: RawRequest) -> None:
        raise AssertionError("no webhook comes in this story")

    def parse(self, request: RawRequest) -> Sequence[Item]:
        raise AssertionError("no webhook comes in this story")

    def acknowledge(self, request: RawRequest) -> Response:
        raise AssertionError("no webhook comes in this story")

    async def close(self) -> None:
        pass


def test_every_result_is_settled_before_its_lease_ends(store: Store, tmp_path: Path) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # pytest shows it where the test fails
    carrier = Carrier(random.Random(seed))
    store.transact(queue)

    async def story() -> None:
        sender = Sender(
            store, Settings(), Library(tmp_path), {SIMULATOR: carrier}, clock.system, lambda: None
        )
        working = asyncio.create_task(sender.run(alone=True))
        async with asyncio.timeout(WITHIN):
            while await store.read(unsettled):
                assert not working.done(), working.exception()
                await asyncio.sleep(0.05)  # nothing but the database says when all is settled
            await sender.stop(5)
            await working

    asyncio.run(story())
    assert set(carrier.came.values()) == {1}
    assert len(carrier.came) == PEOPLE * TEXTS


def queue(connection: Connection) -> None:
    """Queue some texts to each of these people."""
    now = clock.system()
    known = contacts.lock(connection, [f"+1555000{place:04}" for place in range(PEOPLE)], now)
    messages.write(
        connection,
        [
            messages.Draft(
                direction=Direction.OUT,
                account=SIMULATOR,
                number="+15550009999",
                brand="+15550009999",
                contact_id=contact.id,
                text=f"Text {place}",
                segments=1,
                status=Status.QUEUED,
                created_at=now,
                due_at=now,
            )
            for contact in known.values()
            for place in range(TEXTS)
        ],
    )


def unsettled(connection: Connection) -> int:
    """How many are not sent yet."""
    statement = select(func.count()).select_from(message_table)
    return connection.execute(statement.where(message_table.c.status != Status.SENT.value)).scalar_one()
