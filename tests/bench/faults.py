"""Thousands of conversations with a provider that makes every fault, while a reaper kills what serves.

    python -m tests.bench.faults [--conversations 10000] [--database sqlite|postgresql]
                                 [--command "serve"]… [--seed N] [--every 2 6]

Each `--command` is a process (`convo` before it, a port behind it); the first one takes the webhooks. In
the end `convo audit` and the provider's own book have to agree.
"""

import argparse
import asyncio
import secrets
import shlex
import tempfile
from pathlib import Path

from tests.bench.intake import databases
from tests.crash.faults import Plan, Story


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument(
        "--command", action="append", help="serve, unless given; several are several processes"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--every", type=float, nargs=2, default=(2.0, 6.0), help="seconds between two kills")
    parser.add_argument("--within", type=float, default=3600.0, help="seconds for all of it")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with databases(options.database) as new, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = [shlex.split(command) for command in options.command or ["serve"]]
        every = (options.every[0], options.every[1])
        plan = Plan(
            options.conversations, new(folder), commands, every=every, at_once=200, within=options.within
        )
        asyncio.run(_run(Story(folder, plan, options.seed)))


async def _run(story: Story) -> None:
    await story.run()
    audit = await story.audited()
    print(f"{story.had} conversations in {story.took:.0f} s")
    print(f"kills: {dict(story.reaper.kills) if story.reaper else {}}")
    print(f"answers of the provider: {story.books['answers']}")
    print(f"audit: {audit['received']} texts of contacts, ours {audit['ours']}, found {audit['found']}")
    story.check(audit)
    print("The books of convo, of the provider and of the contacts agree.")


if __name__ == "__main__":
    main()
