"""Every answer that the API is described to give is given: each status of each operation, here once."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator

from convo.endpoints import Endpoint, Events
from convo.errors import StoreUnavailable
from convo.messages import Reason, SendError, Trouble
from convo.providers.simulator import Simulator
from convo.runtime import tokens
from convo.runtime.tokens import Scope
from convo.settings import Number
from convo.web.api import bodies
from convo.web.api.openapi import document
from convo.web.api.routes import OPERATIONS
from tests.web.conftest import Tell
from tests.web.server import ANA, OURS, Answer, Server, text

BEN, CAT, DAN, EVE = (f"+1555000{digits}" for digits in ("2222", "3333", "4444", "5555"))
LARGEST = 4096  # bytes of a body
DOCUMENT = document(OPERATIONS, None)
REMINDER = {"flow": "visit", "contact": EVE, "number": OURS, "at": "2036-12-01 09:00"}
CAMPAIGN = {"flow": "visit", "name": "May", "numbers": [OURS]}
CODE = {"to": "+12025550123", "number": OURS}
DESCRIBED = {
    (method.upper(), path, int(status))
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    for status in operation["responses"]
}
BY_ROUTE = {(each.method, each.path): each for each in OPERATIONS}


class Asking:
    """Asks operations by their paths, holds each answer against its description, and keeps what was seen."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.seen: set[tuple[str, str, int]] = set()

    async def __call__(
        self, method: str, path: str, body: Any = None, *, query: str = "", **named: Any
    ) -> Answer:
        """`named` are those of the path, and `token`, `data`, `headers`."""
        given: dict[str, Any] = {
            name: named.pop(name) for name in ("token", "data", "headers") if name in named
        }
        url = path
        for name, value in named.items():
            url = url.replace(f"{{{name}}}", quote(str(value), safe=""))
        if body is not None:
            given["json"] = body
        answer = await self.server.api(f"{url}{query}", method, **given)
        self._check(method, path, answer)
        return answer

    def _check(self, method: str, path: str, answer: Answer) -> None:
        responses = DOCUMENT["paths"][path][method.lower()]["responses"]
        assert str(answer.status) in responses, (method, path, answer.status, answer.body)
        ((kind, content),) = responses[str(answer.status)]["content"].items()
        assert answer.headers["content-type"] == kind
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(schema).validate(answer.json)
        self.seen.add((method, path, answer.status))


def test_every_answer_that_is_described_is_given(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[tuple[str, str, int]] = set()

    async def story(server: Server) -> None:
        ask = Asking(server)
        await refusals_of_all(ask, monkeypatch)
        await conversations(ask)
        await texts(ask)
        await events_and_consent(ask)
        await contacts_and_flows(ask)
        await reminders(ask)
        await codes(ask)
        await campaigns(ask)
        seen.update(ask.seen)

    async def limited(server: Server) -> None:
        ask = Asking(server)
        by_route = {route: issued(server, " ".join(route), Scope) for route in BY_ROUTE}
        for _ in range(2):
            asked = [ask(*route, token=token, **anything(route[1])) for route, token in by_route.items()]
            answers = await asyncio.gather(*asked)
        assert {answer.status for answer in answers} == {429}
        seen.update(ask.seen)

    told = Events(endpoints={"crm": Endpoint(url="https://127.0.0.1:9/hook", secret="whsec_" + "A" * 32)})
    numbers = {OURS: Number(), "+15550008888": Number(quiet="00:00-23:59")}
    monkeypatch.setattr(bodies, "LONGEST_LIST", LARGEST)
    tell(story, events=told, numbers=numbers, api_rate="100000/second", max_body=LARGEST)
    tell(limited, api_rate="1/hour")

    assert DESCRIBED - seen == set()


def issued(server: Server, name: str, scopes: Any) -> str:
    return server.app.store.transact(lambda c: tokens.issue(c, name, scopes, server.app.clock()))


def anything(path: str) -> dict[str, Any]:
    names = {"id": 999, "event": 999, "contact": EVE, "tag": "vip", "flow": "nowhere", "key": "none"}
    return {name: value for name, value in names.items() if f"{{{name}}}" in path}


async def refusals_of_all(ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """What any operation may say, whatever it is asked for."""
    nothing = issued(ask.server, "nothing", [Scope.FLOWS_READ])
    other = issued(ask.server, "other", [Scope.EVENTS_READ])
    for (method, path), operation in BY_ROUTE.items():
        named, body = anything(path), body_of(operation.name)
        scarce = other if operation.scope is Scope.FLOWS_READ else nothing
        asked = [
            ask(method, path, token="wrong", **named),
            ask(method, path, token=scarce, **named),
            ask(method, path, query="?colour=red", **named),
        ]
        if named:
            asked.append(ask(method, path, body, **named))
        if operation.reads_body:
            asked += [
                ask(method, path, data=b"x" * (LARGEST + 1), **named),
                ask(method, path, data=b"{}", headers={"Content-Type": "text/csv"}, **named),
                ask(method, path, data=b"[]", **named),
            ]
        await asyncio.gather(*asked)
    with monkeypatch.context() as away:
        away.setattr(ask.server.app.store, "look", _away)
        away.setattr(ask.server.app.store, "transact", _away)
        answers = await asyncio.gather(
            *(
                ask(
                    each.method,
                    each.path,
                    body_of(each.name),
                    query=query_of(each.name),
                    **anything(each.path),
                )
                for each in OPERATIONS
            )
        )
        assert {answer.status for answer in answers} == {503}


def _away(job: Callable[..., object]) -> object:
    del job
    raise StoreUnavailable("the database is away")


def query_of(name: str) -> str:
    return f"?contact={EVE}" if name == "consent_one" else ""


def body_of(name: str) -> Any:
    """A body that will do as one."""
    wish = {"contact": EVE, "reason": "they said so", "brand": OURS}
    bodies: dict[str, Any] = {
        "conversations_start": {"flow": "visit", "contact": EVE, "number": OURS},
        "conversations_reply": {"text": "It is Eve"},
        "conversations_hand_off": {"queue": "reception"},
        "conversations_hand_back": {"state": "confirmed"},
        "conversations_close": {"outcome": "done"},
        "messages_send": {"contact": EVE, "text": "Hello", "number": OURS},
        "messages_settle": {"accepted": True},
        "contacts_create": {"number": EVE},
        "campaigns_create": CAMPAIGN,
        "reminders_put": REMINDER,
        "verifications_send": CODE,
        "verifications_check": {"code": "123456", "number": OURS},
        "consent_stop": wish,
        "consent_start": wish,
        "consent_agree": wish,
    }
    operation = next(each for each in OPERATIONS if each.name == name)
    return bodies.get(name, {}) if operation.has_body else None


async def conversations(ask: Asking) -> None:
    all_, one = "/v1/conversations", "/v1/conversations/{id}"
    start = {"flow": "visit", "contact": ANA, "number": OURS, "key": "k-1"}
    first = (await ask("POST", all_, start)).json["id"]
    await ask("POST", all_, start)
    await ask("POST", all_, {**start, "contact": BEN})  # the key of another: 409
    await ask("GET", all_)
    await ask("GET", one, id=first)
    await ask("GET", f"{one}/history", id=first)
    await ask("POST", f"{one}/messages", {"text": "hi"}, id=first)  # it is with its flow: 409
    await ask("POST", f"{one}/hand-back", {}, id=first)
    await ask("POST", f"{one}/hand-off", {"queue": "reception"}, id=first)
    await ask("POST", f"{one}/hand-off", {"queue": "reception"}, id=first)
    for _ in range(2):
        await ask("POST", f"{one}/messages", {"text": "hi", "key": "r-1"}, id=first)
    await ask("POST", f"{one}/hand-back", {"state": "confirmed"}, id=first)
    await ask("POST", f"{one}/close", {"outcome": "done"}, id=first)  # it has ended: 409
    second = (await ask("POST", all_, {**start, "key": None})).json["id"]
    await ask("POST", f"{one}/close", {"outcome": "done"}, id=second)


async def texts(ask: Asking) -> None:
    all_, one = "/v1/messages", "/v1/messages/{id}"
    simulator = ask.server.app.providers["simulator"]
    assert isinstance(simulator, Simulator)
    held = {"contact": BEN, "text": "Later", "number": "+15550008888"}
    queued = (await ask("POST", all_, held)).json["id"]
    await ask("GET", all_)
    await ask("GET", one, id=queued)
    await ask("GET", "/v1/queue")
    await ask("POST", f"{one}/retry", {}, id=queued)  # it has not failed: 409
    await ask("POST", f"{one}/settle", {"accepted": True}, id=queued)
    await ask("POST", f"{one}/withdraw", {}, id=queued)
    await ask("POST", f"{one}/withdraw", {}, id=queued)
    simulator.tell(CAT, SendError(Trouble.PERMANENT, Reason.BAD_NUMBER))
    simulator.tell(DAN, SendError(Trouble.UNCERTAIN))
    for contact, status in ((CAT, "failed"), (DAN, "uncertain")):
        sent = (await ask("POST", all_, {"contact": contact, "text": "Hello", "number": OURS})).json["id"]
        while (await ask("GET", one, id=sent)).json["status"] != status:
            pass
        action, body = ("retry", {}) if status == "failed" else ("settle", {"accepted": True})
        await ask("POST", f"{one}/{action}", body, id=sent)
    await ask.server.post(text("stop", "out", EVE))
    await ask("POST", all_, {"contact": EVE, "text": "Hello", "number": OURS})  # opted out: 409


async def events_and_consent(ask: Asking) -> None:
    await ask.server.post(text("please stop texting me", "phrase", DAN))
    listed = (await ask("GET", "/v1/events")).json["items"]
    told = listed[0]["id"]
    await ask("GET", "/v1/events/{event}", event=told)
    await ask("POST", "/v1/events/{event}/resend", {}, event=told)
    await ask("POST", "/v1/events/{event}/resend", {"endpoint": "nobody"}, event=told)
    ask.server.app.store.transact(
        lambda c: c.exec_driver_sql(
            "UPDATE event_delivery SET endpoint = 'not-' || endpoint WHERE event_id = ?", (told,)
        )
    )
    await ask("POST", "/v1/events/{event}/resend", {}, event=told)
    await ask("GET", "/v1/consent", query=f"?contact={DAN}")
    await ask("GET", "/v1/consent", query="?contact=nobody")
    await ask("GET", "/v1/consent/entries")
    (review,) = (await ask("GET", "/v1/consent/reviews")).json["items"]
    verdict = {"reason": "it was a joke"}
    await ask("POST", "/v1/consent/reviews/{id}/keep", {}, id=review["id"])
    await ask("POST", "/v1/consent/reviews/{id}/undo", verdict, id=review["id"])
    await ask("POST", "/v1/consent/reviews/{id}/keep", {}, id=review["id"])
    wish = {"contact": DAN, "reason": "by phone", "brand": OURS}
    for action in ("agree", "stop", "start"):
        await ask("POST", f"/v1/consent/{action}", wish)


async def contacts_and_flows(ask: Asking) -> None:
    all_, one = "/v1/contacts", "/v1/contacts/{contact}"
    for _ in range(2):
        await ask("POST", all_, {"number": "+15550006666"})
    whom = {"contact": "+15550006666"}
    await ask("GET", all_)
    await ask("GET", one, **whom)
    await ask("PATCH", one, {"language": "fr"}, **whom)
    await ask("PUT", f"{one}/tags/{{tag}}", tag="vip", **whom)
    await ask("PUT", f"{one}/tags/{{tag}}", tag="no tag", **whom)
    await ask("DELETE", f"{one}/tags/{{tag}}", tag="vip", **whom)
    await ask("GET", f"{one}/export", **whom)
    sending = (
        "UPDATE message SET status = 'sending' WHERE id = (SELECT max(id) FROM message WHERE contact_id = ?)"
    )
    store = ask.server.app.store
    (whose,) = ask.server.rows(f"SELECT id FROM contact WHERE number = '{CAT}'")
    store.transact(lambda c: c.exec_driver_sql(sending, whose))
    await ask("DELETE", one, contact=CAT)
    await ask("DELETE", one, **whom)
    await ask("GET", "/v1/flows")
    await ask("GET", "/v1/flows/{flow}", flow="visit")
    await ask("GET", "/v1/flows/{flow}/versions", flow="visit")
    await ask("GET", "/v1/flows/{flow}/source", flow="visit")
    await ask("GET", "/v1/insights", query="?by=day&timezone=Europe/London")


async def reminders(ask: Asking) -> None:
    one = "/v1/reminders/{key}"
    for _ in range(2):
        await ask("PUT", one, REMINDER, key="visit-7")
    await ask("GET", "/v1/reminders")
    await ask("GET", one, key="visit-7")
    await ask("DELETE", one, key="visit-7")
    ask.server.app.store.transact(lambda c: c.exec_driver_sql("UPDATE reminder SET status = 'started'"))
    await ask("DELETE", one, key="visit-7")  # it has started: 409
    await ask("DELETE", one, key="visit-8")  # there is none


async def codes(ask: Asking) -> None:
    all_, one = "/v1/verifications", "/v1/verifications/{id}"
    sent = (await ask("POST", all_, CODE)).json["id"]
    await ask("POST", all_, CODE)  # the same again: 200
    await ask("GET", one, id=sent)
    await ask("POST", f"{one}/check", {"code": "000000", "number": OURS}, id=sent)
    await ask("DELETE", one, id=sent)
    ask.server.app.store.transact(lambda c: c.exec_driver_sql("UPDATE verification SET status = 'approved'"))
    await ask("DELETE", one, id=sent)  # it is over: 409
    await ask("POST", f"{one}/check", {"code": "000000", "number": OURS}, id=sent)
    stopped = {**CODE, "to": "+12025550124"}
    await ask.server.post(text("stop", "over", stopped["to"]))
    await ask("POST", all_, stopped)  # opted out: 409
    for _ in range(12):  # until its contact has had enough: 429 and 403
        await ask("POST", all_, {**CODE, "new": True})


async def campaigns(ask: Asking) -> None:
    all_, one = "/v1/campaigns", "/v1/campaigns/{id}"
    later, listed = {"at": "2099-01-01T09:00:00Z"}, b"phone,name\n+15550007777,Gus\nnobody,Al\n"
    made = (await ask("POST", all_, CAMPAIGN)).json["id"]
    await ask("POST", all_, CAMPAIGN)
    await ask("POST", all_, {**CAMPAIGN, "vars": {"name": "you"}})  # the name of another: 409
    await ask("GET", all_)
    await ask("GET", one, id=made)
    await ask("POST", f"{one}/start", later, id=made)  # nobody is loaded: 409
    await ask("POST", f"{one}/contacts", data=b"name\nGus\n", id=made)
    await ask("POST", f"{one}/contacts", data=listed, id=made)
    await ask("GET", f"{one}/contacts", id=made)
    await ask("GET", f"{one}/preview", id=made)
    await ask("POST", f"{one}/pause", {}, id=made)  # it does not run: 409
    await ask("POST", f"{one}/start", later, id=made)
    await ask("POST", f"{one}/resume", {}, id=made)
    await ask("POST", f"{one}/pause", {}, id=made)
    await ask("POST", f"{one}/cancel", {}, id=made)
    await ask("POST", f"{one}/resume", {}, id=made)
    await ask("POST", f"{one}/contacts", data=listed + b"+15550007778,Hal\n", id=made)
