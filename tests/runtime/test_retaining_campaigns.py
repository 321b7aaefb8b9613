"""Campaigns that have outlived their time: nobody starts or loads one that is being taken away."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from convo.errors import CampaignError
from convo.retention import Retention, Stock
from convo.runtime import archiving
from convo.runtime.retaining import sweep
from convo.store import archive
from convo.store.campaign_tables import campaigns
from tests.runtime.campaign import Office
from tests.runtime.house import House

MONTH = timedelta(days=30)
DAN, EVE = "contact,name\n+15550004444,Dan\n", "contact,name\n+15550005555,Eve\n"
ALL = "contact,name\n+15550004444,Dan\n+15550006666,Fay\n"


@pytest.fixture
def office(house: House, tmp_path: Path) -> Office:
    return Office(house, tmp_path)


def finishes(office: Office) -> None:
    """Somebody's campaign, which was over at once."""
    office.starts(DAN)
    office.launches()
    office.leaves()
    office.house.clock.move_to(office.house.clock() + timedelta(days=2))
    office.launches()
    assert office.stands().campaign.is_over


def sweeps(office: Office) -> dict[str, int]:
    house = office.house
    return dict(sweep(house.store, Retention(campaigns=MONTH), house.clock()))


def later(office: Office, **by: float) -> None:
    office.house.clock.move_to(office.house.clock() + timedelta(**by))


def is_cut_off(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep is killed once some of the people are gone."""
    drop, calls = archive.drop, 0

    def killed(*given: Any, **more: Any) -> Counter[str]:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        return drop(*given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(archiving, "_AT_ONCE", 1)
        patched.setattr(archive, "drop", killed)
        with pytest.raises(KeyboardInterrupt):
            sweeps(office)
    assert len(office.house.rows("SELECT 1 FROM campaign_contact")) == 1


def test_one_that_is_half_taken_away_is_not_started(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.makes()
    office.loads(ALL)
    later(office, days=31)
    is_cut_off(office, monkeypatch)

    with pytest.raises(CampaignError, match="was cancelled"):
        office.start()
    assert sweeps(office) == {"campaign_contact": 1, "campaign_file": 1, "campaign": 1}


def test_nobody_is_added_to_one_that_is_half_taken_away(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.starts(ALL)
    office.launches()
    office.leaves()
    later(office, days=2)
    office.launches()
    later(office, days=31)
    is_cut_off(office, monkeypatch)

    with pytest.raises(CampaignError, match="nobody is added"):
        office.loads(DAN, "again.csv")


def test_who_waits_in_a_list_keeps_their_campaign(office: Office) -> None:
    finishes(office)
    later(office, days=31)
    office.loads(EVE, "new.csv")

    assert sweeps(office) == {}
    later(office, days=31)
    assert sweeps(office) == {}
    office.start()
    assert office.launches() == 1


def test_a_list_that_is_being_read_keeps_its_campaign(office: Office) -> None:
    office.makes()
    office.loads(DAN)
    office.house.do(lambda c: c.execute(text("UPDATE campaign_file SET loaded_at = NULL")))
    later(office, days=31)
    assert sweeps(office) == {}

    office.cancel()  # it is read no more
    later(office, days=31)
    assert sweeps(office) == {"campaign_contact": 1, "campaign_file": 1, "campaign": 1}


def test_a_list_that_was_read_of_late_keeps_its_campaign(office: Office) -> None:
    office.makes()
    later(office, days=31)
    office.loads(DAN)

    assert sweeps(office) == {}


def test_a_campaign_goes_after_all_its_contacts(office: Office) -> None:
    finishes(office)
    later(office, days=31)
    house = office.house
    before = house.clock() - MONTH
    house.do(lambda c: archive.close(c, before))
    *_, page = archiving._pages(house.store, {Stock.CAMPAIGNS: before})
    those = [archive.found(whole) for whole in page.wholes]

    assert page.table is campaigns
    assert house.do(lambda c: archive.drop(c, page.table, page.over, those)) == {}
    assert len(house.rows("SELECT 1 FROM campaign")) == 1
