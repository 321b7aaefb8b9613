"""Contacts: created, changed, found by tag, and erased, on both databases."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from convo.errors import ContactError, StartError
from convo.keywords import KeywordKind
from convo.messages import Accepted, Unread
from convo.runtime import inbox, messaging, opting, people
from convo.runtime.auditing import Audit
from convo.runtime.inbox import Reply
from convo.runtime.messaging import Single
from convo.runtime.opting import Wish
from convo.runtime.people import Person
from convo.runtime.starting import Start
from convo.settings import SIMULATOR
from convo.store import contacts
from convo.store.tables import ERASED, receipts
from convo.web.api.contacts import exported
from tests.runtime.campaign import Office
from tests.runtime.house import ANA, BEN, CAT, House

DIGITS = ANA.removeprefix("+")


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ContactError) as error:
        act()
    return error.value.code


def create(house: House, wanted: Person) -> contacts.Listed:
    return house.do(lambda c: people.create(house.line(c), wanted))


def erase(house: House, number: str = ANA) -> dict[str, int]:
    return house.do(lambda c: people.erase(house.line(c), number))


def everywhere(house: House) -> list[tuple[str, str]]:
    """Where the database still has Ana's number, by table and column."""
    if house.store.dialect == "sqlite":
        tables = [str(name) for (name,) in house.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    else:
        tables = [
            str(name) for (name,) in house.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
    found = []
    for table in tables:
        for row in house.rows(f'SELECT * FROM "{table}"'):
            for value in row:
                told = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
                if DIGITS in told:
                    found.append((table, told))
    return found


def test_what_is_known_of_a_contact_is_kept_and_changed(house: House) -> None:
    made = create(house, Person("+1 555 000 1111", "fr-CA", "America/Toronto", ["vip"]))
    changed = house.do(lambda c: people.change(house.line(c), ANA, {"language": None, "tags": ["a", "b"]}))

    assert (made.number, made.language, made.timezone, made.tags) == (
        ANA, "fr-CA", "America/Toronto", ("vip",),
    )  # fmt: skip
    assert (changed.language, changed.timezone, changed.tags) == (None, "America/Toronto", ("a", "b"))
    assert house.do(lambda c: contacts.one(c, ANA)) == changed
    assert refused(lambda: create(house, Person(ANA))) == "exists"


def test_contacts_are_found_by_tag_a_page_at_a_time(house: House) -> None:
    for number, tags in ((ANA, ["vip", "plan:gold"]), (BEN, []), (CAT, ["vip"])):
        create(house, Person(number, tags=tags))
    vips = house.do(lambda c: contacts.listed(c, 0, 10, tag="vip"))
    rest = house.do(lambda c: contacts.listed(c, vips[0].id, 10, tag="vip"))

    assert [each.number for each in vips] == [ANA, CAT]
    assert [each.number for each in rest] == [CAT]
    assert house.do(lambda c: contacts.listed(c, 0, 10, tag="vi")) == []
    assert len(house.do(lambda c: contacts.listed(c, 0, 2))) == 2


def test_a_tag_is_given_and_taken_and_twice_is_once(house: House) -> None:
    create(house, Person(ANA, tags=["vip"]))
    for _ in range(2):
        given = house.do(lambda c: people.tag(house.line(c), ANA, "gold"))
        assert given.tags == ("vip", "gold")
    for _ in range(2):
        assert house.do(lambda c: people.untag(house.line(c), ANA, "vip")).tags == ("gold",)


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({"language": "x!"}, "bad_language"),
        ({"timezone": "Mars/Base"}, "bad_timezone"),
        ({"tags": ["no blank"]}, "bad_tag"),
        ({"tags": ["a", "a"]}, "bad_tag"),
        ({"tags": [f"t{place}" for place in range(101)]}, "bad_tag"),
    ],
)
def test_what_cannot_be_known_is_refused_and_changes_nothing(
    house: House, known: dict[str, object], code: str
) -> None:
    create(house, Person(ANA, "fr"))

    assert refused(lambda: house.do(lambda c: people.change(house.line(c), ANA, known))) == code
    assert refused(lambda: house.do(lambda c: people.change(house.line(c), BEN, {}))) == "not_found"
    assert house.conversations(ANA) == []


def a_life(house: House) -> None:
    """Ana talks, a person answers, she stops; Ben is somebody else."""
    house.begin(Start("visit", BEN))
    house.take(house.text("visit"))
    house.leaves()
    house.take(house.text("person"))
    house.leaves()
    talk = house.conversation().id
    house.do(lambda c: inbox.reply(house.line(c), Reply(talk, "It is Eve")))
    house.do(lambda c: messaging.send(house.line(c), Single(ANA, "Your order is ready.")))
    house.leaves()
    house.take(house.text("stop"))
    house.leaves()
    house.leaves()


def test_nothing_of_an_erased_contact_is_left_but_the_ledgers_hash(house: House) -> None:
    a_life(house)
    before = house.do(lambda c: exported(house.line(c), ANA))
    rows = erase(house)

    assert [each.text for each in before.messages if each.direction == "in"] == ["visit", "person", "stop"]
    assert (rows["message"], rows["conversation"], rows["contact"], rows["consent_entry"]) == (
        len(before.messages), 1, 1, 1,
    )  # fmt: skip
    assert everywhere(house) == []
    assert house.said(BEN) == ["Can you come?"]
    assert refused(lambda: erase(house, "+15550007777")) == "not_found"


def test_a_contact_is_taken_out_of_campaigns_whose_turn_had_come_or_not(house: House, tmp_path: Path) -> None:
    office = Office(house, tmp_path)
    office.starts(f"contact,name\n{ANA},Ana\n{BEN},Ben\n")
    assert office.launches() == 2
    office.makes(name="another")
    office.loads(f"contact,name\n{ANA},Ana\n{CAT},Cat\n")
    ana = house.do(lambda c: exported(house.line(c), ANA))
    cat = house.do(lambda c: exported(house.line(c), CAT))
    assert [(each.campaign, each.status) for each in ana.campaigns] == [(1, "begun"), (2, "waiting")]
    assert (cat.contact, [(each.campaign, each.vars) for each in cat.campaigns]) == (
        None, [(2, {"name": "Cat"})],
    )  # fmt: skip

    assert [erase(house, each)["campaign_contact"] for each in (ANA, CAT)] == [2, 1]
    assert everywhere(house) == []
    assert [each for (each,) in house.rows("SELECT contact FROM campaign_contact")] == [BEN]
    assert refused(lambda: erase(house, CAT)) == "not_found"
    assert office.stands().to_come == 0


def test_who_has_opted_out_and_was_erased_is_known_again(house: House) -> None:
    a_life(house)
    erase(house)

    with pytest.raises(StartError, match="has opted out"):
        house.begin(Start("visit", ANA))
    house.take(house.text("start"))
    assert house.begin(Start("visit", ANA))[1] is True


def test_a_delivery_that_comes_again_makes_no_new_text_and_the_books_balance(house: House) -> None:
    again = house.text("visit", name="in-again")
    house.take(again)
    house.leaves()
    erase(house)
    house.take(again)

    assert house.outgoing() == []
    assert list(Audit(house.store, house.library, house.clock).run()) == []


def test_deliveries_that_could_not_be_used_lose_their_words_where_they_name_a_contact(house: House) -> None:
    house.take(house.text("visit"))
    for raw in (b'\x00{"from": "15550001111"}', b'{"from": "15550002222"}', b"15550001111"):
        house.take(Unread(SIMULATOR, "strange", raw))
    erase(house, ANA)
    found = house.do(lambda c: c.execute(select(receipts.c.raw).where(receipts.c.error.is_not(None))).all())

    assert sorted(raw for (raw,) in found) == [ERASED, ERASED, b'{"from": "15550002222"}']


def test_a_text_that_is_with_its_provider_keeps_a_contact_for_a_moment(house: House) -> None:
    house.begin(Start("visit", ANA))
    (claimed,) = house.claim()

    assert refused(lambda: erase(house)) == "being_sent"
    house.settle(house.result(claimed))
    erase(house)
    house.settle(house.result(claimed, Accepted("too-late")))  # nobody is hurt by what comes after it
    assert house.conversations(ANA) == []


def test_what_waits_for_an_erased_contact_does_not_leave(house: House) -> None:
    house.begin(Start("visit", ANA))
    house.do(lambda c: opting.carry_out(c, house.settings, _stop(), house.clock()))
    erase(house)

    assert house.leaves() == []
    assert house.wake() == 0


def _stop() -> Wish:
    return Wish(ANA, None, KeywordKind.STOP, "by phone")


def test_of_two_who_create_a_contact_at_once_the_second_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.do(lambda c: people.create(house.line(c), Person(BEN, language="fr")))
    house.later(seconds=1)
    monkeypatch.setattr(contacts, "find", lambda *_: None)  # what it saw before it waited for the lock

    with pytest.raises(ContactError, match="already"):
        house.do(lambda c: people.create(house.line(c), Person(BEN, language="de")))
    monkeypatch.undo()
    found = house.do(lambda c: contacts.one(c, BEN))
    assert found is not None
    assert found.language == "fr"
