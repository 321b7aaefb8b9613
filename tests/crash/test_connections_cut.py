"""PostgreSQL cuts all connections, and goes down in the middle: nothing is lost, and every line resumes."""

import asyncio
import os
import signal
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.crash.parrots import Provider, Story

CUT_AT, DIES_AT = (0.15, 0.3, 0.45), 0.6  # of all acknowledgements


def test_two_processes_go_on_when_the_database_does(tmp_path: Path, postgres_url: str) -> None:
    story = Story(tmp_path, postgres_url, texts=12)
    servers = [story.server(), story.server()]
    cuts: list[int] = []

    async def trouble(provider: Provider) -> None:
        for share in CUT_AT:
            await provider.acknowledges(share)
            cuts.append(await asyncio.to_thread(cut, postgres_url))
        await provider.acknowledges(DIES_AT)
        await asyncio.to_thread(die, postgres_url)

    asyncio.run(story.play(servers, trouble))

    assert min(cuts) >= 2, f"seed {story.seed}: whose connections were they?"
    story.check()


def cut(url: str) -> int:
    """Cut every connection to this database but our own; how many there were."""
    found = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return _ask(url, f"SELECT count(pg_terminate_backend(pid)) FROM ({found}) AS others")


def die(url: str) -> None:
    """Kill one of the server's processes: it ends all of them, and recovers from its log."""
    os.kill(_ask(url, "SELECT pg_backend_pid()", keep=True), signal.SIGKILL)


def _ask(url: str, question: str, *, keep: bool = False) -> int:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    connection = engine.connect()
    answer: int = connection.execute(text(question)).scalar_one()
    if not keep:
        connection.close()
        engine.dispose()
    return answer
