"""Events of a served App: they leave when their text is stored, and the API tells what became of them."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from convo.endpoints import Events
from convo.store.outgoing import OutgoingEvent
from tests.providers.server import answering
from tests.web.server import ANA, OURS, TOKEN, Server, serving, text

SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtMTIz"
BEN = "+15550002222"
KINDS = ["consent.*", "message.received"]
WITHIN = 5.0  # seconds: nothing here waits for a look, which comes each second


class Hooks:
    """An application that verifies what comes, as its own library does."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.answers = 200

    async def take(self, request: web.BaseRequest) -> web.StreamResponse:
        event: dict[str, Any] = Webhook(SECRET).verify(await request.read(), dict(request.headers))
        self.told.put_nowait(event)
        return web.Response(status=self.answers)

    async def hears(self) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN):
            return await self.told.get()


Story = Callable[[Server, Hooks], Coroutine[Any, Any, None]]


@pytest.fixture
def tells(tmp_path: Path) -> Callable[..., None]:
    """`tells(story, **settings)`: serve, with an application that is told of events."""

    def run(story: Story, **settings: Any) -> None:
        async def play() -> None:
            hooks = Hooks()
            async with answering(hooks.take) as at_work:
                events = Events(**{"url": at_work.url, "secret": [SECRET], "kinds": KINDS, **settings})
                async with serving(tmp_path, events=events) as server:
                    await story(server, hooks)

        asyncio.run(play())

    return run


async def settled(server: Server, count: int) -> list[dict[str, Any]]:
    """The events that the API lists, once so many deliveries are not open any more."""
    async with asyncio.timeout(WITHIN):
        while True:
            items: list[dict[str, Any]] = (await server.api("/v1/events")).json["items"]
            done = [each for item in items for each in item["deliveries"] if each["done_at"]]
            if len(done) >= count:
                return items
            await asyncio.sleep(0.02)


def test_a_stop_reaches_the_application_at_once(tells: Callable[..., None]) -> None:
    async def story(server: Server, hooks: Hooks) -> None:
        await server.text("visit", "1")
        await server.text("STOP", "2")
        received, stopped = await hooks.hears(), await hooks.hears()

        assert (received["type"], received["data"]["text"]) == ("message.received", "visit")
        assert (stopped["type"], stopped["data"]["contact"], stopped["data"]["number"]) == (
            "consent.stopped", ANA, OURS,
        )  # fmt: skip
        (conversation,) = (await server.api("/v1/conversations")).json["items"]
        assert stopped["data"]["conversation"] == conversation["id"]
        texts = (await server.api("/v1/messages")).json["items"]
        assert received["data"]["id"] == texts[0]["id"]

    tells(story)


def test_subscribers_in_the_process_hear_the_same(tells: Callable[..., None]) -> None:
    async def story(server: Server, hooks: Hooks) -> None:
        heard: asyncio.Queue[OutgoingEvent] = asyncio.Queue()

        async def hear(event: OutgoingEvent) -> None:
            heard.put_nowait(event)

        server.app.on("consent.*", hear)
        for place, words in enumerate(("STOP", "hm", "START", "HELP")):
            await server.text(words, str(place))
        async with asyncio.timeout(WITHIN):
            events = [await heard.get() for _ in range(3)]
        posted = [await hooks.hears() for _ in range(3)]

        assert [event.kind for event in events] == ["consent.stopped", "consent.started", "consent.help"]
        assert [event["type"] for event in posted] == [event.kind for event in events]
        assert [event.data["entry"] for event in events] == [event["data"]["entry"] for event in posted]

    tells(story, kinds=["consent.*"])


# The API.


def test_the_list_shows_each_event_as_it_was_posted_and_what_became_of_it(tells: Callable[..., None]) -> None:
    async def story(server: Server, hooks: Hooks) -> None:
        await server.text("STOP", "1")
        posted = await hooks.hears()
        (item,) = await settled(server, 1)

        deliveries = item.pop("deliveries")
        assert item.pop("webhook_id").endswith(f"_{item.pop('id')}")
        assert item == posted
        assert [(each["endpoint"], each["status"], each["tries"], each["error"]) for each in deliveries] == [
            ("default", "told", 1, None)
        ]
        assert deliveries[0]["due_at"] is None

    tells(story)


def test_lists_are_chosen_and_come_a_page_at_a_time(tells: Callable[..., None]) -> None:
    async def story(server: Server, hooks: Hooks) -> None:
        hooks.answers = 410
        for place, (words, contact) in enumerate([("STOP", ANA), ("HELP", BEN), ("hm", ANA), ("HELP", ANA)]):
            await server.post(text(words, str(place), contact))
        await settled(server, 4)

        async def types(query: str) -> list[str]:
            answer = await server.api(f"/v1/events?{query}")
            assert answer.status == 200, answer.body
            return [item["type"] for item in answer.json["items"]]

        assert await types(f"contact={BEN}") == ["consent.help"]
        assert await types("kind=consent.help") == ["consent.help"] * 2
        assert await types("kind=consent.*") == ["consent.stopped", "consent.help", "consent.help"]
        assert await types("kind=*&status=told") == []
        assert len(await types("status=dead&endpoint=default")) == 4
        assert await types("endpoint=crm") == []
        first = (await server.api("/v1/events?limit=3")).json
        second = (await server.api(f"/v1/events?limit=3&cursor={first['next']}")).json
        assert (len(first["items"]), len(second["items"]), second["next"]) == (3, 1, None)

    tells(story)


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("kind=consent.stoped", "bad_kind", "did you mean 'consent.stopped'?"),
        ("kind=STOP", "bad_kind", "names no events"),
        ("status=sent", "bad_status", "waiting, sending, told, dead"),
        ("cursor=x", "bad_cursor", "cursor"),
    ],
)
def test_a_choice_that_is_none_is_refused(
    tells: Callable[..., None], query: str, code: str, said: str
) -> None:
    async def story(server: Server, hooks: Hooks) -> None:
        answer = await server.api(f"/v1/events?{query}")

        assert (answer.status, answer.json["title"]) == (400, code)
        assert said in answer.json["detail"]

    tells(story)


def test_one_event_is_shown_by_either_of_its_ids(tells: Callable[..., None]) -> None:
    async def story(server: Server, hooks: Hooks) -> None:
        await server.text("STOP", "1")
        (item,) = await settled(server, 1)

        for name in (item["id"], item["webhook_id"]):
            assert (await server.api(f"/v1/events/{name}")).json == item
        for name in (item["id"] + 1, "evt_x", "0", "9" * 30):
            assert (await server.api(f"/v1/events/{name}")).json["title"] == "not_found"

    tells(story)


def test_an_event_is_told_again(tells: Callable[..., None]) -> None:
    async def story(server: Server, hooks: Hooks) -> None:
        await server.text("STOP", "1")
        first = await hooks.hears()
        (item,) = await settled(server, 1)
        for body in (None, {}, {"endpoint": "default"}):
            asked: dict[str, Any] = {} if body is None else {"json": body}
            answer = await server.api(f"/v1/events/{item['id']}/resend", "POST", **asked)
            assert (answer.status, answer.json["id"]) == (200, item["id"])
            assert await hooks.hears() == first
            await settled(server, 1)  # what is under way is not begun anew

        async def refused(path: str, **asked: Any) -> tuple[int, str]:
            answer = await server.api(path, "POST", **asked)
            return answer.status, answer.json["title"]

        again = f"/v1/events/{item['id']}/resend"
        assert await refused(again, json={"endpoint": "crm"}) == (422, "unknown_endpoint")
        assert await refused(again, json={"to": "crm"}) == (422, "bad_request")
        assert await refused("/v1/events/99/resend") == (404, "not_found")
        assert await refused("/v1/events/x/resend") == (404, "not_found")

    tells(story)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/events"), ("GET", "/v1/events/1"), ("POST", "/v1/events/1/resend")]
)
def test_without_the_token_nobody_gets_in(tells: Callable[..., None], method: str, path: str) -> None:
    async def story(server: Server, hooks: Hooks) -> None:
        assert (await server.ask(method, path)).status == 401
        assert (await server.ask(method, path, headers={"Authorization": f"Basic {TOKEN}"})).status == 401

    tells(story)
