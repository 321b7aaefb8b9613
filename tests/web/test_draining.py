"""What load balancers and supervisors ask: it is told that a process ends before it takes nothing more."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import aiohttp

from tests.web.conftest import Tell
from tests.web.server import Server


def test_who_drains_is_not_ready_and_takes_what_comes(tell: Tell) -> None:
    async def story(server: Server) -> None:
        server.app.draining = True
        ready, alive = await server.ask("GET", "/readyz"), await server.ask("GET", "/healthz")
        assert (ready.status, ready.json) == (503, {"status": "draining"})
        assert alive.status == 200
        assert (await server.text("visit", "1")).status == 200

    tell(story)


def test_a_line_that_has_stopped_is_no_life(tell: Tell) -> None:
    async def story(server: Server) -> None:
        server.app._tasks["clockwork"].cancel()
        await asyncio.wait([server.app._tasks["clockwork"]])
        alive = await server.ask("GET", "/healthz")
        assert (alive.status, alive.json) == (503, {"status": "stopped", "lines": ["clockwork"]})

    tell(story)


def test_told_to_end_it_says_so_for_a_while_before_it_takes_nothing_more(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "flows").mkdir()
        (tmp_path / "convo.toml").write_text('drain = "1 minute"\n')
        server = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "convo", "serve", "--port", "0"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert server.stdout is not None
        address = (await server.stdout.readline()).decode().split()[-1]
        async with aiohttp.ClientSession() as http, asyncio.timeout(60):
            async with http.get(f"{address}/readyz") as ready:
                assert ready.status == 200
            os.kill(server.pid, signal.SIGTERM)
            status, text = 200, {"id": "1", "from": "+15550001111", "to": "+15550009999", "text": "hi"}
            while status == 200:
                async with http.get(f"{address}/readyz") as ready:
                    status = ready.status
            async with http.post(f"{address}/webhooks/simulator", json=text) as stored:
                assert (status, stored.status) == (503, 200)
            kept_open = True
            while kept_open:  # clients leave with an answer, and not when their connection breaks
                async with http.get(f"{address}/healthz") as alive:
                    kept_open = alive.headers.get("connection") != "close"
            os.kill(server.pid, signal.SIGTERM)  # who cannot wait says it again
            assert await server.wait() == 0

    asyncio.run(story())
