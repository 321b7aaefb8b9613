"""Killed in the middle of its work and started again, convo loses nothing and says nothing twice.

`kill -9`: it has no time for anything.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from tests.crash.parrots import Provider, Story

KILL_AT = (0.25, 0.5, 0.75)  # of all acknowledgements


def test_one_server_on_sqlite_is_killed_three_times(tmp_path: Path) -> None:
    story = Story(tmp_path, f"sqlite:///{tmp_path / 'convo.db'}")
    killed(story, servers=1, victims=[(0,), (0,), (0,)])
    story.check()


def test_two_servers_on_postgresql_are_killed_alternately_and_together(
    tmp_path: Path, postgres_url: str
) -> None:
    story = Story(tmp_path, postgres_url)
    killed(story, servers=2, victims=[(0,), (0, 1), (1,)])
    story.check()


def killed(story: Story, *, servers: int, victims: Sequence[Sequence[int]]) -> None:
    """Play it while the victims die one after another and come back."""
    running = [story.server() for _ in range(servers)]
    kills: list[float] = []

    async def kill(provider: Provider) -> None:
        for share, group in zip(KILL_AT, victims, strict=True):
            await provider.acknowledges(share)
            for place in group:
                running[place].kill()
            kills.append(provider.share)
            await asyncio.gather(*(running[place].start() for place in group))

    asyncio.run(story.play(running, kill))
    assert len(kills) == len(KILL_AT)
    assert max(kills) < 1, f"seed {story.seed}: a server died when everything was delivered already"
