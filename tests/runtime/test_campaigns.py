"""Campaigns: who is loaded, who begins when, and what pausing and cancelling do."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from convo.errors import CampaignError
from convo.keywords import KeywordKind
from convo.messages import Status
from convo.runtime import launching, loading
from convo.runtime.loading import BATCH, Books, Listener
from convo.runtime.spreadsheets import Row, sheet
from convo.settings import Number
from convo.store.campaigns import Counts, State
from tests.runtime.campaign import Office
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, CAT, INVITE, NOW, OURS, VISIT, House
from tests.runtime.test_ledger import KEY, erase

LIST = f"contact,name\n{ANA},Ana\n{BEN},Ben\n"
OTHER = "+15550008888"
MARKETING = INVITE.replace("flow: invite", "flow: offer\npurpose: marketing")


@pytest.fixture
def office(house: House, tmp_path: Path) -> Office:
    return Office(house, tmp_path)


def people(count: int) -> str:
    return "contact,name\n" + "".join(f"+1555{place:07},P{place}\n" for place in range(count))


def kinds(office: Office) -> list[str]:
    rows = office.house.rows("SELECT kind FROM outgoing_event WHERE contact_id IS NULL ORDER BY id")
    return [str(kind) for (kind,) in rows]


def test_everybody_of_a_list_is_texted_once_and_talks_on(office: Office) -> None:
    office.starts(LIST)
    assert office.launches() == 2
    assert office.launches() == 0
    assert {(one.contact, one.text) for one in office.leaves()} == {
        (ANA, "Hi Ana, Monday?"), (BEN, "Hi Ben, Monday?"),
    }  # fmt: skip
    office.house.take(office.house.text("yes"))

    stored = office.house.conversation()
    assert (stored.outcome, stored.campaign_id) == ("done", office.number)
    assert office.house.rows("SELECT DISTINCT campaign FROM talk") == [(str(office.number),)]
    found = office.stands()
    assert (found.campaign.status, found.campaign.begun, found.to_come) == (State.FINISHED, 2, 0)
    assert office.members()[ANA].conversation_id == stored.id
    assert kinds(office) == ["campaign.started", "campaign.finished"]


def test_nothing_begins_before_it_is_started_and_only_once_when_it_is_started_twice(office: Office) -> None:
    office.makes()
    office.loads(LIST)
    assert office.launches() == 0
    office.start()
    office.start()
    office.launches()
    office.start()  # it has finished

    assert office.launches() == 0
    assert len(office.house.conversations(ANA)) == 1


def test_the_same_name_is_the_same_campaign_and_other_things_need_another(office: Office) -> None:
    number = office.makes()
    assert office.makes() == number
    with pytest.raises(CampaignError, match="made of other things: vars"):
        office.makes(vars={"day": "Tuesday"})


def test_the_same_file_is_read_once_and_another_one_adds_who_is_new(office: Office) -> None:
    office.makes()
    assert office.loads(LIST).counts.added == 2
    again = office.loads(LIST)
    assert (again.counts.added, office.stands().counts.read) == (2, 2)
    more = office.loads(LIST + f"{CAT},Cat\n", "more.csv")
    assert (more.counts.added, more.counts.duplicates) == (1, 2)


def test_a_top_up_begins_once_it_is_started_and_everybody_of_it(office: Office) -> None:
    office.starts(LIST)
    office.launches()
    office.loads(f"contact,name\n{CAT},Cat\n", "more.csv")
    assert office.launches() == 0
    office.start()

    assert office.launches() == 1
    assert kinds(office) == ["campaign.started", "campaign.finished", "campaign.finished"]


def test_who_stopped_is_skipped_and_counted_when_it_is_loaded_and_when_it_begins(office: Office) -> None:
    office.house.take(office.house.text("STOP"))
    office.makes()
    assert office.loads(LIST).counts.opted_out == 1
    office.start()
    office.house.take(office.house.text("STOP", BEN))
    office.launches()

    found = office.stands()
    assert (found.campaign.begun, found.campaign.skipped, found.campaign.status) == (
        0, {"opted_out": 1}, State.FINISHED,
    )  # fmt: skip
    assert office.members()[BEN].reason == "opted_out"


def test_who_stopped_and_was_erased_since_is_counted_as_opted_out(office: Office) -> None:
    house = office.house
    house.settings = house.settings.model_copy(update={"code_key": [KEY]})
    house.take(house.text("STOP"), house.text("STOP", BEN))
    house.take(house.text("START", BEN))
    for contact in (ANA, BEN):
        erase(house, contact)
    house.take(house.text("STOP", CAT))
    office.makes()
    counts = office.loads(LIST + f"{CAT},Cat\n").counts
    assert (counts.added, counts.opted_out) == (1, 2)
    assert list(office.members()) == [BEN]


def test_marketing_goes_to_nobody_who_has_not_agreed(build: Build, tmp_path: Path) -> None:
    office = Office(build(flows={"offer": MARKETING}), tmp_path)
    office.house.agrees(ANA, OURS)
    office.makes("offer")
    counts = office.loads(LIST).counts
    assert (counts.added, counts.no_consent) == (1, 1)


def test_texts_wait_behind_talks_and_only_some_are_queued_ahead(build: Build, tmp_path: Path) -> None:
    office = Office(build({OURS: Number(rate="2/second")}), tmp_path)
    office.starts(people(100))
    assert office.launches() == 20  # ten seconds' worth
    assert len(office.leaves()) == 2
    office.house.take(office.house.text("visit", CAT))
    office.house.later(seconds=1)
    assert office.leaves()[0].text == "Can you come?"
    assert office.launches() == 3


def test_pausing_begins_with_nobody_until_it_is_resumed(build: Build, tmp_path: Path) -> None:
    office = Office(build({OURS: Number(rate="1/second")}), tmp_path)
    office.starts(people(30))
    office.launches()
    office.pause()
    office.pause()
    office.house.later(minutes=1)
    while office.leaves():
        office.house.later(seconds=1)
    assert office.launches() == 0
    office.resume()
    assert office.launches() == 10
    assert kinds(office) == ["campaign.started", "campaign.paused", "campaign.resumed"]


def test_cancelling_withdraws_what_is_queued_and_ends_what_never_left(build: Build, tmp_path: Path) -> None:
    office = Office(build({OURS: Number(rate="1/second")}), tmp_path)
    office.starts(people(30))
    office.launches()
    (first,) = office.leaves()

    assert office.cancel() == 9
    assert office.cancel() == 0
    assert office.leaves() == []
    texts = office.house.rows("SELECT status, count(*) FROM message GROUP BY status ORDER BY status")
    assert texts == [("sent", 1), ("withdrawn", 9)]
    ended = office.house.rows("SELECT count(*) FROM conversation WHERE outcome = 'cancelled'")
    assert ended == [(9,)]
    assert office.house.conversation(first.contact).ended_at is None  # who was texted may answer
    office.house.later(minutes=1)
    assert office.launches() == 0
    with pytest.raises(CampaignError, match="was cancelled"):
        office.start()


def test_who_is_busy_waits_in_line_and_is_taken_out_of_it_where_it_is_cancelled(office: Office) -> None:
    office.house.take(office.house.text("visit"))
    office.starts(LIST)
    office.launches()
    assert office.house.conversation().status == "waiting"
    office.cancel()
    assert office.house.conversation().outcome == "cancelled"


def test_who_is_in_quiet_hours_has_their_turn_when_these_end(build: Build, tmp_path: Path) -> None:
    office = Office(build({OURS: Number(quiet="21:00-08:00")}), tmp_path)
    office.starts(f"contact,name,timezone\n{ANA},Ana,America/New_York\n{BEN},Ben,Europe/London\n")
    assert office.launches() == 2  # 04:00 in New York
    assert [one.contact for one in office.leaves()] == [BEN]
    assert office.members()[ANA].due_at == NOW.replace(hour=13)
    assert office.stands().campaign.status is State.RUNNING
    office.house.clock.move_to(NOW.replace(hour=13))
    assert office.launches() == 1
    assert [one.contact for one in office.leaves()] == [ANA]


def test_each_contact_keeps_to_one_of_several_numbers(build: Build, tmp_path: Path) -> None:
    pool = {OURS: Number(brand="Elm", flow="visit"), OTHER: Number(brand="Elm", flow="visit")}
    office = Office(build(pool), tmp_path)
    talked = f"+1555{3:07}"
    first = Office(office.house, tmp_path)
    first.makes(name="first", numbers=[OURS, OTHER])
    first.loads(people(40))
    chosen = {one.contact: one.number for one in first.members().values()}
    other = OURS if chosen[talked] == OTHER else OTHER
    office.house.take(office.house.text("hello", talked, other))
    office.makes(name="second", numbers=[OTHER, OURS])
    office.loads(people(40), "second.csv")

    again = {one.contact: one.number for one in office.members().values()}
    assert again == {**chosen, talked: other}
    assert min(Counter(again.values()).values()) > 8
    office.start()
    office.launches()
    assert {one.contact: one.number for one in office.leaves()} == again


def test_numbers_of_several_brands_are_no_pool(build: Build, tmp_path: Path) -> None:
    office = Office(build({OURS: Number(), OTHER: Number()}), tmp_path)
    with pytest.raises(CampaignError, match="several brands"):
        office.makes(numbers=[OURS, OTHER])


def test_a_number_that_is_gone_pauses_the_campaign_and_says_why(build: Build, tmp_path: Path) -> None:
    office = Office(build({OURS: Number(), OTHER: Number()}), tmp_path)
    office.starts(LIST, numbers=[OTHER])
    office.house.changes({OURS: Number()})
    office.launches()
    campaign = office.stands().campaign
    assert (campaign.status, OTHER in str(campaign.trouble)) == (State.PAUSED, True)
    office.house.changes({OURS: Number(), OTHER: Number()})
    office.resume()
    assert office.launches() == 2
    assert office.stands().campaign.trouble is None


def test_what_was_looked_at_is_sent_though_the_flow_has_changed_since(office: Office, tmp_path: Path) -> None:
    office.makes()
    office.loads(LIST)
    office.start()
    (tmp_path / "flows" / "invite.yaml").write_text(INVITE.replace("Hi ", "Hello "))
    office.house.library.read()
    office.house.library.publish()
    office.launches()
    assert office.leaves()[0].text == "Hi Ana, Monday?"


def test_variants_are_the_sides_of_a_split(build: Build, tmp_path: Path) -> None:
    flow = """\
flow: news
start: side
states:
  side: {split: {short: 1, long: 1}}
  short: {say: Short., end: short}
  long: {say: A long one., end: long}
"""
    office = Office(build(flows={"news": flow, "visit": VISIT}), tmp_path)
    office.starts(people(60).replace(",name", ",ignored"), "news")
    office.launches()
    sides = Counter(one.text for one in office.leaves())
    assert set(sides) == {"Short.", "A long one."}
    rows = office.house.rows(
        "SELECT outcome, count(*) FROM conversation WHERE campaign_id = 1 GROUP BY outcome"
    )
    assert sorted(int(str(count)) for _, count in rows) == sorted(sides.values())


def test_a_stop_between_the_start_and_the_text_withdraws_it(office: Office) -> None:
    office.starts(LIST)
    office.launches()
    office.house.take(office.house.text("STOP"))
    assert [one.contact for one in office.leaves() if "Hi" in one.text] == [BEN]
    assert office.house.message("Hi Ana, Monday?").status is Status.WITHDRAWN
    assert office.house.ledger()[-1].action == KeywordKind.STOP


def test_many_who_are_in_quiet_hours_are_put_off_at_once(build: Build, tmp_path: Path) -> None:
    office = Office(build({OURS: Number(rate="1/second", quiet="08:00-12:00", timezone="UTC")}), tmp_path)
    office.starts("contact,name,timezone\n" + "".join(f"+1555{place:07},P,UTC\n" for place in range(600)))
    house = office.house
    assert house.do(lambda c: launching.launch(house.line(c), office.number, house.rates)) == 500
    assert office.launches() == 100
    assert house.rows("SELECT count(*) FROM message") == [(0,)]
    house.clock.move_to(NOW.replace(hour=12))
    assert office.launches() == 10


def test_a_second_process_that_loads_the_same_list_gives_up_and_nobody_is_in_it_twice(
    office: Office,
) -> None:
    office.makes()
    path = office.folder / "list.csv"
    path.write_text(people(BATCH + 10))
    house, campaign = office.house, office.stands().campaign
    flows = house.library.current["invite"]
    books = Books(house.do, house.do)

    def meanwhile(position: int, counts: Counts) -> None:
        """The other one is done before this one has written its second batch."""
        loading.load(books, house.settings, flows, campaign, sheet(path), Listener(ignore), house.clock)

    def ignore(row: Row, why: str) -> None:
        raise AssertionError(why)

    with pytest.raises(CampaignError, match="another process"):
        loading.load(
            books, house.settings, flows, campaign, sheet(path), Listener(ignore, meanwhile), house.clock
        )
    assert office.stands().counts == Counts(read=BATCH + 10, added=BATCH + 10)
    assert len(office.members()) == BATCH + 10


def test_a_row_that_no_longer_fits_is_skipped_with_its_reason(office: Office) -> None:
    office.makes()
    office.loads(LIST)
    office.house.do(
        lambda c: c.execute(text(f"UPDATE campaign_contact SET vars = '{{}}' WHERE contact = '{ANA}'"))
    )
    office.start()
    office.launches()
    assert office.stands().campaign.skipped == {"missing_variable": 1}
    assert [one.contact for one in office.leaves()] == [BEN]


def test_numbers_that_no_database_has_are_bad_rows(office: Office) -> None:
    office.makes()
    rows = [f'{{"contact": "{ANA}", "name": "Ana", "more": {more}}}' for more in (
        "1e9", "NaN", "-Infinity", "1e999", '[{"deep": 1e999}]'
    )]  # fmt: skip
    counts = office.loads("\n".join(rows), "list.jsonl").counts
    assert (counts.added, counts.bad) == (1, 4)
    assert office.bad == [(line, "it has a number that is none, or without end") for line in (2, 3, 4, 5)]


def test_a_first_object_without_what_is_needed_is_one_bad_row(office: Office) -> None:
    office.makes()
    rows = [
        '{"name": "Di"}', f'{{"mobile": "{ANA}", "name": "Ana"}}',
        f'{{"contact": "{BEN}", "name": "Ben", "mobile": "at work"}}', f'{{"phone": "{CAT}"}}',
    ]  # fmt: skip
    assert office.loads("\n".join(rows), "list.jsonl").counts == Counts(read=4, added=2, bad=2)
    assert office.bad == [
        (1, "contact: there is no number"), (4, "name: there is nothing, and invite needs it"),
    ]  # fmt: skip
    assert list(office.members()) == [ANA, BEN]


def test_what_none_of_the_first_objects_has_is_told_before_any_is_read(office: Office) -> None:
    office.makes()
    rows = "\n".join(f'{{"contact": "+1555{place:07}", "nmae": "P"}}' for place in range(200))
    with pytest.raises(CampaignError, match=r"no column name \(is it 'nmae'\?\)"):
        office.loads(rows, "list.jsonl")
    assert office.members() == {}
