"""Events are told again when somebody wants it, and removed when they were told long enough ago."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from convo.endpoints import IN_PROCESS
from convo.errors import EventError
from convo.runtime.relay import LEASE
from convo.runtime.resending import resend, resend_dead
from convo.store import deliveries, outgoing
from convo.store.deliveries import Change, State
from convo.store.outgoing import MOST_FORGOTTEN, TOO_OLD, Chosen, numbered
from tests.runtime.house import ANA, BEN, House
from tests.runtime.told import SECRET, Application, listening

KEEP = timedelta(days=30)


def play(house: House, story: Callable[[Application], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        async with listening(house) as application:
            await story(application)

    asyncio.run(run())


def again(house: House, number: int, endpoint: str | None = None) -> list[str]:
    now = house.clock()
    return list(house.do(lambda c: resend(c, house.settings.events, number, endpoint, now)))


def dies(house: House, endpoint: str = "default") -> None:
    """What is due for an endpoint is given up."""
    house.do(lambda c: deliveries.bury(c, endpoint, house.clock(), 100, "it answered 500"))


def fates(house: House) -> list[list[tuple[str, State]]]:
    """What became of every event that is stored."""
    found = house.do(lambda c: outgoing.latest(c, Chosen(), 10_000))
    return [[(each.endpoint, each.status) for each in one.deliveries] for one in found]


def forget(house: House) -> None:
    after: int | None = 0
    while after is not None:
        after = house.do(partial(outgoing.forget, now=house.clock(), keep=KEEP, after=after))


# Again.


def test_what_was_given_up_is_told_again_to_whom_it_was_given_up_for(house: House) -> None:
    async def story(application: Application) -> None:
        house.take(house.text("stop"))
        dies(house)
        await application.tell()
        assert application.told == []

        assert again(house, 1) == ["default"]
        await application.tell()
        (told,) = application.told
        assert told.id == house.events()[0].webhook_id
        assert [(each.status, each.tries, each.error) for each in application.deliveries()] == [
            (State.TOLD, 1, None)
        ]

    play(house, story)


def test_what_was_told_is_told_again_to_everybody_it_was_for(house: House) -> None:
    async def story(application: Application) -> None:
        hooks = {"url": application.url, "secret": SECRET}
        application.listens(endpoints={"other": hooks})
        house.take(house.text("stop"))
        await application.tell()

        assert again(house, 1) == ["default", "other"]
        await application.tell()
        assert len(application.told) == 4
        assert len({told.id for told in application.told}) == 1

    play(house, story)


def test_an_endpoint_that_came_later_can_be_told(house: House) -> None:
    async def story(application: Application) -> None:
        house.take(house.text("stop"))
        await application.tell()
        application.listens(endpoints={"late": {"url": application.url, "secret": SECRET}})

        assert again(house, 1, "late") == ["late"]
        await application.tell()
        assert [each.status for each in application.deliveries("late")] == [State.TOLD]

    play(house, story)


def test_it_stays_in_the_order_of_its_contact(house: House) -> None:
    async def story(application: Application) -> None:
        for words in ("stop", "start", "help"):
            house.take(house.text(words))
        house.do(lambda c: deliveries.bury(c, "default", house.clock(), 1, "it answered 500"))
        again(house, 1)
        await application.tell()

        assert application.kinds() == ["consent.stopped", "consent.started", "consent.help"]

    play(house, story)


def test_what_is_on_its_way_is_left_alone(house: House) -> None:
    async def story(application: Application) -> None:
        house.take(house.text("stop"))
        now = house.clock()
        (claimed,), _ = house.do(lambda c: deliveries.claim(c, "default", now, now + LEASE, 1))
        again(house, 1, "default")
        assert await application.tell() == 0
        house.do(lambda c: deliveries.settle(c, [Change(claimed, State.TOLD, now)]))
        assert [each.status for each in application.deliveries()] == [State.TOLD]

    play(house, story)


def test_everything_that_was_given_up_is_told_again_or_that_of_one_endpoint(house: House) -> None:
    async def story(application: Application) -> None:
        hooks = {"url": application.url, "secret": SECRET}
        application.listens(endpoints={"other": hooks})
        house.take(house.text("stop"), house.text("stop", BEN))
        dies(house)
        dies(house, "other")
        now = house.clock()
        assert house.do(lambda c: resend_dead(c, house.settings.events, "other", now)) == 2
        assert house.do(lambda c: resend_dead(c, house.settings.events, None, now)) == 2
        assert house.do(lambda c: resend_dead(c, house.settings.events, None, now)) == 0
        await application.tell()

        assert sorted(told.contact for told in application.told) == [ANA, ANA, BEN, BEN]

    play(house, story)


@pytest.mark.parametrize(
    ("number", "endpoint", "code"),
    [
        (7, None, "not_found"),
        (7, "default", "not_found"),
        (1, "crm", "unknown_endpoint"),
        (1, None, "nobody"),
    ],
)
def test_what_cannot_be_told_again_is_refused(
    house: House, number: int, endpoint: str | None, code: str
) -> None:
    house.take(house.text("stop"))
    house.do(lambda c: deliveries.drop(c, [deliveries.Claimed(1, IN_PROCESS, 1, 1)]))
    with pytest.raises(EventError) as error:
        again(house, number, endpoint)

    assert error.value.code == code
    assert fates(house) == [[]]


def test_an_event_is_named_by_its_number_or_its_webhook_id(house: House) -> None:
    house.take(house.text("stop"))
    (event,) = house.events()

    assert (numbered("1"), numbered(event.webhook_id)) == (1, 1)
    assert [numbered(name) for name in ("x", "evt_", "evt_x", "-1", "²", "1" * 19, "")] == [None] * 7


# No longer.


def test_what_was_told_is_removed_when_it_is_old(house: House) -> None:
    async def story(application: Application) -> None:
        house.take(house.text("stop"))
        await application.tell()
        house.later(days=29)
        house.take(house.text("start"))
        await application.tell()
        house.later(days=1, seconds=1)
        forget(house)

        assert [event.kind for event in house.events()] == ["consent.started"]
        assert house.rows("SELECT event_id FROM event_delivery") == [(2,)]

    play(house, story)


def test_what_was_given_up_is_kept_for_as_long_after_that(house: House) -> None:
    house.take(house.text("stop"))
    house.later(days=20)
    dies(house, IN_PROCESS)
    house.later(days=20)
    forget(house)
    assert fates(house) == [[(IN_PROCESS, State.DEAD)]]
    house.later(days=11)
    forget(house)
    assert fates(house) == []


def test_what_waits_for_longer_is_given_up_with_its_reason(house: House) -> None:
    """As what waits for an endpoint that was taken out of the settings."""
    house.take(house.text("stop"))
    house.later(days=30)
    forget(house)
    assert fates(house) == [[(IN_PROCESS, State.WAITING)]]
    house.later(seconds=1)
    forget(house)
    assert house.rows("SELECT status, error FROM event_delivery") == [("dead", TOO_OLD)]


def test_what_a_process_that_died_had_claimed_is_given_up_too_where_nobody_serves_its_endpoint(
    house: House,
) -> None:
    house.take(house.text("stop"))
    now = house.clock()
    claimed, _ = house.do(lambda c: deliveries.claim(c, IN_PROCESS, now, now + KEEP + LEASE, 10))
    assert len(claimed) == 1
    house.later(days=30, seconds=1)
    forget(house)
    assert house.rows("SELECT status FROM event_delivery") == [("sending",)]  # its lease goes on

    house.later(days=1)
    forget(house)
    assert house.rows("SELECT status, error FROM event_delivery") == [("dead", TOO_OLD)]


def test_many_are_removed_in_several_transactions(house: House) -> None:
    for _ in range(3):
        house.take(*(house.text("help") for _ in range(MOST_FORGOTTEN // 2)))
    house.do(lambda c: deliveries.bury(c, IN_PROCESS, house.clock(), 10_000, "it is old"))
    house.later(days=61)
    house.take(house.text("stop"))
    forget(house)

    assert [event.kind for event in house.events()] == ["consent.stopped"]


def test_a_relay_at_work_removes_what_is_old(house: House) -> None:
    async def story(application: Application) -> None:
        house.take(house.text("stop"))
        await application.tell()
        house.later(days=31)
        relay = application.relay()
        at_work = asyncio.create_task(relay.run(alone=True))
        async with asyncio.timeout(10):
            while house.events():  # noqa: ASYNC110 - nothing tells when it has looked
                await asyncio.sleep(0.01)
        await relay.stop(5)
        await at_work
        await relay.close()

    play(house, story)
