"""What a campaign would say, cost and take, before anything is sent."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection

from convo.prices import Prices
from convo.runtime.previewing import Preview, preview
from convo.settings import Number
from tests.runtime.campaign import Office
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, CAT, INVITE, NOW, OURS

OTHER = "+15550008888"
UK = "+447700900123"


def seen(office: Office) -> Preview:
    house = office.house
    campaign = office.stands().campaign

    def job(connection: Connection) -> Preview:
        flows = house.library.version(connection, campaign.version)
        return preview(connection, connection, house.settings, campaign, flows, house.rates, NOW)

    return house.do(job)


def test_texts_are_said_as_they_would_be_and_nothing_is_stored(build: Build, tmp_path: Path) -> None:
    office = Office(build(flows={"invite": INVITE}), tmp_path)
    office.makes(vars={"day": "Friday"})
    office.loads(f"contact,name\n{ANA},Ana\n{BEN},{'B' * 160}\n")
    found = seen(office)
    assert [(each.contact, each.texts[0][:6], each.segments) for each in found.samples] == [
        (ANA, "Hi Ana", 1), (BEN, "Hi BBB", 2),
    ]  # fmt: skip
    assert (found.segments, found.cost, found.lasts) == (3, None, None)
    assert office.house.rows("SELECT count(*) FROM message") == [(0,)]


def test_a_price_is_that_of_the_longest_beginning(build: Build, tmp_path: Path) -> None:
    house = build(flows={"invite": INVITE})
    prices = Prices(currency="EUR", segment={"+1": Decimal("0.01"), "+1555000222": Decimal(2)})
    house.settings = house.settings.model_copy(update={"prices": prices})
    office = Office(house, tmp_path)
    office.makes()
    office.loads(f"contact,name\n{ANA},A\n{BEN},B\n{CAT},C\n{UK},U\n")
    found = seen(office)
    assert (found.cost, found.currency, found.unpriced) == (Decimal("2.02"), "EUR", 1)


def test_what_a_list_costs_is_counted_however_its_first_rows_are(build: Build, tmp_path: Path) -> None:
    house = build(flows={"invite": INVITE})
    prices = Prices(segment={"+1": Decimal("0.01"), "+44": Decimal("0.04")})
    house.settings = house.settings.model_copy(update={"prices": prices})
    office = Office(house, tmp_path)
    office.makes()
    rows = [f"+1555{place:07},A" for place in range(110)]
    rows += [f"+447700{place:06},{'B' * 160}" for place in range(1000)]
    rows += [f"+331234{place:05},C" for place in range(7)]
    office.loads("\n".join(["contact,name", *rows]))
    found = seen(office)
    assert (found.cost, found.unpriced) == (Decimal("81.10"), 7)
    assert abs(found.segments - 2117) < 20
    assert (len(found.samples), found.samples[0].contact) == (100, "+15550000000")


@pytest.mark.parametrize("rate", ["1/minute", "10/second, 60/hour"])
def test_it_takes_as_long_as_the_slowest_of_its_numbers(build: Build, tmp_path: Path, rate: str) -> None:
    numbers = {OURS: Number(brand="Elm", rate=rate), OTHER: Number(brand="Elm")}
    office = Office(build(numbers, {"invite": INVITE}), tmp_path)
    office.makes(numbers=[OURS, OTHER])
    office.loads("contact,name\n" + "".join(f"+1555{place:07},P\n" for place in range(50)))
    found = seen(office)
    assert found.lasts == timedelta(minutes=found.contacts[OURS])


def test_who_is_in_quiet_hours_is_counted_with_their_end(build: Build, tmp_path: Path) -> None:
    office = Office(build({OURS: Number(quiet="21:00-08:00")}, {"invite": INVITE}), tmp_path)
    office.makes()
    office.loads(f"contact,name,timezone\n{ANA},A,America/New_York\n{BEN},B,Europe/Paris\n")
    found = seen(office)
    assert (found.quiet, found.opens) == (1, NOW.replace(hour=13))


def test_a_top_up_shows_its_own(build: Build, tmp_path: Path) -> None:
    office = Office(build(flows={"invite": INVITE}), tmp_path)
    office.starts(f"contact,name\n{ANA},A\n")
    office.loads(f"contact,name\n{BEN},B\n", "more.csv")
    assert [each.contact for each in seen(office).samples] == [BEN]
