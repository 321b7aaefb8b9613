"""An application asks again while convo is killed under it: each thing that it asked for is done once."""

import asyncio
import os
import socket
from collections import Counter
from pathlib import Path

import convo
from convo.client import ConnectionFailed
from convo.client.transport import Retries
from convo.messages import Direction
from tests import processes

TOKEN = "a-token-for-tests"
FLOW = "flow: hello\nstart: hi\nstates:\n  hi: {say: Hello., after: {1 day: end}}\n  end: {end: done}\n"
EACH = 60  # texts, and as many conversations
KILL_AT = (0.3, 0.7)  # of all answers


class Served:
    """`convo serve` in a folder, always at the same address."""

    def __init__(self, folder: Path, database: str) -> None:
        (folder / "flows").mkdir()
        (folder / "flows" / "hello.yaml").write_text(FLOW)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self._folder = folder
        own = {name: value for name, value in os.environ.items() if not name.startswith("CONVO_")}
        self._environment = {
            **own, "CONVO_DATABASE": database, "CONVO_API_TOKEN": TOKEN, "CONVO_API_RATE": "10000/second",
        }  # fmt: skip
        self._process: processes.Process | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._process = processes.start(
            "serve", "--port", str(self.port), cwd=self._folder, env=self._environment
        )

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await asyncio.to_thread(self._process.wait)


def test_each_thing_that_was_asked_for_is_done_once(tmp_path: Path) -> None:
    served = Served(tmp_path, f"sqlite:///{tmp_path / 'convo.db'}")
    texts, begun, kills = asyncio.run(_play(served))

    assert texts == {f"text {place}": 1 for place in range(EACH)}
    assert begun == {f"+1555000{6000 + place}": 1 for place in range(EACH)}
    assert kills == len(KILL_AT)


async def _play(served: Served) -> tuple[Counter[str], Counter[str], int]:
    answered, kills, room, progress = 0, 0, asyncio.Semaphore(24), asyncio.Event()

    async def until_answered(ask: str, place: int, client: convo.AsyncClient) -> None:
        nonlocal answered
        async with room:
            while True:
                try:
                    if ask == "text":
                        await client.send(f"+1555000{5000 + place}", f"text {place}", key=f"text-{place}")
                    else:
                        await client.start("hello", f"+1555000{6000 + place}", key=f"talk-{place}")
                except ConnectionFailed:
                    await asyncio.sleep(0.1)
                else:
                    answered += 1
                    progress.set()
                    return

    async def kill() -> None:
        nonlocal kills
        for share in KILL_AT:
            while answered < share * 2 * EACH:
                await progress.wait()
                progress.clear()
            await served.kill()
            kills += answered < 2 * EACH
            await served.start()

    await served.start()
    try:
        async with convo.AsyncClient(
            served.address, TOKEN, retries=Retries(most=3, first_wait=0.05)
        ) as client:
            asked = [
                until_answered(what, place, client) for place in range(EACH) for what in ("text", "talk")
            ]
            await asyncio.gather(kill(), *asked)
            texts = Counter([each.text async for each in client.messages(direction=Direction.OUT)])
            begun = Counter([each.contact async for each in client.conversations()])
            del texts["Hello."]
            return texts, begun, kills
    finally:
        await served.kill()
