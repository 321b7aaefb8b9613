"""What leaves for Azure: signed, repeatable, patient."""

import asyncio
import base64
import json
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from convo.clock import Clock, VirtualClock, system
from convo.messages import Accepted, Outbound, Reason, SendError, Trouble
from convo.providers import make
from convo.providers.azure.settings import read_connection
from convo.providers.azure.signing import sign
from convo.runtime.sender import MOST_IN_FLIGHT
from convo.settings import Account
from tests.azure_server import problem
from tests.providers.cases import ANA, AZURE, KEY, OURS, azure_error, azure_item
from tests.providers.server import Answering, Handler, answering, says

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
MESSAGE = Outbound(7, "3f0c5a9e8f0b4d6f9a1d2b3c4d5e6f70", "acs", OURS, ANA, "Ça va ? 👍")


def send(
    handler: Handler, message: Outbound = MESSAGE, clock: Clock = lambda: NOON, **settings: object
) -> tuple[Accepted | SendError, Answering]:
    """One text to a server that answers so."""

    async def story() -> tuple[Accepted | SendError, Answering]:
        async with answering(handler) as server:
            account = Account(provider="azure", **(AZURE.settings(server.url) | settings))
            azure = make({"acs": account}, lambda _: None, clock)["acs"]
            try:
                return await azure.send(message), server
            except SendError as error:
                return error, server
            finally:
                await azure.close()

    return asyncio.run(story())


def refused(handler: Handler) -> SendError:
    outcome, _ = send(handler)
    assert isinstance(outcome, SendError)
    return outcome


def test_the_signature_is_that_of_the_documentation() -> None:
    connection = read_connection("endpoint=https://contoso.communicationservices.azure.com;accesskey=pw==")
    headers = sign(connection, "GET", "/", b"", datetime(2022, 4, 13, 18, 9, 12, tzinfo=UTC))

    assert headers["x-ms-date"] == "Wed, 13 Apr 2022 18:09:12 GMT"
    assert headers["Authorization"] == (
        "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256"
        "&Signature=88MDmJhUR3m5QhFxb8ztShsSwlGrg7g/6XPnWf7QEO4="
    )


def test_a_text_leaves_signed_with_its_number_and_its_key() -> None:
    outcome, server = send(says(202, azure_item(202)), clock=system)
    (asked,) = server.asked

    assert outcome == Accepted("out-1")
    assert (asked.request.method, asked.request.raw_path) == ("POST", "/sms?api-version=2021-03-07")
    assert asked.request.headers["Content-Type"] == "application/json"
    assert problem(base64.b64decode(KEY), asked.request, asked.body) is None
    assert problem(b"another key", asked.request, asked.body) == "the signature does not fit"
    assert problem(base64.b64decode(KEY), asked.request, asked.body + b" ") == "the hash is another body's"
    sent = json.loads(asked.body)
    first_sent = sent["smsRecipients"][0].pop("repeatabilityFirstSent")
    assert sent == {
        "from": OURS,
        "smsRecipients": [{"to": ANA, "repeatabilityRequestId": "3f0c5a9e-8f0b-4d6f-9a1d-2b3c4d5e6f70"}],
        "message": "Ça va ? 👍",
        "smsSendOptions": {"enableDeliveryReport": True, "tag": "7"},
    }
    assert first_sent == asked.request.headers["x-ms-date"]


def test_a_repeat_says_when_it_was_first_tried() -> None:
    first, later = NOON - timedelta(hours=3), VirtualClock(NOON)
    _, server = send(says(500), replace(MESSAGE, first_tried_at=first), later)

    assert server.asked[0].request.headers["x-ms-date"] == "Mon, 30 Nov 2026 12:00:00 GMT"
    assert json.loads(server.asked[0].body)["smsRecipients"][0]["repeatabilityFirstSent"] == (
        "Mon, 30 Nov 2026 09:00:00 GMT"
    )


def test_another_version_of_the_interface_may_be_asked_for() -> None:
    _, server = send(says(202, azure_item(202)), api_version="2024-12-10-preview")
    assert server.asked[0].request.raw_path == "/sms?api-version=2024-12-10-preview"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 1.0),
        ("86400", 3600.0),
        ("9" * 400, 3600.0),
        ("Mon, 30 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 30 Nov 2026 11:00:00 GMT", 1.0),
        ("Mon, 30 Nov 2026 12:00:30", 30.0),
        ("Mon, 99 Nov 99999 12:00:30 GMT", None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
@pytest.mark.parametrize(
    ("status", "body"),
    [(429, ""), (503, ""), (202, azure_item(429))],
    ids=["429", "503", "for one recipient"],
)
def test_azure_says_how_long_to_wait(status: int, body: str, header: str, seconds: float | None) -> None:
    assert refused(says(status, body, Retry_After=header)).retry_after == seconds


def test_no_word_of_how_long_leaves_it_to_the_schedule() -> None:
    assert refused(says(429)).retry_after is None


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (says(429), Reason.TOO_MANY),
        (says(500), Reason.PROVIDER_FAULT),
        (says(401), Reason.NOT_ALLOWED),
        (says(400, azure_error("The From number is not yours.")), Reason.NOT_ALLOWED),
        (says(202, azure_item(400, errorMessage="Invalid To phone number format.")), Reason.BAD_NUMBER),
        (says(202, azure_item(400, errorMessage="Something else.")), Reason.REJECTED),
    ],
)
def test_a_failure_has_its_reason(handler: Handler, reason: Reason) -> None:
    assert refused(handler).reason is reason


def test_an_answer_among_those_of_others_is_found() -> None:
    mine, other = json.loads(azure_item(202)), json.loads(azure_item(400, to="+15550002222"))
    both = json.dumps({"value": [*other["value"], *mine["value"]]})
    assert send(says(202, both))[0] == Accepted("out-1")


def test_a_number_may_come_back_without_its_plus() -> None:
    assert send(says(202, azure_item(202, to=ANA[1:])))[0] == Accepted("out-1")


async def _never(request: web.BaseRequest) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.Response()


async def _stalls(request: web.BaseRequest) -> web.StreamResponse:
    """Half of an answer, and then nothing."""
    answer = web.StreamResponse(status=202, headers={"Content-Length": "1000"})
    await answer.prepare(request)
    await answer.write(b'{"value": [')
    await asyncio.sleep(30)
    return answer


@pytest.mark.parametrize("handler", [_never, _stalls])
def test_an_answer_that_does_not_come_in_time_is_asked_for_again(handler: Handler) -> None:
    outcome, _ = send(handler, timeout=0.3)

    assert isinstance(outcome, SendError)
    assert (outcome.kind, outcome.reason) == (Trouble.RETRY, Reason.PROVIDER_FAULT)


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    async def babbles(request: web.BaseRequest) -> web.StreamResponse:
        answer = web.StreamResponse(status=202)
        await answer.prepare(request)
        with suppress(ConnectionError):
            while True:
                await answer.write(b" " * 65536)
        return answer

    began = time.monotonic()
    outcome, _ = send(babbles, timeout=9)

    assert isinstance(outcome, SendError)
    assert (outcome.kind, outcome.reason) == (Trouble.RETRY, Reason.PROVIDER_FAULT)
    assert time.monotonic() - began < 5


def test_a_redirect_is_not_followed() -> None:
    outcome, server = send(says(302, Location="/elsewhere"))

    assert isinstance(outcome, SendError)
    assert [asked.request.path for asked in server.asked] == ["/sms"]


def test_the_longest_text_is_counted_as_azure_does() -> None:
    assert send(says(202, azure_item(202)), replace(MESSAGE, text="👍" * 1024))[0] == Accepted("out-1")
    outcome, server = send(says(202, azure_item(202)), replace(MESSAGE, text="👍" * 1024 + "."))
    assert isinstance(outcome, SendError)
    assert server.asked == []


def test_as_many_texts_as_are_claimed_are_asked_at_once() -> None:
    """One that waited for a connection would leave long after the gate had let it through."""
    came = 0
    everybody = asyncio.Event()

    async def handler(request: web.BaseRequest) -> web.Response:
        nonlocal came
        came += 1
        if came == MOST_IN_FLIGHT:
            everybody.set()
        await everybody.wait()
        return web.Response(status=202, text=azure_item(202), content_type="application/json")

    async def story() -> list[Accepted]:
        async with answering(handler) as server:
            account = Account(provider="azure", **AZURE.settings(server.url))
            azure = make({"acs": account}, lambda _: None, system)["acs"]
            try:
                sends = (azure.send(replace(MESSAGE, id=place)) for place in range(MOST_IN_FLIGHT))
                return await asyncio.gather(*sends)
            finally:
                await azure.close()

    assert len(asyncio.run(story())) == MOST_IN_FLIGHT
