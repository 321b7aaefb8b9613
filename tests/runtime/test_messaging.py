"""Single texts, outside of any flow, pass the gate like all others: on both databases."""

from datetime import timedelta

import pytest

from convo.errors import StartError
from convo.keywords import KeywordKind
from convo.messages import Purpose, Reason, Status
from convo.runtime import messaging, opting
from convo.runtime.marketing import AGREED
from convo.runtime.messaging import Single
from convo.runtime.opting import Wish
from convo.runtime.starting import Start
from convo.settings import Number
from convo.store.messages import Stored
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, OURS, House

MARKETING = Single(ANA, "Deals! STOP ends this.", purpose=Purpose.MARKETING)


def send(house: House, wanted: Single | str) -> Stored:
    asked = Single(ANA, wanted) if isinstance(wanted, str) else wanted
    return house.do(lambda c: messaging.send(house.line(c), asked))


def refused(house: House, wanted: Single | str) -> str:
    with pytest.raises(StartError) as error:
        send(house, wanted)
    return error.value.code


def test_a_text_leaves_once_and_belongs_to_no_conversation(house: House) -> None:
    sent = send(house, "  Your order is ready. ")

    assert (sent.text, sent.status, sent.conversation, sent.segments) == (
        "Your order is ready.", Status.QUEUED, None, 1,
    )  # fmt: skip
    assert house.leaves() == ["Your order is ready."]
    assert house.leaves() == []


def test_who_has_opted_out_gets_none_whenever_they_did(house: House) -> None:
    send(house, "Your order is ready.")
    house.take(house.text("STOP"))

    assert refused(house, "And another") == "opted_out"
    assert "Your order is ready." not in house.leaves()
    assert house.message("Your order is ready.").reason is Reason.STOPPED


def test_marketing_needs_consent_to_it(house: House) -> None:
    assert refused(house, MARKETING) == "no_consent"

    house.do(lambda c: opting.carry_out(c, house.settings, Wish(ANA, None, AGREED, "a form"), house.clock()))
    send(house, MARKETING)
    assert house.leaves() == [MARKETING.text]


def test_consent_that_is_taken_back_meanwhile_counts(house: House) -> None:
    for action in (AGREED, KeywordKind.STOP, KeywordKind.START):
        if action is KeywordKind.STOP:
            send(house, MARKETING)
        house.do(
            lambda c: opting.carry_out(c, house.settings, Wish(ANA, None, action, "a form"), house.clock())  # noqa: B023
        )

    assert house.leaves() == []


def test_quiet_hours_and_caps_hold_it(build: Build) -> None:
    house = build({OURS: Number(timezone="UTC", quiet="08:00-10:00", caps={"transactional": 1})})
    held = send(house, "one")
    send(house, "two")
    assert (held.status, held.reason) == (Status.QUEUED, Reason.QUIET_HOURS)
    assert house.leaves() == []

    house.later(hours=1)
    assert house.leaves() == ["one"]
    assert house.leaves() == []
    assert house.message("two").reason is Reason.OVER_CAP


def test_what_is_of_no_use_any_more_is_withdrawn(build: Build) -> None:
    house = build({OURS: Number(timezone="UTC", quiet="08:00-12:00")})
    send(house, Single(ANA, "Come at ten", valid_for=timedelta(hours=1)))
    house.later(hours=4)

    assert house.leaves() == []
    assert house.message("Come at ten").reason is Reason.OUT_OF_DATE


def test_it_does_not_come_in_between_what_a_flow_says(house: House) -> None:
    house.begin(Start("visit", ANA))
    send(house, "Your order is ready.")

    assert [house.leaves() for _ in range(3)] == [["Can you come?"], ["Your order is ready."], []]
    assert house.conversation().state == "ask"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Single(ANA, "  "), "bad_text"),
        (Single(ANA, "x" * 10_000), "bad_text"),
        (Single("Ana", "hi"), "bad_contact"),
        (Single(ANA, "hi", "ours"), "unknown_number"),
        (Single(ANA, "hi", "+15550007777"), "unknown_number"),
    ],
)
def test_what_cannot_be_sent_is_refused(build: Build, wanted: Single, code: str) -> None:
    house = build({OURS: Number()})

    assert refused(house, wanted) == code
    assert house.outgoing() == []


def test_nulls_and_halves_of_pairs_are_sent_as_what_they_are(house: House) -> None:
    assert send(house, "a\x00b\ud83d").text == "a\ufffdb\ufffd"
