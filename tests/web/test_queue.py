"""The queue over the API: listed, withdrawn, sent anew and settled."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, update

from convo.store.tables import messages
from tests.web.conftest import Tell
from tests.web.server import ANA, Server, text

PATH = "/v1/queue"


async def asked(server: Server, path: str, **body: Any) -> tuple[int, Any]:
    answer = await server.api(f"/v1/messages/{path}", "POST", json=body)
    return answer.status, answer.json


async def one(server: Server, status: str, reason: str | None = None) -> int:
    """A text that stands so."""
    await server.post(text("visit", "in-1", ANA))
    sent: dict[str, Any] = {"status": "queued"}
    while sent["status"] != "delivered":  # the line is at work: what it does must not come after us
        await asyncio.sleep(0.01)
        listed = (await server.api("/v1/messages")).json["items"]
        (sent,) = [each for each in listed if each["direction"] == "out"]
    number: int = sent["id"]

    later = datetime(2099, 1, 1, tzinfo=UTC)

    def job(connection: Connection) -> None:
        stand = update(messages).where(messages.c.id == number)
        connection.execute(stand.values(status=status, reason=reason, due_at=later))

    await server.app.store.write(job)
    return number


def test_a_queued_text_is_listed_and_withdrawn(tell: Tell) -> None:
    async def story(server: Server) -> None:
        number = await one(server, "queued")
        (found,) = (await server.api(PATH)).json["items"]
        assert (found["id"], found["status"], found["decisions"]) == (number, "queued", [])
        assert (await server.api(f"{PATH}?status=failed,uncertain")).json["items"] == []
        assert (await server.api(f"{PATH}?older_than=1%20hour")).json["items"] == []

        status, message = await asked(server, f"{number}/withdraw", note="wrong")
        assert (status, message["status"], message["reason"]) == (200, "withdrawn", "withdrawn")
        status, problem = await asked(server, f"{number}/withdraw")
        assert (status, problem["title"]) == (409, "not_queued")

    tell(story)


def test_an_uncertain_text_is_sent_anew_or_settled(tell: Tell) -> None:
    async def story(server: Server) -> None:
        number = await one(server, "uncertain", "unknown")
        assert (await asked(server, f"{number}/retry"))[1]["title"] == "may_have_gone"
        status, message = await asked(server, f"{number}/retry", maybe_twice=True)
        assert (status, message["text"]) == (201, message["text"])
        assert message["id"] > number
        (found,) = (await server.api(f"{PATH}?status=failed")).json["items"]
        assert [(made["actor"], made["became"]) for made in found["decisions"]] == [("api", message["id"])]
        assert (await asked(server, f"{number}/settle", accepted=True))[1]["title"] == "not_uncertain"

    tell(story)


@pytest.mark.parametrize(
    ("query", "title"),
    [("status=sent", "bad_status"), ("number=ours", "bad_number"), ("older_than=soon", "bad_older_than")],
)
def test_what_is_asked_wrongly_says_so(tell: Tell, query: str, title: str) -> None:
    async def story(server: Server) -> None:
        answer = await server.api(f"{PATH}?{query}")
        assert (answer.status, answer.json["title"]) == (400, title)

    tell(story)


def test_there_is_no_such_message(tell: Tell) -> None:
    async def story(server: Server) -> None:
        for path in ("99/withdraw", "99/retry", "99/settle", "x/retry"):
            status, _ = await asked(server, path, **({"accepted": True} if "settle" in path else {}))
            assert status == 404, path

    tell(story)
