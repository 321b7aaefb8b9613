"""Campaigns over the API: made, loaded, looked at, started and cancelled."""

import asyncio
from typing import Any

import pytest

from convo.runtime.room import Place
from convo.web.api import bodies
from tests.web.conftest import Tell
from tests.web.server import ANA, OURS, Server

PATH = "/v1/campaigns"
LIST = f"phone;name\n{ANA};Ana\n{ANA};Twin\nnobody;Al\n+15550002222;Ben\n"


async def asked(server: Server, path: str = "", **body: Any) -> tuple[int, Any]:
    answer = await server.api(f"{PATH}{path}", "POST", json=body)
    return answer.status, answer.json


async def loaded(server: Server, content: str | bytes) -> tuple[int, Any]:
    answer = await server.api(f"{PATH}/1/contacts", "POST", data=content)
    return answer.status, answer.json


async def until(server: Server, status: str) -> dict[str, Any]:
    while True:
        shown: dict[str, Any] = (await server.api(f"{PATH}/1")).json
        if shown["status"] == status:
            return shown
        await asyncio.sleep(0.02)


def test_a_campaign_is_made_loaded_looked_at_and_sent(tell: Tell) -> None:
    async def story(server: Server) -> None:
        assert [(await asked(server, flow="visit", name="May"))[0] for _ in range(2)] == [201, 200]
        status, read = await loaded(server, LIST)
        assert (status, read["added"], read["duplicates"], read["bad"]) == (200, 2, 1, 1)
        assert read["bad_rows"][0]["line"] == 4
        seen = (await server.api(f"{PATH}/1/preview")).json
        assert (seen["contacts"], seen["samples"][0]["texts"]) == ({OURS: 2}, ["Can Ana come?"])
        assert await server.texts() == []

        assert (await asked(server, "/1/start"))[0] == 200
        shown = await until(server, "finished")
        assert (shown["begun"], shown["to_come"]) == (2, 0)
        late = await asked(server, "/1/start", at="2099-01-01T09:00:00Z")
        assert (late[0], late[1]["title"]) == (409, "empty")
        page = (await server.api(f"{PATH}/1/contacts?status=begun&limit=1")).json
        (first,) = page["items"]
        conversation = (await server.api(f"/v1/conversations/{first['conversation']}")).json
        assert (conversation["contact"], conversation["campaign"]) == (first["contact"], 1)
        assert page["next"] == str(first["id"])
        told = (await server.api("/v1/events?kind=campaign.*")).json["items"]
        assert [each["type"] for each in told] == ["campaign.started", "campaign.finished"]
        assert [each["id"] for each in (await server.api(PATH)).json["items"]] == [1]

    tell(story)


def test_one_that_waits_is_paused_resumed_and_cancelled(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await asked(server, flow="visit", name="May")
        await loaded(server, LIST)
        status, shown = await asked(server, "/1/start", at="2099-01-01T09:00:00Z")
        assert (status, shown["status"], shown["starts_at"]) == (200, "running", "2099-01-01T09:00:00+00:00")
        status, shown = await asked(server, "/1/start", at="2098-01-01T09:00:00Z")
        assert (status, shown["starts_at"]) == (200, "2098-01-01T09:00:00+00:00")
        assert (await asked(server, "/1/pause"))[1]["status"] == "paused"
        assert (await asked(server, "/1/resume"))[1]["status"] == "running"
        status, shown = await asked(server, "/1/cancel")
        assert (status, shown["status"], shown["withdrawn"]) == (200, "cancelled", 0)
        assert (await asked(server, "/1/resume"))[1]["title"] == "not_paused"
        assert (await loaded(server, LIST + "x;y\n"))[1]["title"] == "over"

    tell(story)


@pytest.mark.parametrize(
    ("path", "body", "status", "title"),
    [
        ("", {"flow": "nope", "name": "May"}, 422, "unknown_flow"),
        ("", {"flow": "visit", "name": " "}, 422, "bad_name"),
        ("", {"flow": "visit", "name": "June", "region": "Mars"}, 422, "bad_region"),
        ("", {"flow": "visit", "name": "May", "vars": {"name": "you"}}, 409, "name_taken"),
        ("", {"flow": "visit", "name": "June", "vars": {"day": 1}}, 422, "unknown_variable"),
        ("", {"flow": "visit", "name": "June", "numbers": ["1"]}, 422, "unknown_number"),
        ("/1/start", {}, 409, "not_loaded"),
        ("/1/start", {"at": "2020-12-01T09:00:00Z"}, 422, "past"),
        ("/1/start", {"at": "2026-02-30T00:00:00Z"}, 422, "bad_request"),
        ("/1/pause", {}, 409, "not_running"),
        ("/9/pause", {}, 404, "not_found"),
        ("/9/cancel", {}, 404, "not_found"),
        ("/9/contacts", {}, 404, "not_found"),
        ("/1/start", {"at": "0001-01-01T00:00:00+14:00"}, 422, "bad_request"),
        ("/x/cancel", {}, 404, "not_found"),
    ],
)
def test_what_cannot_be_is_told(tell: Tell, path: str, body: dict[str, Any], status: int, title: str) -> None:
    async def story(server: Server) -> None:
        await asked(server, flow="visit", name="May")
        answer = await asked(server, path, **body)
        assert (answer[0], answer[1]["title"]) == (status, title), answer

    tell(story)


def test_a_list_may_be_larger_than_other_bodies_and_has_an_end_too(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "phone\n" + "".join(f"+1555{place:07}\n" for place in range(5000))
    monkeypatch.setattr(bodies, "LONGEST_LIST", len(rows))

    async def story(server: Server) -> None:
        await asked(server, flow="visit", name="May")
        status, read = await loaded(server, rows)
        assert (status, read["added"]) == (200, 5000)
        status, problem = await loaded(server, rows + "\n")
        assert (status, problem["title"]) == (413, "too_large")
        assert server.app.room.items == 0

    tell(story, max_body=1024)


def test_a_list_is_refused_while_too_much_waits_to_be_stored(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await asked(server, flow="visit", name="May")
        other = Place(server.app.room)
        other.take(items=server.app.room.most)
        status, problem = await loaded(server, LIST)
        assert (status, problem["title"]) == (503, "store_unavailable")
        other.leave()
        assert (await loaded(server, LIST))[0] == 200

    tell(story)


@pytest.mark.parametrize(
    ("content", "title", "detail"),
    [
        (b"PK\3\4...", "bad_list", "the list is not text"),
        (b"name\nAna\n", "missing_columns", "there is no column contact"),
        (b'{"contact"', "bad_list", "the list:1: it begins like JSON Lines"),
    ],
)
def test_a_list_that_is_none_is_told(tell: Tell, content: bytes, title: str, detail: str) -> None:
    async def story(server: Server) -> None:
        await asked(server, flow="visit", name="May")
        status, problem = await loaded(server, content)
        assert (status, problem["title"], detail in problem["detail"]) == (422, title, True), problem
        assert (await server.api(f"{PATH}/1/contacts?status=away")).status == 400

    tell(story)
