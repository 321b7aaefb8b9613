"""Actions in Python: what they give back, how they fail, and that one which hangs holds nobody up."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from convo import ActionFailed, action
from convo.actions import described, marked
from convo.errors import CallError
from convo.flow.results import Result
from convo.runtime.acting import Stage

SOON, LONG = timedelta(seconds=0.2), timedelta(seconds=20)


def act(function: Callable[..., object], within: timedelta = LONG, **given: object) -> Result:
    found = described(function, "look")
    return asyncio.run(Stage().act(found, found.arguments(given, "the-key"), within))


@contextmanager
def failing(again: bool, why: str) -> Iterator[None]:
    with capture_logs(), pytest.raises(CallError, match=why) as raised:
        yield
    assert raised.value.again is again


def test_what_a_function_gives_back_is_the_result() -> None:
    def look(clinic: str, days: int = 3) -> object:
        return {
            "clinic": clinic,
            "days": days,
            "free": ("Mon", "Tue"),
            "price": 12.5,
            "on": date(2026, 12, 1),
        }

    assert act(look, clinic="Elm") == {
        "clinic": "Elm", "days": 3, "free": ["Mon", "Tue"], "price": Decimal("12.5"), "on": date(2026, 12, 1)
    }  # fmt: skip


def test_a_coroutine_runs_in_a_loop_of_its_own() -> None:
    async def look(clinic: str) -> object:
        await asyncio.sleep(0)
        return [clinic, threading.current_thread() is threading.main_thread()]

    assert act(look, clinic="Elm") == ["Elm", False]


def test_one_that_asks_for_it_is_told_the_idempotency_key() -> None:
    def book(slot: str, idempotency_key: str) -> object:
        return [slot, idempotency_key]

    def anything(**given: object) -> object:
        return sorted(given)

    assert act(book, slot="Mon") == ["Mon", "the-key"]
    assert act(book, slot="Mon", idempotency_key="mine") == ["Mon", "mine"]
    assert act(anything, slot="Mon") == ["slot"]


def test_raising_is_a_failure_that_is_tried_again() -> None:
    def look() -> None:
        raise LookupError("the calendar is away")

    with failing(True, "LookupError: the calendar is away"):
        act(look)


def test_action_failed_is_a_failure_for_good() -> None:
    def look() -> None:
        raise ActionFailed("that slot was taken")

    with failing(False, "^that slot was taken$"):
        act(look)


def test_one_that_ends_the_process_ends_its_thread() -> None:
    def look() -> None:
        raise SystemExit(1)

    with failing(True, "SystemExit"):
        act(look)


def test_arguments_that_it_does_not_take_are_a_failure() -> None:
    def look(clinic: str) -> str:
        return clinic

    with failing(True, "unexpected keyword argument 'clnic'"):
        act(look, clnic="Elm")


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (object(), "the result is <object"),
        ({"slots": {1, 2}}, r"the result\.slots is \{1, 2\}, of the type set"),
        ([b"x"], r"the result\[0\] is b'x'"),
        ({1: "one"}, "the key 1, which is no text"),
        ({"at": datetime(2026, 12, 1, 9)}, "nobody knows in which time zone"),  # noqa: DTZ001 - that is it
        (float("nan"), "the result is nan"),
        (10**200, "the result is 1000"),
        ("x" * 300_000, "292 KiB; 256 KiB are the most"),
        ([[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]], "deeper than 20 levels"),
    ],
)
def test_a_result_that_no_flow_can_use_is_a_failure_for_good(found: object, why: str) -> None:
    with failing(False, why):
        act(lambda: found)


@pytest.mark.parametrize("waits", [time.sleep, lambda _: threading.Event().wait(20)])
def test_one_that_hangs_is_left_alone(waits: Callable[[float], object]) -> None:
    began = time.monotonic()
    with failing(True, "no result within 0.2 seconds"):
        act(lambda: waits(20), SOON)
    assert time.monotonic() - began < 5


def test_a_coroutine_that_hangs_is_left_alone_even_where_it_blocks() -> None:
    async def polite() -> None:
        await asyncio.sleep(20)

    async def rude() -> None:
        time.sleep(20)  # noqa: ASYNC251 - that is it

    for function in (polite, rude):
        with failing(True, "no result within 0.2 seconds"):
            act(function, SOON)


def test_threads_that_hang_are_counted_and_told_until_they_return() -> None:
    gate = threading.Event()
    stage = Stage(most=2)
    hanging, quick = described(gate.wait, "hanging"), described(lambda: "there", "quick")

    async def story() -> None:
        for _ in range(2):
            with pytest.raises(CallError, match="no result"):
                await stage.act(hanging, {}, SOON)
        with pytest.raises(CallError, match=r"all 2 threads for actions are taken: hanging \(2\)") as refused:
            await stage.act(quick, {}, LONG)
        assert refused.value.again
        gate.set()
        while stage.busy:  # noqa: ASYNC110 - only the threads know when they return
            await asyncio.sleep(0.01)
        assert await stage.act(quick, {}, LONG) == "there"

    with capture_logs() as logs:
        asyncio.run(story())
    assert [log["hanging"] for log in logs if log["event"] == "action.no_thread"] == ["hanging (2)"]


def test_many_run_at_once() -> None:
    together = threading.Barrier(8, timeout=20)
    one = described(together.wait, "one")

    async def story() -> list[Result]:
        stage = Stage()
        return await asyncio.gather(*(stage.act(one, {}, LONG) for _ in range(8)))

    assert sorted(map(str, asyncio.run(story()))) == [str(place) for place in range(8)]


def test_actions_are_marked_by_their_own_name_or_by_another() -> None:
    @action
    def free_slots(clinic: str, days: int = 3, *, idempotency_key: str) -> None: ...

    @action("book.slot")
    def book(**given: object) -> None: ...

    def other() -> None: ...

    found = {one.name: one for one in marked({"a": free_slots, "b": book, "again": book, "c": other, "d": 7})}
    assert list(found) == ["free_slots", "book.slot"]
    slots = found["free_slots"]
    assert (slots.needs, slots.takes) == (("clinic",), ("clinic", "days", "idempotency_key"))
    assert found["book.slot"].takes is None
    assert (slots.file, slots.line > 1) == (__file__, True)


def test_moments_keep_their_time_zone() -> None:
    moment = datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert act(lambda: {"at": moment}) == {"at": moment}
