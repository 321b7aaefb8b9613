"""A brand that is called something else keeps who stopped it, or nothing starts."""

from collections.abc import Mapping
from functools import partial

import pytest

from convo.errors import ConsentError, SettingsError
from convo.messages import Kind, Reason
from convo.runtime import brands
from convo.runtime.importing import Outcome
from convo.settings import Number
from convo.store import ledger
from convo.store.ledger import Chosen
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, CAT, OURS, House
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
