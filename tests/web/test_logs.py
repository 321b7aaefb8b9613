"""What is logged of conversations: with their ids, and nobody's number in full."""

import asyncio
import io
import json
import logging
import re
from contextlib import redirect_stderr

import structlog
from structlog.testing import capture_logs

from convo.cli._serving import log_to_stderr
from convo.messages import Reason, SendError, Trouble
from convo.providers.simulator import Simulator
from tests.web.conftest import Tell
from tests.web.server import ANA, OURS, Server, text

BEN = "+15550002222"
NUMBER = re.compile(r"\d{9,}")


def test_a_conversation_that_goes_wrong_is_told_without_a_number(tell: Tell) -> None:
    async def story(server: Server) -> None:
        simulator = server.app.providers["simulator"]
        assert isinstance(simulator, Simulator)
        simulator.tell(ANA, SendError(Trouble.PERMANENT, Reason.BAD_NUMBER, detail="no such number"))
        simulator.tell(BEN, SendError(Trouble.RETRY, Reason.PROVIDER_FAULT))
        await server.post(text("visit", "in-1", ANA))
        await server.post(text("visit", "in-2", BEN))
        await server.post(text("what?", "in-3", "+15550003333"))
        await server.post(json.dumps({"id": "sim-1", "from": ANA, "status": "failed"}))
        await server.post("not json")
        while True:
            if sum(record["event"] == "send.failed" for record in records) == 2:
                break
            await asyncio.sleep(0.02)
        await server.post(text("stop", "in-4", BEN))

    with capture_logs() as records:
        tell(story)

    told = [record for record in records if record["event"] == "send.failed"]
    assert {(record["conversation"], record["reason"]) for record in told} == {
        (1, "bad_number"), (2, "provider_fault"),
    }  # fmt: skip
    assert told[0]["contact"] == "+155…11"
    assert {"text.unanswered", "webhook.refused"} <= {record["event"] for record in records}
    for record in records:
        assert not NUMBER.search(repr(record)), record


def test_what_an_error_says_of_a_number_is_masked_in_production() -> None:
    before = structlog.get_config()
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            log_to_stderr(logging.INFO, as_json=True)
            log = structlog.get_logger("test")
            error = ValueError(f"Key (number)=({ANA}) exists, see /v1/messages?contact=%2B15550001111")
            told = {"to": [ANA], "id": 155500011112222}
            log.error("store.failed", conversation=12, told=told, exc_info=error)
            log.info("ours", number=OURS, at="2026-11-30T09:00:00+00:00", id="+12")
    finally:
        structlog.configure(**before)

    first, second = map(json.loads, said.getvalue().splitlines())
    assert (first["event"], first["conversation"]) == ("store.failed", 12)
    assert "Key (number)=(+155…11) exists" in first["exception"]
    assert first["told"] == {"to": ["+155…11"], "id": 155500011112222}
    assert (second["number"], second["at"], second["id"]) == ("+155…99", "2026-11-30T09:00:00+00:00", "+12")
    assert ANA.lstrip("+") not in said.getvalue().replace("155500011112222", "")


def test_no_log_shows_what_variables_held() -> None:
    before = structlog.get_config()
    said = io.StringIO()

    def fails(code: str) -> None:
        raise ValueError("no such code" + code[6:])

    try:
        with redirect_stderr(said):
            for as_json in (True, False):
                log_to_stderr(logging.INFO, as_json=as_json)
                try:
                    fails("".join(map(str, range(1, 7))))
                except ValueError:
                    structlog.get_logger("test").exception("send.lost")
    finally:
        structlog.configure(**before)

    assert said.getvalue().count("ValueError") >= 2
    assert "123456" not in said.getvalue()
