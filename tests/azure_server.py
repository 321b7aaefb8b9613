"""A program that plays Azure Communication Services, with its faults.

    python -m tests.azure_server PORT --key BASE64 --webhook URL [--seed N] [--lose 0.05] …

It verifies the signature of every send with code of its own, knows a repeatability id again (a repeat
gets the same message id and counts once), loses answers after accepting, throttles and fails, sends
reports early, late and twice, and delivers events at least once, in any order and in every casing.
It prints its port, which it chooses itself where PORT is 0.
`POST /control/inbound` takes texts of contacts to deliver, `GET /control/feed?after=N` waits for what
happened after the first N things, `GET /control/books` tells everything.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import random
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from uuid import UUID

import aiohttp
from aiohttp import web

MEDDLING = (400, 401, 403, 413)  # answers after which Event Grid never delivers an event again
CLOCKS_APART = 300  # seconds that Azure bears
HANGS = 20.0  # seconds; whoever asked has gone by then
FEED_WAITS = 0.5  # seconds for something to happen
DETAILS = {
    "4002": "4002 Message is rejected due to invalid Destination/To number format.",
    "4006": "The Destination/To number isn't reachable.",
    "5002": "5002 Carrier does not support delivery report.",
}
UNDELIVERED = ("4002", "4006")
MOST_OPT_OUTS = 100  # contacts in one request
NOBODY = "+15550000000"  # of whom Azure says no more than that there is no such number


@dataclass(frozen=True)
class Rates:
    """How often something happens, from 0 to 1."""

    lose: float = 0.0  # accepted, and the connection closed without an answer
    hang: float = 0.0  # accepted, and no answer, and the connection stays open
    halve: float = 0.0  # accepted, and half of the answer sent: cut off, or as if it were all of it
    throttle: float = 0.0  # 429
    fail: float = 0.0  # 500
    refuse: float = 0.0  # 400 for the one recipient: never accepted
    early: float = 0.0  # the report is there before the answer
    late: float = 0.0  # the report comes after a pause
    twice: float = 0.0  # an event is delivered again
    undelivered: float = 0.0  # of all reports
    doubt: float = 0.0  # beside the report there is another one that knows nothing, before or after it
    silent: float = 0.0  # there is no report at all


@dataclass
class Sent:
    """A text that was accepted, under its repeatability id."""

    message_id: str
    number: str
    contact: str
    text: str
    tag: str
    first_sent: str
    status: str  # that its report tells, with its code
    reported: bool  # whether there is one
    times: int = 1

    @property
    def failed(self) -> bool:
        """Whether a report says that it did not arrive."""
        return self.reported and self.status in UNDELIVERED


@dataclass
class Books:
    """All that happened."""

    accepted: dict[str, Sent] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)  # tag and text of what was refused for good
    wrong: list[str] = field(default_factory=list)  # what a real Azure would refuse, or we never want
    moved: int = 0  # repeats that told another moment as that of the first try
    answers: Counter[str] = field(default_factory=Counter)  # what became of sends
    delivered: Counter[int] = field(default_factory=Counter)  # how the webhook answered
    waiting: int = 0  # events that are not acknowledged yet
    opted_out: dict[str, list[str]] = field(default_factory=dict)  # by our number


def problem(key: bytes, request: web.BaseRequest, body: bytes) -> str | None:
    """What is wrong with the signature of a request, if anything."""
    headers = request.headers
    scheme, _, rest = headers.get("Authorization", "").partition(" ")
    given = dict(part.split("=", 1) for part in rest.split("&") if "=" in part)
    if scheme != "HMAC-SHA256" or given.get("SignedHeaders") != "x-ms-date;host;x-ms-content-sha256":
        return f"signed another way: {headers.get('Authorization')}"
    if base64.b64decode(headers["x-ms-content-sha256"]) != hashlib.sha256(body).digest():
        return "the hash is another body's"
    apart = _now() - parsedate_to_datetime(headers["x-ms-date"])
    if abs(apart.total_seconds()) > CLOCKS_APART:
        return f"signed at {headers['x-ms-date']}"
    values = ";".join(headers[name] for name in given["SignedHeaders"].split(";"))
    signed = "\n".join((request.method, request.raw_path, values))
    expected = hmac.new(key, signed.encode(), "sha256").digest()
    return None if base64.b64decode(given["Signature"]) == expected else "the signature does not fit"


class Azure:
    """The resource that sends, and the Event Grid that delivers."""

    def __init__(self, key: bytes, webhook: str, rates: Rates, seed: int) -> None:
        self.books = Books()
        self._key = key
        self._webhook = webhook
        self._rates = rates
        self._rng = random.Random(seed)
        self._met: set[str] = set()
        self._feed: list[dict[str, Any]] = []
        self._happened = asyncio.Event()
        self._deliveries: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None

    def application(self) -> web.Application:
        """What serves it."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/sms", self._send)
        app.router.add_post("/sms/optouts:{what}", self._opt_outs)
        app.router.add_post("/control/inbound", self._inbound)
        app.router.add_get("/control/books", self._tell)
        app.router.add_get("/control/feed", self._feed_on)
        app.on_cleanup.append(self._close)
        return app

    def deliver_to(self, webhook: str) -> None:
        """Where events go from now on."""
        self._webhook = webhook

    def _happens(self, rate: float) -> bool:
        return self._rng.random() < rate

    # Sending.

    async def _send(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        refusal = problem(self._key, request, body)
        if refusal is not None or request.query_string != "api-version=2021-03-07":
            return self._refuse(401, refusal or f"asked for {request.query_string}")
        asked = json.loads(body)
        fresh = self._is_new(asked)
        if fresh and self._happens(self._rates.throttle):
            self.books.answers["429"] += 1
            return web.Response(status=429, headers={"Retry-After": "1"})
        if fresh and self._happens(self._rates.fail):
            self.books.answers["500"] += 1
            return web.Response(status=500, text="<html>Our services aren't available right now</html>")
        if fresh and self._happens(self._rates.refuse):
            return self._never(asked)
        try:
            sent = self._accept(asked, asked["smsRecipients"][0])
        except (KeyError, ValueError) as error:
            return self._refuse(400, f"{error!r} in {asked}")
        if sent.times == 1:
            self._tell_of({"contact": sent.contact, "text": sent.text, "failed": sent.failed})
            if sent.reported:
                await self._report(sent)
        return await self._answer(request, sent)

    async def _opt_outs(self, request: web.Request) -> web.Response:
        """The list of one of our numbers: `check`, `add` and `remove`; a contact each has an answer."""
        body, what = await request.read(), request.match_info["what"]
        refusal = problem(self._key, request, body)
        if refusal is not None or request.query_string != "api-version=2024-12-10-preview":
            return self._refuse(401, refusal or f"asked for {request.query_string}")
        if self._happens(self._rates.throttle):
            return web.Response(status=429, headers={"Retry-After": "1"})
        if self._happens(self._rates.fail):
            return web.Response(status=500, text="<html>Our services aren't available right now</html>")
        asked = json.loads(body)
        people = [one["to"] for one in asked["recipients"]]
        if what not in ("check", "add", "remove") or not 0 < len(people) <= MOST_OPT_OUTS:
            return self._refuse(400, f"{what} of {len(people)}")
        listed = self.books.opted_out.setdefault(asked["from"], [])
        items = []
        for contact in people:
            if contact == NOBODY:
                items.append({"to": contact, "httpStatusCode": 400, "errorMessage": "Invalid to number"})
                continue
            item: dict[str, Any] = {"to": contact, "httpStatusCode": 200, "errorMessage": ""}
            if what == "check":
                item["isOptedOut"] = contact in listed
            elif what == "add" and contact not in listed:
                listed.append(contact)
            elif what == "remove" and contact in listed:
                listed.remove(contact)
            items.append(item)
        self.books.answers[what] += 1
        return web.json_response({"value": items})

    def _is_new(self, asked: Any) -> bool:
        """Whether this text was never asked for: each kind of fault meets it once at most."""
        name = ",".join(str(one.get("repeatabilityRequestId")) for one in asked["smsRecipients"])
        new = name not in self._met
        self._met.add(name)
        return new

    def _never(self, asked: dict[str, Any]) -> web.Response:
        """Multi-status, as Azure refuses one recipient."""
        self.books.answers["refused"] += 1
        contact = asked["smsRecipients"][0]["to"]
        self.books.refused[asked["smsSendOptions"]["tag"]] = asked["message"]
        self._tell_of({"contact": contact, "refused": asked["message"]})
        item = {"to": contact, "httpStatusCode": 400, "errorMessage": "Invalid To phone number format."}
        return web.json_response({"value": [item]}, status=202)

    def _refuse(self, status: int, why: str) -> web.Response:
        self.books.wrong.append(why)
        return web.json_response({"error": {"code": str(status), "message": why}}, status=status)

    def _accept(self, asked: dict[str, Any], recipient: dict[str, str]) -> Sent:
        name, first_sent = recipient["repeatabilityRequestId"], recipient["repeatabilityFirstSent"]
        if str(UUID(name)) != name or not parsedate_to_datetime(first_sent):
            raise ValueError(f"{name} {first_sent}")
        options = asked["smsSendOptions"]
        if options["enableDeliveryReport"] is not True or len(asked["smsRecipients"]) != 1:
            raise ValueError("no report is wanted")
        fails = self._happens(self._rates.undelivered)
        sent = Sent(
            f"Outgoing_{self._rng.getrandbits(128):032x}",
            asked["from"], recipient["to"], asked["message"], options["tag"], first_sent,
            status=self._rng.choice(UNDELIVERED) if fails else "delivered",
            reported=not self._happens(self._rates.silent),
        )  # fmt: skip
        known = self.books.accepted.setdefault(name, sent)
        if known is not sent:
            known.times += 1
            if (known.number, known.contact, known.text, known.tag) != (
                sent.number, sent.contact, sent.text, sent.tag,
            ):  # fmt: skip
                self.books.wrong.append(f"{name} came again as {sent}, first as {known}")
            self.books.moved += known.first_sent != sent.first_sent
        return known

    async def _answer(self, request: web.Request, sent: Sent) -> web.StreamResponse:
        item = {
            "to": sent.contact, "messageId": sent.message_id, "httpStatusCode": 202,
            "repeatabilityResult": "accepted", "successful": True,
        }  # fmt: skip
        body = json.dumps({"value": [item]}).encode()
        new = sent.times == 1
        if new and self._happens(self._rates.hang):
            self.books.answers["hung"] += 1
            await asyncio.sleep(HANGS)
        lost, halved = new and self._happens(self._rates.lose), new and self._happens(self._rates.halve)
        said = body[: len(body) // 2] if halved else body
        cut = halved and self._happens(0.5)
        answer = web.StreamResponse(status=202, headers={"Content-Length": str(len(body if cut else said))})
        self.books.answers["lost" if lost else "halved" if halved else "202"] += 1
        if not lost:
            with suppress(ConnectionError):  # whoever asked may have died
                await answer.prepare(request)
                await answer.write(said)
        if (lost or cut) and request.transport is not None:
            request.transport.close()
        return answer

    # Delivering.

    async def _report(self, sent: Sent) -> None:
        pause = self._rng.uniform(0.5, 2.0) if self._happens(self._rates.late) else 0.0
        if self._happens(self._rates.doubt):
            self._start("SMSDeliveryReportReceived", _reported(sent, "5002"), self._rng.uniform(0, 1.0))
        first = self._start("SMSDeliveryReportReceived", _reported(sent, sent.status), pause)
        if self._happens(self._rates.early) and not pause:
            await asyncio.wait([first], timeout=1)  # whatever becomes of it: the answer comes after it

    async def _inbound(self, request: web.Request) -> web.Response:
        """Texts `{"id", "from", "to", "text"}` that contacts say, delivered at once and in any order."""
        for text in await request.json():
            data: dict[str, Any] = {
                "messageId": text["id"], "from": text["from"].lstrip("+"), "to": text["to"].lstrip("+"),
                "message": text["text"], "receivedTimestamp": "2026-09-18T00:27:45.32Z",
            }  # fmt: skip
            taken = {"contact": text["from"], "taken": text["id"]}
            task = self._start("SMSReceived", data, self._rng.uniform(0, 0.05))
            task.add_done_callback(partial(self._when_done, taken))
        return web.json_response({})

    def _when_done(self, what: dict[str, Any], task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._tell_of(what)

    def _start(self, kind: str, data: dict[str, Any], pause: float) -> asyncio.Task[None]:
        body = self._event(kind, data)
        again = [pause + self._rng.uniform(0, 1)] if self._happens(self._rates.twice) else []
        tasks = [asyncio.create_task(self._deliver(body, wait)) for wait in (pause, *again)]
        self.books.waiting += len(tasks)
        self._deliveries.update(tasks)
        for task in tasks:
            task.add_done_callback(self._deliveries.discard)
        return tasks[0]

    def _event(self, kind: str, data: dict[str, Any]) -> Any:
        """In one of the spellings that were seen; alone, or with an event that nobody asked for."""
        name = f"{self._rng.getrandbits(64):x}"
        pascal = {key[0].upper() + key[1:]: value for key, value in data.items()}
        spelled = self._rng.choice([data, pascal, {**data, "Tag": data.get("tag")}])
        full = f"Microsoft.Communication.{kind}"
        cloud = {"id": name, "type": full, "source": "/x", "specversion": "1.0", "data": spelled}
        grid = {"id": name, "eventType": full, "subject": "/phonenumber/1", "data": spelled}
        stranger = {"id": name, "eventType": "Microsoft.Communication.ChatMessageReceived", "data": {}}
        return self._rng.choice([[grid], [grid], cloud, [cloud], [stranger, grid]])

    async def _deliver(self, body: Any, pause: float) -> None:
        await asyncio.sleep(pause)
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        for tries in range(1000):
            try:
                async with self._http.post(self._webhook, json=body) as answer:
                    self.books.delivered[answer.status] += 1
                    if answer.status in MEDDLING:
                        self.books.wrong.append(f"{answer.status} for {body}: {await answer.text()}")
                    if answer.status in (200, 201, 202, 203, 204, *MEDDLING):
                        break
            except (aiohttp.ClientError, TimeoutError):
                self.books.delivered[0] += 1  # nobody there
            await asyncio.sleep(min(0.1 * (tries + 1), 1.0))
        self.books.waiting -= 1

    # Telling.

    def _tell_of(self, what: dict[str, Any]) -> None:
        self._feed.append(what)
        self._happened.set()

    async def _feed_on(self, request: web.Request) -> web.Response:
        after = int(request.query["after"])
        if len(self._feed) == after:
            self._happened.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._happened.wait(), FEED_WAITS)
        return web.json_response({"items": self._feed[after:]})

    async def _tell(self, request: web.Request) -> web.Response:
        accepted = {name: asdict(sent) for name, sent in self.books.accepted.items()}
        return web.json_response(vars(self.books) | {"accepted": accepted})

    async def _close(self, app: web.Application) -> None:
        for task in self._deliveries:
            task.cancel()
        if self._http is not None:
            await self._http.close()


def _now() -> datetime:
    return datetime.now(UTC)  # a program of its own, as Azure is: it has another clock than convo


def _reported(sent: Sent, status: str) -> dict[str, Any]:
    """The data of a report that tells this, at the machine's own time."""
    return {
        "messageId": sent.message_id, "from": sent.number.lstrip("+"), "to": sent.contact,
        "deliveryStatus": "Delivered" if status == "delivered" else "Failed",
        "deliveryStatusDetails": DETAILS.get(status, "No error."),
        "receivedTimestamp": _now().strftime("%Y-%m-%dT%H:%M:%S.%f") + "7Z",
        "deliveryAttempts": [], "tag": sent.tag,
    }  # fmt: skip


def main() -> None:
    """Serve until somebody ends it."""
    parser = argparse.ArgumentParser(prog="python -m tests.azure_server")
    parser.add_argument("port", type=int)
    parser.add_argument("--key", required=True, help="the access key, base64")
    parser.add_argument("--webhook", required=True, help="where events go, with its ?code=")
    parser.add_argument("--seed", type=int, default=0)
    for rate in Rates.__dataclass_fields__:
        parser.add_argument(f"--{rate}", type=float, default=0.0)
    given = parser.parse_args()
    rates = Rates(**{rate: getattr(given, rate) for rate in Rates.__dataclass_fields__})
    azure = Azure(base64.b64decode(given.key), given.webhook, rates, given.seed)
    asyncio.run(_serve(azure.application(), given.port))


async def _serve(app: web.Application, port: int) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()  # until it is killed


if __name__ == "__main__":
    main()
