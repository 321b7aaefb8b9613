"""Requests of flows: what comes back, what is tried again, and whom they never reach."""

import asyncio
import json
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from convo.errors import CallError
from convo.flow.results import Result
from convo.flow.session import Request
from convo.flow.values import Value
from convo.runtime.fetching import Fetcher
from convo.settings import Calls, Host
from tests.providers.server import Answering, Handler, answering, hangs_up, says

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
SOON = timedelta(seconds=0.3)


class Names(AbstractResolver):
    """Every name is at these addresses, one after another, each time it is looked up."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)]

    async def close(self) -> None:
        return


def fetched(
    handler: Handler,
    given: Mapping[str, Value] | None = None,
    *,
    method: str = "GET",
    path: str = "/slots",
    allow: bool = True,
    headers: Mapping[str, str] | None = None,
    hosts: Mapping[str, Host] | None = None,
    within: timedelta = timedelta(seconds=20),
) -> tuple[Result, Answering]:
    """What a flow gets from a server on loopback, and what that was asked."""

    async def story() -> tuple[Result, Answering]:
        async with answering(handler) as server:
            place = f"127.0.0.1:{URL(server.url).port}"
            calls = Calls(allow=[place] if allow else [], hosts=dict(hosts or {}))
            fetcher = Fetcher(calls, lambda: NOW)
            try:
                request = Request(method, f"{server.url}{path}", headers or {})
                return await fetcher.fetch(request, given or {}, "the-key", within), server
            finally:
                await fetcher.close()

    return asyncio.run(story())


def refused(url: str, calls: Calls | None = None, resolver: AbstractResolver | None = None) -> CallError:
    """Why a request is not made, or fails."""

    async def story() -> None:
        fetcher = Fetcher(calls or Calls(), lambda: NOW, resolver)
        try:
            await fetcher.fetch(Request("GET", url), {}, "the-key", timedelta(seconds=5))
        finally:
            await fetcher.close()

    with pytest.raises(CallError) as raised:
        asyncio.run(story())
    return raised.value


JSON = {"Content-Type": "application/json"}


def test_json_is_read_and_anything_else_is_a_text() -> None:
    body = '{"slots": ["Mon", "Tue"], "price": 12.50, "none": null, "yes": true, "n": 12345678901234567890}'
    assert fetched(says(200, body, Content_Type="application/json; charset=utf-8"))[0] == {
        "slots": ["Mon", "Tue"], "price": Decimal("12.50"), "none": None, "yes": True,
        "n": 12345678901234567890,
    }  # fmt: skip
    assert fetched(says(201, "[1]", Content_Type="application/vnd.slots+json"))[0] == [1]
    assert fetched(says(200, "<html>", Content_Type="text/html"))[0] == "<html>"
    assert fetched(says(200, "é".encode("latin-1"), Content_Type="text/plain; charset=latin-1"))[0] == "é"
    assert fetched(says(204))[0] is None


def test_a_get_tells_what_it_is_given_in_its_query() -> None:
    given: Mapping[str, Value] = {
        "clinic": "Elm & Co=1", "days": 3, "new": True, "at": NOW, "of": ("a", "b"), "price": Decimal("1.50")
    }  # fmt: skip
    _, server = fetched(says(200, "ok"), given, path="/slots?x=1")

    (asked,) = server.asked
    assert list(URL(str(asked.request.rel_url)).query.items()) == [
        ("x", "1"), ("clinic", "Elm & Co=1"), ("days", "3"), ("new", "true"),
        ("at", "2026-11-30T09:00:00+00:00"), ("of", "a"), ("of", "b"), ("price", "1.5"),
    ]  # fmt: skip
    assert asked.body == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_any_other_request_tells_it_as_json(method: str) -> None:
    _, server = fetched(says(200, "ok"), {"slot": "Mon", "n": 2}, method=method)

    (asked,) = server.asked
    assert (asked.request.method, json.loads(asked.body)) == (method, {"slot": "Mon", "n": 2})


def test_the_key_and_the_headers_of_the_flow_and_of_the_settings_are_sent() -> None:
    _, server = fetched(
        says(200, "ok"),
        headers={"Accept": "application/json"},
        hosts={
            "127.0.0.1": Host(headers={"Authorization": "Bearer x"}),
            "other": Host(headers={"X-No": "1"}),
        },
    )

    sent = server.asked[0].request.headers
    assert sent["Idempotency-Key"] == "the-key"
    assert (sent["Accept"], sent["Authorization"]) == ("application/json", "Bearer x")
    assert "X-No" not in sent


def test_secrets_are_told_over_https_alone() -> None:
    calls = Calls(hosts={"api.example.org": Host(headers={"Authorization": "Bearer x"})})
    error = refused("http://api.example.org/", calls, Names("93.184.215.14"))

    assert str(error) == "the headers for api.example.org are told over https alone"


@pytest.mark.parametrize(
    ("status", "again"),
    [
        (400, False),
        (401, False),
        (404, False),
        (409, False),
        (408, True),
        (429, True),
        (500, True),
        (503, True),
    ],
)
def test_a_failure_says_whether_another_try_may_do(status: int, again: bool) -> None:
    with pytest.raises(CallError, match=rf"^the answer is {status} \w.*: it is taken$") as raised:
        fetched(says(status, "it is\n taken"))
    assert raised.value.again is again


@pytest.mark.parametrize(
    ("said", "after"),
    [("7", 7), ("Mon, 30 Nov 2026 09:00:30 GMT", 30), ("0", 0), ("soon", None), ("-3", None)],
)
def test_whoever_asks_to_wait_is_heard(said: str, after: int | None) -> None:
    with pytest.raises(CallError) as raised:
        fetched(says(503, "", Retry_After=said))
    assert raised.value.after == (None if after is None else timedelta(seconds=after))


# Answers that nobody can use.


def test_an_answer_that_is_too_large_is_not_read_to_its_end() -> None:
    sent = 0

    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            for _ in range(1000):
                await answer.write(b"x" * 64 * 1024)
                sent += 1
        except ConnectionError:
            pass
        return answer

    with pytest.raises(CallError, match="the answer is larger than 256 KiB") as raised:
        fetched(endless)
    assert not raised.value.again
    assert sent < 500


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"slots": [', "cannot be used: this is no JSON"),
        (b"NaN", "NaN is no number of JSON"),
        (b"[" * 5000, "deeper than 20 levels"),
        (b"[" * 30 + b"]" * 30, "deeper than 20 levels"),
        (b'{"a": 1, "a": ' + b"9" * 5000 + b"}", "cannot be used"),
        (b"\xff\xfe", "no text in utf-8"),
    ],
)
def test_what_is_no_json_is_a_failure_for_good(body: bytes, said: str) -> None:
    with pytest.raises(CallError, match=said) as raised:
        fetched(says(200, body, Content_Type="application/json"))
    assert not raised.value.again


def test_a_packed_answer_is_refused() -> None:
    with pytest.raises(CallError, match="packed"):
        fetched(says(200, b"\x1f\x8b", Content_Encoding="gzip"))


def test_one_that_hangs_and_one_that_drips_end_in_time() -> None:
    async def hangs(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response()

    async def drips(request: web.BaseRequest) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(600):
            await answer.write(b" ")
            await asyncio.sleep(0.05)
        return answer

    for handler in (hangs, drips):
        with pytest.raises(CallError, match=r"no answer within 0\.3 seconds") as raised:
            fetched(handler, within=SOON)
        assert raised.value.again


def test_one_that_hangs_up_is_tried_again() -> None:
    with pytest.raises(CallError, match="Disconnected") as raised:
        fetched(hangs_up)
    assert raised.value.again


# Whom they never reach.


def test_redirects_are_not_followed() -> None:
    with pytest.raises(CallError, match="the answer is 302 Found; redirects are not followed") as raised:
        fetched(says(302, "", Location="http://169.254.169.254/latest/meta-data"))
    assert not raised.value.again


def test_a_server_here_is_refused_unless_it_is_allowed() -> None:
    with pytest.raises(
        CallError, match=r"127\.0\.0\.1 is no host of the public network; .*`allow`"
    ) as raised:
        fetched(says(200, "ok"), allow=False)
    assert not raised.value.again


OWN = (
    "127.0.0.1 10.0.0.1 192.168.1.1 172.16.0.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 "
    "[::1] [fe80::1] [fc00::1] [ff02::1] [::ffff:127.0.0.1] [64:ff9b::7f00:1] [2002:7f00:1::]"
)


@pytest.mark.parametrize("host", OWN.split())
def test_addresses_that_are_not_public_are_refused_however_they_are_written(host: str) -> None:
    assert "is no host of the public network" in str(refused(f"http://{host}/"))
    assert "is no host of the public network" in str(
        refused("http://innocent.example.org/", resolver=Names(host.strip("[]")))
    )


def test_this_machine_by_its_name_is_refused_too() -> None:
    assert "localhost is no host of the public network" in str(refused("http://localhost/"))


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1"])
def test_odd_spellings_of_this_machine_get_nobody_there(host: str) -> None:
    assert not refused(f"http://{host}:1/").again


def test_a_name_that_changes_its_address_does_not_get_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was looked at is the one that is connected to."""
    connected: list[str] = []

    async def connect(addr_infos: list[tuple[Any, ...]], **kwargs: object) -> None:
        connected.extend(info[4][0] for info in addr_infos)
        raise OSError("no traffic in a test")

    monkeypatch.setattr("aiohttp.connector.aiohappyeyeballs.start_connection", connect)
    refused("http://rebinding.example.org/", resolver=Names("8.8.8.8", "127.0.0.1"))

    assert connected == ["8.8.8.8"]


def test_an_allowed_name_may_be_here() -> None:
    async def story() -> Result:
        async with answering(says(200, "hello")) as server:
            port = URL(server.url).port
            fetcher = Fetcher(Calls(allow=["crm.internal"]), lambda: NOW, Names("127.0.0.1"))
            try:
                request = Request("GET", f"http://crm.internal:{port}/")
                return await fetcher.fetch(request, {}, "key", timedelta(seconds=20))
            finally:
                await fetcher.close()

    assert asyncio.run(story()) == "hello"
