"""`/v1/verifications`: sent, checked and canceled; and what a token learns that may not know more."""

from typing import Any

from convo.runtime import tokens
from convo.runtime.codes import revealed
from convo.settings import Number
from convo.verify import Limits, Verify
from tests.web.conftest import Tell
from tests.web.server import ANA, OURS, Answer, Server

WANTED = {"to": "+1 555 000 1111"}
ALL = "/v1/verifications"
NUMBERS = {OURS: Number(brand="Elm Bank")}
WRITES, READS = "verifications:write", "verifications:read"


async def post(server: Server, path: str = "", token: str | None = None, **body: Any) -> Answer:
    return await server.api(f"{ALL}{path}", "POST", json=body, **({"token": token} if token else {}))


async def code(server: Server) -> str:
    """The code that the last text says."""
    ((number,),) = server.rows("SELECT code_id FROM message ORDER BY id DESC LIMIT 1")
    return (await server.app.store.read(lambda c: revealed(c, server.app.settings, [number])))[number]


async def token(server: Server, *scopes: str) -> str:
    return await server.app.store.write(
        lambda c: tokens.issue(c, "-".join(scopes), scopes, server.app.clock())
    )


def test_a_code_is_sent_checked_and_told(tell: Tell) -> None:
    async def story(server: Server) -> None:
        made = await post(server, **WANTED)
        again = await post(server, **WANTED)
        assert (made.status, again.status, again.json["sends"]) == (201, 200, 2)
        assert (made.json["status"], made.json["to"], made.json["brand"]) == (
            "pending",
            "+155…11",
            "Elm Bank",
        )
        path = f"/{made.json['id']}"
        right = await code(server)

        off = await post(server, f"{path}/check", code=str((int(right) + 1) % 10**6).zfill(6))
        assert (off.status, off.json["valid"], off.json["tries_left"]) == (200, False, 4)
        on = await post(server, f"{path}/check", code=f"{right[:3]} {right[3:]}")
        assert (on.status, on.json["valid"], on.json["status"]) == (200, True, "approved")
        again = await post(server, f"{path}/check", code=right)
        assert (again.status, again.json["title"]) == (409, "approved")
        assert (await server.api(f"{ALL}{path}")).json["status"] == "approved"
        gone = await server.api(f"{ALL}{path}", "DELETE")
        assert (gone.status, gone.json["title"]) == (409, "approved")
        metrics = (
            await server.ask("GET", "/metrics", headers={"Authorization": "Bearer a-token-for-tests"})
        ).body
        assert b'convo_verifications_total{what="wrong"} 1.0' in metrics
        assert b'convo_verifications_total{what="check_approved"} 1.0' in metrics

    tell(story, numbers=NUMBERS, verify=Verify())


def test_a_canceled_one_stays_so(tell: Tell) -> None:
    async def story(server: Server) -> None:
        made = await post(server, **WANTED)
        path = f"/{made.json['id']}"
        for _ in range(2):
            gone = await server.api(f"{ALL}{path}", "DELETE")
            assert (gone.status, gone.json["status"]) == (200, "canceled")
        checked = await post(server, f"{path}/check", code="123456")
        assert (checked.status, checked.json["title"]) == (409, "canceled")

    tell(story, numbers=NUMBERS, verify=Verify())


def test_what_will_not_do_is_told(tell: Tell) -> None:
    bad: list[tuple[str, dict[str, Any], int, str]] = [
        ("", {}, 422, "bad_request"),
        ("", {"to": "12345"}, 422, "not_a_mobile"),
        ("", {"to": "+33142685300"}, 422, "not_a_mobile"),
        ("", {"to": "+447911123456"}, 422, "country_not_allowed"),
        ("", {"to": "Ana"}, 422, "bad_contact"),
        ("", {"to": "5"}, 422, "bad_contact"),
        ("", {**WANTED, "digits": 12}, 422, "bad_digits"),
        ("", {**WANTED, "client_ip": "here"}, 422, "bad_client_ip"),
        ("", {**WANTED, "more": 1}, 422, "bad_request"),
        ("/none/check", {"code": "123456"}, 404, "not_found"),
        ("/none/check", {"code": "12"}, 422, "bad_code"),
    ]

    async def story(server: Server) -> None:
        for path, body, status, title in bad:
            answer = await post(server, path, **body)
            assert (answer.status, answer.json["title"]) == (status, title), body

    tell(story, numbers=NUMBERS, verify=Verify())


def test_who_may_not_know_more_gets_the_same_answers(tell: Tell) -> None:
    """For a contact who is there, for one who is opted out, for ids that are, were, and never were."""

    async def story(server: Server) -> None:
        own = await token(server, WRITES)
        await server.text("stop", "in-1")
        out = await post(server, token=own, **WANTED)
        ben = await post(server, token=own, to="+15550002222")
        resent = await post(server, token=own, to="+15550002222")
        hidden = await post(server, to="+15550002222", reveal=False)

        def alike(answer: Answer) -> tuple[int, dict[str, Any]]:
            return answer.status, {**answer.json, "id": "", "to": ""}

        assert alike(out) == alike(ben) == alike(resent) == alike(hidden)
        assert out.json["status"] == "pending"
        checks = [
            await post(server, f"/{number}/check", token=own, code="000001")
            for number in (out.json["id"], ben.json["id"], "0" * 32)
        ]
        assert {(each.status, str({**each.json, "id": ""})) for each in checks} == {
            (200, "{'id': '', 'valid': False, 'status': 'pending', 'tries_left': None}")
        }
        told = await post(server, **WANTED)
        assert (told.status, told.json["title"]) == (409, "opted_out")
        assert (await server.api(f"{ALL}/{ben.json['id']}", token=own)).status == 403
        gone = [await server.api(f"{ALL}/{n}", "DELETE", token=own) for n in (ben.json["id"], "0" * 32)]
        assert [alike(each) for each in gone] == [(200, {**alike(ben)[1], "status": "canceled"})] * 2
        muted = (await server.api(f"{ALL}/{out.json['id']}")).json
        assert (muted["status"], muted["reason"], muted["sends"]) == ("failed", "opted_out", 0)
        assert (await server.api(f"{ALL}/{out.json['id']}", "DELETE", token=own)).json["status"] == "canceled"
        for to, before in ((WANTED["to"], out), ("+15550002222", ben)):
            again = await post(server, token=own, to=to)
            assert (alike(again), again.json["id"] == before.json["id"]) == (alike(before), False)

    tell(story, numbers=NUMBERS, verify=Verify())


def test_ids_that_are_none_are_counted_though_they_are_refused(tell: Tell) -> None:
    async def story(server: Server) -> None:
        guess = {"code": "123456", "client_ip": "203.0.113.9"}
        keyed = {"Idempotency-Key": "k"}
        first, second = [
            await server.api(f"{ALL}/none/check", "POST", json=guess, headers=keyed) for _ in range(2)
        ]
        assert (first.status, second.status) == (404, 404)
        third = await post(server, "/none/check", **guess)
        assert (third.status, third.json["title"], "retry-after" in third.headers) == (429, "limited", True)
        page = await server.ask("GET", "/metrics", headers={"Authorization": "Bearer a-token-for-tests"})
        assert b'convo_verifications_total{what="check_not_found"} 2.0' in page.body

    tell(story, numbers=NUMBERS, verify=Verify(limits=Limits(wrong="2/hour")))


def test_a_repeated_request_sends_one_text(tell: Tell) -> None:
    async def story(server: Server) -> None:
        answers = [
            await server.api(ALL, "POST", json=WANTED, headers={"Idempotency-Key": "k"}) for _ in range(2)
        ]
        assert [each.status for each in answers] == [201, 201]
        assert answers[0].json == answers[1].json
        assert len(await server.texts()) == 1

    tell(story, numbers=NUMBERS, verify=Verify())


def test_events_are_told_without_numbers(tell: Tell) -> None:
    async def story(server: Server) -> None:
        made = await post(server, **WANTED)
        await post(server, f"/{made.json['id']}/check", code=await code(server))
        told = (await server.api("/v1/events?kind=verification.*")).json["items"]
        assert [each["type"] for each in told] == ["verification.sent", "verification.approved"]
        assert {each["data"]["contact"] for each in told} == {"+155…11"}
        assert ANA not in str(told)

    tell(story, numbers=NUMBERS, verify=Verify())


def test_a_code_whose_place_another_one_took_is_told(tell: Tell) -> None:
    async def story(server: Server) -> None:
        first, second = await post(server, **WANTED), await post(server, **WANTED, new=True)
        await server.api(f"{ALL}/{second.json['id']}", "DELETE")
        told = (await server.api("/v1/events?kind=verification.canceled")).json["items"]
        assert [(each["data"]["id"], each["data"]["status"], each["data"]["reason"]) for each in told] == [
            (first.json["id"], "canceled", "superseded"),
            (second.json["id"], "canceled", None),
        ]
        assert [each["data"]["message"] for each in told] == [first.json["message"], second.json["message"]]

    tell(story, numbers=NUMBERS, verify=Verify())
