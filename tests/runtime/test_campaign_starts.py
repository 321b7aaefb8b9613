"""Campaigns: from when on they begin, and how that moves."""

from datetime import timedelta
from pathlib import Path

import pytest

from convo.errors import CampaignError
from convo.settings import Number
from convo.store import campaigns
from convo.store.campaigns import State
from tests.runtime.campaign import Office
from tests.runtime.conftest import Build
from tests.runtime.house import CAT, NOW, OURS, House
from tests.runtime.test_campaigns import LIST, people


@pytest.fixture
def office(house: House, tmp_path: Path) -> Office:
    return Office(house, tmp_path)


def test_a_start_may_be_set_for_later(office: Office) -> None:
    office.makes()
    office.loads(LIST)
    office.start(at=NOW + timedelta(hours=1))
    due = office.house.do(lambda c: campaigns.due(c, NOW + timedelta(minutes=59)))
    assert due == []
    assert office.house.do(lambda c: campaigns.due(c, NOW + timedelta(hours=1))) == [office.number]
    assert office.launches() == 0  # it was due when it was looked for, and was put off since


def test_a_start_that_is_past_by_more_than_a_minute_is_refused(office: Office) -> None:
    office.makes()
    office.loads(LIST)
    with pytest.raises(CampaignError, match="2026-11-30 08:58 UTC is past; leave it out"):
        office.start(at=NOW - timedelta(seconds=61))
    assert office.launches() == 0
    office.start(at=NOW - timedelta(seconds=59))
    assert office.launches() == 2


def test_a_start_that_is_still_to_come_is_moved_also_while_it_is_paused(office: Office) -> None:
    soon, late = NOW + timedelta(hours=1), NOW + timedelta(days=1)
    office.makes()
    office.loads(LIST)
    office.start(at=late)
    office.pause()
    found = office.start(at=soon)
    assert (found.campaign.status, found.campaign.starts_at) == (State.PAUSED, soon)
    office.resume()
    assert office.launches() == 0
    assert office.start().campaign.starts_at is None
    assert office.launches() == 2


def test_who_is_added_before_the_start_begins_with_the_others(office: Office) -> None:
    soon = NOW + timedelta(hours=1)
    office.makes()
    office.loads(LIST)
    office.start(at=soon)
    office.loads(f"contact,name\n{CAT},Cat\n", "more.csv")
    found = office.start()
    assert (found.campaign.starts_at, found.campaign.released) == (soon, 3)
    assert office.launches() == 0
    office.house.clock.move_to(soon)
    assert office.launches() == 3


def test_who_is_added_to_one_that_has_finished_has_a_start_that_can_be_moved_too(office: Office) -> None:
    soon, late = NOW + timedelta(hours=1), NOW + timedelta(days=1)
    office.starts(LIST)
    office.launches()
    with pytest.raises(CampaignError, match="everybody in campaign 1 has had their turn"):
        office.start(at=soon)
    office.loads(f"contact,name\n{CAT},Cat\n", "more.csv")
    office.start(at=soon)
    assert office.start(at=late).campaign.starts_at == late
    office.house.clock.move_to(soon)
    assert office.launches() == 0
    office.house.clock.move_to(late)
    assert office.launches() == 1


def test_one_that_has_begun_waits_for_no_start_and_begins_with_nobody_who_was_to_wait(
    build: Build, tmp_path: Path
) -> None:
    office = Office(build({OURS: Number(rate="1/second")}), tmp_path)
    office.starts(people(30))
    office.launches()
    office.loads(LIST, "more.csv")
    with pytest.raises(CampaignError, match="has begun; leave `at` out"):
        office.start(at=NOW + timedelta(days=1))
    assert office.stands().campaign.released == 30
    assert office.start().campaign.released == 32


def test_a_start_that_is_said_again_once_it_has_come_changes_nothing(office: Office) -> None:
    soon = NOW + timedelta(hours=1)
    office.makes()
    office.loads(LIST)
    office.start(at=soon)
    office.house.clock.move_to(soon)
    office.launches()
    office.house.later(hours=1)
    assert office.start(at=soon).campaign.status is State.FINISHED
