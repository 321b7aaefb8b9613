"""Azure from end to end: a served App on one side, a program that plays Azure on the other."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from convo.settings import Account, Number
from tests.azure_server import Azure, Books, Rates
from tests.providers.cases import ANA, KEY, OURS, azure_report, azure_text
from tests.web.server import Answer, Server, serving

SECRET = "a-secret-of-the-webhook"
WITHIN = 20.0  # seconds; all of it takes one


@dataclass(frozen=True)
class Town:
    """Both sides at work."""

    server: Server
    azure: Azure

    @property
    def books(self) -> Books:
        return self.azure.books

    async def delivers(self, body: bytes | str, query: str = f"code={SECRET}", **kwargs: Any) -> Answer:
        """Event Grid delivers these bytes."""
        return await self.server.ask("POST", f"/webhooks/acs?{query}", data=body, **kwargs)

    async def says(self, words: str, name: str) -> Answer:
        return await self.delivers(azure_text(message=words, messageId=name))

    async def messages(self, done: Callable[[list[Any]], bool]) -> list[Any]:
        """What the API tells of all messages, as soon as it is so."""
        async with asyncio.timeout(WITHIN):
            while True:
                items: list[Any] = (await self.server.api("/v1/messages?limit=1000")).json["items"]
                if done(items):
                    return items
                await asyncio.sleep(0.02)  # the API has no event to wait for


Story = Callable[[Town], Coroutine[Any, Any, None]]


@asynccontextmanager
async def _town(folder: Path, rates: Rates) -> AsyncIterator[Town]:
    # Azure has to be there before convo is told where, and to deliver where convo will be.
    azure = Azure(base64.b64decode(KEY), "", rates, seed=1)
    runner = web.AppRunner(azure.application(), shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        account = Account(
            provider="azure",
            connection_string=f"endpoint=http://127.0.0.1:{runner.addresses[0][1]}/;accesskey={KEY}",
            webhook_secret=[SECRET, "old"],
        )
        numbers = {OURS: Number(account="acs", flow="visit")}
        async with serving(folder, accounts={"acs": account}, numbers=numbers) as server:
            azure.deliver_to(f"http://127.0.0.1:{server.port}/webhooks/acs?code={SECRET}")
            yield Town(server, azure)
    finally:
        await runner.cleanup()


@pytest.fixture
def tell(tmp_path: Path) -> Callable[..., None]:
    def run(story: Story, **rates: float) -> None:
        async def play() -> None:
            async with _town(tmp_path, Rates(**rates)) as town:
                await story(town)

        asyncio.run(play())

    return run


def settled(items: list[Any]) -> bool:
    """Everything that was said to the contact has come to its end."""
    out = [item for item in items if item["direction"] == "out"]
    return bool(out) and all(item["status"] in ("delivered", "failed") for item in out)


def test_a_text_is_answered_and_its_report_shown(tell: Callable[..., None]) -> None:
    async def story(town: Town) -> None:
        assert (await town.says("visit", "in-1")).status == 200
        heard, answer = await town.messages(settled)

        assert (heard["text"], heard["contact"], heard["number"]) == ("visit", ANA, OURS)
        assert (answer["text"], answer["status"], answer["reason"]) == ("Can you come?", "delivered", None)
        (sent,) = town.books.accepted.values()
        assert (sent.number, sent.contact, sent.text) == (OURS, ANA, "Can you come?")
        assert sent.tag == str(answer["id"])
        assert town.books.wrong == []

    tell(story)


def test_a_text_that_comes_twice_is_answered_once(tell: Callable[..., None]) -> None:
    async def story(town: Town) -> None:
        assert [(await town.says("visit", "in-1")).status for _ in range(3)] == [200] * 3
        assert len(await town.messages(settled)) == 2
        assert len(town.books.accepted) == 1

    tell(story)


@pytest.mark.parametrize(
    ("rates", "came"),
    [
        ({"lose": 1.0}, "lost"),
        ({"halve": 1.0}, "halved"),
        ({"fail": 1.0}, "500"),
        ({"throttle": 1.0}, "429"),
        ({"early": 1.0}, "202"),
        ({"early": 1.0, "twice": 1.0, "lose": 0.5}, "lost"),
        ({"lose": 1.0, "silent": 1.0}, "lost"),
    ],
)
def test_whatever_goes_wrong_each_text_leaves_once(
    tell: Callable[..., None], rates: dict[str, float], came: str
) -> None:
    people = [f"+1555000200{place}" for place in range(6)]
    final = "sent" if "silent" in rates else "delivered"

    async def story(town: Town) -> None:
        for contact in people:
            body = azure_text(**{"message": "visit", "messageId": contact, "from": contact[1:]})
            assert (await town.delivers(body)).status == 200

        def done(items: list[Any]) -> bool:
            return [item["status"] for item in items if item["direction"] == "out"] == [final] * len(people)

        await town.messages(done)
        sent = town.books.accepted.values()
        assert sorted(one.contact for one in sent) == people
        assert town.books.answers[came] > 0, "it never went wrong"
        if rates.get("silent"):
            assert {one.times for one in sent} == {2}

    tell(story, **rates)


def test_a_report_of_failure_is_shown_with_its_reason(tell: Callable[..., None]) -> None:
    async def story(town: Town) -> None:
        await town.says("visit", "in-1")
        _, answer = await town.messages(settled)
        assert answer["status"] == "failed"
        assert answer["reason"] in ("bad_number", "unreachable")

    tell(story, undelivered=1.0)


def test_a_wrong_secret_is_a_401_whatever_it_brings_and_nothing_is_stored(tell: Callable[..., None]) -> None:
    async def story(town: Town) -> None:
        origin = {"WebHook-Request-Origin": "eventgrid.azure.net"}
        for query in ("", "code=", "code=wrong", f"Code={SECRET}"):
            assert (await town.delivers(azure_text(), query)).status == 401
            assert (await town.delivers(b"not JSON", query)).status == 401
            asked = await town.server.ask("OPTIONS", f"/webhooks/acs?{query}", headers=origin)
            assert asked.status == 401
            assert "webhook-allowed-origin" not in asked.headers
            assert SECRET.encode() not in asked.body
        assert town.server.rows("SELECT * FROM receipt") == []

    tell(story)


def test_both_handshakes_are_answered(tell: Callable[..., None]) -> None:
    async def story(town: Town) -> None:
        event = {
            "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
            "data": {"validationCode": "512d38b6"},
        }
        headers = {
            "aeg-event-type": "SubscriptionValidation",
            "content-type": "application/json; charset=utf-8",
        }
        answer = await town.delivers(json.dumps([event]), headers=headers)
        assert (answer.status, answer.json) == (200, {"validationResponse": "512d38b6"})
        assert (await town.delivers("[{}]", headers=headers)).status == 400

        origin = {"WebHook-Request-Origin": "eventgrid.azure.net", "WebHook-Request-Rate": "120"}
        answer = await town.server.ask("OPTIONS", "/webhooks/acs?code=old", headers=origin)
        assert answer.status == 200
        assert answer.headers["webhook-allowed-origin"] == "eventgrid.azure.net"
        assert answer.headers["webhook-allowed-rate"] == "*"
        assert answer.headers["allow"] == "POST"
        assert town.server.rows("SELECT * FROM receipt") == []

    tell(story)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_get_405(tell: Callable[..., None], method: str) -> None:
    async def story(town: Town) -> None:
        answer = await town.server.ask(method, f"/webhooks/acs?code={SECRET}")
        assert (answer.status, answer.headers["allow"]) == (405, "POST, OPTIONS")

    tell(story)


def test_a_bad_item_and_a_report_of_nobody_hold_up_no_text(tell: Callable[..., None]) -> None:
    async def story(town: Town) -> None:
        events = [
            {"eventType": "Microsoft.Communication.ChatMessageReceived", "data": {}},
            *json.loads(azure_report("Delivered", "", messageId="never-sent", Tag="12345")),
            7,
            *json.loads(azure_text(message="visit")),
        ]
        assert (await town.delivers(json.dumps(events))).status == 200
        assert [item["text"] for item in await town.messages(settled)] == ["visit", "Can you come?"]
        errors = town.server.rows("SELECT error FROM receipt WHERE error IS NOT NULL ORDER BY error")
        assert len(errors) == 2
        assert town.server.rows("SELECT provider_id FROM report") == [("never-sent",)]

    tell(story)


def test_no_secret_is_ever_logged(tell: Callable[..., None], capfd: pytest.CaptureFixture[str]) -> None:
    async def story(town: Town) -> None:
        await town.delivers(azure_text(), "code=a-wrong-guess")
        await town.delivers(b"not JSON")
        await town.says("visit", "in-1")
        await town.messages(settled)

    with capture_logs() as logs:
        tell(story, fail=0.5, lose=0.3)
    shown = f"{logs}{capfd.readouterr()}"
    assert "webhook.refused" in shown
    for secret in (SECRET, "a-wrong-guess", KEY):
        assert secret not in shown
