"""The gate: whatever is queued, and by whom, leaves only where its contact allows it, and not too often."""

from datetime import UTC, datetime, timedelta

import pytest

from convo.errors import StartError
from convo.messages import Kind, Reason, Status, Trouble
from convo.runtime.inbox import Reply, reply
from convo.runtime.starting import Start
from convo.settings import Number
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, NOW, OURS, House

OFFER = """\
flow: offer
purpose: marketing
triggers: {keyword: [deals]}
start: tell
vars: {what: text = tickets}
expires: 3 hours
states:
  tell:
    say: Half price for {{ what }}! YES? STOP ends this.
    replies: {yes: done}
    otherwise: {say: "YES?", tries: 5, then: done}
    after: {1 hour: done}
  done: {say: Enjoy!, end: bought}
"""
JOIN = """\
flow: join
triggers: {keyword: [join]}
start: ask
states:
  ask:
    say: Offers by text? YES or NO.
    replies: {yes: joined, other: welcome}
    otherwise: {say: "YES or NO?", tries: 1, then: no}
    after: {1 day: no}
  joined: {consent: marketing, say: You are in., end: joined}
  welcome: {consent: marketing, begin: {flow: offer, with: {what: "'popcorn'"}}, then: no}
  no: {end: declined}
"""
NEWS = "flow: news\nstart: tell\nneeds: {what: text}\nstates:\n  tell: {say: '{{ what }}', end: told}\n"
BLAST = """\
flow: blast
purpose: marketing
start: tell
needs: {what: text}
states:
  tell: {say: "Half price for {{ what }}! STOP ends this.", end: told}
"""
FLOWS = {"offer": OFFER, "join": JOIN, "news": NEWS, "blast": BLAST}


@pytest.fixture
def shop(build: Build) -> House:
    return build({OURS: Number(brand="Elm")}, FLOWS)


def offer(house: House, what: str, contact: str = ANA) -> None:
    house.begin(Start("offer", contact, OURS, {"what": what}))


def blast(house: House, what: str, contact: str = ANA) -> None:
    house.begin(Start("blast", contact, OURS, {"what": what}))


def news(house: House, what: str, contact: str = ANA) -> None:
    house.begin(Start("news", contact, OURS, {"what": what}))


def left(house: House) -> list[str]:
    """Everything that may leave now, one after another."""
    found: list[str] = []
    while came := house.leaves():
        found += came
    return found


# Marketing, and consent to it.


def test_marketing_is_not_started_with_somebody_who_has_not_agreed(shop: House) -> None:
    with pytest.raises(StartError, match="has not agreed to marketing from Elm") as error:
        offer(shop, "tickets")

    assert error.value.code == "no_consent"
    assert shop.conversations(ANA) == []


def test_whoever_agrees_gets_it_and_the_ledger_has_their_words(shop: House) -> None:
    shop.take(shop.text("join"))
    left(shop)
    shop.later(minutes=1)
    shop.take(shop.text("Yes!"))
    assert left(shop) == ["You are in."]

    (entry,) = shop.ledger("Elm")
    assert (entry.action, entry.actor, entry.text, entry.rule) == (
        "marketing", "contact", "Yes!", "flow:join:joined"
    )  # fmt: skip
    assert (entry.wording, entry.at) == ("Offers by text? YES or NO.", NOW + timedelta(minutes=1))
    offer(shop, "tickets")
    assert left(shop) == ["Half price for tickets! YES? STOP ends this."]


def test_what_was_asked_and_answered_in_one_batch_is_on_record_as_well(shop: House) -> None:
    shop.take(shop.text("join"), shop.text("yes"))
    (entry,) = shop.ledger("Elm")
    assert (entry.text, entry.wording) == ("yes", "Offers by text? YES or NO.")


def test_a_flow_may_begin_marketing_in_the_turn_that_records_consent(shop: House) -> None:
    shop.take(shop.text("join"), shop.text("other"))
    assert left(shop)[-1] == "Half price for popcorn! YES? STOP ends this."


def test_stop_takes_consent_back_and_start_does_not_give_it_again(shop: House) -> None:
    shop.agrees(ANA, OURS)
    offer(shop, "tickets")
    shop.take(shop.text("stop"), shop.text("start"))
    left(shop)

    assert shop.message("Half price for tickets! YES? STOP ends this.").status is Status.WITHDRAWN
    with pytest.raises(StartError, match="has not agreed"):
        offer(shop, "popcorn")
    news(shop, "We open at nine.")
    assert left(shop) == ["We open at nine."]


def test_consent_that_is_taken_back_meanwhile_withdraws_the_text_and_the_talk_goes_on(shop: House) -> None:
    """Not by a STOP, which ends the talk: somebody has taken the flag away."""
    shop.agrees(ANA, OURS)
    offer(shop, "tickets")
    shop.rows("UPDATE consent SET marketing = (1 = 0) WHERE brand = 'Elm' RETURNING contact_id")

    assert left(shop) == []
    withdrawn = shop.message("Half price for tickets! YES? STOP ends this.")
    assert (withdrawn.status, withdrawn.reason) == (Status.WITHDRAWN, Reason.NO_CONSENT)
    shop.later(hours=1)
    shop.wake()
    assert shop.conversation().outcome == "bought"
    assert left(shop) == []


def test_a_text_starts_no_marketing_for_somebody_who_has_not_agreed(shop: House) -> None:
    shop.take(shop.text("deals"))
    assert shop.conversations(ANA) == []
    assert shop.history(ANA)[0].text == "deals"

    shop.agrees(ANA, OURS)
    shop.take(shop.text("deals"))
    assert left(shop) == ["Half price for tickets! YES? STOP ends this."]


def test_consent_is_the_brands_and_not_another_ones(build: Build) -> None:
    other = "+15550008888"
    house = build({OURS: Number(brand="Elm"), other: Number(brand="Oak")}, FLOWS)
    house.agrees(ANA, OURS)
    with pytest.raises(StartError, match="from Oak"):
        house.begin(Start("offer", ANA, other))


# Caps.


@pytest.fixture
def capped(build: Build) -> House:
    """Two offers a day, in London; everything else as often as it comes."""
    number = Number.model_validate({"timezone": "Europe/London", "caps": {"marketing": 2}})
    house = build({OURS: number}, FLOWS)
    house.agrees(ANA, OURS)
    house.agrees(BEN, OURS)
    return house


def test_what_is_over_the_cap_waits_for_the_next_day(capped: House) -> None:
    for what in ("tickets", "popcorn", "ice"):
        blast(capped, what)
    assert len(left(capped)) == 2
    held = capped.message("Half price for ice! STOP ends this.")
    assert (held.status, held.reason) == (Status.QUEUED, Reason.OVER_CAP)
    assert held.due_at == NOW + timedelta(days=1)

    capped.clock.move_to(held.due_at)
    for what in ("bread", "milk"):
        blast(capped, what)
    assert left(capped) == ["Half price for ice! STOP ends this.", "Half price for bread! STOP ends this."]


def test_the_cap_is_each_contacts_own_and_each_purposes(capped: House) -> None:
    for what in ("tickets", "popcorn", "ice"):
        blast(capped, what)
    blast(capped, "ice", BEN)
    news(capped, "We open at nine.")

    assert sorted(left(capped)) == [
        "Half price for ice! STOP ends this.",  # Ben's first
        "Half price for popcorn! STOP ends this.",
        "Half price for tickets! STOP ends this.",
        "We open at nine.",
    ]


def test_answers_are_counted_and_do_not_wait(capped: House) -> None:
    capped.take(capped.text("deals"))
    left(capped)
    for _ in range(3):
        capped.take(capped.text("hm"))
    assert left(capped) == ["YES?", "YES?", "YES?"]
    capped.take(capped.text("yes"))
    assert left(capped) == ["Enjoy!"]

    blast(capped, "ice")
    assert left(capped) == []
    assert capped.message("Half price for ice! STOP ends this.").reason is Reason.OVER_CAP


def test_a_second_try_is_no_second_text(capped: House) -> None:
    offer(capped, "tickets")
    for _ in range(5):
        capped.fails(Trouble.RETRY)
        capped.later(minutes=5)
    assert left(capped) == ["Half price for tickets! YES? STOP ends this."]


def test_answers_to_keywords_are_never_over_a_cap(build: Build) -> None:
    number = Number.model_validate({"caps": {"transactional": 1}})
    house = build({OURS: number}, FLOWS)
    news(house, "We open at nine.")
    news(house, "We close at five.")
    assert left(house) == ["We open at nine."]
    house.take(house.text("help"), house.text("stop"))
    assert len(left(house)) == 2


def test_the_next_day_begins_when_its_quiet_hours_end(build: Build) -> None:
    number = Number.model_validate(
        {"timezone": "Europe/London", "quiet": "21:00-08:00", "caps": {"transactional": 1}}
    )
    house = build({OURS: number}, FLOWS)
    news(house, "We open at nine.")
    news(house, "We close at five.")
    left(house)
    assert house.message("We close at five.").due_at == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def test_days_are_counted_where_the_contact_is(build: Build) -> None:
    """At nine in London it is ten in the evening in Auckland."""
    house = build({OURS: Number.model_validate({"caps": {"transactional": 1}})}, FLOWS)
    house.learn(ANA, timezone="Pacific/Auckland")
    news(house, "We open at nine.")
    left(house)
    house.later(hours=2)  # past midnight
    news(house, "We close at five.")
    assert left(house) == ["We close at five."]


# Whoever queues it.


def test_a_persons_text_passes_the_same_gate(build: Build) -> None:
    house = build({OURS: Number(quiet="09:00-10:00", timezone="UTC")})
    house.take(house.text("visit"), house.text("person"))
    left(house)
    stored = house.conversation()
    house.later(seconds=1)
    house.do(lambda c: reply(house.line(c), Reply(stored.id, "How can I help?")))
    house.rows("UPDATE message SET answers = (1 = 0) WHERE text = 'How can I help?' RETURNING id")
    assert left(house) == []
    assert house.message("How can I help?").reason is Reason.QUIET_HOURS


def test_a_text_that_would_wait_until_it_is_out_of_date_is_withdrawn_at_once(build: Build) -> None:
    house = build({OURS: Number(quiet="09:00-23:00", timezone="UTC")}, FLOWS)
    house.clock.move_to(NOW - timedelta(minutes=1))
    news(house, "We open at nine.")
    house.rows("UPDATE message SET due_at = created_at, valid_until = '2026-11-30T12:00:00.000000+00:00' "
               "WHERE kind = 'text' RETURNING id")  # fmt: skip
    assert left(house) == []
    assert house.message("We open at nine.").reason is Reason.OUT_OF_DATE


def test_a_confirmation_leaves_at_night(build: Build) -> None:
    house = build({OURS: Number(quiet="00:00-23:59")}, FLOWS)
    house.take(house.text("stop"))
    (claimed,) = house.claim()
    assert claimed.outbound.text.startswith("You have successfully been unsubscribed")
    assert house.answers(Kind.STOP_CONFIRMATION)


def test_a_text_is_as_strict_as_the_flows_that_say_it(build: Build) -> None:
    """What marketing runs is marketing; what confirms a phone is a verification, whoever runs it."""
    flows = {
        "outer": "flow: outer\npurpose: marketing\nstart: a\nstates:\n"
        "  a: {say: Deals! STOP ends this., then: b}\n  b: {run: {flow: inner, outcomes: {else: c}}}\n"
        "  c: {end: done}\n",
        "inner": "flow: inner\nstart: a\nstates:\n  a: {say: In., end: done}\n",
        "sign-up": "flow: sign-up\nstart: a\nstates:\n  a: {say: Hello., then: b}\n"
        "  b: {run: {flow: code, outcomes: {else: c}}}\n  c: {say: Bye., end: done}\n",
        "code": "flow: code\npurpose: verification\nstart: a\nstates:\n  a: {say: Is it you?, end: done}\n",
    }
    house = build({OURS: Number()}, flows)
    house.agrees(ANA, OURS)
    house.begin(Start("outer", ANA, OURS))
    house.begin(Start("sign-up", BEN, OURS))
    assert sorted(house.rows("SELECT text, purpose FROM message")) == [
        ("Bye.", "transactional"),
        ("Deals! STOP ends this.", "marketing"),
        ("Hello.", "transactional"),
        ("In.", "marketing"),
        ("Is it you?", "verification"),
    ]
