"""The machine's clock is set back an hour in the middle: nothing is lost, and nothing happens twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from convo import clock
from convo.app import App
from convo.messages import Inbound, SendError, Status, Trouble
from convo.providers.simulator import Simulator
from convo.settings import SIMULATOR, Settings
from convo.store import messages

ANA, BEN, OURS = "+15550001111", "+15550002222", "+15550009999"
FLOW = """\
flow: hello
start: hi
triggers: {anything: true}
states:
  hi:
    say: Hello!
    replies: {bye: gone}
    otherwise: {say: BYE?}
    after: {30 minutes: {say: Still there?}}
  gone: {say: Bye., end: gone}
"""
WITHIN = 30.0  # seconds; it takes one or two


class Machine:
    """A serving process, and its clock."""

    def __init__(self, folder: Path, url: str) -> None:
        self._ahead = timedelta()
        self.app = App(Settings(database=url, flows=folder), self.now)

    def now(self) -> datetime:
        return clock.system() + self._ahead

    def turn(self, **time: float) -> None:
        """Turn the clock, forward or back."""
        self._ahead += timedelta(**time)

    async def texts(self, words: str, contact: str = ANA) -> None:
        name = f"{contact}-{words}"
        text = Inbound(SIMULATOR, name, contact, OURS, words, words.encode())
        for _ in range(2):  # the provider says everything twice
            await self.app.intake.put([text])

    async def hears(self, *said: str, contact: str = ANA) -> None:
        """Wait until exactly this has been delivered, in this order."""
        await self.until(lambda: len(self.delivered(contact)) >= len(said))
        assert self.delivered(contact) == list(said)

    def delivered(self, contact: str) -> list[str]:
        found = self.app.store.look(lambda c: messages.listed(c, contact, 0, 100))
        return [each.text for each in found if each.status is Status.DELIVERED]

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN):
            while not happened():  # noqa: ASYNC110 - the store has nothing to wait on
                await asyncio.sleep(0.02)


@asynccontextmanager
async def serving(folder: Path, url: str) -> AsyncIterator[Machine]:
    (folder / "hello.yaml").write_text(FLOW)
    machine = Machine(folder, url)
    assert await machine.app.start() == []
    try:
        yield machine
        assert machine.app.stopped() == []
    finally:
        await machine.app.stop()


def test_a_talk_goes_on_in_the_hour_that_comes_twice(tmp_path: Path, database_url: str) -> None:
    async def story() -> None:
        async with serving(tmp_path, database_url) as machine:
            await machine.texts("hi")
            await machine.hears("Hello!")
            machine.turn(hours=-1)
            await machine.texts("what?")
            await machine.texts("hi", BEN)
            await machine.hears("Hello!", "BYE?")
            await machine.hears("Hello!", contact=BEN)
            machine.turn(minutes=31)
            await machine.hears("Hello!", "Still there?", contact=BEN)
            assert machine.delivered(ANA) == ["Hello!", "BYE?"]  # her clock began later
            machine.turn(minutes=60)
            await machine.hears("Hello!", "BYE?", "Still there?")
            await machine.texts("bye")
            await machine.hears("Hello!", "BYE?", "Still there?", "Bye.")

    asyncio.run(story())


def test_a_text_that_waits_and_a_stop_outlast_it(tmp_path: Path, database_url: str) -> None:
    async def story() -> None:
        async with serving(tmp_path, database_url) as machine:
            phones = machine.app.providers[SIMULATOR]
            assert isinstance(phones, Simulator)
            phones.tell(ANA, SendError(Trouble.RETRY))
            await machine.texts("hi")
            await machine.texts("stop", BEN)
            await machine.until(lambda: len(machine.delivered(BEN)) == 1)
            machine.turn(hours=-1)
            await machine.texts("start", BEN)
            await machine.until(lambda: len(machine.delivered(BEN)) == 2)
            await machine.texts("hi", BEN)
            await machine.until(lambda: machine.delivered(BEN)[-1] == "Hello!")
            machine.turn(hours=1, seconds=5)
            await machine.hears("Hello!")

    asyncio.run(story())
