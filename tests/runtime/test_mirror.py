"""Providers' own opt-out lists: told of every change, compared with the ledger, and nobody's way back.

The list is Azure's, played by a program of its own that checks each signature.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from convo.clock import system
from convo.keywords import KeywordKind
from convo.keywords.settings import AnsweredBy
from convo.providers import make
from convo.runtime import opting
from convo.runtime.mirror import Mirror
from convo.runtime.opting import Wish
from convo.settings import Account, Number
from tests.azure_server import NOBODY, Azure, Rates
from tests.providers.cases import KEY
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, CAT, OURS, House
from tests.runtime.test_ledger import is_out

OTHER = "+15550008888"
BRAND = "Elm"


@pytest.fixture
def house(build: Build) -> House:
    """Two numbers of one brand at Azure, which keeps a list for each."""
    return build(numbers={each: Number(account="acs", brand=BRAND) for each in (OURS, OTHER)})


class Town:
    """The house, its mirror, and Azure."""

    def __init__(self, house: House, azure: Azure, url: str) -> None:
        account = Account(
            provider="azure", connection_string=f"endpoint={url}/;accesskey={KEY}", mirror_opt_outs=True
        )
        self.house, self.azure = house, azure
        house.settings = house.settings.model_copy(update={"accounts": {"acs": account}})
        self._providers = make(house.settings.accounts, lambda _: None, system)
        self.mirror = Mirror(house.store, house.settings, self._providers, house.clock)

    def listed(self, number: str = OURS) -> list[str]:
        return sorted(self.azure.books.opted_out.get(number, []))

    def lists(self, people: Sequence[str], number: str = OURS) -> None:
        """Azure has these on its list, however they came there."""
        self.azure.books.opted_out[number] = list(people)

    async def close(self) -> None:
        for provider in self._providers.values():
            await provider.close()


@asynccontextmanager
async def town(house: House, **rates: float) -> AsyncIterator[Town]:
    azure = Azure(base64.b64decode(KEY), "", Rates(**rates), seed=1)
    runner = web.AppRunner(azure.application(), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made = Town(house, azure, f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield made
    finally:
        await made.close()
        await runner.cleanup()


def tell(house: House, story: Callable[[Town], Awaitable[None]], **rates: float) -> None:
    async def play() -> None:
        async with town(house, **rates) as here:
            await story(here)
            assert here.azure.books.wrong == []

    asyncio.run(play())


def test_a_stop_and_a_start_are_told_for_every_number_of_the_brand(house: House) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("STOP"))
        assert await here.mirror.push() == 2
        assert (here.listed(), here.listed(OTHER)) == ([ANA], [ANA])
        assert await here.mirror.push() == 0  # told once

        house.take(house.text("START"))
        await here.mirror.push()
        assert (here.listed(), here.listed(OTHER)) == ([], [])

    tell(house, story)


def test_what_changed_nothing_is_not_told(house: House) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("START"), house.text("HELP"))
        assert await here.mirror.push() == 0

    tell(house, story)


def test_the_number_whose_provider_answered_by_itself_knows_already(house: House) -> None:
    answers = Number(account="acs", brand=BRAND, stop_is_answered_by=AnsweredBy.PROVIDER)
    house.settings = house.settings.model_copy(update={"numbers": {**house.settings.numbers, OURS: answers}})

    async def story(here: Town) -> None:
        house.take(house.text("STOP"))
        await here.mirror.push()
        assert (here.listed(), here.listed(OTHER)) == ([], [ANA])

    tell(house, story)


def test_an_operators_wish_is_told_as_well(house: House) -> None:
    async def story(here: Town) -> None:
        wish = Wish(ANA, BRAND, KeywordKind.STOP, "a letter")
        house.do(lambda c: opting.carry_out(c, house.settings, wish, house.clock()))
        await here.mirror.push()
        assert here.listed() == [ANA]

    tell(house, story)


def test_only_the_last_word_is_told(house: House) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("STOP"), house.text("START"), house.text("STOP"))
        assert await here.mirror.push() == 2
        assert here.azure.books.answers == {"add": 2}

    tell(house, story)


@pytest.mark.parametrize("fault", ["fail", "throttle"])
def test_what_is_not_taken_is_told_again_later_and_later(house: House, fault: str) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("STOP"))
        tried = []
        for _ in range(40):
            tried.append(await here.mirror.push())
            house.later(seconds=10)
        assert tried[0] == 2
        assert 2 * 3 <= sum(tried) <= 2 * 6  # after 10, 30, 70, 150 and 310 seconds
        assert here.listed() == []

        here.azure._rates = Rates()
        house.later(hours=1)
        await here.mirror.push()
        assert here.listed() == [ANA]

    tell(house, story, **{fault: 1.0})


def test_a_start_while_azure_is_told_of_the_stop_is_told_after_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("STOP"))
        add = here.mirror._lists["acs"].add

        async def slowly(number: str, people: Sequence[str]) -> frozenset[str]:
            taken = await add(number, people)
            if number == OURS:
                house.take(house.text("START"))
                assert await here.mirror.push() == 0  # nobody overtakes what is under way
            return taken

        monkeypatch.setattr(here.mirror._lists["acs"], "add", slowly)
        await here.mirror.push()
        assert here.listed() == [ANA]
        await here.mirror.push()
        assert (here.listed(), here.listed(OTHER)) == ([], [])

    tell(house, story)


def test_a_process_that_dies_while_telling_leaves_it_to_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("STOP"))

        async def dies(number: str, people: Sequence[str]) -> frozenset[str]:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(here.mirror._lists["acs"], "add", dies)
            with pytest.raises(KeyboardInterrupt):
                await here.mirror.push()
        assert await here.mirror.push() == 0
        house.later(minutes=3)
        assert await here.mirror.push() == 2
        assert here.listed() == [ANA]

    tell(house, story)


# Comparing.


def test_where_one_side_says_stop_both_will_and_nobody_is_opted_in(house: House) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("visit"), house.text("STOP", BEN), house.text("STOP", CAT))
        await here.mirror.push()
        here.lists([ANA, BEN])  # Ana stopped there; Cat is missing, and was not opted in by that

        found = await here.mirror.compare("acs")
        assert _all(found) == {(OURS, ANA, "provider"), (OURS, CAT, "ledger")}
        assert [is_out(house, each, BRAND) for each in (ANA, BEN, CAT)] == [True, True, True]
        assert "Can you come?" not in house.leaves()
        (entry,) = house.ledger(BRAND)
        assert (entry.actor, entry.action, entry.rule) == ("provider", "stop", "provider:opt-out-list")
        await here.mirror.push()
        assert here.listed() == [ANA, BEN, CAT]
        assert here.listed(OTHER) == [ANA, BEN, CAT]
        assert (await here.mirror.compare("acs")).differences == []

    tell(house, story)


def _all(found: Any) -> set[tuple[str, str, str]]:
    return {(each.number, each.contact, each.opted_out_by) for each in found.differences}


def test_a_dry_run_tells_and_changes_nothing(house: House) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("visit"))
        here.lists([ANA])

        found = await here.mirror.compare("acs", mend=False)
        assert _all(found) == {(OURS, ANA, "provider")}
        assert not is_out(house, ANA, BRAND)
        assert house.ledger(BRAND) == []
        assert here.listed() == [ANA]

    tell(house, story)


def test_what_is_still_to_be_told_is_no_difference(house: House) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("STOP"))
        await here.mirror.push()
        house.take(house.text("START"))  # and Azure has not heard of it

        assert (await here.mirror.compare("acs")).differences == []
        assert not is_out(house, ANA, BRAND)

    tell(house, story)


def test_hundreds_are_compared_a_hundred_at_a_time(house: House) -> None:
    people = [f"+1555000{place:04}" for place in range(1, 251)]

    async def story(here: Town) -> None:
        for first in range(0, 250, 50):
            house.take(*(house.text("visit", each) for each in people[first : first + 50]))
        here.lists([people[3], people[249], NOBODY])

        found = await here.mirror.compare("acs")
        assert found.checked == 250
        assert {each.contact for each in found.differences} == {people[3], people[249]}
        assert here.azure.books.answers["check"] == 3

    tell(house, story)


def test_of_whom_azure_does_not_say_nothing_is_concluded(house: House) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("visit", NOBODY), house.text("visit"))

        found = await here.mirror.compare("acs")
        assert (found.checked, found.unknown, found.differences) == (2, 1, [])

    tell(house, story)


def test_a_list_that_cannot_be_had_is_said(house: House) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("visit"))
        found = await here.mirror.compare("acs")
        assert found.failed == f"{OURS}: provider_fault"

    tell(house, story, fail=1.0)


def test_a_list_is_compared_once_a_day_by_whichever_process(house: House) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("visit"))
        counts = []
        for hours in (0, 1, 23, 1, 24):
            house.later(hours=hours)
            await here.mirror._compare_daily()
            counts.append(here.azure.books.answers["check"])
        assert counts == [1, 1, 2, 2, 3]

    tell(house, story)


def test_an_account_that_does_not_say_so_is_left_alone(house: House) -> None:
    account = Account(provider="azure", connection_string=f"endpoint=http://127.0.0.1:1/;accesskey={KEY}")
    house.settings = house.settings.model_copy(update={"accounts": {"acs": account}})
    house.take(house.text("STOP"))

    assert house.rows("SELECT count(*) FROM opt_out_sync") == [(0,)]


def test_a_process_that_ends_while_telling_gives_it_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(here: Town) -> None:
        house.take(house.text("STOP"))
        began = asyncio.Event()

        async def hangs(number: str, people: Sequence[str]) -> frozenset[str]:
            began.set()
            await asyncio.Event().wait()
            return frozenset()

        with monkeypatch.context() as patch:
            patch.setattr(here.mirror._lists["acs"], "add", hangs)
            telling = asyncio.create_task(here.mirror.push())
            await began.wait()
            telling.cancel()
            with pytest.raises(asyncio.CancelledError):
                await telling
        assert await here.mirror.push() == 2  # at once, and not when its lease ends
        assert here.listed() == [ANA]

    tell(house, story)
