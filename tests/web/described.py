"""The API as a served process, with something of each kind, to be asked whatever its description allows."""

import asyncio
import json
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from convo.endpoints import Endpoint, Events
from tests.web.server import ANA, Server, Story, serving

BEN, CAT = "+15550002222", "+15550003333"


@contextmanager
def served(folder: Path, begin: Story | None = None, **settings: Any) -> Iterator[str]:
    """The address of a process in which something of everything has happened, or what `begin` does."""
    going, done = threading.Event(), threading.Event()
    found: list[str] = []

    async def serve() -> None:
        async with serving(folder, **settings) as server:
            await (begin or live)(server)
            found.append(f"http://127.0.0.1:{server.port}")
            going.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert going.wait(30)
        yield found[0]
    finally:
        done.set()
        thread.join()


async def live(server: Server) -> None:
    """Conversations with flows and with people, texts, opt-outs, a review, an event."""
    for place, (words, contact) in enumerate(
        [("visit", ANA), ("visit", BEN), ("please stop texting me", CAT), ("visit", "+15550004444")]
    ):
        body = {"id": str(place), "from": contact, "to": "+15550009999", "text": words}
        await server.post(json.dumps(body))
    await server.api("/v1/conversations/1/hand-off", "POST", json={"queue": "reception"})
    await server.api("/v1/contacts", "POST", json={"number": "+15550005555", "tags": ["vip"]})


_KNOWN: dict[str, list[Any]] = {
    "contact": [ANA, BEN, CAT, "+15550005555", "+15550006666"],
    "number": ["+15550009999", "+15550007777"],
    "flow": ["visit"],
    "id": [1, 2, 3, 4, 5, 8, 9, 12],
    "event": ["1", "2", "3"],
    "tag": ["vip"],
    "tags": [["vip"], []],
    "text": ["Hello"],
    "purpose": ["transactional", "marketing"],
    "valid_for": ["4 hours", None],
    "older_than": ["1 second", "10 minutes"],
    "vars": [{}, {"name": "Ana"}],
    "key": ["k-1", "k-2"],
    "language": ["fr", None],
    "timezone": ["Europe/Paris", None],
    "queue": ["reception"],
    "state": ["confirmed", None],
    "outcome": ["done"],
    "reason": ["they called"],
    "brand": [None, "+15550009999"],
    "kind": ["consent.*", "consent.stopped"],
    "endpoint": [None, "crm"],
    "since": ["2026-11-30T09:00:00Z"],
    "status": ["queued", "uncertain", "waiting", "open", "ended"],
    "version": ["0123"],
    "at": ["2036-12-01 09:00"],
    "every": [None, "week"],
}


def lively(given: Any) -> Any:
    """The same with most of its values as they could be here; which of them, they decide themselves."""
    if not isinstance(given, dict):
        return given
    found = dict(given)
    for name, value in given.items():
        drawn = zlib.crc32(f"{name} {value!r}".encode("utf-8", "replace"))
        if name in _KNOWN and drawn % 5:
            found[name] = _KNOWN[name][drawn // 5 % len(_KNOWN[name])]
    return {name: value for name, value in found.items() if value is not None}


def events() -> Events:
    """Settings by which events are kept, and posted nowhere."""
    return Events(endpoints={"crm": Endpoint(url="https://127.0.0.1:9/hook", secret="whsec_" + "A" * 32)})
