"""Processes of every role are started anew under load: nothing is lost, and no text is even sent twice.

They end as an operator ends them, and not by `kill -9`; all of them start at once, on an empty database.
"""

import asyncio
from pathlib import Path

from convo.store.engine import Store
from convo.store.schema import Schema, schema
from tests.crash.parrots import Provider, Server, Story


def test_each_process_is_started_anew_while_texts_come_in(tmp_path: Path, postgres_url: str) -> None:
    story = Story(tmp_path, postgres_url, texts=8)
    webs = story.server("--role", "web", "--workers", "2")
    senders = [story.server("--role", "sender"), story.server("--role", "sender")]
    clock = story.server("--role", "clock")
    restarts: list[float] = []

    async def restart(provider: Provider, share: float, server: Server) -> None:
        await provider.acknowledges(share)
        restarts.append(provider.share)
        if server is webs:
            webs.renew()
            await webs.says("workers.renewed")
        else:
            await server.stop()
            await server.start()

    async def trouble(provider: Provider) -> None:
        turns = ((0.1, senders[0]), (0.1, webs), (0.4, clock), (0.6, senders[1]))
        await asyncio.gather(*(restart(provider, share, server) for share, server in turns))

    asyncio.run(story.play([webs], trouble))

    assert max(restarts) < 1, f"seed {story.seed}: everything was delivered already"
    story.check()
    keys = [arrival.key for arrival in story.arrivals]
    assert len(keys) == len(set(keys)), f"seed {story.seed}: a text was sent twice"
    store = Store(postgres_url)
    assert store.look(schema) is Schema.CURRENT
    store.close()
