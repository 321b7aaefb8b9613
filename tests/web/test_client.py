"""`convo.Client` and `convo.AsyncClient`, against a served App and against one that fails for a moment."""

import asyncio
import inspect
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import convo
from convo.client import ConnectionFailed, calls
from convo.client.transport import Call, Retries
from convo.resources.base import Page
from convo.resources.messages import Message
from convo.web.api.routes import OPERATIONS
from tests.web.described import served
from tests.web.server import ANA, OURS, TOKEN

NEW = "+15550007001"
AT_ONCE = Retries(first_wait=0.001)
MESSAGE = (
    b'{"id": 7, "direction": "out", "contact": "+15550001111", "number": "+15550009999", "text": "hi",'
    b'"status": "queued", "reason": null, "detail": null, "segments": 1, "conversation": null, "state": null,'
    b'"created_at": "2026-11-30T09:00:00+00:00", "sent_at": null, "delivered_at": null}'
)
PROBLEM = b'{"type": "about:blank", "title": "opted_out", "status": 409, "detail": "they have opted out"}'


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("client"), api_rate="10000/second") as found:
        yield found


def test_a_program_talks_to_a_contact(address: str) -> None:
    with convo.Client(address, TOKEN) as client:
        begun = client.start("visit", NEW, vars={"name": "Ana"}, key="visit-7")
        again = client.start("visit", NEW, vars={"name": "Ana"}, key="visit-7")
        taken = client.hand_off(begun.id, "reception")
        said = client.reply(begun.id, "It is Eve", key="r-1")
        lines = [line.text for line in client.history(begun.id) if line.kind == "text"]
        back = client.hand_back(begun.id, "confirmed")

    assert (begun.id, begun.status, begun.vars) == (again.id, "live", {"name": "Ana"})
    assert (taken.status, said.conversation, back.outcome) == ("handed_off", begun.id, "confirmed")
    assert lines == ["Can Ana come?", "It is Eve"]


def test_a_program_keeps_contacts_and_consent(address: str) -> None:
    number = "+15550007002"
    with convo.Client(address, TOKEN) as client:
        client.create_contact(number, language="fr", tags=["new"])
        client.tag_contact(number, "plan:gold")
        client.untag_contact(number, "new")
        changed = client.change_contact(number, language=None)
        found = [each.number for each in client.contacts(tag="plan:gold")]
        out = client.opt_out(number, "by phone", brand=OURS)
        with pytest.raises(convo.ApiError) as refused:
            client.send(number, "Hello")
        standing = client.consent(number).brands[0]
        back = client.opt_in(number, "by phone", brand=OURS)
        agreed = client.agree(number, "a form", brand=OURS)
        sent = client.send(number, "Deals!", purpose="marketing", key="deal-1")
        same = client.send(number, "Deals!", purpose="marketing", key="deal-1")
        export = client.export_contact(number)
        erased = client.erase_contact(number)

    assert (changed.language, changed.tags, found) == (None, ["plan:gold"], [number])
    assert (out.opted_out, standing.opted_out, back.opted_out, agreed.marketing) == (True, True, False, True)
    assert (refused.value.code, refused.value.status) == ("opted_out", 409)
    assert sent == same
    assert [each.id for each in export.messages] == [sent.id]
    assert erased.rows["message"] == 1


def test_a_program_looks_at_flows_events_and_reminders(address: str) -> None:
    with convo.Client(address, TOKEN) as client:
        (flow,) = client.flows()
        (version,) = client.flow_versions("visit")
        source = client.flow_source("visit", version=client.flow("visit").version)
        (review,) = client.reviews(status="open")
        kept_as = client.keep_review(review.id)
        undone = client.undo_review(review.id, "it was a joke")
        lines = [each.id for each in client.consent_entries(contact=review.contact)]
        waiting = list(client.queue(status="failed"))
        first = next(client.events())
        same = client.event(first.webhook_id)
        made = client.remind("order-9", "visit", ANA, "2036-12-01 09:00", number=OURS)
        moved = client.remind("order-9", "visit", ANA, "2036-12-02 09:00", number=OURS)
        kept = [each.key for each in client.reminders(contact=ANA)]
        over = client.cancel_reminder("order-9")
        counted = client.insights(by="flow", flow="visit", since=datetime(2020, 1, 1, tzinfo=UTC))

    assert (flow.name, version.version, source.version) == ("visit", flow.version, flow.version)
    assert (kept_as.status, undone.status, undone.opted_out) == ("kept", "undone", False)
    assert lines[0] == review.id
    assert waiting == []
    assert [each.key for each in counted.items] == ["visit"]
    assert (first.id, kept) == (same.id, ["order-9"])
    assert (made.due_at, over.status) < (moved.due_at, over.status) or over.status == "cancelled"


def test_lists_go_on_over_all_pages_in_both_clients(address: str) -> None:
    pages: Call[Page[Message]] = Call("GET", "/v1/messages", Page[Message], {"limit": 3})

    async def asynchronously() -> list[int]:
        async with convo.AsyncClient(address, TOKEN) as client:
            return [message.id async for message in client.all(pages)]

    with convo.Client(address, TOKEN) as client:
        one_by_one = [message.id for message in client.all(pages)]
        at_once = [message.id for message in client.messages()]

    assert len(at_once) > 3
    assert one_by_one == at_once == asyncio.run(asynchronously())


def test_many_calls_at_once_start_each_conversation_once(address: str) -> None:
    async def story() -> set[int]:
        async with convo.AsyncClient(address, TOKEN) as client:
            begun = await asyncio.gather(
                *(
                    client.start("visit", f"+1555000{8000 + place % 10}", key=f"k{place % 10}")
                    for place in range(40)
                )
            )
            return {conversation.id for conversation in begun}

    assert len(asyncio.run(story())) == 10


EVERY = {
    name: each
    for name, each in inspect.getmembers(calls, inspect.isfunction)
    if each.__module__.startswith(f"{calls.__name__}.") and not name.startswith("_")
}


def test_a_program_sends_and_checks_a_code(address: str) -> None:
    with convo.Client(address, TOKEN) as client:
        sent = client.verify("+12025550123", number=OURS)
        known = client.verification(sent.id)
        wrong = client.check_verification(sent.id, "000000", number=OURS)
        gone = client.cancel_verification(sent.id)

    assert (sent.status, known.status, wrong.valid, gone.status) == ("pending", "pending", False, "canceled")


def test_a_program_sends_a_campaign(address: str, tmp_path: Path) -> None:
    guests = tmp_path / "guests.csv"
    guests.write_text("phone,name\n+15550007031,Gus\n+15550007032,Hal\n")
    later = datetime(2099, 1, 1, 9, tzinfo=UTC)

    async def asynchronously(made: int) -> int:
        async with convo.AsyncClient(address, TOKEN) as client:
            return (await client.load_campaign(made, guests)).added

    with convo.Client(address, TOKEN) as client:
        made = client.create_campaign("visit", "May", numbers=[OURS])
        same = client.create_campaign("visit", "May", numbers=[OURS])
        read = [client.load_campaign(made.id, guests).added, asyncio.run(asynchronously(made.id))]
        more = client.load_campaign(made.id, b'{"contact": "+15550007031"}\n{"contact": "x"}\n')
        seen = client.preview_campaign(made.id)
        begun = client.start_campaign(made.id, at=later)
        stood = [client.pause_campaign(made.id).status, client.resume_campaign(made.id).status]
        names = [each.vars["name"] for each in client.campaign_contacts(made.id, status="waiting")]
        over = client.cancel_campaign(made.id)
        kept = [each.status for each in client.campaigns()]
        with pytest.raises(convo.ApiError) as refused:
            client.load_campaign(made.id, b"phone\n+15550007033\n")

    assert (made.id, made.status, read) == (same.id, "loading", [2, 2])
    assert (more.duplicates, more.bad, more.bad_rows[0].line) == (1, 1, 2)
    assert (seen.contacts, seen.samples[0].texts) == ({OURS: 2}, ["Can Gus come?"])
    assert (begun.starts_at, stood, names) == (later, ["paused", "running"], ["Gus", "Hal"])
    assert (over.status, over.withdrawn, kept) == ("cancelled", 0, ["cancelled"])
    assert refused.value.code == "over"


def test_both_clients_have_every_call() -> None:
    for client in (convo.Client, convo.AsyncClient):
        kinds = {name: type(each).__name__ for name, each in vars(client).items()}
        assert {name for name, kind in kinds.items() if kind in ("_Asks", "_Lists")} == set(EVERY)


def test_everything_that_the_api_can_has_its_call_which_reads_what_it_gives() -> None:
    """A new operation wants its function in `convo.client.calls`, and a line in each client."""
    asked = [_example(each) for each in EVERY.values()]
    for operation in OPERATIONS:
        pattern = re.sub(r"\{\w+\}", "[^/]+", operation.path)
        fit = [call for call in asked if call.method == operation.method and re.fullmatch(pattern, call.path)]
        assert operation.gives in [call.gives for call in fit], operation.name


def _example(build: Callable[..., Call[Any]]) -> Call[Any]:
    """A call with something for each thing that it needs."""
    needed = [each for each in inspect.signature(build).parameters.values() if each.default is each.empty]
    given = {
        each.name: 1 if each.annotation is int else "x"
        for each in needed
        if each.kind is not each.VAR_KEYWORD
    }
    return build(**{**given, **({"accepted": True} if "accepted" in given else {})})


Script = list[tuple[int, bytes, dict[str, str]] | None]  # None hangs up


class Failing(ThreadingHTTPServer):
    """Answers by its script, and keeps the keys that it was sent."""

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.keys: list[str | None] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Failing)
        self.rfile.read(int(self.headers.get("content-length") or 0))
        server.keys.append(self.headers.get("Idempotency-Key"))
        answer = server.script.pop(0)
        if answer is None:
            self.close_connection = True
            return
        status, body, headers = answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
        del format, args


@contextmanager
def failing(*script: tuple[int, bytes, dict[str, str]] | None) -> Iterator[tuple[str, Failing]]:
    server = Failing(list(script))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


Send = Callable[[str, Retries], Message]


def _sync(url: str, retries: Retries) -> Message:
    with convo.Client(url, TOKEN, retries=retries) as client:
        return client.send(ANA, "hi")


def _async(url: str, retries: Retries) -> Message:
    async def story() -> Message:
        async with convo.AsyncClient(url, TOKEN, retries=retries) as client:
            return await client.send(ANA, "hi")

    return asyncio.run(story())


both = pytest.mark.parametrize("send", [_sync, _async], ids=["sync", "async"])


@both
def test_what_fails_for_a_moment_is_made_again_with_the_same_key(send: Send) -> None:
    away = (503, b"{}", {"Retry-After": "0"})
    with failing(away, None, (429, b"{}", {}), (201, MESSAGE, {})) as (url, server):
        assert send(url, AT_ONCE).id == 7
        assert len(server.keys) == 4
        assert len(set(server.keys)) == 1
        assert server.keys[0]


@both
def test_what_is_refused_is_not_made_again(send: Send) -> None:
    with failing((409, PROBLEM, {})) as (url, server):
        with pytest.raises(convo.ApiError, match="they have opted out"):
            send(url, AT_ONCE)
        assert len(server.keys) == 1


@both
def test_a_limit_that_does_not_pass_in_a_moment_is_told_at_once(send: Send) -> None:
    full: tuple[int, bytes, dict[str, str]] = (429, PROBLEM.replace(b"409", b"429"), {})
    with failing(full, full) as (url, server):
        with pytest.raises(convo.ApiError):
            send(url, AT_ONCE)
        assert len(server.keys) == 1


@both
def test_there_is_an_end_to_it(send: Send) -> None:
    busy: tuple[int, bytes, dict[str, str]] = (503, PROBLEM.replace(b"409", b"503"), {})
    with failing(busy, busy, busy) as (url, server):
        with pytest.raises(convo.ApiError):
            send(url, Retries(most=2, first_wait=0.001))
        assert len(server.keys) == 3


@both
@pytest.mark.parametrize("body", [b"<html>", b"", b'{"id": 7}'])
def test_what_is_no_answer_of_the_api_is_told(send: Send, body: bytes) -> None:
    with failing((200, body, {})) as (url, _), pytest.raises(ConnectionFailed, match="no answer of convo"):
        send(url, AT_ONCE)


@both
def test_nobody_there_is_told(send: Send) -> None:
    with pytest.raises(ConnectionFailed, match="cannot be reached"):
        send("http://127.0.0.1:9", Retries(most=0))


def test_a_wait_that_nobody_has_time_for_is_not_waited(tmp_path: Path) -> None:
    retries, long = Retries(), {"Retry-After": "3600"}
    with failing((429, PROBLEM.replace(b"409", b"429"), long)) as (url, server):
        with pytest.raises(convo.ApiError):
            _sync(url, retries)
        assert len(server.keys) == 1


@pytest.mark.parametrize("url", ["bot.example.org", "", "ftp://x"])
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        convo.Client(url, TOKEN)
