"""Opt-outs from another system: they count from when they were said, each once, and after no later STOP."""

from datetime import timedelta

import pytest

from convo.keywords import KeywordKind
from convo.messages import Kind, Reason, Status
from convo.runtime import importing
from convo.runtime.importing import Brought, Outcome
from convo.runtime.marketing import AGREED
from convo.settings import Number
from convo.store import consent, contacts
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, NOW, OURS, House
from tests.runtime.test_ledger import is_out, lines

STOP, START = KeywordKind.STOP, KeywordKind.START
LAST_YEAR = NOW - timedelta(days=365)


def row(action: str, days: float | None = 0, contact: str = ANA, text: str = "") -> Brought:
    """A row that says what was so many days after last year's moment."""
    at = None if days is None else LAST_YEAR + timedelta(days=days)
    return Brought(contact, OURS, action, at, text)


def bring(house: House, *rows: Brought, file: str | None = None) -> Outcome:
    return house.do(lambda c: importing.bring(c, house.settings, rows, house.clock(), file=file))


def test_a_stop_that_is_brought_stops_without_a_text(house: House) -> None:
    house.take(house.text("visit"))
    house.take(house.text("visit", BEN))

    assert bring(house, row(STOP, text="unsubscribe")) == Outcome(written=1, stopped=1)
    assert house.leaves() == ["Can you come?"]  # Ben's
    assert [(m.status, m.reason) for m in house.outgoing()] == [(Status.WITHDRAWN, Reason.STOPPED)]
    assert house.conversation().outcome == "stopped"
    assert house.answers(Kind.STOP_CONFIRMATION) == []
    (entry,) = house.ledger()
    assert (entry.actor, entry.text, entry.at) == ("import", "unsubscribe", LAST_YEAR)


def test_the_same_rows_twice_change_nothing(house: House) -> None:
    rows = [row(STOP), row(START, 1), row(STOP, 2), row(STOP, None, BEN, "list")]

    assert bring(house, *rows) == Outcome(written=4, stopped=3, back=1)
    before = house.rows("SELECT * FROM consent"), lines(house)
    assert bring(house, *rows) == Outcome(known=4)
    assert bring(house, *reversed(rows)) == Outcome(known=4)
    assert (house.rows("SELECT * FROM consent"), lines(house)) == before


def test_the_order_of_rows_does_not_matter_but_their_moments_do(house: House) -> None:
    bring(house, row(START, 5), row(STOP, 1), row(STOP, 3, BEN), row(START, 2, BEN))

    assert not is_out(house)
    assert is_out(house, BEN)


def test_a_start_that_is_older_than_the_stop_brings_nothing_back(house: House) -> None:
    house.take(house.text("STOP"))

    assert bring(house, row(START, 300)) == Outcome(written=1)
    assert is_out(house)
    assert bring(house, row(START, 366)).back == 1  # a day after it
    assert not is_out(house)


def test_a_stop_that_is_older_than_a_start_of_their_own_does_not_stop_again(house: House) -> None:
    house.take(house.text("STOP"), house.text("START"))

    assert bring(house, row(STOP, 10)) == Outcome(written=1)
    assert not is_out(house)


def test_of_a_stop_and_a_start_at_one_moment_the_stop_holds(house: House) -> None:
    bring(house, row(START), row(STOP))
    bring(house, row(STOP, 0, BEN))
    bring(house, row(START, 0, BEN))

    assert is_out(house)
    assert is_out(house, BEN)


def test_a_stop_without_its_moment_is_of_now_though_they_came_back_from_an_earlier_one(house: House) -> None:
    bring(house, row(STOP, 65))
    house.take(house.text("START"))

    assert bring(house, row(STOP, None)) == Outcome(written=1, stopped=1)
    assert is_out(house)


def test_a_file_brings_a_stop_without_its_moment_once(house: House) -> None:
    assert bring(house, row(STOP, None), file="monday").stopped == 1
    house.later(hours=1)
    house.take(house.text("START"))

    assert bring(house, row(STOP, None), file="monday") == Outcome(known=1)
    # A day that was not over is, when the file is brought again.
    over = Brought(ANA, OURS, STOP, NOW + timedelta(hours=14), "")
    house.later(days=1)
    assert bring(house, over, file="monday") == Outcome(known=1)
    assert not is_out(house)
    assert bring(house, row(STOP, None), file="tuesday").stopped == 1


def test_of_a_day_alone_a_stop_means_its_end_and_a_start_its_beginning(house: House) -> None:
    day = "2026-11-27"
    stop, start = read(house, at=day), read(house, at=day, action="start")
    assert stop is not None
    assert start is not None
    assert f"{stop.at} {start.at}" == "2026-11-27 23:59:59.999999+00:00 2026-11-27 00:00:00+00:00"
    assert (read(house, at="2026-11-30") or stop).at is None  # the day is not over: now

    morning = read(house, at=f"{day}T08:00:00Z", action="start")
    assert morning is not None
    bring(house, stop, start, morning)
    assert is_out(house)


def test_a_moment_that_is_still_to_come_stops_now_and_brings_nobody_back(house: House) -> None:
    house.take(house.text("STOP"))
    for action in ("start", "marketing"):
        with pytest.raises(ValueError, match="still to come; it is in UTC unless it says its zone"):
            read(house, at="2026-11-30T09:02:00Z", action=action)
        assert (read(house, at="2026-11-30T09:00:30Z", action=action) or row(STOP)).at == NOW
    assert (read(house, at="2026-11-30T21:00:00Z") or row(STOP)).at is None


def test_a_text_of_theirs_is_no_start(house: House) -> None:
    house.take(house.text("hello there"))

    assert bring(house, row(STOP)).stopped == 1


def test_who_was_forgotten_is_not_brought_back_by_an_older_start(house: House) -> None:
    from tests.runtime.test_ledger import KEY, erase

    house.settings = house.settings.model_copy(update={"code_key": [KEY]})
    house.take(house.text("STOP"))
    erase(house)

    assert bring(house, row(START, 300)) == Outcome(written=1)
    assert is_out(house)


def test_nor_by_one_that_was_brought_before(house: House) -> None:
    from tests.runtime.test_ledger import KEY, erase

    house.settings = house.settings.model_copy(update={"code_key": [KEY]})
    house.take(house.text("STOP"))
    bring(house, row(START, 300))
    erase(house)
    house.take(house.text("visit", name="later-1"))

    assert is_out(house)
    assert house.leaves() == []


# Consent to marketing.


def agreed(house: House, contact: str = ANA) -> bool:
    known = house.do(lambda c: consent.standing(c, [each.id for each in [contacts.find(c, contact)] if each]))
    return any(each.marketing for each in known.values())


def test_consent_to_marketing_is_brought_with_what_was_asked(house: House) -> None:
    asked = Brought(ANA, OURS, AGREED, LAST_YEAR, "yes", "Offers by text?")

    assert bring(house, asked) == Outcome(written=1, agreed=1)
    assert agreed(house)
    (entry,) = house.ledger()
    assert (entry.action, entry.actor, entry.at) == ("marketing", "import", LAST_YEAR)
    assert (entry.text, entry.wording) == ("yes", "Offers by text?")
    (told,) = house.events()
    assert (told.kind, told.data["changed"], told.at) == ("consent.agreed", True, house.clock())
    assert bring(house, asked) == Outcome(known=1)


@pytest.mark.parametrize(
    ("days", "holds"),
    [
        ({STOP: 1, START: 2, AGREED: 3}, True),
        ({AGREED: 1, STOP: 2, START: 3}, False),
        ({STOP: 1, AGREED: 2}, False),
        ({AGREED: 1, STOP: 1}, False),
    ],
    ids=["after coming back", "taken back by a stop", "while out", "at the moment of a stop"],
)
@pytest.mark.parametrize("order", ["at once", "one after another", "backwards", "turned"])
def test_consent_to_marketing_counts_unless_a_stop_took_it_back(
    house: House, days: dict[str, float], holds: bool, order: str
) -> None:
    rows = [row(action, after) for action, after in days.items()]
    if order == "at once":
        bring(house, *rows)
    else:
        turned = [rows[0], *reversed(rows[1:])]
        for each in {"backwards": rows[::-1], "turned": turned}.get(order, rows):
            bring(house, each)

    # Brought before the start that it needs, it errs on the side of no.
    assert agreed(house) is (holds and order != "turned")
    assert len(house.ledger()) == len(days)


GOOD = {"contact": "+1 (555) 000-1111", "action": "Opted_Out", "at": "2026-01-02", "text": "stop"}


def read(house: House, **cells: str) -> Brought | None:
    return importing.read_row(house.settings, {**GOOD, **cells}, None, NOW)


def test_a_row_is_read_as_other_systems_write_it(house: House) -> None:
    found = read(house)

    assert found is not None
    assert (found.contact, found.brand, found.action, found.text) == (ANA, OURS, STOP, "stop")
    assert f"{found.at}" == "2026-01-02 23:59:59.999999+00:00"
    assert f"{(read(house, at='2026-01-02T05:00:00+02:00') or found).at}" == "2026-01-02 03:00:00+00:00"
    assert read(house, action="help") is None  # nothing to bring, and nothing wrong


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"contact": ""}, "there is no number"),
        ({"contact": "call me"}, "not a phone number"),
        ({"contact": "555 0100"}, "not a phone number"),
        ({"action": "maybe"}, "action is stop, start or marketing, not 'maybe'"),
        ({"action": ""}, "action is stop, start or marketing"),
        ({"action": "marketing", "at": ""}, "consent to marketing needs its moment"),
        ({"action": "start", "at": ""}, "a start needs its moment"),
        ({"at": "yesterday"}, "'yesterday' is not a moment"),
        ({"at": "03/05/2026"}, "is not a moment"),
        ({"at": "2029-01-01", "action": "start"}, "is still to come"),
        ({"at": "0001-01-01"}, "before there were texts"),
        ({"brand": "Elm"}, "'Elm' is no brand"),
        ({"text": "x" * 2001}, "at most 2000 characters"),
        ({"key_id": "6beaf0c2e3ad"}, "its contact is a hash"),
    ],
)
def test_a_bad_row_says_what_is_wrong_with_it(house: House, cells: dict[str, str], why: str) -> None:
    with pytest.raises(Exception, match=why):
        read(house, **cells)


def test_a_row_without_a_brand_means_the_only_one(build: Build) -> None:
    house = build(numbers={OURS: Number(brand="Elm"), "+15550008888": Number(brand="Elm")})

    assert (read(house) or row(STOP)).brand == "Elm"
