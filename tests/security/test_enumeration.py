"""Finding out about numbers: whatever stands behind one, who may not know more gets the same answer."""

import time
from datetime import timedelta
from typing import Any

from convo.runtime import tokens
from convo.settings import Number
from convo.store import rests
from convo.store.rests import Rest
from convo.verify import Limits, Verify
from convo.web.api.endpoint import EVEN
from tests.web.conftest import Tell, tell
from tests.web.server import ANA, OURS, Answer, Server

__all__ = ["tell"]

ALL = "/v1/verifications"
BEN, CAT, DAN = "+15550002222", "+15550003333", "+15551004444"
SETTINGS = {"numbers": {OURS: Number(brand="Elm Bank")}, "verify": Verify(limits=Limits(contact="2/hour"))}


def test_an_answer_that_must_not_tell_waits_for_the_full_step(tell: Tell) -> None:
    """Whatever took how long: to who may know more too, whose answers others may see the time of."""

    async def story(server: Server) -> None:
        asked: list[tuple[str, str, dict[str, Any] | None]] = [
            ("", "POST", {"to": ANA}),
            ("", "POST", {"to": "+15550001"}),
            (f"/{'f' * 32}/check", "POST", {"code": "123456"}),
            (f"/{'f' * 32}/check", "POST", {"code": "123456", "reveal": False}),
            (f"/{'f' * 32}", "DELETE", None),
        ]
        for path, method, body in asked:
            began = time.monotonic()
            await server.api(f"{ALL}{path}", method, json=body)
            assert time.monotonic() - began >= 0.99 * EVEN  # two clocks, of which one is coarse

    tell(story, **SETTINGS)


def alike(answer: Answer) -> tuple[int, list[str], dict[str, Any]]:
    shown = {**answer.json, "id": len(answer.json["id"]), "to": len(answer.json["to"])}
    return answer.status, sorted(answer.headers), shown


def test_known_opted_out_limited_and_resting_numbers_cannot_be_told_from_others(tell: Tell) -> None:
    async def story(server: Server) -> None:
        async def send(to: str, token: str | None = None) -> Answer:
            return await server.api(ALL, "POST", json={"to": to}, **({"token": token} if token else {}))

        own = await server.app.store.write(
            lambda c: tokens.issue(c, "widget", ["verifications:write"], server.app.clock())
        )
        await server.text("stop", "in-1")  # Ana's
        await send(BEN)
        await send(BEN)
        now = server.app.clock()
        rest = Rest("+1555100", now, now + timedelta(hours=1), 20, 0)
        await server.app.store.write(lambda c: rests.begin(c, rest))
        refused = [await send(to) for to in (ANA, BEN, DAN)]
        assert [each.json["title"] for each in refused] == ["opted_out", "limited", "prefix_rests"]
        waits = [int(each.headers.get("retry-after", 0)) for each in refused]
        assert waits[0] == 0
        assert 3500 < waits[1] <= 3660
        assert 3500 < waits[2] <= 3600

        answers = [await send(to, own) for to in (ANA, BEN, CAT, DAN)]
        assert [alike(each) for each in answers] == [alike(answers[2])] * 4
        assert alike(answers[2])[0] == 201
        ids = [each.json["id"] for each in answers]
        assert [(await send(to, own)).json["id"] for to in (ANA, BEN, CAT, DAN)] == ids

        checks = [
            await server.api(f"{ALL}/{number}/check", "POST", json={"code": "123456"}, token=own)
            for number in (*ids, "f" * 32)
        ]
        assert len({(each.status, each.json["valid"], each.json["status"]) for each in checks}) == 1
        assert len(await server.texts()) == 2 + 2 + 2  # a STOP and its answer, Ben's two and Cat's two
        page = await server.ask("GET", "/metrics", headers={"Authorization": "Bearer a-token-for-tests"})
        for reason in ("opted_out", "limited", "prefix_rests"):
            assert f'refused_total{{reason="{reason}"}} 3.0'.encode() in page.body

    tell(story, **SETTINGS)
