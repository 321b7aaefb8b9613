"""`/v1/reminders`: put, moved, cancelled and listed by the application's own key."""

from typing import Any

import pytest

from tests.web.conftest import Tell
from tests.web.server import Server

WANTED = {
    "flow": "visit",
    "contact": "+1 555 000 1111",
    "at": "2099-12-01 09:00",
    "vars": {"name": "Ana"},
    "timezone": "Europe/Berlin",
}


def test_a_reminder_is_put_moved_and_cancelled(tell: Tell) -> None:
    async def story(server: Server) -> None:
        made = await server.api("/v1/reminders/visit-17", "PUT", json=WANTED)
        same = await server.api("/v1/reminders/visit-17", "PUT", json=WANTED)
        moved = await server.api("/v1/reminders/visit-17", "PUT", json={**WANTED, "at": "2099-12-02 10:00"})

        assert (made.status, same.status, moved.status) == (201, 200, 200)
        assert made.json["due_at"] == same.json["due_at"] == "2099-12-01T08:00:00+00:00"
        assert moved.json["due_at"] == "2099-12-02T09:00:00+00:00"
        assert (await server.api("/v1/reminders?contact=+15550001111")).json["items"] == [moved.json]
        assert (await server.api("/v1/reminders?status=cancelled")).json["items"] == []

        gone = await server.api("/v1/reminders/visit-17", "DELETE")
        assert (gone.status, gone.json["status"], gone.json["due_at"]) == (200, "cancelled", None)
        assert (await server.api("/v1/reminders/visit-17")).json == gone.json

    tell(story)


def test_one_that_moves_into_the_past_is_cancelled_and_the_refusal_says_so(tell: Tell) -> None:
    async def story(server: Server) -> None:
        path, late = "/v1/reminders/visit-17", {**WANTED, "at": "2001-01-01 09:00"}
        unknown = await server.api(path, "PUT", json=late)
        assert (await server.api(path, "PUT", json=WANTED)).status == 201
        moved = await server.api(path, "PUT", json=late)

        assert [(each.status, each.json["title"]) for each in (unknown, moved)] == [(422, "past")] * 2
        told = "`at`: 2001-01-01 09:00 in Europe/Berlin is past; there is nothing to wait for"
        assert unknown.json["detail"] == told
        assert moved.json["detail"] == f"{told}, and what was scheduled as 'visit-17' is cancelled"
        gone = (await server.api(path)).json
        assert (gone["status"], gone["due_at"], gone["reason"]) == ("cancelled", None, told)

    tell(story)


@pytest.mark.parametrize(
    ("path", "method", "changed", "status", "title"),
    [
        ("/v1/reminders/k", "PUT", {"at": "2001-01-01 09:00"}, 422, "past"),
        ("/v1/reminders/k", "PUT", {"at": "soon"}, 422, "bad_moment"),
        ("/v1/reminders/k", "PUT", {"every": "hour"}, 422, "bad_rule"),
        ("/v1/reminders/k", "PUT", {"flow": "none"}, 422, "unknown_flow"),
        ("/v1/reminders/k", "PUT", {"more": 1}, 422, "bad_request"),
        (f"/v1/reminders/{'k' * 256}", "PUT", {}, 400, "bad_key"),
        ("/v1/reminders/order%2F17", "GET", None, 404, "not_found"),
        ("/v1/reminders/none", "GET", None, 404, "not_found"),
        ("/v1/reminders/none", "DELETE", None, 404, "not_found"),
        ("/v1/reminders?status=late", "GET", None, 400, "bad_status"),
    ],
)
def test_what_will_not_do_is_told(
    tell: Tell, path: str, method: str, changed: dict[str, Any] | None, status: int, title: str
) -> None:
    async def story(server: Server) -> None:
        body = None if changed is None else {**WANTED, **changed}
        answer = await server.api(path, method, json=body)
        assert (answer.status, answer.json["title"]) == (status, title)

    tell(story)
