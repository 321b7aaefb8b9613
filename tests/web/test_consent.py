"""Consent over the API: how a contact stands, the ledger in pages, and a stop or a start with its reason."""

from typing import Any

import pytest

from convo.runtime import tokens
from convo.runtime.tokens import Scope
from convo.settings import Number
from tests.web.conftest import Tell
from tests.web.server import ANA, OURS, Server, text

BEN = "+15550002222"
WISH = {"contact": ANA, "reason": "a letter of 3 May"}


async def do(server: Server, what: str, **body: Any) -> tuple[int, Any]:
    answer = await server.api(f"/v1/consent/{what}", "POST", json=body)
    return answer.status, answer.json


def test_a_stop_over_the_api_is_a_stop_and_the_same_again_changes_nothing(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await server.text("visit", "1")
        status, first = await do(server, "stop", **WISH)
        assert status == 200
        since = first.pop("since")
        assert first == {
            "contact": ANA, "brand": OURS, "opted_out": True, "marketing": False, "changed": True,
        }  # fmt: skip
        status, again = await do(server, "stop", **WISH)
        assert (status, again["changed"], again["since"]) == (200, False, since)

        refused = await server.api("/v1/conversations", "POST", json={"flow": "visit", "contact": ANA})
        assert (refused.status, refused.json["title"]) == (409, "opted_out")
        (conversation,) = (await server.api(f"/v1/conversations?contact={ANA}")).json["items"]
        assert conversation["outcome"] == "stopped"
        status, back = await do(server, "start", contact="15550001111", reason="they called")
        assert (status, back["contact"], back["opted_out"], back["changed"]) == (200, ANA, False, True)

    tell(story)


def test_consent_to_marketing_that_was_given_elsewhere_is_put_on_record(tell: Tell) -> None:
    async def story(server: Server) -> None:
        status, first = await do(server, "agree", **WISH)
        assert (status, first["marketing"], first["opted_out"], first["changed"]) == (200, True, False, True)
        _, again = await do(server, "agree", **WISH)
        assert again["changed"] is False
        (line,) = (await server.api(f"/v1/consent?contact={ANA}")).json["history"]
        assert (line["action"], line["actor"], line["text"]) == ("marketing", "api", WISH["reason"])

        await server.text("stop", "1")
        status, problem = await do(server, "agree", **WISH)
        assert (status, problem["title"]) == (422, "opted_out")

    tell(story)


def test_a_contact_is_told_whole_and_a_plus_that_came_as_a_blank_is_understood(tell: Tell) -> None:
    async def story(server: Server) -> None:
        await server.text("STOP", "1")
        await do(server, "start", **WISH)
        for asked in (ANA, ANA.replace("+", "%2B"), ANA.removeprefix("+")):
            told = (await server.api(f"/v1/consent?contact={asked}")).json
            assert told["contact"] == ANA
            assert [(each["brand"], each["opted_out"]) for each in told["brands"]] == [(OURS, False)]
            assert [(each["action"], each["actor"], each["text"]) for each in told["history"]] == [
                ("stop", "contact", "STOP"),
                ("start", "api", "a letter of 3 May"),
            ]
        assert (await server.api(f"/v1/consent?contact={BEN}")).json == {
            "contact": BEN, "brands": [], "history": [],
        }  # fmt: skip

    tell(story)


def test_entries_come_in_pages_of_one_contact_or_of_all(tell: Tell) -> None:
    async def story(server: Server) -> None:
        for place, contact in enumerate((ANA, BEN, ANA)):
            await server.post(text("HELP", f"{place}", contact))
        first = (await server.api("/v1/consent/entries?limit=2")).json
        assert [each["contact"] for each in first["items"]] == [ANA, BEN]
        rest = (await server.api(f"/v1/consent/entries?limit=2&cursor={first['next']}")).json
        assert ([each["contact"] for each in rest["items"]], rest["next"]) == ([ANA], None)

        async def count(query: str) -> int:
            return len((await server.api(f"/v1/consent/entries?{query}")).json["items"])

        assert await count(f"contact={ANA}") == 2
        assert await count(f"brand={OURS.replace('+', '%2B')}") == 3
        assert await count("brand=nobody") == 0
        assert await count("since=2020-01-01") == 3
        assert await count("since=2120-01-01T00:00:00Z") == 0

    tell(story)


@pytest.mark.parametrize(
    ("changed", "status", "title"),
    [
        ({"contact": "nobody"}, 422, "bad_contact"),
        ({"contact": "\x00"}, 422, "bad_contact"),
        ({"reason": " "}, 422, "bad_reason"),
        ({"reason": "x" * 501}, 422, "bad_reason"),
        ({"brand": "Elm"}, 422, "unknown_brand"),
        ({"brand": None, "surprise": 1}, 422, "bad_request"),
        ({"contact": 5}, 422, "bad_request"),
    ],
)
def test_what_cannot_be_is_a_problem(tell: Tell, changed: dict[str, Any], status: int, title: str) -> None:
    async def story(server: Server) -> None:
        answer = await do(server, "stop", **{**WISH, **changed})
        assert (answer[0], answer[1]["title"]) == (status, title)
        assert (await server.api("/v1/consent/entries")).json["items"] == []

    tell(story)


def test_of_several_brands_one_has_to_be_named(tell: Tell) -> None:
    async def story(server: Server) -> None:
        status, told = await do(server, "stop", **WISH)
        assert (status, told["title"]) == (422, "no_brand")
        status, told = await do(server, "stop", **WISH, brand="Oak")
        assert (status, told["brand"]) == (200, "Oak")

    tell(story, numbers={OURS: Number(brand="Elm"), "+15550008888": Number(brand="Oak")})


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/v1/consent", 400, "bad_contact"),
        ("/v1/consent?contact=nobody", 422, "bad_contact"),
        ("/v1/consent/entries?since=yesterday", 400, "bad_since"),
        ("/v1/consent/entries?cursor=x", 400, "bad_cursor"),
        ("/v1/consent/stop", 405, "not_allowed"),
    ],
)
def test_a_query_that_will_not_do_is_a_problem(tell: Tell, path: str, status: int, title: str) -> None:
    async def story(server: Server) -> None:
        answer = await server.api(path)
        assert (answer.status, answer.json["title"]) == (status, title)

    tell(story)


def test_the_ledger_has_the_name_of_the_token_that_wrote_it(tell: Tell) -> None:
    async def story(server: Server) -> None:
        now = server.app.clock()
        crm = server.app.store.transact(
            lambda c: tokens.issue(c, "crm", [Scope.CONSENT_READ, Scope.CONSENT_WRITE], now)
        )
        await server.api("/v1/consent/agree", "POST", json=WISH, token=crm)
        await server.api("/v1/consent/stop", "POST", json=WISH, token=crm)
        await server.text("start", "1")
        await server.text("please stop texting me", "2")
        undone = await server.api("/v1/consent/reviews/4/undo", "POST", json={"reason": "no"}, token=crm)
        history = (await server.api(f"/v1/consent?contact={ANA}", token=crm)).json["history"]

        assert undone.json["actor"] == "api:crm"
        assert [(each["action"], each["actor"], each["rule"]) for each in history] == [
            ("marketing", "api:crm", "api"),
            ("stop", "api:crm", "api"),
            ("start", "contact", "word:start"),
            ("stop", "contact", "phrase:en:texting"),
            ("start", "api:crm", "review:4"),
        ]

    tell(story)
