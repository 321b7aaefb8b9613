"""The consent ledger: nobody rewrites it, it outlives its contacts, and operators' words stand in it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from convo.errors import ConsentError, ReviewError, SettingsError, StartError
from convo.keywords import ANSWERS, KeywordKind
from convo.messages import Kind, Reason, Status
from convo.runtime import forgetting, opting
from convo.runtime.opting import Wish
from convo.runtime.reviewing import Verdict, decide
from convo.runtime.starting import Start
from convo.settings import Number
from convo.store import consent, contacts, ledger, reviews
from convo.store.ledger import Chosen
from convo.store.reviews import Decision
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, NOW, OURS, House

KEY = "a key that nobody can guess"
STOP, START = KeywordKind.STOP, KeywordKind.START


def wish(house: House, action: KeywordKind, reason: str, contact: str = ANA, **named: str) -> bool:
    """An operator stops or starts a contact; whether anything was written."""
    wanted = Wish(contact, named.get("brand"), action, reason, named.get("actor", "operator"))
    return house.do(lambda c: opting.carry_out(c, house.settings, wanted, house.clock()))[1]


def is_out(house: House, contact: str = ANA, brand: str = OURS) -> bool:
    known = house.do(lambda c: contacts.find(c, contact))
    assert known is not None
    return (brand, known.id) in house.do(lambda c: consent.opted_out(c, [known.id]))


def lines(house: House) -> list[tuple[str, str]]:
    found = house.do(lambda c: ledger.lines(c, Chosen(), 0, 1_000))
    return [(each.entry.action, each.entry.contact) for each in found]


# Append-only.


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE consent_entry SET text = 'never mind'",
        "UPDATE consent_entry SET id = id + 100",
        "DELETE FROM consent_entry",
        "INSERT INTO consent_entry SELECT * FROM consent_entry WHERE true "
        "ON CONFLICT (id) DO UPDATE SET text = ''",
    ],
)
def test_the_database_refuses_to_change_or_remove_a_line(house: House, change: str) -> None:
    house.take(house.text("STOP"))

    with pytest.raises(DBAPIError, match="consent_entry is append-only"):
        house.do(lambda c: c.execute(text(change)))

    assert [entry.text for entry in house.ledger()] == ["STOP"]


def test_neither_can_it_be_emptied_or_written_over_by_another_name(house: House) -> None:
    house.take(house.text("STOP"))
    changes = {
        "sqlite": "INSERT OR REPLACE INTO consent_entry SELECT * FROM consent_entry",
        "postgresql": "TRUNCATE consent_entry",
    }

    with pytest.raises(DBAPIError, match="consent_entry is append-only"):
        house.do(lambda c: c.execute(text(changes[house.store.dialect])))

    assert [entry.text for entry in house.ledger()] == ["STOP"]


def test_a_permit_is_of_one_line_and_of_no_other_and_is_never_left_behind(house: House) -> None:
    house.take(house.text("STOP"), house.text("HELP"))

    def empties(connection: Connection) -> None:
        connection.execute(text("INSERT INTO consent_permit VALUES (1)"))
        connection.execute(text("DELETE FROM consent_entry"))

    with pytest.raises(DBAPIError, match="consent_entry is append-only"):
        house.do(empties)

    assert house.rows("SELECT count(*) FROM consent_permit") == [(0,)]
    assert len(house.ledger()) == 2


# How long it is kept.


def test_pruning_removes_what_was_overtaken_and_never_the_last_word(house: House) -> None:
    for words in ("STOP", "START", "STOP", "stop", "HELP", "HELP"):
        house.take(house.text(words))
    house.take(house.text("STOP", BEN))
    later = NOW + timedelta(days=1)

    removed = house.do(lambda c: ledger.prune(c, later, 500))

    # The third STOP repeats the second, which is the one that holds.
    assert removed == 2
    assert lines(house) == [
        ("start", ANA), ("stop", ANA), ("stop", ANA), ("help", ANA), ("stop", BEN),
    ]  # fmt: skip
    assert is_out(house)
    assert is_out(house, BEN)
    assert house.do(lambda c: ledger.prune(c, later, 500)) == 0
    assert house.rows("SELECT count(*) FROM consent_permit") == [(0,)]


def test_pruning_leaves_what_is_not_old_enough_and_goes_on_in_steps(house: House) -> None:
    for _ in range(5):
        house.take(house.text("HELP"))
    house.later(days=1)
    for _ in range(5):
        house.take(house.text("HELP"))

    assert house.do(lambda c: ledger.prune(c, NOW, 500)) == 0
    middle = NOW + timedelta(hours=1)
    assert [house.do(lambda c: ledger.prune(c, middle, 2)) for _ in range(4)] == [2, 2, 1, 0]
    assert len(lines(house)) == 5


# Forgotten, and known again.


@pytest.fixture
def keyed(house: House) -> House:
    """A house with a key for one-time codes, which hashes numbers as well."""
    house.settings = house.settings.model_copy(update={"code_key": [KEY]})
    return house


def erase(house: House, contact: str = ANA) -> None:
    """What erasing a contact leaves: the ledger, which does not tell whose it is."""
    house.do(lambda c: forgetting.forget(c, house.settings, contact))
    house.do(lambda c: c.execute(text("DELETE FROM message")))
    house.do(lambda c: c.execute(text("DELETE FROM conversation")))
    house.do(lambda c: c.execute(text("DELETE FROM consent")))
    house.do(lambda c: c.execute(text("DELETE FROM contact")))


def test_a_forgotten_number_stands_nowhere_in_the_ledger(keyed: House) -> None:
    keyed.take(keyed.text("please stop texting me, Ana Smith of 12 Elm Street"), keyed.text("STOP"))
    erase(keyed)

    (entry, *_) = [each.entry for each in keyed.do(lambda c: ledger.lines(c, Chosen(), 0, 10))]
    assert (entry.action, entry.brand, entry.text, entry.normalised, entry.provider_id) == (
        "stop", OURS, "", "", None,
    )  # fmt: skip
    assert entry.rule
    everything = str(keyed.rows("SELECT * FROM consent_entry"))
    assert ANA.removeprefix("+") not in everything
    assert "Smith" not in everything
    with pytest.raises(DBAPIError, match="append-only"):
        keyed.do(lambda c: c.execute(text("DELETE FROM consent_entry")))


def test_a_text_of_who_stopped_and_was_forgotten_starts_nothing(keyed: House) -> None:
    keyed.take(keyed.text("STOP"))
    erase(keyed)
    keyed.take(keyed.text("visit", name="later-1"))

    assert keyed.leaves() == []
    assert is_out(keyed)
    assert keyed.conversations(ANA) == []
    told = keyed.do(lambda c: opting.look(c, keyed.settings, ANA, None))
    assert [each.entry.action for each in told.history] == ["stop"]


def test_nor_can_a_flow_be_started_with_them_until_they_come_back_by_themselves(keyed: House) -> None:
    keyed.take(keyed.text("STOP"))
    erase(keyed)

    with pytest.raises(StartError, match="has opted out"):
        keyed.begin(Start("invite", ANA, OURS, {"name": "Ana"}))
    keyed.take(keyed.text("START", name="later-1"))
    assert keyed.leaves() == [ANSWERS[START]["en"]]
    keyed.begin(Start("invite", ANA, OURS, {"name": "Ana"}))
    assert keyed.leaves() == ["Hi Ana, Monday?"]


def test_a_stop_of_who_was_forgotten_is_nobodys_to_review_any_more(keyed: House) -> None:
    keyed.take(keyed.text("please stop texting me"))
    erase(keyed)

    assert keyed.do(lambda c: reviews.listed(c, None, 0, 9, status=reviews.OPEN)) == []
    verdict = Verdict(1, Decision.UNDONE, "a slip")
    with pytest.raises(ReviewError, match="there is no review 1"):
        keyed.do(lambda c: decide(c, keyed.settings, verdict, keyed.clock()))
    keyed.take(keyed.text("visit", name="later-1"))
    assert is_out(keyed)


def test_what_they_said_before_being_forgotten_stands_when_a_phrase_is_undone(keyed: House) -> None:
    keyed.take(keyed.text("STOP"))
    erase(keyed)
    keyed.later(days=1)
    keyed.take(keyed.text("please stop texting me", name="later-1"))
    (review,) = keyed.do(lambda c: reviews.listed(c, None, 0, 9, status=reviews.OPEN))
    verdict = Verdict(review.id, Decision.UNDONE, "a slip")

    decided = keyed.do(lambda c: decide(c, keyed.settings, verdict, keyed.clock()))
    assert decided.opted_out
    assert [each.entry.action for each in decided.standing] == ["stop"]


def test_who_came_back_before_being_forgotten_is_not_out(keyed: House) -> None:
    keyed.take(keyed.text("STOP"), keyed.text("START"))
    erase(keyed)
    keyed.take(keyed.text("visit", name="later-1"))

    assert keyed.leaves() == ["Can you come?"]


def test_an_older_key_still_knows_whom_it_forgot(keyed: House) -> None:
    keyed.take(keyed.text("STOP"))
    erase(keyed)
    keyed.settings = keyed.settings.model_copy(update={"code_key": ["another key, a new one", KEY]})
    keyed.take(keyed.text("visit", name="later-1"))

    assert is_out(keyed)


def test_a_key_that_is_gone_keeps_the_house_from_opening(keyed: House) -> None:
    keyed.take(keyed.text("STOP"))
    erase(keyed)
    keyed.do(lambda c: forgetting.check(c, keyed.settings))
    keyed.settings = keyed.settings.model_copy(update={"code_key": ["another key, a new one"]})

    with pytest.raises(SettingsError, match="put it back behind the new one"):
        keyed.do(lambda c: forgetting.check(c, keyed.settings))


# Operators and applications.


def test_an_operators_stop_is_a_stop_without_a_text(house: House) -> None:
    house.take(house.text("visit"))

    assert wish(house, STOP, "a letter of 3 May")
    assert house.leaves() == []
    assert [(m.text, m.status, m.reason) for m in house.outgoing()] == [
        ("Can you come?", Status.WITHDRAWN, Reason.STOPPED)
    ]
    assert house.conversation().outcome == "stopped"
    (entry,) = house.ledger()
    assert (entry.action, entry.actor, entry.text, entry.wording) == (
        "stop",
        "operator",
        "a letter of 3 May",
        None,
    )
    assert house.answers(Kind.STOP_CONFIRMATION) == []


def test_the_same_stop_twice_is_one_line_and_another_reason_is_another(house: House) -> None:
    assert [wish(house, STOP, reason) for reason in ("letter", "letter", "call", "call")] == [
        True, False, True, False,
    ]  # fmt: skip
    assert [entry.text for entry in house.ledger()] == ["letter", "call"]


def test_an_operators_start_brings_consent_back_and_only_where_it_was_gone(house: House) -> None:
    assert not wish(house, START, "they called")
    house.take(house.text("STOP"))
    house.leaves()

    assert wish(house, START, "they called")
    assert not wish(house, START, "they called")
    house.take(house.text("visit"))
    assert house.leaves() == ["Can you come?"]
    assert [entry.action for entry in house.ledger()] == ["stop", "start"]


def test_a_contact_whom_nobody_knows_can_be_stopped_before_the_first_text(house: House) -> None:
    wish(house, STOP, "on the do-not-call list", "+1 (555) 000-1111")

    with pytest.raises(StartError, match="has opted out"):
        house.begin(Start("invite", ANA, OURS, {"name": "Ana"}))


@pytest.mark.parametrize(
    ("contact", "brand", "reason", "code"),
    [
        ("nobody", OURS, "x", "bad_contact"),
        ("", OURS, "x", "bad_contact"),
        (ANA, OURS, "  ", "bad_reason"),
        (ANA, OURS, "x" * 501, "bad_reason"),
        (ANA, "Elm", "x", "unknown_brand"),
    ],
)
def test_what_cannot_be_is_said(house: House, contact: str, brand: str, reason: str, code: str) -> None:
    with pytest.raises(ConsentError) as refused:
        wish(house, STOP, reason, contact, brand=brand)

    assert refused.value.code == code
    assert lines(house) == []


def test_of_several_brands_one_has_to_be_named(build: Build) -> None:
    house = build(numbers={OURS: Number(brand="Elm"), "+15550008888": Number(brand="Oak")})

    with pytest.raises(ConsentError, match="say which brand: Elm, Oak"):
        wish(house, STOP, "letter")
    wish(house, STOP, "letter", brand="Oak")
    assert is_out(house, brand="Oak")
    assert not is_out(house, brand="Elm")


def test_history_tells_every_brand_or_one(build: Build) -> None:
    house = build(numbers={OURS: Number(brand="Elm"), "+15550008888": Number(brand="Oak")})
    house.take(house.text("STOP"), house.text("HELP", number="+15550008888"))

    def told(brand: str | None) -> tuple[list[tuple[str, bool]], list[str]]:
        found = house.do(lambda c: opting.look(c, house.settings, ANA, brand))
        return [(s.brand, s.opted_out) for s in found.states], [e.entry.action for e in found.history]

    assert told(None) == ([("Elm", True)], ["stop", "help"])
    assert told("Oak") == ([], ["help"])


def test_the_list_goes_on_where_it_ended_and_keeps_to_a_day(house: House) -> None:
    house.take(house.text("HELP"), house.text("HELP"))
    house.later(days=2)
    house.take(house.text("STOP"))

    def page(after: int, since: datetime | None = None) -> list[int]:
        return [each.id for each in house.do(lambda c: ledger.lines(c, Chosen(None, OURS, since), after, 2))]

    first = page(0)
    assert len(first) == 2
    assert page(first[-1]) == page(0, NOW + timedelta(days=1))
    assert len(page(first[-1])) == 1
