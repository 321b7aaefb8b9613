"""One process takes texts in, others send and keep the clocks: each wakes the one that has something to do.

Nobody looks by himself here: what is not told would never happen.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from convo.app import App
from convo.messages import Inbound, Status
from convo.roles import LINES, Role
from convo.settings import SIMULATOR, Settings
from convo.store import engine, messages

ANA, BEN, OURS = "+15550001111", "+15550002222", "+15550009999"
WITHIN = 30.0  # seconds; it takes a few milliseconds
FLOWS = {
    "hello": "flow: hello\nstart: hi\ntriggers: {keyword: [hello]}\nstates:\n"
    "  hi: {say: Hello!, after: {1 second: more}}\n  more: {say: Still there?, end: greeted}\n",
    "ask": "flow: ask\nstart: look\ntriggers: {keyword: [ask]}\nstates:\n"
    "  look: {call: {action: look, within: 1 second, done: found, failed: found}}\n"
    "  found: {say: Found., end: found}\n",
    "friend": "flow: friend\nstart: go\ntriggers: {keyword: [friend]}\nstates:\n"
    f"  go: {{begin: {{flow: hello, contact: \"'{BEN}'\"}}, end: done}}\n",
}
ACTIONS = "from convo import action\n\n@action\ndef look():\n    return {}\n"


class Town:
    """Three processes, one of each role, on one database."""

    def __init__(self, apps: dict[Role, App]) -> None:
        self.apps = apps

    async def texts(self, words: str) -> None:
        await self.apps[Role.WEB].intake.put([Inbound(SIMULATOR, words, ANA, OURS, words, words.encode())])

    async def hears(self, words: str, contact: str = ANA) -> None:
        """Wait until this has reached a phone."""
        await self.until(lambda: words in self.said(contact))

    def said(self, contact: str) -> list[str]:
        found = self.apps[Role.WEB].store.look(lambda c: messages.listed(c, contact, 0, 100))
        return [each.text for each in found if each.status in (Status.SENT, Status.DELIVERED)]

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN):
            while not happened():  # noqa: ASYNC110 - the store has nothing to wait on
                await asyncio.sleep(0.02)


@asynccontextmanager
async def serving(folder: Path, url: str) -> AsyncIterator[Town]:
    for name, source in FLOWS.items():
        (folder / f"{name}.yaml").write_text(source)
    (folder / "actions.py").write_text(ACTIONS)
    settings = Settings(database=url, flows=folder)
    async with AsyncExitStack() as stack:
        apps = {}
        for role in (Role.WEB, Role.SENDER, Role.CLOCK):
            apps[role] = App(settings, role=role)
            assert await apps[role].start() == []
            stack.push_async_callback(apps[role].stop)
        town = Town(apps)
        await town.until(lambda: all(apps[role].store.poll > WITHIN for role in (Role.SENDER, Role.CLOCK)))
        yield town


@pytest.fixture(autouse=True)
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "RARE_POLL", 1000.0)


def test_each_role_wakes_the_others(tmp_path: Path, postgres_url: str) -> None:
    async def story() -> None:
        async with serving(tmp_path, postgres_url) as town:
            await town.texts("hello")
            await town.hears("Hello!")  # by the sender
            await town.hears("Still there?")  # the clock began when the sender had settled
            await town.texts("ask")
            await town.hears("Found.")  # the call was made where the clocks are
            await town.texts("friend")
            await town.hears("Still there?", BEN)

    asyncio.run(story())


def test_a_role_has_its_own_lines_and_misses_no_other(tmp_path: Path, postgres_url: str) -> None:
    async def story() -> None:
        async with serving(tmp_path, postgres_url) as town:
            assert [app.stopped() for app in town.apps.values()] == [[], [], []]
            await town.apps[Role.SENDER].sender.stop(5)
            await town.until(lambda: town.apps[Role.SENDER].stopped() == ["sender"])

    asyncio.run(story())
    parts = (Role.WEB, Role.SENDER, Role.CLOCK)
    assert {line for role in parts for line in LINES[role]} == set(LINES[Role.ALL])
