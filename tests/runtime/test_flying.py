"""The loop of a line: what came of its work is written, whatever goes wrong, and whoever is told to stop."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection

from convo.errors import StoreUnavailable
from convo.runtime.flying import Flights
from tests.runtime.house import House

Round = tuple[Sequence[int], bool]


def flights(
    house: House, settled: list[int], wanted: list[int], trouble: list[Exception]
) -> Flights[int, int]:
    """A line that claims `wanted`, and whose results are settled unless there is trouble."""

    def work(connection: Connection, results: Sequence[int], room: int, first: bool) -> Round:
        del connection, first
        if results and trouble:
            raise trouble.pop(0)
        if 13 in results:
            raise ValueError("13 cannot be settled")
        settled.extend(results)
        claims, wanted[:] = wanted[:room], wanted[room:]
        return claims, False

    async def do(claim: int) -> int:
        await asyncio.sleep(0.01)
        return claim

    nothing = lambda: None  # noqa: E731 - it is done after each commit, and told when something is due
    return Flights("test", house.store, work, do, nothing, most=8, next_due=nothing, clock=house.clock)


async def stopped_in_flight(line: Flights[int, int]) -> None:
    """It is told to stop while something flies; this returns when it has stopped."""
    running = asyncio.create_task(line.run())
    while not line._flying:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.001)
    await line.stop(5)
    await asyncio.wait_for(running, 30)


def test_a_write_that_fails_while_it_stops_is_tried_again(house: House) -> None:
    settled: list[int] = []
    line = flights(house, settled, [1, 2, 3], [StoreUnavailable("PostgreSQL starts anew")])

    asyncio.run(stopped_in_flight(line))
    assert sorted(settled) == [1, 2, 3]


def test_one_result_that_cannot_be_settled_holds_up_no_other(house: House) -> None:
    settled: list[int] = []
    line = flights(house, settled, [1, 13, 2], [])

    async def story() -> None:
        running = asyncio.create_task(line.run())
        while len(settled) < 2:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.001)
        await line.stop(5)
        await asyncio.wait_for(running, 30)

    asyncio.run(story())
    assert sorted(settled) == [1, 2]


def test_what_has_not_begun_when_time_is_up_keeps_nobody(house: House) -> None:
    line = flights(house, [], [1, 2, 3], [])

    async def story() -> None:
        running = asyncio.create_task(line.run())
        while not line._flying:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0)
        await line.stop(0)
        await asyncio.wait_for(running, 30)

    asyncio.run(story())


def test_once_all_of_it_is_settled_whoever_was_told_to_stop_does_not_rest(house: House) -> None:
    """The stop is told while the last of it flies; the round that settles that has forgotten it."""
    settled: list[int] = []
    line = flights(house, settled, [1, 2, 3], [])
    rested: list[bool] = []

    async def rest() -> None:
        rested.append(line._stopping and not line._flying and not line._results)
        await original()

    original = line._rest
    line._rest = rest  # type: ignore[method-assign]  # to see when

    asyncio.run(stopped_in_flight(line))
    assert sorted(settled) == [1, 2, 3]
    assert True not in rested
