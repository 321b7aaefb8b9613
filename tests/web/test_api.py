"""The API: who may ask, pages, starting a conversation, and how it says no."""

from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Tell
from tests.web.server import ANA, OURS, TOKEN, Server

PATHS = ["/v1/messages", "/v1/conversations", "/v1/consent/reviews"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}, {"Authorization": TOKEN}],
    ids=["none", "wrong", "another scheme", "no scheme"],
)
def test_without_the_token_the_answer_is_401(tell: Tell, path: str, headers: dict[str, str]) -> None:
    async def story(server: Server) -> None:
        answer = await server.ask("GET", path, headers=headers)

        assert answer.status == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"
        assert TOKEN.encode() not in answer.body

    tell(story)


def test_without_a_token_in_the_settings_nobody_gets_in(tell: Tell) -> None:
    async def story(server: Server) -> None:
        for given in ("Bearer", "Bearer ", "Bearer None", f"Bearer {TOKEN}"):
            assert (await server.ask("GET", PATHS[0], headers={"Authorization": given})).status == 401

    tell(story, api_token=None)


def test_messages_come_a_page_at_a_time_and_each_once(tell: Tell) -> None:
    async def story(server: Server) -> None:
        for place in range(5):
            await server.text(f"text {place}", str(place))
        first = (await server.api("/v1/messages?limit=2")).json
        second = (await server.api(f"/v1/messages?limit=2&cursor={first['next']}")).json
        third = (await server.api(f"/v1/messages?limit=2&cursor={second['next']}")).json

        seen = [item["text"] for page in (first, second, third) for item in page["items"]]
        assert seen == [f"text {place}" for place in range(5)]
        assert [len(page["items"]) for page in (first, second, third)] == [2, 2, 1]
        assert third["next"] is None

    tell(story)


def test_a_full_last_page_has_no_next(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await server.text("one", "1")
        await server.text("two", "2")
        assert (await server.api("/v1/messages?limit=2")).json["next"] is None

    tell(story)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "bad_limit"), ("limit=1001", "bad_limit"), ("limit=x", "bad_limit"),
        ("limit=-1", "bad_limit"), ("cursor=x", "bad_cursor"), ("cursor=-1", "bad_cursor"),
        ("cursor=99999999999999999999", "bad_cursor"),
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_is_refused_by_name(tell: Tell, query: str, code: str) -> None:
    async def story(server: Server) -> None:
        answer = await server.api(f"/v1/messages?{query}")

        assert (answer.status, answer.json["title"]) == (400, code)

    tell(story)


def test_a_filter_that_is_no_number_is_refused_and_not_answered_with_nobody(tell: Tell) -> None:
    paths = (
        "messages",
        "conversations",
        "events",
        "reminders",
        "queue",
        "consent/entries",
        "consent/reviews",
    )

    async def story(server: Server) -> None:
        asked = [f"{path}?contact={contact}" for path in paths for contact in ("nonsense", "1-555", "")]
        asked += [f"{path}?number=nonsense" for path in ("messages", "queue", "insights")]
        for each in asked:
            answer = await server.api(f"/v1/{each}")
            title = "bad_contact" if "contact=" in each else "bad_number"
            assert (answer.status, answer.json["title"]) == (400, title), each

    tell(story)


@pytest.mark.parametrize(
    "contact", ["%2B15550001111", "+15550001111", "15550001111", "1%20555%20000%201111", "%2B1(555)000-1111"]
)
def test_a_contact_is_found_with_a_plus_a_blank_or_neither(tell: Tell, contact: str) -> None:
    async def story(server: Server) -> None:
        await server.text("visit", "1")
        await server.post('{"id": "2", "from": "+15550002222", "to": "+15550009999", "text": "hi"}')
        messages = (await server.api(f"/v1/messages?contact={contact}")).json["items"]
        conversations = (await server.api(f"/v1/conversations?contact={contact}")).json["items"]

        assert [message["text"] for message in messages] == ["visit", "Can you come?"]
        assert [(c["contact"], c["flow"], c["state"]) for c in conversations] == [(ANA, "visit", "ask")]

    tell(story)


def test_a_message_tells_everything_about_itself(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await server.text("visit", "1")
        came, said = (await server.api("/v1/messages")).json["items"]

        assert set(came) == {
            "id", "direction", "contact", "number", "text", "status", "reason", "detail", "segments",
            "conversation", "state", "created_at", "sent_at", "delivered_at",
        }  # fmt: skip
        assert (came["direction"], came["status"], came["number"]) == ("in", "received", OURS)
        assert (said["direction"], said["state"], said["segments"]) == ("out", "ask", 1)
        assert came["conversation"] == said["conversation"]

    tell(story)


def test_a_conversation_is_started_once_per_key(tell: Tell) -> None:
    wanted = {"flow": "visit", "contact": "+1 555 000 1111", "vars": {"name": "Ana"}, "key": "k-1"}

    async def story(server: Server) -> None:
        first = await server.api("/v1/conversations", "POST", json=wanted)
        again = await server.api("/v1/conversations", "POST", json=wanted)

        assert (first.status, again.status) == (201, 200)
        assert first.json["id"] == again.json["id"]
        assert (first.json["contact"], first.json["status"]) == (ANA, "live")
        assert first.json["vars"] == {"name": "Ana"}
        assert await server.texts() == [("out", "Can Ana come?")]

    tell(story)


def test_a_second_conversation_waits_in_line_and_begins_when_the_first_is_closed(tell: Tell) -> None:
    wanted = {"flow": "visit", "contact": ANA}

    async def story(server: Server) -> None:
        first = (await server.api("/v1/conversations", "POST", json=wanted)).json
        second = (await server.api("/v1/conversations", "POST", json=wanted)).json
        assert (first["status"], second["status"]) == ("live", "waiting")
        listed = (await server.api("/v1/conversations?status=waiting")).json["items"]
        assert [item["id"] for item in listed] == [second["id"]]

        closing = {"outcome": "mistaken"}
        await server.api(f"/v1/conversations/{first['id']}/close", "POST", json=closing)
        begun = (await server.api(f"/v1/conversations/{second['id']}")).json
        assert (begun["status"], begun["state"]) == ("live", "ask")
        assert [words for _, words in await server.texts()] == ["Can you come?", "Can you come?"]

    tell(story)


def test_the_contacts_language_and_time_zone_are_kept(tell: Tell) -> None:
    wanted = {"flow": "visit", "contact": ANA, "language": "fr-CA", "timezone": "America/Toronto"}

    async def story(server: Server) -> None:
        first = await server.api("/v1/conversations", "POST", json=wanted)
        await server.text("yes", "1")
        again = await server.api("/v1/conversations", "POST", json={"flow": "visit", "contact": ANA})

        assert (first.status, again.status) == (201, 201)
        assert server.rows("SELECT language, timezone FROM contact") == [("fr-CA", "America/Toronto")]

    tell(story)


@pytest.mark.parametrize("change", [{"language": "x!"}, {"timezone": "Mars/Base"}, {"flow": "nowhere"}])
def test_a_start_that_is_refused_teaches_nothing_about_the_contact(
    tell: Tell, change: dict[str, str]
) -> None:
    wanted = {"flow": "visit", "contact": ANA, "language": "fr", "timezone": "Europe/Paris", **change}

    async def story(server: Server) -> None:
        await server.text("hello", "1")
        answer = await server.api("/v1/conversations", "POST", json=wanted)

        assert answer.status == 422
        assert server.rows("SELECT language, timezone FROM contact") == [(None, None)]

    tell(story)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"flow": "nowhere"}, 422, "unknown_flow"),
        ({"language": "klingon!"}, 422, "bad_language"),
        ({"language": ""}, 422, "bad_request"),
        ({"timezone": "Mars/Base"}, 422, "bad_timezone"),
        ({"timezone": "../../etc/passwd"}, 422, "bad_timezone"),
        ({"timezone": "/etc/localtime"}, 422, "bad_timezone"),
        ({"contact": "Ana"}, 422, "bad_contact"),
        ({"contact": "call me +44 7700 900123"}, 422, "bad_contact"),
        ({"contact": None}, 422, "bad_request"),
        ({"colour": "red"}, 422, "bad_request"),
        ({"vars": {"nmae": "Ana"}}, 422, "unknown_variable"),
        ({"vars": {"name": ""}}, 422, "wrong_variable"),
        ({"number": "+15550007777"}, 422, "unknown_number"),
        ({"key": ""}, 422, "bad_request"),
        ({"contact": "+15550003333"}, 409, "opted_out"),
        ({"contact": "+15550004444", "flow": "brief"}, 409, "busy"),
        ({"flow": "offer"}, 409, "no_consent"),
        ({"key": "used"}, 409, "key_reused"),
    ],
)
def test_a_start_that_cannot_be_gets_a_problem_document(
    tell: Tell, tmp_path: Path, change: dict[str, Any], status: int, code: str
) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "brief.yaml").write_text(
        "flow: brief\nstart: hi\nwhen_busy: skip\nstates:\n  hi: {say: Hello!, end: said}\n"
    )
    (tmp_path / "flows" / "offer.yaml").write_text(
        "flow: offer\nstart: hi\npurpose: marketing\nstates:\n  hi: {say: Deals! STOP ends this., end: x}\n"
    )

    async def story(server: Server) -> None:
        await server.post('{"id": "1", "from": "+15550003333", "to": "+15550009999", "text": "stop"}')
        used = {"flow": "visit", "contact": "+15550004444", "key": "used"}
        await server.api("/v1/conversations", "POST", json=used)
        wanted = {"flow": "visit", "contact": ANA, **change}
        answer = await server.api("/v1/conversations", "POST", json=wanted)

        assert (answer.status, answer.json["title"], answer.json["status"]) == (status, code, status)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["detail"]

    tell(story)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"flow": "visit"}', b"\xff"])
def test_a_body_that_is_no_start_gets_422(tell: Tell, body: bytes) -> None:
    async def story(server: Server) -> None:
        answer = await server.api("/v1/conversations", "POST", data=body)

        assert (answer.status, answer.json["title"]) == (422, "bad_request")

    tell(story)


def test_a_start_over_the_cap_gets_413(tell: Tell) -> None:
    async def story(server: Server) -> None:
        answer = await server.api("/v1/conversations", "POST", data=b"x" * 3000)

        assert answer.status == 413

    tell(story, max_body=2048)


def test_the_process_says_that_it_lives_and_that_it_works(tell: Tell) -> None:
    async def story(server: Server) -> None:
        alive, ready = await server.ask("GET", "/healthz"), await server.ask("GET", "/readyz")

        assert (alive.status, alive.json) == (200, {"status": "ok", "role": "all"})
        assert (ready.status, ready.json) == (200, {"status": "ready", "role": "all"})

    tell(story)


def test_a_line_that_has_stopped_is_told(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await server.app.sender.stop(5)
        for _ in range(1000):
            if server.app.stopped():
                break
            await server.ask("GET", "/healthz")
        ready = await server.ask("GET", "/readyz")

        assert ready.status == 503
        assert ready.json["lines"] == ["sender"]

    tell(story)


def test_a_path_or_a_method_that_there_is_not_is_told_like_every_other_error(tell: Tell) -> None:
    async def story(server: Server) -> None:
        unknown = await server.api("/v1/mesages")
        wrong = await server.api("/v1/conversations", "DELETE")

        assert (unknown.status, unknown.json["title"]) == (404, "not_found")
        assert (wrong.status, wrong.json["title"]) == (405, "not_allowed")
        assert wrong.headers["allow"] == "GET, HEAD, POST"
        assert unknown.headers["content-type"] == "application/problem+json"
        assert (await server.ask("GET", "/v1/mesages")).status == 401

    tell(story)
