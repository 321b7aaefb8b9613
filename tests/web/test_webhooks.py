"""A webhook's answer is chosen on purpose: 2xx stored, 401, 413, 400, and 503 for a fault of ours."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from convo.settings import Account
from tests.web.conftest import Tell
from tests.web.server import ANA, OURS, Server, text


def test_a_text_is_stored_before_it_is_answered_with_200(tell: Tell) -> None:
    async def story(server: Server) -> None:
        answer = await server.text("visit", "1")

        assert (answer.status, answer.json) == (200, {"stored": True})
        assert server.rows("SELECT text FROM message ORDER BY id") == [("visit",), ("Can you come?",)]

    tell(story)


def test_a_slash_too_many_loses_no_text(tell: Tell) -> None:
    async def story(server: Server) -> None:
        assert (await server.post(text("visit", "1"), account="simulator/")).status == 200
        assert (await server.post(text("visit", "2"), account="simulator/x")).status == 404
        assert await server.texts() == [("in", "visit"), ("out", "Can you come?")]

    tell(story)


def test_a_text_that_comes_twice_gets_200_twice_and_one_reply(tell: Tell) -> None:
    async def story(server: Server) -> None:
        assert [(await server.text("visit", "1")).status for _ in range(3)] == [200, 200, 200]
        assert await server.texts() == [("in", "visit"), ("out", "Can you come?")]

    tell(story)


@pytest.mark.parametrize("body", [b"", b"hello", b"{", b'{"id": "1"', b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_gets_400_and_is_told_what_to_send(tell: Tell, body: bytes) -> None:
    async def story(server: Server) -> None:
        answer = await server.post(body)

        assert answer.status == 400
        assert b"not JSON" in answer.body
        assert server.rows("SELECT * FROM receipt") == []

    tell(story)


def test_an_account_that_is_not_there_gets_404(tell: Tell) -> None:
    async def story(server: Server) -> None:
        assert (await server.post(text("visit", "1"), account="twilio")).status == 404
        assert server.rows("SELECT * FROM receipt") == []

    tell(story)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_another_method_gets_405_with_the_one_that_serves(tell: Tell, method: str) -> None:
    async def story(server: Server) -> None:
        answer = await server.ask(method, "/webhooks/simulator")

        assert answer.status == 405
        assert answer.headers["allow"] == "POST"

    tell(story)


def test_a_signature_must_fit_and_both_of_two_secrets_do_while_they_are_changed(tell: Tell) -> None:
    def signed(body: str, secret: str) -> dict[str, str]:
        return {"X-Convo-Signature": hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()}

    async def story(server: Server) -> None:
        first, second = text("visit", "1"), text("yes", "2")
        for headers in ({}, {"X-Convo-Signature": "00"}, signed(second, "new"), signed(first, "older")):
            assert (await server.post(first, headers=headers)).status == 401
        assert server.rows("SELECT * FROM receipt") == []

        assert (await server.post(first, headers=signed(first, "new"))).status == 200
        assert (await server.post(second, headers=signed(second, "old"))).status == 200
        assert (await server.texts())[-1] == ("out", "See you!")

    accounts = {"simulator": Account(provider="simulator", webhook_secret=["new", "old"])}
    tell(story, accounts=accounts)


def test_bytes_are_verified_before_they_are_read(tell: Tell) -> None:
    async def story(server: Server) -> None:
        assert (await server.post(b"not JSON at all")).status == 401

    tell(story, accounts={"simulator": Account(provider="simulator", webhook_secret=["secret"])})


def test_a_body_over_the_cap_gets_413_by_its_length_alone(tell: Tell) -> None:
    async def story(server: Server) -> None:
        assert (await server.post(b"x" * 2049)).status == 413
        head = b"POST /webhooks/simulator HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n"
        assert b" 413 " in await server.raw(head)

    tell(story, max_body=2048)


def test_a_body_over_the_cap_gets_413_when_it_comes_in_chunks(tell: Tell) -> None:
    async def story(server: Server) -> None:
        head = b"POST /webhooks/simulator HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        answer = await server.raw(
            head + b"400\r\n" + b"x" * 1024 + b"\r\n400\r\n" + b"x" * 1024 + b"\r\n1\r\nx"
        )
        assert b" 413 " in answer

    tell(story, max_body=2048)


def test_a_body_in_chunks_under_the_cap_is_a_body_like_any_other(tell: Tell) -> None:
    async def story(server: Server) -> None:
        body = text("visit", "1").encode()
        head = b"POST /webhooks/simulator HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
        assert b" 200 " in await server.raw(head + chunks + b"0\r\n\r\n")
        assert (await server.texts())[0] == ("in", "visit")

    tell(story)


def test_half_a_body_is_not_stored(tell: Tell) -> None:
    async def story(server: Server) -> None:
        body = text("visit", "1").encode()
        head = b"POST /webhooks/simulator HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
        await server.raw(head + body[:-5], hang_up=True)
        assert (await server.text("hello", "2")).status == 200

        assert await server.texts() == [("in", "hello")]
        assert (await server.ask("GET", "/readyz")).status == 200

    tell(story)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"id": "9", "from": ANA, "to": OURS, "balloon": 1}, "neither a text nor a report"),
        ({"id": "9", "from": ANA, "status": "exploded"}, "unknown status"),
        ({"id": "9", "from": ANA, "status": "failed", "reason": ["x"]}, "unknown status"),
        ({"id": "9", "from": ANA, "status": "\ud800\x00"}, "unknown status"),
        ({"from": ANA, "to": OURS, "text": "hi"}, "no id"),
        ({"id": "", "from": ANA, "to": OURS, "text": "hi"}, "no id"),
        ({"id": "x" * 257, "from": ANA, "to": OURS, "text": "hi"}, "no id"),
        ({"id": "9", "from": "ACME", "to": OURS, "text": "hi"}, "`from` is not a phone number"),
        ({"id": "9", "to": OURS, "text": "hi"}, "`from` is not a phone number"),
        ({"id": "9", "from": ANA, "text": "hi"}, "neither"),
        ({"id": "9", "from": ANA, "to": OURS, "text": 7}, "neither"),
        ({"id": "9", "from": ANA, "to": OURS, "text": None}, "neither"),
        ("hello", "not an object"),
        (None, "not an object"),
    ],
)
def test_an_event_that_we_do_not_know_gets_200_and_is_kept_raw(tell: Tell, event: Any, why: str) -> None:
    async def story(server: Server) -> None:
        body = json.dumps(event)
        assert (await server.post(body)).status == 200
        assert (await server.post(body)).status == 200

        ((raw, error),) = server.rows("SELECT raw, error FROM receipt")
        assert raw == body.encode()
        assert why in error
        assert await server.texts() == []

    tell(story)


def test_one_bad_item_of_a_batch_keeps_nobody_elses_from_being_answered(tell: Tell) -> None:
    async def story(server: Server) -> None:
        good, other = json.loads(text("visit", "1")), json.loads(text("visit", "2", "+15550002222"))
        body = json.dumps([good, {"id": "bad"}, "?", other])
        assert (await server.post(body)).status == 200

        assert sorted(await server.texts()) == [
            ("in", "visit"), ("in", "visit"), ("out", "Can you come?"), ("out", "Can you come?"),
        ]  # fmt: skip
        assert server.rows("SELECT count(*) FROM receipt WHERE error IS NOT NULL") == [(2,)]

    tell(story)


def test_an_empty_batch_gets_200(tell: Tell) -> None:
    async def story(server: Server) -> None:
        assert (await server.post(b"[]")).status == 200

    tell(story)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("x" * 100_000, "x" * 100_000),
        ("👩‍👩‍👧 🇫🇷 👍🏽", "👩‍👩‍👧 🇫🇷 👍🏽"),
        ("nul\x00l", "nul\ufffdl"),
        ("half \ud800 of one", "half \ufffd of one"),
        ("\u202eשלום مرحبا\u202c", "\u202eשלום مرحبا\u202c"),
        ("'; DROP TABLE message; --", "'; DROP TABLE message; --"),
        ("{{ 7 * 7 }}", "{{ 7 * 7 }}"),
        ("", ""),
    ],
    ids=["long", "emoji", "null", "half an emoji", "right to left", "SQL", "a template", "empty"],
)
def test_any_text_is_stored_and_answered(tell: Tell, sent: str, stored: str) -> None:
    async def story(server: Server) -> None:
        await server.text("visit", "1")
        assert (await server.text(sent, "2")).status == 200

        assert (await server.texts())[2:] == [("in", stored), ("out", "YES or NO?")]
        assert server.rows("SELECT count(*) FROM receipt WHERE error IS NOT NULL") == [(0,)]

    tell(story)
