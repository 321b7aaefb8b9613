"""The simulator on its own: what it reads, what it reports, and the failures that it was told."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from convo.clock import system
from convo.errors import InvalidSignature, UnreadablePayload
from convo.keywords import KeywordKind
from convo.messages import (
    Accepted,
    Inbound,
    Item,
    Outbound,
    RawRequest,
    Reason,
    Report,
    SendError,
    Status,
    Trouble,
    Unread,
)
from convo.providers import all_providers
from convo.providers.base import Surroundings
from convo.providers.simulator import Simulator, SimulatorSettings
from tests.providers.server import answering, says

OURS, ANA = "+15550009999", "+15550001111"
MESSAGE = Outbound(7, "key-7", "simulator", OURS, ANA, "Hello")


def simulator(reports: list[Item] | None = None, **settings: Any) -> Simulator:
    def deliver(items: Sequence[Item]) -> None:
        if reports is not None:
            reports.extend(items)

    return Simulator(SimulatorSettings(**settings), Surroundings("simulator", deliver, system))


def request(body: bytes, **headers: str) -> RawRequest:
    return RawRequest("POST", "/webhooks/simulator", "", headers, body)


def parse(event: Any) -> Sequence[Item]:
    return simulator().parse(request(json.dumps(event).encode()))


def test_it_is_found_by_its_name() -> None:
    assert all_providers()["simulator"] is Simulator


def test_a_text_is_read_with_its_numbers_in_e164() -> None:
    (item,) = parse({"id": 12, "from": "15550001111", "to": "15550009999", "text": "hi", "new": 1})

    assert isinstance(item, Inbound)
    assert replace(item, raw=b"") == Inbound("simulator", "12", ANA, OURS, "hi")
    assert json.loads(item.raw)["new"] == 1


@pytest.mark.parametrize(
    ("event", "status", "reason"),
    [
        ({"status": "delivered"}, Status.DELIVERED, None),
        ({"status": "delivered", "reason": "blocked"}, Status.DELIVERED, None),
        ({"status": "failed"}, Status.FAILED, Reason.UNKNOWN),
        ({"status": "failed", "reason": "unreachable"}, Status.FAILED, Reason.UNREACHABLE),
    ],
)
def test_a_report_is_read(event: dict[str, str], status: Status, reason: Reason | None) -> None:
    assert parse({"id": "m-1", "from": ANA, **event}) == [
        Report("simulator", "m-1", ANA, status, reason=reason)
    ]


def test_a_text_tells_what_a_provider_has_answered_itself() -> None:
    event = {"id": "1", "from": ANA, "to": OURS, "text": "fin"}
    (taken,), (unknown,) = parse({**event, "answered": "stop"}), parse({**event, "answered": "bye"})

    assert isinstance(taken, Inbound)
    assert taken.answered is KeywordKind.STOP
    assert isinstance(unknown, Unread)


@pytest.mark.parametrize("sender", ["anonymous", "", "ELM CLINIC", "+"])
def test_a_text_from_nobody_who_could_be_answered_is_kept_raw(sender: str) -> None:
    """A STOP of somebody whose number is withheld can stop nobody: it is on record for an operator."""
    (item,) = parse({"id": "1", "from": sender, "to": OURS, "text": "STOP"})

    assert isinstance(item, Unread)
    assert b"STOP" in item.raw


def test_a_list_is_read_item_by_item() -> None:
    items = parse([{"id": "1", "from": ANA, "to": OURS, "text": "hi"}, 7, {"id": "2"}])

    assert [type(item) for item in items] == [Inbound, Unread, Unread]


def test_what_is_not_json_cannot_be_read_at_all() -> None:
    with pytest.raises(UnreadablePayload, match=r'send \{"id"'):
        simulator().parse(request(b"id=1&from=2"))


def test_without_a_secret_nothing_is_verified() -> None:
    simulator().verify(request(b"anything"))


@pytest.mark.parametrize("given", ["", "0" * 64, "é", "x" * 10_000])
def test_a_wrong_signature_is_refused_and_names_the_setting(given: str) -> None:
    with pytest.raises(InvalidSignature, match=r"accounts\.simulator\.webhook_secret"):
        simulator(webhook_secret="s").verify(request(b"body", **{"x-convo-signature": given}))


def test_a_signature_fits_its_own_bytes_alone() -> None:
    signature = hmac.new(b"s", b"body", hashlib.sha256).hexdigest()
    signed = simulator(webhook_secret=["other", "s"])

    signed.verify(request(b"body", **{"x-convo-signature": signature}))
    with pytest.raises(InvalidSignature):
        signed.verify(request(b"body ", **{"x-convo-signature": signature}))


def test_what_it_takes_it_reports_as_delivered() -> None:
    reports: list[Item] = []
    took = asyncio.run(simulator(reports).send(MESSAGE))

    assert took == Accepted("sim-key-7")
    assert reports == [Report("simulator", "sim-key-7", ANA, Status.DELIVERED, message_id=7)]


def test_the_same_key_is_the_same_message() -> None:
    phone = simulator()

    assert asyncio.run(phone.send(MESSAGE)) == asyncio.run(phone.send(MESSAGE))


def test_failures_that_it_was_told_come_in_their_order_and_once() -> None:
    reports: list[Item] = []
    phone = simulator(reports)
    phone.tell(ANA, SendError(Trouble.PERMANENT, Reason.BAD_NUMBER))
    phone.tell(ANA, Reason.UNREACHABLE)

    with pytest.raises(SendError) as error:
        asyncio.run(phone.send(MESSAGE))
    assert (error.value.kind, error.value.reason) == (Trouble.PERMANENT, Reason.BAD_NUMBER)
    asyncio.run(phone.send(MESSAGE))
    asyncio.run(phone.send(MESSAGE))
    assert [(r.status, r.reason) for r in reports if isinstance(r, Report)] == [
        (Status.FAILED, Reason.UNREACHABLE),
        (Status.DELIVERED, None),
    ]


@pytest.mark.parametrize(
    ("status", "trouble"),
    [(200, None), (204, None), (429, Trouble.LATER), (500, Trouble.RETRY), (503, Trouble.RETRY),
     (400, Trouble.PERMANENT), (404, Trouble.PERMANENT)],
)  # fmt: skip
def test_another_program_may_play_the_phones(status: int, trouble: Trouble | None) -> None:
    came: list[dict[str, str]] = []

    async def takes(asked: web.Request) -> web.Response:
        came.append(await asked.json())
        return web.Response(status=status)

    async def play() -> Accepted:
        phones = web.Application()
        phones.router.add_post("/", takes)
        runner = web.AppRunner(phones)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        phone = simulator(deliver_to=f"http://{host}:{port}/")
        try:
            return await phone.send(MESSAGE)
        finally:
            await phone.close()
            await runner.cleanup()

    if trouble is None:
        assert asyncio.run(play()) == Accepted("sim-key-7")
    else:
        with pytest.raises(SendError) as error:
            asyncio.run(play())
        assert error.value.kind is trouble
    assert came == [{"key": "key-7", "from": OURS, "to": ANA, "text": "Hello"}]


def test_phones_that_are_not_there_are_tried_again() -> None:
    async def play() -> None:
        phone = simulator(deliver_to="http://127.0.0.1:9/")
        try:
            await phone.send(MESSAGE)
        finally:
            await phone.close()

    with pytest.raises(SendError) as error:
        asyncio.run(play())
    assert (error.value.kind, error.value.reason) == (Trouble.RETRY, Reason.UNREACHABLE)


@pytest.mark.parametrize(
    ("status", "kind", "wait", "detail"),
    [
        (429, Trouble.LATER, 7.0, "it answered 429"),
        (503, Trouble.RETRY, 7.0, "it answered 503"),
        (400, Trouble.PERMANENT, None, "it answered 400"),
        (302, Trouble.OUR_FAULT, None, "it answered 302, a redirect; mend accounts.simulator.deliver_to"),
    ],
)
def test_what_the_phones_answer_has_its_class_and_its_words(
    status: int, kind: Trouble, wait: float | None, detail: str
) -> None:
    async def story() -> SendError:
        async with answering(says(status, Retry_After="7", Location="/elsewhere")) as server:
            phones = simulator(deliver_to=server.url)
            with pytest.raises(SendError) as failed:
                await phones.send(MESSAGE)
            await phones.close()
            assert len(server.asked) == 1
            return failed.value

    error = asyncio.run(story())
    assert (error.kind, error.retry_after, error.detail) == (kind, wait, detail)
