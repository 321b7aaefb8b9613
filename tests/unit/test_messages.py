"""A message's status only moves forward, and a text holds nothing that a database refuses."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo.messages import Status, storable

FINAL = {Status.WITHDRAWN, Status.FAILED, Status.DELIVERED}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (Status.QUEUED, Status.SENDING), (Status.SENDING, Status.SENT), (Status.SENDING, Status.UNCERTAIN),
        (Status.UNCERTAIN, Status.SENT), (Status.UNCERTAIN, Status.DELIVERED),
        (Status.SENT, Status.DELIVERED), (Status.SENT, Status.FAILED), (Status.QUEUED, Status.WITHDRAWN),
        (Status.SENDING, Status.FAILED),
    ],
)  # fmt: skip
def test_a_status_moves_forward_and_not_back(earlier: Status, later: Status) -> None:
    assert earlier.before(later)
    assert not later.before(earlier)


@pytest.mark.parametrize(("earlier", "later"), list(itertools.product(sorted(FINAL), Status)))
def test_what_is_final_stays_so(earlier: Status, later: Status) -> None:
    assert earlier.final
    assert not earlier.before(later)


@pytest.mark.parametrize("status", list(Status))
def test_nothing_moves_to_where_it_is(status: Status) -> None:
    assert not status.before(status)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("plain é 😀", "plain é 😀"),
        ("a\x00b", "a\ufffdb"),
        ("\ud83d", "\ufffd"),
        ("x\udc00y", "x\ufffdy"),
        ("\ud83d\ude00", "😀"),
        ("\ud83d\x00", "\ufffd\ufffd"),
        ("", ""),
    ],
)
def test_what_no_database_takes_becomes_a_mark(text: str, stored: str) -> None:
    assert storable(text) == stored


@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_stored_afterwards(text: str) -> None:
    kept = storable(text)

    assert "\x00" not in kept
    assert kept.encode().decode() == kept
    assert storable(kept) == kept
