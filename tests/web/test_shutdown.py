"""Ending a serving process: what is under way is finished and settled first."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from convo.messages import Status
from convo.store import messages
from convo.store.engine import Store

FLOW = "flow: hello\nstart: hi\ntriggers: {anything: true}\nstates:\n  hi: {say: Hello!, end: greeted}\n"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_text_under_way_is_settled_before_the_process_ends(tmp_path: Path, how: signal.Signals) -> None:
    status = asyncio.run(asyncio.wait_for(_story(tmp_path, how), 60))
    assert status == 0
    store = Store(f"sqlite:///{tmp_path / 'convo.db'}")
    (_, answer) = store.look(lambda c: messages.listed(c, "+15550001111", 0, 10))
    store.close()
    assert answer.status in (Status.SENT, Status.DELIVERED)


async def _story(folder: Path, how: signal.Signals) -> int:
    came, go_on = asyncio.Event(), asyncio.Event()

    async def phone(request: web.Request) -> web.Response:
        await request.read()
        came.set()
        await go_on.wait()
        return web.Response()

    phones = web.Application()
    phones.router.add_post("/", phone)
    runner = web.AppRunner(phones)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    (folder / "flows").mkdir()
    (folder / "flows" / "hello.yaml").write_text(FLOW)
    (folder / "convo.toml").write_text(
        f'[accounts.simulator]\nprovider = "simulator"\ndeliver_to = "http://127.0.0.1:{port}/"\n'
    )
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "convo", "serve", "--port", "0", cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    address = (await server.stdout.readline()).decode().split()[-1]
    text = {"id": "1", "from": "+15550001111", "to": "+15550009999", "text": "hi"}
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{address}/webhooks/simulator", json=text) as stored:
            assert stored.status == 200
        await came.wait()
        os.kill(server.pid, how)
        await asyncio.sleep(0.2)  # the signal is on its way while the phone still holds the text
        go_on.set()
    status = await server.wait()
    await runner.cleanup()
    return status
