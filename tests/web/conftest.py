"""`tell` runs a story against a served App."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.server import Story, serving

Tell = Callable[..., None]


@pytest.fixture
def tell(tmp_path: Path) -> Tell:
    """`tell(story, **settings)`: serve, and let `async def story(server)` talk to it over HTTP."""

    def run(story: Story, **settings: Any) -> None:
        async def play() -> None:
            async with serving(tmp_path, **settings) as server:
                await story(server)

        asyncio.run(play())

    return run
