"""Reviews of STOPs over the API: listed, kept, and undone for a reason."""

from typing import Any

import pytest

from tests.web.conftest import Tell
from tests.web.server import ANA, OURS, Server, text

BEN = "+15550002222"
PATH = "/v1/consent/reviews"


async def said(server: Server, words: str, contact: str = ANA) -> None:
    await server.post(text(words, f"{contact}-{words}", contact))


async def decide(server: Server, what: str, body: dict[str, Any]) -> tuple[int, Any]:
    answer = await server.api(f"{PATH}/{what}", "POST", json=body)
    return answer.status, answer.json


def test_a_phrase_is_listed_and_a_word_is_not(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await said(server, "please stop texting me")
        await said(server, "stop", BEN)
        listed = (await server.api(PATH)).json

        (found,) = listed["items"]
        assert listed["next"] is None
        assert found.pop("at")
        assert found == {
            "id": 1, "brand": OURS, "contact": ANA, "number": OURS, "text": "please stop texting me",
            "rule": "phrase:en:texting", "status": "open", "reason": None, "actor": None, "decided_at": None,
        }  # fmt: skip

    tell(story)


def test_an_undone_stop_is_back_in_the_ledger_as_the_apis_doing(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await said(server, "please stop texting me")
        status, found = await decide(server, "1/undo", {"reason": "she meant her sister"})

        assert (status, found["status"], found["actor"], found["opted_out"]) == (200, "undone", "api", False)
        assert found["reason"] == "she meant her sister"
        again = await decide(server, "1/undo", {"reason": "again"})
        assert again == (status, found)

    tell(story)


def test_a_kept_stop_leaves_the_list_of_what_is_open(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await said(server, "please stop texting me")
        status, found = await decide(server, "1/keep", {})

        assert (status, found["status"], found["opted_out"], found["standing"]) == (200, "kept", True, [1])
        for query, ids in (("?status=open", []), ("?status=kept", [1]), ("", [1]), (f"?contact={BEN}", [])):
            assert [each["id"] for each in (await server.api(f"{PATH}{query}")).json["items"]] == ids

    tell(story)


def test_the_list_goes_on_where_it_ended(tell: Tell) -> None:
    async def story(server: Server) -> None:
        for contact in (ANA, BEN):
            await said(server, "leave me alone", contact)
        first = (await server.api(f"{PATH}?limit=1")).json
        second = (await server.api(f"{PATH}?limit=1&cursor={first['next']}")).json

        assert [each["contact"] for each in (*first["items"], *second["items"])] == [ANA, BEN]
        assert second["next"] is None

    tell(story)


@pytest.mark.parametrize(
    ("what", "body", "status", "code"),
    [
        ("9/keep", {}, 404, "not_found"), ("x/keep", {}, 404, "not_found"), ("1/undo", {}, 422, "bad_reason"),
        ("1/undo", {"reason": " "}, 422, "bad_reason"), ("1/keep", {"why": "r"}, 422, "bad_request"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_is_a_problem(
    tell: Tell, what: str, body: dict[str, Any], status: int, code: str
) -> None:
    async def story(server: Server) -> None:
        await said(server, "please stop texting me")
        found = await decide(server, what, body)

        assert (found[0], found[1]["title"]) == (status, code)

    tell(story)


def test_what_is_undone_cannot_be_kept(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await said(server, "please stop texting me")
        await decide(server, "1/undo", {"reason": "r"})

        status, problem = await decide(server, "1/keep", {})
        assert (status, problem["title"]) == (409, "undone")

    tell(story)


def test_a_status_that_is_none_is_named(tell: Tell) -> None:
    async def story(server: Server) -> None:
        answer = await server.api(f"{PATH}?status=done")

        assert (answer.status, answer.json["title"]) == (400, "bad_status")
        assert "open, kept, undone" in answer.json["detail"]

    tell(story)
