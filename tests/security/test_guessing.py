"""Guessing codes: one by one, many at once, over new codes, from one address; all is stopped and counted."""

import hmac
import threading
from dataclasses import replace

import pytest

from convo.runtime import verification
from convo.runtime.asking import Bound
from convo.runtime.defence import MOST_FAILED
from convo.runtime.turns import Line
from convo.runtime.verification import Attempt, Checked
from tests.runtime.verifying import Desk, read, refused, tried, wrong

ELM, OAK = Bound(brand="Elm Bank"), Bound(brand="Oak Shop")
BOT = "203.0.113.9"


def test_of_10000_guesses_five_are_compared(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every code of four digits, or some where a statement takes longer; the right one is kept for last."""
    most = 10_000 if desk.house.store.dialect == "sqlite" else 500
    made = desk.send(bound=ELM, digits=4).verification
    code = read(desk.house)
    guesses = [f"{guess:04}" for guess in range(most) if f"{guess:04}" != code] + [code]

    def guess_all(line: Line) -> None:
        for guess in guesses:
            found = verification.check(line, Attempt(made.id, guess, bound=ELM, tells=False))
            assert found == Checked("pending")

    really, compared = hmac.compare_digest, list[bytes]()

    def compare(typed: bytes, real: bytes) -> bool:
        compared.append(typed)
        return really(typed, real)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    desk.run(guess_all)
    assert compared == [guess.encode() for guess in guesses[:5]]
    assert desk.counted["wrong"] == 5
    assert desk.counted["check_max_attempts"] == len(guesses) - 5
    assert desk.shown(made.id).status == "max_attempts"


def test_of_many_guesses_at_once_five_are_compared(desk: Desk) -> None:
    made = desk.send(bound=ELM).verification
    code = read(desk.house)
    begin = threading.Barrier(8)

    def guess(first: int) -> None:
        begin.wait()
        for place in range(5):
            guessed = str((int(code) + 1 + first * 5 + place) % 10**6).zfill(6)
            tried(lambda guessed=guessed: desk.check(made.id, guessed, ELM))  # type: ignore[misc]

    threads = [threading.Thread(target=guess, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.shown(made.id).verification.tries == 5
    assert desk.counted["wrong"] == 5
    assert desk.counted["check_max_attempts"] == 35
    assert refused(lambda: desk.check(made.id, code, ELM)) == "max_attempts"


def test_a_hundred_failures_in_a_row_are_the_most_ever(desk: Desk) -> None:
    """Day after day a new code and five guesses: in the end nothing is sent, and nothing compared."""
    for _ in range(40):
        made = tried(lambda: desk.send(bound=ELM, new=True))
        if made == "locked":
            break
        assert not isinstance(made, str)
        code = read(desk.house)
        for _ in range(5):
            tried(lambda number=made.verification.id, code=code: desk.check(number, wrong(code), ELM))  # type: ignore[misc]
        desk.house.later(hours=24)

    assert desk.counted["wrong"] == MOST_FAILED
    assert desk.counted["locked"] == 1
    assert tried(lambda: desk.send(bound=OAK)) != "locked"  # another brand's account is another one


def test_a_right_code_begins_the_count_anew(desk: Desk) -> None:
    made = desk.send(bound=ELM).verification
    code = read(desk.house)
    desk.check(made.id, wrong(code), ELM)
    assert desk.check(made.id, code, ELM).valid
    assert desk.house.rows('SELECT "count" FROM verification_failures') == [(0,)]


@pytest.mark.parametrize("tells", [True, False])
def test_one_address_has_its_wrong_codes_over_all_verifications(desk: Desk, tells: bool) -> None:
    """Whoever guesses a little everywhere, also at ids that never were."""
    for place in range(60):
        tried(
            lambda place=place: desk.check(  # type: ignore[misc]
                f"{place:032x}", "123456", ELM, client_ip=BOT, tells=tells
            )
        )
    made = desk.send(bound=ELM).verification
    code = read(desk.house)
    assert refused(lambda: desk.check(made.id, code, ELM, client_ip=BOT)) == "limited"
    # Who is told is told of the limit for ids that are none as well.
    assert (desk.counted["check_not_found"], desk.counted["check_limited"]) == ((60, 1), (50, 11))[tells]
    assert desk.check(made.id, code, ELM, client_ip="203.0.113.10").valid


def test_what_was_approved_superseded_or_of_another_is_no_use_again(desk: Desk) -> None:
    old = desk.send(bound=ELM).verification
    first = read(desk.house)
    new = desk.send(bound=ELM, new=True).verification
    second = read(desk.house)

    assert refused(lambda: desk.check(old.id, first, ELM)) == "canceled"
    if first != second:
        assert not desk.check(new.id, first, ELM).valid
    assert desk.check(new.id, second, ELM).valid
    assert refused(lambda: desk.check(new.id, second, ELM)) == "approved"
    assert (desk.counted["check_canceled"], desk.counted["check_approved"]) == (1, 1)


def test_a_code_is_no_use_for_another_brand_or_payment(desk: Desk) -> None:
    payment = replace(ELM, purpose="pay", amount="10.00 EUR", payee="Green Grocer")
    made = desk.send(bound=payment).verification
    code = read(desk.house)
    for other in (
        replace(payment, amount="9000.00 EUR"),
        replace(payment, payee="Eve"),
        replace(payment, brand="Oak Shop"),
        replace(ELM, purpose="pay"),
    ):
        assert not desk.check(made.id, code, other).valid
    assert desk.counted["mismatch"] == 4
    assert desk.check(made.id, code, payment).valid
