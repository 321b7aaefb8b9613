"""Whatever the provider does, and whoever dies meanwhile, the books balance.

Ten thousand conversations, or PostgreSQL, or several processes: `python -m tests.bench.faults`.
"""

import asyncio
import secrets
from pathlib import Path

from tests.crash.faults import FAULTS, Plan, Story


def test_hundreds_of_conversations_with_every_fault_and_a_reaper(tmp_path: Path) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # pytest shows it where the test fails
    story = Story(tmp_path, Plan(200, f"sqlite:///{tmp_path / 'convo.db'}"), seed)

    async def run() -> None:
        await story.run()
        story.check(await story.audited())

    asyncio.run(run())
    assert story.had >= 200
    assert story.reaper is not None
    assert story.reaper.kills.total() > 0, "nobody was killed"
    for fault in FAULTS:
        assert story.books["answers"].get(fault), f"{fault} never happened"
