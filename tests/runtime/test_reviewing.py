"""A STOP by a phrase is for a person to look at: kept, or undone, and never against the contact's word."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, text

from convo.errors import ReviewError
from convo.keywords import KeywordKind
from convo.messages import Kind
from convo.runtime import forgetting
from convo.runtime.importing import Brought, bring
from convo.runtime.reviewing import Decided, Verdict, decide
from convo.store import consent, contacts, outgoing, reviews
from convo.store.reviews import OPEN, Decision, Review
from tests.runtime.house import ANA, BEN, OURS, House
from tests.runtime.test_ledger import KEY

STOP, START = KeywordKind.STOP, KeywordKind.START
PHRASE, ANOTHER = "please stop texting me", "Leave me alone!"


def waiting(house: House, status: str | None = OPEN) -> list[Review]:
    return house.do(lambda c: reviews.listed(c, None, 0, 100, status=status))


def keep(house: House, entry: int, reason: str | None = None) -> Decided:
    return house.do(lambda c: decide(c, house.settings, Verdict(entry, Decision.KEPT, reason), house.clock()))


def undo(house: House, entry: int, reason: str | None = "it was about the dog") -> Decided:
    return house.do(
        lambda c: decide(c, house.settings, Verdict(entry, Decision.UNDONE, reason), house.clock())
    )


def test_a_phrase_waits_for_a_review_and_a_word_does_not(house: House) -> None:
    house.take(house.text(PHRASE), house.text("stop", BEN))

    (found,) = waiting(house)
    (entry,) = house.ledger()
    assert (found.contact, found.brand, found.text, found.rule) == (ANA, OURS, PHRASE, entry.rule)
    assert (found.number, found.at, found.decision) == (OURS, house.clock(), None)


def test_a_phrase_counts_until_somebody_undoes_it(house: House) -> None:
    house.take(house.text("visit"), house.text(PHRASE), house.text("visit"))

    assert house.conversation().outcome == "stopped"
    assert len(house.answers(Kind.STOP_CONFIRMATION)) == 1


def test_an_undone_stop_brings_consent_back_and_is_on_record(house: House) -> None:
    house.take(house.text(PHRASE))
    (found,) = waiting(house)
    house.later(hours=2)
    decided = undo(house, found.id)
    house.take(house.text("visit"))

    assert not decided.opted_out
    assert (decided.review.decision, decided.review.actor) == (Decision.UNDONE, "operator")
    stop, start = house.ledger()
    assert (start.action, start.actor, start.text) == (START, "operator", "it was about the dog")
    assert (start.rule, start.at, start.wording) == (f"review:{found.id}", house.clock(), None)
    assert stop.action == STOP
    assert house.said()[-1] == "Can you come?"
    assert house.answers(Kind.START_CONFIRMATION) == []
    assert waiting(house) == []
    told = house.do(lambda c: outgoing.of_contact(c, ANA))
    assert [(event.kind, event.data["actor"]) for event in told] == [
        ("consent.stopped", "contact"), ("consent.started", "operator"), ("consent.reviewed", "operator"),
    ]  # fmt: skip


def test_a_kept_stop_stays_and_may_be_undone_later(house: House) -> None:
    house.take(house.text(PHRASE))
    (found,) = waiting(house)

    assert keep(house, found.id).opted_out
    assert waiting(house) == []
    assert [each.decision for each in waiting(house, "kept")] == [Decision.KEPT]
    assert len(house.ledger()) == 1

    assert not undo(house, found.id).opted_out


def test_the_same_verdict_twice_changes_nothing_more(house: House) -> None:
    house.take(house.text(PHRASE))
    (found,) = waiting(house)
    first = undo(house, found.id)
    house.later(hours=1)
    again = undo(house, found.id, "another reason")

    assert again == first
    assert len(house.ledger()) == 2


@pytest.mark.parametrize("word", ["STOP", "stop", "unsubscribe"])
def test_a_word_after_the_phrase_stands_whatever_is_decided_about_the_phrase(house: House, word: str) -> None:
    house.take(house.text(PHRASE), house.text(word))
    (found,) = waiting(house)
    decided = undo(house, found.id)
    house.take(house.text("visit"))

    assert decided.opted_out
    assert [each.entry.text for each in decided.standing] == [word]
    assert house.conversations(ANA) == []
    assert [entry.action for entry in house.ledger()] == [STOP, STOP]


def test_what_the_provider_says_stands_as_well(house: House) -> None:
    house.take(house.text(PHRASE))
    (found,) = waiting(house)
    house.provider_opted_out(ANA)

    assert undo(house, found.id).opted_out


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_phrases_have_to_be_undone_both(house: House, order: tuple[int, int]) -> None:
    house.take(house.text(PHRASE), house.text(ANOTHER))
    found = waiting(house)
    first, second = (found[place].id for place in order)

    assert [each.id for each in undo(house, first).standing] == [second]
    assert not undo(house, second).opted_out
    assert [entry.action for entry in house.ledger()] == [STOP, STOP, START]


def test_who_came_back_and_stopped_again_stays_out(house: House) -> None:
    house.take(house.text(PHRASE), house.text("start"), house.text("stop"))
    (found,) = waiting(house)

    assert undo(house, found.id).opted_out


def test_a_start_that_is_brought_and_older_is_no_coming_back(house: House) -> None:
    house.take(house.text(PHRASE), house.text("STOP"))
    older = Brought(ANA, OURS, START, house.clock() - timedelta(days=9), "")
    house.do(lambda c: bring(c, house.settings, [older], house.clock()))
    (found,) = waiting(house)

    assert undo(house, found.id).opted_out


def test_who_came_back_already_needs_nothing(house: House) -> None:
    house.take(house.text(PHRASE), house.text("start"))
    (found,) = waiting(house)
    decided = undo(house, found.id)

    assert not decided.opted_out
    assert [entry.actor for entry in house.ledger()] == ["contact", "contact"]


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (Verdict(999, Decision.KEPT), "not_found"),
        (Verdict(1, Decision.UNDONE), "bad_reason"),
        (Verdict(1, Decision.UNDONE, "  "), "bad_reason"),
        (Verdict(1, Decision.UNDONE, "x" * 501), "bad_reason"),
        (Verdict(2, Decision.UNDONE, "a word is no phrase"), "not_found"),
    ],
)
def test_what_cannot_be_decided_says_why(house: House, verdict: Verdict, code: str) -> None:
    house.take(house.text(PHRASE), house.text("stop", BEN))

    with pytest.raises(ReviewError) as error:
        house.do(lambda c: decide(c, house.settings, verdict, house.clock()))
    assert error.value.code == code
    assert len(waiting(house)) == 1


def test_who_is_forgotten_before_the_verdict_is_written_is_not_made_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.settings = house.settings.model_copy(update={"code_key": [KEY]})
    house.take(house.text(PHRASE))
    look = reviews.one

    def is_forgotten_then(connection: Connection, entry: int) -> Review | None:
        found = look(connection, entry)
        if found is not None:
            forgetting.forget(connection, house.settings, ANA)
            connection.execute(text("DELETE FROM consent"))
            connection.execute(text("DELETE FROM contact"))
        return found

    def verdict(connection: Connection) -> None:
        with pytest.raises(ReviewError, match="there is no review 1"):
            decide(connection, house.settings, Verdict(1, Decision.UNDONE, "a slip"), house.clock())
        (again,) = contacts.known(connection, [ANA]).values()  # until the transaction is undone
        assert (OURS, again.id) in consent.opted_out(connection, [again.id])

    monkeypatch.setattr(reviews, "one", is_forgotten_then)
    house.do(verdict)


def test_what_is_undone_cannot_be_kept(house: House) -> None:
    house.take(house.text(PHRASE))
    (found,) = waiting(house)
    undo(house, found.id)

    with pytest.raises(ReviewError, match="undone already") as error:
        keep(house, found.id)
    assert error.value.code == "undone"
