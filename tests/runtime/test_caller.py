"""The whole way: an App whose flows call actions in Python and servers on loopback."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from structlog.testing import capture_logs
from yarl import URL

from convo.app import App
from convo.messages import Inbound
from convo.settings import SIMULATOR, Calls, Settings
from convo.store import conversations, messages
from convo.store.conversations import Stored
from tests.providers.server import Handler, answering, says

ANA, OURS = "+15550001111", "+15550009999"
FLOW = """\
flow: slots
start: look
triggers: {keyword: [slots]}
states:
  look:
    say: One moment.
    call: {TASK, save: {slots: slots}, within: 1 second, done: offer, failed: sorry}
  offer:
    say: "Which one: {{ slots | join(', ') }}?"
    replies: {<number 1-5>: {set: {slot: "slots[reply.value - 1]"}, then: booked}}
    otherwise: {say: "Its number, please.", tries: 3, then: sorry}
    after: {1 day: sorry}
  booked: {say: "{{ slot }} it is.", end: booked}
  sorry: {say: Please call us., end: failed}
"""
ACTIONS = """\
import time
from convo import ActionFailed, action

TRIES = []

@action
def free_slots():
    return {"slots": ["Mon", "Tue"]}

@action
async def later():
    return {"slots": ["Mon"]}

@action
def second_time(idempotency_key):
    TRIES.append(idempotency_key)
    if len(TRIES) == 1:
        raise RuntimeError("not yet")
    return {"slots": [str(len(set(TRIES)))]}

@action
def never():
    raise ActionFailed("we are closed")

@action
def hangs():
    time.sleep(30)
"""
PATIENCE = 20.0  # seconds


@dataclass
class Phone:
    app: App

    async def texts(self, words: str) -> None:
        name = f"in-{time.monotonic_ns()}"
        await self.app.intake.put([Inbound(SIMULATOR, name, ANA, OURS, words, words.encode())])

    async def hears(self, words: str) -> None:
        """Wait until this was said."""
        await self._until(lambda: words in self.said())

    def said(self) -> list[str]:
        found = self.app.store.look(lambda c: messages.listed(c, ANA, 0, 100))
        return [message.text for message in found if message.direction == "out"]

    def conversation(self) -> Stored:
        return self.app.store.look(lambda c: conversations.listed(c, ANA, 0, 100))[-1]

    async def _until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not happened():  # noqa: ASYNC110 - the store has nothing to wait on
                await asyncio.sleep(0.02)


@asynccontextmanager
async def serving(folder: Path, task: str, **calls: list[str]) -> AsyncIterator[Phone]:
    flows = folder / "flows"
    flows.mkdir(exist_ok=True)
    (flows / "slots.yaml").write_text(FLOW.replace("TASK", task))
    (flows / "actions.py").write_text(ACTIONS)
    settings = Settings(
        database=f"sqlite:///{folder / 'convo.db'}", flows=flows, calls=Calls(allow=calls.get("allow", []))
    )
    app = App(settings)
    try:
        assert await app.start() == []
        yield Phone(app)
    finally:
        await app.stop()


def talk(folder: Path, task: str, *hears: str) -> Stored:
    """A conversation that calls; the last text that is heard ends the wait."""

    async def story() -> Stored:
        async with serving(folder, task) as phone:
            await phone.texts("slots")
            for words in hears:
                await phone.hears(words)
            assert phone.app.stopped() == []
            return phone.conversation()

    with capture_logs():
        return asyncio.run(story())


@pytest.mark.parametrize(("action", "offered"), [("free_slots", "Mon, Tue"), ("later", "Mon")])
def test_an_action_is_run_at_once_and_its_result_is_said(tmp_path: Path, action: str, offered: str) -> None:
    began = time.monotonic()
    talk(tmp_path, f"action: {action}", "One moment.", f"Which one: {offered}?")
    assert time.monotonic() - began < 10


def test_one_that_fails_is_tried_again_with_the_same_key(tmp_path: Path) -> None:
    talk(tmp_path, "action: second_time", "Which one: 1?")


def test_one_that_cannot_do_it_leads_on(tmp_path: Path) -> None:
    assert talk(tmp_path, "action: never", "Please call us.").outcome == "failed"


def test_one_that_is_not_there_leads_on(tmp_path: Path) -> None:
    assert talk(tmp_path, "action: free_slotz", "Please call us.").outcome == "failed"


def test_one_that_hangs_leads_on_and_holds_nobody_up(tmp_path: Path) -> None:
    began = time.monotonic()
    assert talk(tmp_path, "action: hangs, tries: 2", "Please call us.").outcome == "failed"
    assert time.monotonic() - began < 15  # also the end of the process


def served(folder: Path, handler: Handler, *hears: str) -> list[str]:
    """A conversation that asks a server on loopback; the idempotency keys that this was told."""

    async def story() -> list[str]:
        async with answering(handler) as server:
            place = f"127.0.0.1:{URL(server.url).port}"
            async with serving(folder, f'url: "{server.url}/slots"', allow=[place]) as phone:
                await phone.texts("slots")
                for words in hears:
                    await phone.hears(words)
            return [asked.request.headers["Idempotency-Key"] for asked in server.asked]

    with capture_logs():
        return asyncio.run(story())


def test_a_server_is_asked_again_after_a_500(tmp_path: Path) -> None:
    answers = iter([500, 200])

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({"slots": ["Mon"]}, status=next(answers))

    keys = served(tmp_path, handler, "Which one: Mon?")
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_page_instead_of_json_leads_on(tmp_path: Path) -> None:
    served(tmp_path, says(200, "<html>slots</html>", Content_Type="text/html"), "Please call us.")


def test_texts_meanwhile_are_answered_in_their_order(tmp_path: Path) -> None:
    async def story() -> list[str]:
        go_on = asyncio.Event()

        async def handler(request: web.BaseRequest) -> web.StreamResponse:
            await go_on.wait()
            return web.json_response({"slots": ["Mon", "Tue"]})

        async with answering(handler) as server:
            place = f"127.0.0.1:{URL(server.url).port}"
            async with serving(tmp_path, f'url: "{server.url}/slots"', allow=[place]) as phone:
                await phone.texts("slots")
                await phone.hears("One moment.")
                await phone.texts("hm?")
                await phone.texts("2")
                go_on.set()
                await phone.hears("Tue it is.")
                return phone.said()

    said = asyncio.run(story())
    assert said == ["One moment.", "Which one: Mon, Tue?", "Its number, please.", "Tue it is."]


def test_a_call_that_a_stop_of_the_process_interrupts_is_made_again_by_the_next(tmp_path: Path) -> None:
    async def story() -> list[str]:
        came, asked = asyncio.Event(), 0

        async def handler(request: web.BaseRequest) -> web.StreamResponse:
            nonlocal asked
            asked += 1
            came.set()
            if asked == 1:
                await asyncio.sleep(30)
            return web.json_response({"slots": ["Mon"]})

        async with answering(handler) as server:
            place = f"127.0.0.1:{URL(server.url).port}"
            task = f'url: "{server.url}/slots"'
            async with serving(tmp_path, task, allow=[place]) as phone:
                await phone.texts("slots")
                await came.wait()
            async with serving(tmp_path, task, allow=[place]) as phone:
                await phone.hears("Which one: Mon?")
            return [each.request.headers["Idempotency-Key"] for each in server.asked]

    with capture_logs():
        keys = asyncio.run(story())
    assert len(keys) == 2
    assert len(set(keys)) == 1
