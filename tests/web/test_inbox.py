"""People over the API: a conversation that was handed to them is answered, handed back and closed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Tell
from tests.web.server import ANA, OURS, TOKEN, Server, text

DESK = """\
flow: desk
start: ask
triggers: {keyword: [desk]}
vars: {order: text = unknown}
states:
  ask:
    say: How can we help?
    replies: {person: front, phone: calls, again: repeat}
    otherwise: {say: "Say PERSON."}
    after: {1 day: settled}
  front: {say: A person will text you., hand_off: reception, then: settled}
  calls: {say: A person will call you., hand_off: callers}
  repeat:
    say: Anything else about {{ order }}?
    replies: {no: settled}
    otherwise: {say: "NO?"}
    after: {1 day: settled}
  settled: {say: Glad to help., end: settled}
"""
BEN = "+15550002222"


@pytest.fixture(autouse=True)
def desk(tmp_path: Path) -> None:
    """A flow that hands over."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "desk.yaml").write_text(DESK)


async def handed_over(server: Server, contact: str = ANA, by: str = "person") -> int:
    """The id of a conversation that is with a person now."""
    for place, words in enumerate(("desk", by)):
        await server.post(text(words, f"{contact}-{place}", contact))
    (found,) = (await server.api(f"/v1/conversations?contact={contact}")).json["items"]
    assert found["status"] == "handed_off"
    number: int = found["id"]
    return number


async def do(server: Server, number: object, what: str, body: Mapping[str, Any]) -> tuple[int, Any]:
    answer = await server.api(f"/v1/conversations/{number}/{what}", "POST", json=body)
    return answer.status, answer.json


async def delivered(server: Server, number: int) -> bool:
    """Whether a message arrives on the phone; it is looked for again and again."""
    for _ in range(500):
        items = (await server.api("/v1/messages?limit=1000")).json["items"]
        if any(item["id"] == number and item["status"] == "delivered" for item in items):
            return True
    return False


def test_a_person_answers_and_the_text_leaves_like_every_other(tell: Tell) -> None:
    async def story(server: Server) -> None:
        number = await handed_over(server)
        status, said = await do(server, number, "messages", {"text": "  Hello, it’s Eve. "})

        assert (status, said["text"], said["direction"]) == (201, "Hello, it’s Eve.", "out")
        assert (said["contact"], said["number"], said["conversation"]) == (ANA, OURS, number)
        assert (said["state"], said["segments"]) == (None, 1)
        assert await delivered(server, said["id"])
        await server.text("Thanks Eve", "later")
        assert (await server.texts())[-2:] == [("out", "Hello, it’s Eve."), ("in", "Thanks Eve")]
        thread = (await server.api("/v1/messages")).json["items"]
        assert {message["conversation"] for message in thread} == {number}

    tell(story)


def test_a_text_said_twice_with_one_key_is_sent_once(tell: Tell) -> None:
    async def story(server: Server) -> None:
        number = await handed_over(server)
        first = await do(server, number, "messages", {"text": "Hello", "key": "k"})
        again = await do(server, number, "messages", {"text": "Hello", "key": "k"})
        other = await do(server, number, "messages", {"text": "Good bye", "key": "k"})
        await do(server, number, "close", {"outcome": "settled"})
        after = await do(server, number, "messages", {"text": "Hello", "key": "k"})

        assert [first[0], again[0], after[0]] == [201, 200, 200]
        assert first[1]["id"] == again[1]["id"] == after[1]["id"]
        assert (other[0], other[1]["title"]) == (409, "key_reused")
        assert [words for _, words in await server.texts()].count("Hello") == 1

    tell(story)


def test_a_conversation_goes_on_where_its_flow_says(tell: Tell) -> None:
    async def story(server: Server) -> None:
        number = await handed_over(server)
        status, after = await do(server, number, "hand-back", {})

        assert (status, after["status"], after["outcome"], after["queue"]) == (200, "ended", "settled", None)
        assert (await server.texts())[-1] == ("out", "Glad to help.")

    tell(story)


def test_a_conversation_goes_on_where_the_person_says_with_what_they_found_out(tell: Tell) -> None:
    async def story(server: Server) -> None:
        number = await handed_over(server)
        status, after = await do(server, number, "hand-back", {"state": "repeat", "vars": {"order": "A-17"}})

        assert (status, after["status"], after["state"]) == (200, "live", "repeat")
        assert after["vars"] == {"order": "A-17"}
        assert (await server.texts())[-1] == ("out", "Anything else about A-17?")
        await server.text("no", "last")
        assert (await server.texts())[-1] == ("out", "Glad to help.")

    tell(story)


@pytest.mark.parametrize(
    ("by", "body", "code"),
    [
        ("person", {"state": "nowhere"}, "unknown_state"),
        ("person", {"vars": {"odrer": "A-17"}}, "unknown_variable"),
        ("person", {"vars": {"order": ""}}, "wrong_variable"),
        ("phone", {}, "nowhere"),
        ("person", {"to": "settled"}, "bad_request"),
        ("person", {"vars": {"order": None}}, "bad_request"),
    ],
)
def test_a_hand_back_that_cannot_be_changes_nothing(
    tell: Tell, by: str, body: dict[str, Any], code: str
) -> None:
    async def story(server: Server) -> None:
        number = await handed_over(server, by=by)
        before = (await server.api(f"/v1/conversations/{number}")).json
        status, told = await do(server, number, "hand-back", body)

        assert (status, told["title"]) == (422, code)
        assert told["detail"]
        assert (await server.api(f"/v1/conversations/{number}")).json == before

    tell(story)


@pytest.mark.parametrize("words", ["desk", "person"], ids=["with its flow", "with a person"])
def test_a_person_closes_a_conversation_with_a_word_that_is_counted(tell: Tell, words: str) -> None:
    async def story(server: Server) -> None:
        await server.text("desk", "1")
        if words == "person":
            await server.text("person", "2")
        (found,) = (await server.api("/v1/conversations")).json["items"]
        status, after = await do(server, found["id"], "close", {"outcome": "no_need"})

        assert (status, after["status"], after["outcome"], after["queue"]) == (200, "ended", "no_need", None)
        assert after["ended_at"]
        again = await do(server, found["id"], "close", {"outcome": "no_need"})
        assert (again[0], again[1]["title"]) == (409, "ended")
        assert "no_need" in again[1]["detail"]

    tell(story)


@pytest.mark.parametrize("outcome", ["", "two words", "1st", "é", "x" * 65, "a\x00"])
def test_an_outcome_is_a_name_like_an_authors(tell: Tell, outcome: str) -> None:
    async def story(server: Server) -> None:
        number = await handed_over(server)
        status, told = await do(server, number, "close", {"outcome": outcome})

        assert (status, told["title"]) == (422, "bad_outcome")

    tell(story)


def test_convos_own_outcomes_are_refused_with_the_reason(tell: Tell) -> None:
    async def story(server: Server) -> None:
        number = await handed_over(server)
        _, told = await do(server, number, "close", {"outcome": "stopped"})

        assert told["title"] == "bad_outcome"
        assert "convo's own word for an end" in told["detail"]

    tell(story)


@pytest.mark.parametrize("words", ["", "  \n", "x" * 1601, None, 5])
def test_a_text_that_is_none_is_refused(tell: Tell, words: object) -> None:
    async def story(server: Server) -> None:
        number = await handed_over(server)
        status, told = await do(server, number, "messages", {"text": words})

        assert (status, told["title"]) == (422, "bad_text" if isinstance(words, str) else "bad_request")

    tell(story)


@pytest.mark.parametrize(
    ("what", "body"), [("messages", {"text": "Hi"}), ("hand-back", {})], ids=["a text", "a hand-back"]
)
def test_only_what_a_person_has_is_theirs_to_answer(tell: Tell, what: str, body: dict[str, Any]) -> None:
    async def story(server: Server) -> None:
        await server.text("desk", "1")
        (live,) = (await server.api("/v1/conversations")).json["items"]
        status, told = await do(server, live["id"], what, body)
        assert (status, told["title"]) == (409, "not_handed_off")

        await do(server, live["id"], "close", {"outcome": "settled"})
        status, told = await do(server, live["id"], what, body)
        assert (status, told["title"]) == (409, "ended")

    tell(story)


def test_nobody_texts_a_contact_who_said_stop(tell: Tell) -> None:
    async def story(server: Server) -> None:
        number = await handed_over(server)
        await server.text("STOP", "stop")
        found = (await server.api(f"/v1/conversations/{number}")).json
        assert (found["status"], found["outcome"], found["queue"]) == ("ended", "stopped", None)

        status, told = await do(server, number, "messages", {"text": "Please come back"})
        assert (status, told["title"]) == (409, "opted_out")
        assert "Please come back" not in [words for _, words in await server.texts()]

    tell(story)


@pytest.mark.parametrize("number", ["999", "0", "-1", "x", "99999999999999999999999", "%F0%9F%98%80", "١"])
@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("GET", "", None),
        ("POST", "/messages", {"text": "Hi"}),
        ("POST", "/hand-back", {}),
        ("POST", "/close", {"outcome": "settled"}),
    ],
)
def test_a_conversation_that_is_not_there_is_a_404(
    tell: Tell, number: str, method: str, what: str, body: object
) -> None:
    async def story(server: Server) -> None:
        answer = await server.api(f"/v1/conversations/{number}{what}", method, json=body)

        assert (answer.status, answer.json["title"]) == (404, "not_found")

    tell(story)


def test_the_inbox_is_a_list_by_status_and_queue(tell: Tell) -> None:
    async def story(server: Server) -> None:
        first = await handed_over(server, ANA, "person")
        second = await handed_over(server, BEN, "phone")
        await server.post(text("desk", "live", "+15550003333"))

        async def listed(query: str) -> list[tuple[int, str]]:
            items = (await server.api(f"/v1/conversations?{query}")).json["items"]
            return [(item["id"], item["queue"]) for item in items]

        assert await listed("status=handed_off") == [(first, "reception"), (second, "callers")]
        assert await listed("status=handed_off&queue=callers") == [(second, "callers")]
        assert await listed("status=handed_off&contact=%2B15550001111") == [(first, "reception")]
        assert await listed("status=ended") == []
        assert len(await listed("status=live")) == 1
        page = (await server.api("/v1/conversations?status=handed_off&limit=1")).json
        assert [item["id"] for item in page["items"]] == [first]
        assert await listed(f"status=handed_off&cursor={page['next']}") == [(second, "callers")]
        refused = await server.api("/v1/conversations?status=open")
        assert (refused.status, refused.json["title"]) == (400, "bad_status")

    tell(story)


def test_without_the_token_nobody_answers(tell: Tell) -> None:
    async def story(server: Server) -> None:
        number = await handed_over(server)
        for what in ("", "/messages", "/hand-back", "/close"):
            path = f"/v1/conversations/{number}{what}"
            answer = await server.ask("POST" if what else "GET", path, json={"text": "x", "outcome": "y"})
            assert answer.status == 401
            assert TOKEN.encode() not in answer.body

    tell(story)


def test_a_long_text_is_counted_the_same_way_in_and_out(tell: Tell) -> None:
    """An escape pair at the seam: dividing says 2."""
    words = "a" * 152 + "€" + "a" * 152

    async def story(server: Server) -> None:
        number = await handed_over(server)
        await server.text(words, "long")
        _, said = await do(server, number, "messages", {"text": words})
        came = (await server.api("/v1/messages?limit=1000")).json["items"][-2]

        assert (came["direction"], came["text"]) == ("in", words)
        assert (came["segments"], said["segments"]) == (3, 3)

    tell(story)
