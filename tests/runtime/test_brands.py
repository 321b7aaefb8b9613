"""A brand that is called something else keeps who stopped it, or nothing starts."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from convo.errors import ConsentError, SettingsError
from convo.keywords import KeywordKind
from convo.messages import Kind, Reason
from convo.runtime import brands, opting
from convo.runtime.importing import Outcome
from convo.runtime.opting import Wish
from convo.settings import Number, Settings
from convo.store import ledger
from convo.store.engine import Store
from convo.store.ledger import Chosen
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, CAT, NOW, OURS, House
from tests.runtime.test_ledger import KEY, erase

OTHER = "+15550008888"
PLAIN, ELM, OAK = Number(flow="visit"), Number(brand="Elm"), Number(brand="Oak")


def served(house: House, numbers: Mapping[str, Number]) -> None:
    """A process starts with these numbers."""
    house.settings = house.settings.model_copy(update={"numbers": dict(numbers)})
    house.do(lambda c: brands.begin(c, house.settings))


def rename(house: House, old: str, new: str) -> Outcome:
    total = Outcome()
    after: int | None = 0
    while after is not None:
        carry = partial(
            brands.carry, settings=house.settings, old=old, new=new, after=after, now=house.clock()
        )
        done, after = house.do(carry)
        total += done
    return total


def out(house: House, brand: str) -> list[str]:
    """Who is opted out of a brand, by its ledger row."""
    rows = house.rows(
        "SELECT number FROM contact JOIN consent ON contact_id = contact.id "
        f"WHERE opted_out AND brand = '{brand}' ORDER BY number"
    )
    return [str(row[0]) for row in rows]


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is said to databases in here."""
    said: list[str] = []

    def hear(*given: Any) -> None:
        said.append(given[2])

    event.listen(Engine, "before_cursor_execute", hear)
    yield said
    event.remove(Engine, "before_cursor_execute", hear)


@pytest.mark.parametrize(
    ("before", "old", "after", "new"),
    [(PLAIN, OURS, ELM, "Elm"), (ELM, "Elm", OAK, "Oak"), (ELM, "Elm", PLAIN, OURS)],
)
def test_a_brand_with_another_name_starts_only_once_it_is_said_whose_stops_it_has(
    house: House, before: Number, old: str, after: Number, new: str
) -> None:
    served(house, {OURS: before})
    house.take(house.text("STOP"), house.text("visit", BEN))
    house.leaves()

    with pytest.raises(
        SettingsError, match=f"put the old brand back, or .* rename {old} {new}".replace("+", r"\+")
    ):
        served(house, {OURS: after})
    assert rename(house, old, new) == Outcome(written=1, stopped=1)
    served(house, {OURS: after})
    house.take(house.text("visit"))
    assert house.leaves() == []
    assert out(house, new) == [ANA]
    (*_, line) = [each.entry for each in house.do(lambda c: ledger.lines(c, Chosen((ANA,)), 0, 9))]
    assert (line.brand, line.action, line.rule, line.wording) == (new, "stop", f"renamed:{old}", None)
    assert rename(house, old, new) == Outcome(known=1)


def test_nothing_was_lost_with_the_old_name_put_back_or_where_nobody_had_stopped(house: House) -> None:
    served(house, {OURS: PLAIN})
    served(house, {OURS: ELM})
    house.take(house.text("STOP"), house.text("START"), house.text("STOP", BEN))
    with pytest.raises(SettingsError):
        served(house, {OURS: OAK})
    served(house, {OURS: ELM})

    assert out(house, "Elm") == [BEN]


def test_a_number_that_is_gone_keeps_nothing_from_starting(house: House) -> None:
    served(house, {OURS: ELM, OTHER: OAK})
    house.take(house.text("STOP"))

    served(house, {OTHER: OAK})
    with pytest.raises(SettingsError, match="was 'Elm'"):  # the same number again
        served(house, {OURS: OAK, OTHER: OAK})


def test_a_number_that_goes_to_another_brand_takes_its_stops_along(house: House) -> None:
    served(house, {OURS: ELM, OTHER: OAK})
    house.take(house.text("STOP"), house.text("STOP", BEN, OTHER))

    with pytest.raises(SettingsError):
        served(house, {OURS: OAK, OTHER: OAK})
    rename(house, "Elm", "Oak")
    served(house, {OURS: OAK, OTHER: OAK})
    assert out(house, "Oak") == [ANA, BEN]


def test_who_came_back_to_the_new_name_is_not_stopped_again(house: House) -> None:
    served(house, {OURS: ELM})
    house.take(house.text("STOP"), house.text("STOP", BEN))
    house.settings = house.settings.model_copy(update={"numbers": {OURS: OAK}})
    rename(house, "Elm", "Oak")
    house.later(minutes=1)
    house.take(house.text("START"))

    assert rename(house, "Elm", "Oak") == Outcome(known=2)
    assert out(house, "Oak") == [BEN]


def test_a_stop_to_the_brand_that_a_number_left_stops_no_start(house: House) -> None:
    third, split = "+15550007777", {OURS: ELM, OTHER: OAK}
    served(house, {OURS: ELM, OTHER: ELM})
    served(house, split)
    house.take(house.text("STOP"))
    served(house, split)

    served(house, split | {third: ELM})
    wish = Wish(BEN, "Elm", KeywordKind.STOP, "phoned")  # stands without a number: Elm has two
    house.do(lambda c: opting.carry_out(c, house.settings, wish, house.clock()))
    served(house, split | {third: ELM})
    assert out(house, "Elm") == [ANA, BEN]


@pytest.mark.parametrize("said_to", [OURS, ""])
def test_a_stop_that_a_process_with_the_old_name_took_later_is_not_lost(house: House, said_to: str) -> None:
    served(house, {OURS: ELM, OTHER: ELM})
    house.take(house.text("STOP", BEN))
    beside = house.settings
    house.settings = house.settings.model_copy(update={"numbers": {OURS: OAK, OTHER: OAK}})
    rename(house, "Elm", "Oak")
    served(house, {OURS: OAK, OTHER: OAK})
    house.settings = beside
    if said_to:
        house.take(house.text("STOP", ANA, said_to))
    else:
        wish = Wish(ANA, "Elm", KeywordKind.STOP, "phoned")
        house.do(lambda c: opting.carry_out(c, beside, wish, house.clock()))

    with pytest.raises(SettingsError, match="rename Elm Oak"):
        served(house, {OURS: OAK, OTHER: OAK})
    assert rename(house, "Elm", "Oak") == Outcome(written=1, known=1, stopped=1)
    served(house, {OURS: OAK, OTHER: OAK})
    assert out(house, "Oak") == [ANA, BEN]


def test_nor_one_that_it_took_while_stops_were_carried_over(house: House) -> None:
    served(house, {OURS: ELM})
    house.take(house.text("hi"), house.text("STOP", BEN))
    beside = house.settings
    house.settings = house.settings.model_copy(update={"numbers": {OURS: OAK}})
    renaming = partial(brands.carry, settings=house.settings, old="Elm", new="Oak", now=house.clock())
    _, after = house.do(partial(renaming, after=0))
    house.settings = beside
    house.take(house.text("STOP"))
    assert after is not None
    assert house.do(partial(renaming, after=after))[1] is None

    with pytest.raises(SettingsError, match="rename Elm Oak"):
        served(house, {OURS: OAK})


@pytest.mark.parametrize("began", [True, False])
def test_the_old_name_may_be_put_back_after_its_stops_were_carried_over(house: House, began: bool) -> None:
    house.settings = house.settings.model_copy(update={"code_key": [KEY]})
    served(house, {OURS: ELM})
    house.take(house.text("STOP"))
    erase(house)
    house.take(house.text("STOP", BEN))
    house.settings = house.settings.model_copy(update={"numbers": {OURS: OAK}})
    rename(house, "Elm", "Oak")
    if began:
        served(house, {OURS: OAK})

    served(house, {OURS: ELM})
    assert out(house, "Elm") == [BEN]


def test_who_is_out_of_both_names_stops_no_start(house: House) -> None:
    served(house, {OURS: ELM, OTHER: OAK})
    house.take(house.text("STOP", ANA, OTHER))
    house.later(minutes=1)
    house.take(house.text("STOP"))

    served(house, {OURS: OAK, OTHER: OAK})
    assert out(house, "Oak") == [ANA]


def test_who_came_back_under_the_new_name_before_stops_were_carried_over_stops_no_start(house: House) -> None:
    served(house, {OURS: ELM})
    house.take(house.text("STOP"))
    house.later(minutes=1)
    house.settings = house.settings.model_copy(update={"numbers": {OURS: OAK}})
    house.take(house.text("START"))

    rename(house, "Elm", "Oak")
    served(house, {OURS: OAK})
    assert out(house, "Oak") == []


def test_a_start_with_nothing_changed_writes_nothing(house: House) -> None:
    served(house, {OURS: ELM, OTHER: ELM})
    house.take(house.text("STOP", BEN, OTHER))
    house.settings = house.settings.model_copy(update={"numbers": {OURS: ELM, OTHER: OAK}})
    rename(house, "Elm", "Oak")
    served(house, {OURS: ELM, OTHER: OAK})

    with statements() as said:
        served(house, {OURS: ELM, OTHER: OAK})
    assert {each.split()[0] for each in said} == {"SELECT"}


def test_processes_that_start_at_once_and_a_stop_beside_them(postgres_url: str) -> None:
    """A STOP that is on its way to the old name is waited for, and two starts do not hinder each other."""
    store = Store(postgres_url)
    store.upgrade()
    settings = Settings(database=postgres_url, numbers={OURS: ELM, OTHER: ELM})
    store.transact(lambda c: brands.begin(c, settings))
    new = Settings(database=postgres_url, numbers={OURS: OAK, OTHER: OAK})

    with ThreadPoolExecutor(2) as pool:

        def stop(connection: Connection) -> list[Future[None]]:
            wish = Wish(ANA, "Elm", KeywordKind.STOP, "phoned")
            opting.carry_out(connection, settings, wish, NOW)
            starts = [pool.submit(store.transact, lambda c: brands.begin(c, new)) for _ in range(2)]
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while store.look(lambda c: c.execute(waiting).scalar()) != 2:
                assert not any(each.done() for each in starts)
            return starts

        for each in store.transact(stop):
            with pytest.raises(SettingsError, match="rename Elm Oak"):
                each.result()
        store.transact(lambda c: brands.carry(c, new, "Elm", "Oak", 0, NOW))
        for each in [pool.submit(store.transact, lambda c: brands.begin(c, new)) for _ in range(2)]:
            each.result()
    store.close()


def test_a_name_there_and_back_loses_nobody(house: House) -> None:
    served(house, {OURS: ELM})
    house.take(house.text("STOP"))
    house.settings = house.settings.model_copy(update={"numbers": {OURS: OAK}})
    rename(house, "Elm", "Oak")
    served(house, {OURS: OAK})
    house.take(house.text("STOP", BEN))
    with pytest.raises(SettingsError, match="rename Oak Elm"):
        served(house, {OURS: ELM})
    rename(house, "Oak", "Elm")
    served(house, {OURS: ELM})
    house.take(house.text("STOP", CAT))

    with pytest.raises(SettingsError, match="rename Elm Oak"):
        served(house, {OURS: OAK})
    rename(house, "Elm", "Oak")
    served(house, {OURS: OAK})
    assert out(house, "Oak") == [ANA, BEN, CAT]


def test_who_was_forgotten_is_still_out_of_the_new_name(house: House) -> None:
    house.settings = house.settings.model_copy(update={"code_key": [KEY]})
    served(house, {OURS: ELM})
    house.take(house.text("STOP"))
    erase(house)

    with pytest.raises(SettingsError):
        served(house, {OURS: OAK})
    rename(house, "Elm", "Oak")
    rename(house, "Elm", "Oak")
    served(house, {OURS: OAK})
    house.take(house.text("visit", name="later-1"))
    assert house.leaves() == []
    assert out(house, "Oak") == [ANA]
    assert len(house.do(lambda c: ledger.lines(c, Chosen(), 0, 9))) == 2


def test_a_new_name_that_no_number_has_is_refused(house: House) -> None:
    served(house, {OURS: ELM})

    with pytest.raises(ConsentError, match="no number is of the brand 'Oak'"):
        rename(house, "Elm", "Oak")
    with pytest.raises(ConsentError, match="is what it is called now"):
        rename(house, "Elm", "Elm")


def test_what_was_queued_under_the_old_name_does_not_leave_after_a_stop_to_the_new_one(build: Build) -> None:
    house = build({OURS: ELM})
    house.take(house.text("visit"))
    served(house, {OURS: OAK})
    house.take(house.text("STOP"))

    assert house.leaves() == house.answers(Kind.STOP_CONFIRMATION)
    assert house.leaves() == []
    assert house.outgoing()[0].reason is Reason.STOPPED
    assert house.conversation().outcome == "stopped"


def test_nor_does_what_the_old_name_queues_later(build: Build) -> None:
    house = build({OURS: OAK})
    house.take(house.text("STOP"))
    house.leaves()
    house.settings = house.settings.model_copy(update={"numbers": {OURS: ELM}})
    house.take(house.text("visit"))
    served(house, {OURS: OAK})

    assert house.leaves() == []
    assert house.outgoing()[-1].reason is Reason.OPTED_OUT
