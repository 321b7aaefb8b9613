"""Events reach an application over HTTP: signed, at least once, in the order of each contact."""

import asyncio
import re
import socket
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import Connection, text
from standardwebhooks import Webhook

from convo.runtime import intake, posting
from convo.runtime.relay import JITTER, LEASE, WAITS
from convo.store import deliveries
from convo.store.deliveries import Claimed, State
from tests.providers.server import hangs_up
from tests.runtime.house import ANA, BEN, CAT, NOW, House
from tests.runtime.told import OTHER_SECRET, SECRET, Answer, Application, Told, listening, takes

Story = Callable[[Application], Coroutine[Any, Any, None]]


def tells(house: House, story: Story, **settings: Any) -> None:
    """Play a story with an application that this house tells of STOP, START and HELP."""

    async def play() -> None:
        async with listening(house, **{"kinds": ["consent.*"], **settings}) as application:
            await story(application)

    asyncio.run(play())


def says(house: House, *words: str, contact: str = ANA) -> None:
    for each in words:
        house.take(house.text(each, contact))


def answers(code: int, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda told: web.Response(status=code, headers=named)


def fails_for(contact: str, code: int = 500) -> Answer:
    return lambda told: web.Response(status=code if told.contact == contact else 200)


async def hangs(told: Told) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


async def hangs_up_on(told: Told) -> web.StreamResponse:
    return await hangs_up(told.request)


def waits(application: Application, endpoint: str = "default") -> list[timedelta]:
    """How long from now each delivery that is open waits."""
    now = application.house.clock()
    return [each.due_at - now for each in application.deliveries(endpoint) if each.done_at is None]


def is_about(waits: list[timedelta], planned: timedelta) -> bool:
    """Whether it is just one, of about this length."""
    return len(waits) == 1 and planned <= waits[0] <= planned * (1 + JITTER)


# What is posted.


def test_a_stop_is_told_signed_once_after_the_commit(house: House) -> None:
    async def story(application: Application) -> None:
        says(house, "Stop!")
        house.later(seconds=2)
        assert await application.tell() == 1

        (told,), (event,) = application.told, house.events()
        assert (told.id, told.type) == (event.webhook_id, "consent.stopped")
        assert told.payload["timestamp"] == NOW.isoformat()
        assert (told.at, told.data["text"]) == (NOW + timedelta(seconds=2), "Stop!")
        assert told.request.headers["Content-Type"] == "application/json"
        assert re.fullmatch(r"evt_[0-9a-f]+_\d+", told.id)
        assert await application.tell() == 0
        assert [each.status for each in application.deliveries()] == [State.TOLD]

    tells(house, story)


def test_while_a_secret_is_changed_both_sign(house: House) -> None:
    async def story(application: Application) -> None:
        says(house, "stop")
        await application.tell()

        (told,) = application.told
        assert len(told.signatures) == 2
        assert all(re.fullmatch(r"v1,[A-Za-z0-9+/]{43}=", signature) for signature in told.signatures)

    tells(house, story, secret=[OTHER_SECRET, SECRET])


def test_a_library_of_the_application_verifies_it_with_either_secret(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an application does, at the time at which it comes."""
    monkeypatch.setattr("standardwebhooks.webhooks.datetime", _At)
    verified: list[Any] = []

    def verify(told: Told) -> web.StreamResponse:
        for secret in (SECRET, OTHER_SECRET):
            verified.append(Webhook(secret).verify(told.body, dict(told.request.headers)))
        return web.Response()

    async def story(application: Application) -> None:
        application.answer = verify
        says(house, "stop ✋")
        await application.tell()

        assert [body["data"]["text"] for body in verified] == ["stop ✋"] * 2

    tells(house, story, secret=[OTHER_SECRET, SECRET])


class _At(datetime):
    """The library's clock, at the moment of these stories."""

    @classmethod
    def now(cls, tz: Any = None) -> "_At":
        return cls.fromtimestamp(NOW.timestamp(), tz)


def test_each_endpoint_gets_the_kinds_that_it_wants(house: House) -> None:
    async def story(application: Application) -> None:
        url, hooks = application.url, {"secret": SECRET, "url": application.url}
        application.listens(
            url=url, kinds=["consent.help"], endpoints={"stops": {**hooks, "kinds": ["consent.stopped"]}}
        )
        says(house, "help", "stop", "start")
        await application.tell()

        assert sorted(application.kinds()) == ["consent.help", "consent.stopped"]
        assert [each.status for each in application.deliveries("stops")] == [State.TOLD]

    tells(house, story)


# What is refused.


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (answers(500), "it answered 500"),
        (answers(404), "it answered 404"),
        (answers(401), "it answered 401"),
        (answers(301, Location="https://other.example/"), "301, which is not followed: put 'https://other.example/'"),
        (hangs_up_on, "it cannot be reached: Server disconnected"),
        (hangs, "it did not answer within 0 seconds"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_told_again_under_the_same_id(
    house: House, monkeypatch: pytest.MonkeyPatch, answer: Answer, error: str
) -> None:
    async def story(application: Application) -> None:
        application.answer = answer
        says(house, "stop")
        with monkeypatch.context() as patch:
            if answer is hangs:
                patch.setattr(posting, "ANSWER_WITHIN", 0.2)
            await application.tell()
        (delivery,) = application.deliveries()
        assert (delivery.status, delivery.tries) == (State.WAITING, 1)
        assert error in str(delivery.error)
        assert is_about(waits(application), WAITS[0])
        application.answer = takes
        assert await application.tells_after(seconds=4) == 0
        assert await application.tells_after(seconds=3) == 1

        first, second = application.told
        assert (first.id, first.body) == (second.id, second.body)
        assert second.at == first.at + timedelta(seconds=7)
        (delivery,) = application.deliveries()
        assert (delivery.status, delivery.tries, delivery.error) == (State.TOLD, 2, None)

    tells(house, story)


def test_where_nobody_listens_it_is_told_again(house: House) -> None:
    async def story(application: Application) -> None:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            application.listens(url=f"http://127.0.0.1:{nobody.getsockname()[1]}/")
            says(house, "stop")
            await application.tell()
        (delivery,) = application.deliveries()
        assert "it cannot be reached" in str(delivery.error)
        application.listens()
        await application.tells_after(minutes=1)
        assert application.kinds() == ["consent.stopped"]

    tells(house, story)


def test_it_is_tried_for_about_a_day_and_then_given_up(house: House) -> None:
    async def story(application: Application) -> None:
        application.answer = answers(503)
        says(house, "stop", "start")
        for place, planned in enumerate(WAITS, 1):
            await application.tell()
            first, _ = application.deliveries()
            assert (first.status, first.tries) == (State.WAITING, place)
            assert is_about([first.due_at - house.clock()], planned)
            house.clock.move_to(first.due_at)
        assert timedelta(days=1) < house.clock() - NOW < timedelta(days=1.5)
        application.answer = lambda told: web.Response(status=503 if told.type == "consent.stopped" else 200)
        await application.tell()

        stopped, started = application.deliveries()
        assert (stopped.status, stopped.error) == (State.DEAD, "given up after 9 tries: it answered 503")
        assert stopped.done_at == house.clock()
        assert started.status is State.TOLD, "what comes later goes on"
        assert application.kinds() == ["consent.stopped"] * 9 + ["consent.started"]
        assert await application.tells_after(days=3) == 0

    tells(house, story)


@pytest.mark.parametrize("how", ["seconds", "a moment"])
def test_an_endpoint_that_asks_for_a_pause_gets_it_for_all(house: House, how: str) -> None:
    async def story(application: Application) -> None:
        asked = "90" if how == "seconds" else format_datetime(NOW + timedelta(seconds=90), usegmt=True)
        application.answer = answers(429, Retry_After=asked)
        relay = application.relay()
        says(house, "stop")
        await relay.tell()
        assert waits(application) == [timedelta(seconds=90)]
        application.answer = takes
        says(house, "stop", contact=BEN)
        house.later(seconds=89)
        assert await relay.tell() == 0
        house.later(seconds=1)
        await relay.tell()
        await relay.close()

        assert sorted(told.contact for told in application.told[1:]) == [ANA, BEN]

    tells(house, story)


def test_a_pause_that_is_shorter_than_planned_changes_nothing(house: House) -> None:
    async def story(application: Application) -> None:
        application.answer = answers(503, Retry_After="1")
        says(house, "stop")
        await application.tell()
        assert is_about(waits(application), WAITS[0])

    tells(house, story)


# 410 Gone.


def test_an_endpoint_that_is_gone_is_left_alone_until_somebody_mends_it(house: House) -> None:
    async def story(application: Application) -> None:
        application.answer = answers(410)
        says(house, "stop")
        await application.tell()
        says(house, "start")
        says(house, "help", contact=BEN)
        application.answer = takes
        await application.tells_after(hours=1)
        assert len(application.told) == 1
        assert [(each.status, each.error) for each in application.deliveries()] == [
            (State.DEAD, "it answered 410 Gone"),
            (State.DEAD, "the endpoint is off: it answered 410 Gone"),
            (State.DEAD, "the endpoint is off: it answered 410 Gone"),
        ]

        assert house.do(lambda c: deliveries.switch_on(c, "default"))
        house.do(lambda c: deliveries.revive(c, ["default"], house.clock()))
        await application.tell()
        assert [told.type for told in application.told if told.contact == ANA] == [
            "consent.stopped", "consent.stopped", "consent.started",
        ]  # fmt: skip
        assert {each.status for each in application.deliveries()} == {State.TOLD}

    tells(house, story)


def test_at_another_address_it_is_told_again(house: House) -> None:
    async def story(application: Application) -> None:
        application.answer = answers(410)
        says(house, "stop")
        await application.tell()
        application.answer = takes
        application.listens(url=f"{application.url}/new")
        says(house, "start")
        await application.tell()

        assert application.kinds() == ["consent.stopped", "consent.started"]

    tells(house, story)


# In order, and beside one another.


def test_what_fails_holds_back_its_contact_and_nobody_else(house: House) -> None:
    async def story(application: Application) -> None:
        application.answer = fails_for(ANA)
        says(house, "stop", "start", "help")
        says(house, "stop", "start", contact=BEN)
        await application.tell()

        assert [(told.contact, told.type) for told in application.told if told.contact == BEN] == [
            (BEN, "consent.stopped"), (BEN, "consent.started"),
        ]  # fmt: skip
        assert [told.type for told in application.told if told.contact == ANA] == ["consent.stopped"]
        application.answer = takes
        await application.tells_after(seconds=10)
        assert [told.type for told in application.told if told.contact == ANA] == [
            "consent.stopped", "consent.stopped", "consent.started", "consent.help",
        ]  # fmt: skip

    tells(house, story)


def test_one_endpoint_that_fails_holds_back_no_other(house: House) -> None:
    async def story(application: Application) -> None:
        hooks = {"secret": SECRET, "url": f"{application.url}/other", "kinds": ["consent.*"]}
        application.listens(kinds=["consent.*"], endpoints={"other": hooks})
        application.answer = lambda told: web.Response(
            status=200 if told.request.path.endswith("other") else 500
        )
        says(house, "stop", "start")
        await application.tell()

        assert [each.status for each in application.deliveries("other")] == [State.TOLD] * 2
        assert [each.status for each in application.deliveries()] == [State.WAITING] * 2

    tells(house, story)


def test_what_is_held_back_is_not_looked_at_until_the_first_is_due(house: House) -> None:
    async def story(application: Application) -> None:
        application.answer = answers(500)
        says(house, "stop", *["help"] * 30)
        await application.tell()
        assert set(waits(application)[1:]) == {LEASE}, "when the try that is under way must be over"

        for _ in range(6):
            await application.tells_after(minutes=1)
        first, *others = waits(application)
        assert first > timedelta(minutes=1)
        assert set(others) == {first}

    tells(house, story)


def test_many_contacts_are_told_at_once(house: House) -> None:
    async def story(application: Application) -> None:
        together = asyncio.Barrier(8)

        async def meets(told: Told) -> web.StreamResponse:
            await together.wait()
            return web.Response()

        application.answer = meets
        for place in range(8):
            says(house, "stop", contact=f"+1555000{place:04}")
        async with asyncio.timeout(10):
            await application.tell()
        assert len(application.told) == 8

    tells(house, story)


def test_two_processes_tell_nothing_twice_and_all_in_order(house: House) -> None:
    async def story(application: Application) -> None:
        for contact in (ANA, BEN, CAT):
            says(house, *["stop", "start"] * 5, contact=contact)
        await asyncio.gather(application.tell(), application.tell(), application.tell())

        assert len(application.told) == len({told.id for told in application.told}) == 30
        for contact in (ANA, BEN, CAT):
            mine = [told.data["entry"] for told in application.told if told.contact == contact]
            assert mine == sorted(mine)

    tells(house, story)


def test_an_event_whose_contact_was_removed_holds_up_nobody(house: House) -> None:
    async def story(application: Application) -> None:
        says(house, "stop")
        says(house, "stop", contact=BEN)
        house.do(lambda c: c.execute(text(f"DELETE FROM contact WHERE number = '{ANA}'")))
        await application.tell()

        assert [told.contact for told in application.told] == [BEN]
        assert [each.event_id for each in application.deliveries()] == [2]

    tells(house, story)


# Killed.


def test_what_a_process_that_died_had_claimed_is_told_when_its_lease_ends(house: House) -> None:
    async def story(application: Application) -> None:
        says(house, "stop", "start")
        (claimed,) = claim(house)
        assert await application.tells_after(seconds=LEASE.total_seconds() - 1) == 0
        assert application.told == []
        await application.tells_after(seconds=1)

        assert application.kinds() == ["consent.stopped", "consent.started"]
        late = deliveries.Change(claimed, State.WAITING, house.clock(), house.clock(), "it answered 500")
        house.do(lambda c: deliveries.settle(c, [late]))
        assert [each.status for each in application.deliveries()] == [State.TOLD] * 2

    tells(house, story)


def test_a_process_that_has_the_database_to_itself_waits_for_no_lease(house: House) -> None:
    async def story(application: Application) -> None:
        says(house, "stop", "start")
        claim(house)
        relay = application.relay()
        at_work = asyncio.create_task(relay.run(alone=True))
        async with asyncio.timeout(10):
            while len(application.told) < 2:  # noqa: ASYNC110 - the application is told, and nobody else
                await asyncio.sleep(0.01)
        await relay.stop(5)
        await at_work
        await relay.close()
        assert application.kinds() == ["consent.stopped", "consent.started"]

    tells(house, story)


def test_an_answer_that_comes_after_the_lease_counts_where_it_was_told(house: House) -> None:
    async def story(application: Application) -> None:
        says(house, "stop")
        (first,) = claim(house)
        house.later(seconds=LEASE.total_seconds())
        (second,) = claim(house)
        assert (first.tries, second.tries) == (1, 2)
        failed = deliveries.Change(first, State.WAITING, house.clock(), house.clock(), "it answered 500")
        house.do(lambda c: deliveries.settle(c, [failed]))
        assert [each.status for each in application.deliveries()] == [State.SENDING]
        told = deliveries.Change(first, State.TOLD, house.clock())
        house.do(lambda c: deliveries.settle(c, [told]))
        assert [each.status for each in application.deliveries()] == [State.TOLD]

    tells(house, story)


def claim(house: House) -> list[Claimed]:
    """As a process does that dies right after."""
    now = house.clock()
    return house.do(lambda c: deliveries.claim(c, "default", now, now + LEASE, 10))[0]


def test_a_transaction_that_breaks_tells_nothing(house: House) -> None:
    async def story(application: Application) -> None:
        text = house.text("stop")

        def broken(connection: Connection) -> None:
            intake.take(house.line(connection), [text])
            raise KeyboardInterrupt  # as if the process was killed before the commit

        with pytest.raises(KeyboardInterrupt):
            house.do(broken)
        await application.tell()
        assert application.told == []

    tells(house, story)
