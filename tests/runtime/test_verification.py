"""Verifications on both databases: what is stored, what is sent, and how a try is counted."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from convo.messages import Reason, Report, SendError, Status, Trouble
from convo.runtime import codes, intake, queue, verification
from convo.runtime.asking import Bound
from convo.runtime.queue import Operator
from convo.runtime.tally import Time
from convo.runtime.verification import Checked, Shown
from convo.settings import SIMULATOR, Number, Settings
from convo.store import rests, verifications
from convo.store.tables import metadata
from convo.verify import Limits, Verify
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, NOW, OURS, House
from tests.runtime.verifying import Desk, read, refused, wrong

OTHER = "+15550008888"
ELM, OAK = Number(brand="Elm Bank"), Number(brand="Oak Shop")
PAYMENT = Bound(purpose="pay", amount="120.00 EUR", payee="Green Grocer")


@pytest.fixture
def house(build: Build) -> House:
    return build({OURS: ELM})


def send(house: House, to: str = ANA, bound: Bound | None = None, **more: Any) -> Shown:
    return Desk(house).send(to, bound, **more)


def check(house: House, number: str, code: str, bound: Bound | None = None, **more: Any) -> Checked:
    return Desk(house).check(number, code, bound, **more)


def test_the_code_that_was_sent_is_approved_once(house: House) -> None:
    made = send(house)
    assert [text.text for text in house.outgoing()] == [
        "Elm Bank: •••••• is your code. Never share it with anyone."
    ]
    code = read(house)

    assert check(house, made.verification.id, code) == Checked("approved", valid=True)
    assert refused(lambda: check(house, made.verification.id, code)) == "approved"


def test_a_code_is_understood_however_it_is_typed(house: House) -> None:
    for spelled in ("{0} {1}", "{0}-{1}", " {0}{1}\n", "it is {0}{1}!"):
        made = send(house)
        code = read(house)
        assert check(house, made.verification.id, spelled.format(code[:3], code[3:])).valid


def test_digits_of_every_width_are_digits(house: House) -> None:
    made = send(house)
    wide = "".join(chr(0xFF10 + int(sign)) for sign in read(house))
    assert check(house, made.verification.id, wide).valid


def test_a_code_of_another_length_is_no_try(house: House) -> None:
    made = send(house)
    code = read(house)
    for typed in (code[:5], f"{code}0", "abc"):
        assert refused(partial(check, house, made.verification.id, typed)) == "bad_code"
    assert check(house, made.verification.id, code).valid


def test_five_tries_are_the_most_also_for_the_right_code(house: House) -> None:
    made = send(house)
    code = read(house)
    left = [check(house, made.verification.id, wrong(code)) for _ in range(5)]
    assert [each.tries_left for each in left] == [4, 3, 2, 1, 0]
    assert left[-1].status == "max_attempts"
    assert refused(lambda: check(house, made.verification.id, code)) == "max_attempts"


def test_a_resend_says_the_same_code_and_tries_go_on_counting(house: House) -> None:
    first = send(house)
    code = read(house)
    check(house, first.verification.id, wrong(code))
    again = send(house)

    assert (again.verification.id, again.verification.sends) == (first.verification.id, 2)
    assert again.verification.valid_until == first.verification.valid_until
    assert read(house) == code
    assert check(house, first.verification.id, wrong(code)).tries_left == 3


def test_another_length_is_another_code(house: House) -> None:
    first = send(house).verification
    second = send(house, digits=8).verification
    assert (second.id == first.id, second.digits) == (False, 8)
    code = read(house)
    assert send(house).verification.id == second.id  # no length is said
    assert send(house, digits=8).verification.id == second.id
    assert (len(code), check(house, second.id, code).valid) == (8, True)


def test_a_code_is_sent_five_times_at_most(house: House) -> None:
    for _ in range(5):
        send(house)
    assert refused(lambda: send(house)) == "too_many_sends"


def test_a_new_code_makes_the_old_one_useless_and_its_text_does_not_leave(house: House) -> None:
    old = send(house)
    new = send(house, new=True)
    code = read(house)

    assert house.outgoing()[0].status is Status.WITHDRAWN
    assert refused(lambda: check(house, old.verification.id, code)) == "canceled"
    assert check(house, new.verification.id, code).valid


def test_a_code_is_for_one_purpose(house: House) -> None:
    first = send(house)
    code = read(house)
    send(house, bound=Bound(purpose="change_email"))
    other = read(house)

    assert not check(house, first.verification.id, code, Bound(purpose="change_email")).valid
    assert not check(house, first.verification.id, other).valid
    assert check(house, first.verification.id, code).valid


def test_a_code_for_a_payment_is_for_that_payment_alone(house: House) -> None:
    made = send(house, bound=PAYMENT)
    text = house.outgoing()[0].text
    assert text == "Elm Bank: •••••• to pay 120.00 EUR to Green Grocer. Not you? Do not share it."
    code = read(house)

    for other in (
        replace(PAYMENT, amount="9120.00 EUR"),
        replace(PAYMENT, payee="Eve"),
        Bound(purpose="pay"),
    ):
        assert not check(house, made.verification.id, code, other).valid
    assert check(house, made.verification.id, code, PAYMENT).valid


def test_another_payment_is_another_code(house: House) -> None:
    first = send(house, bound=PAYMENT)
    read(house)
    second = send(house, bound=replace(PAYMENT, amount="1.00 EUR"))
    assert second.verification.id != first.verification.id
    shown = Desk(house).shown(first.verification.id)
    assert (shown.status, shown.reason) == ("canceled", "superseded")


def test_who_changes_a_payment_in_the_database_changes_its_code(house: House) -> None:
    made = send(house, bound=PAYMENT)
    code = read(house)
    house.do(lambda c: c.exec_driver_sql("UPDATE verification SET payee = 'Eve'"))
    assert not check(house, made.verification.id, code, replace(PAYMENT, payee="Eve")).valid


def test_a_code_of_one_brand_is_none_of_another(build: Build) -> None:
    house = build({OURS: ELM, OTHER: OAK})
    elm, oak = Bound(brand="Elm Bank"), Bound(number=OTHER)
    made = send(house, bound=elm)
    code = read(house)

    assert not check(house, made.verification.id, code, oak).valid
    assert check(house, made.verification.id, code, elm).valid
    assert refused(lambda: send(house)) == "no_number"
    assert refused(lambda: send(house, bound=Bound(brand="Ash"))) == "unknown_brand"


def test_a_code_of_somebody_else_is_wrong(house: House) -> None:
    made = send(house)
    code = read(house)
    assert not check(house, made.verification.id, code, to=BEN).valid
    assert check(house, made.verification.id, code, to=ANA).valid


def test_a_code_has_its_time(house: House) -> None:
    made = send(house)
    code = read(house)
    house.later(minutes=10)
    assert refused(lambda: check(house, made.verification.id, code)) == "expired"
    assert send(house).verification.id != made.verification.id


def test_a_code_that_would_come_too_late_is_withdrawn_and_the_verification_has_failed(house: House) -> None:
    made = send(house)
    house.fails(Trouble.PERMANENT)
    shown = Desk(house).shown(made.verification.id)
    assert shown.status == "failed"


def test_a_canceled_code_is_worth_nothing_and_does_not_leave(house: House) -> None:
    made = send(house)
    Desk(house).run(lambda line: verification.cancel(line, made.verification.id))
    assert house.leaves() == []
    assert refused(lambda: check(house, made.verification.id, "123456")) == "canceled"


def test_a_code_passes_quiet_hours_but_no_stop(build: Build) -> None:
    house = build({OURS: Number(brand="Elm Bank", quiet="00:00-23:59")})
    send(house)
    assert read(house)
    house.take(house.text("stop"))
    assert refused(lambda: send(house)) == "opted_out"


def test_a_key_that_is_rotated_out_checks_what_it_made(house: House) -> None:
    old, new = "the old key of 16 signs", "the new key of 16 signs"

    def set_keys(*given: str) -> Settings:
        return house.settings.model_copy(update={"code_key": list(given)})

    house.settings = set_keys(old)
    made = send(house)
    code = read(house)
    house.settings = set_keys(new, old)
    assert send(house).verification.id == made.verification.id
    assert read(house) == code
    assert check(house, made.verification.id, code).valid


def test_a_number_that_no_code_may_go_to(house: House) -> None:
    for to, why in [
        ("12345", "not_a_mobile"),
        ("+33142685300", "not_a_mobile"),  # a landline in Paris
        ("+33899700000", "not_a_mobile"),  # premium
        ("+18005550100", "not_a_mobile"),  # toll-free
        ("+447911123456", "country_not_allowed"),
        ("nobody", "bad_contact"),
        ("5", "bad_contact"),  # no short code has one digit or two
        ("12", "bad_contact"),
        ("٣٣٣", "bad_contact"),
    ]:
        assert refused(partial(send, house, to)) == why
    assert house.rows("SELECT number FROM contact") == []


def test_several_processes_need_a_key_that_is_set(house: House) -> None:
    house.settings = house.settings.model_copy(update={"database": "postgresql://localhost/convo"})
    assert refused(lambda: send(house)) == "no_key"
    assert refused(lambda: check(house, "0" * 32, "123456")) == "no_key"


def test_the_countries_of_the_settings_are_allowed(house: House) -> None:
    verify = Verify(countries=["GB"])
    house.settings = house.settings.model_copy(update={"verify": verify})
    assert send(house, "+447400123456").status == "pending"
    assert refused(lambda: send(house)) == "country_not_allowed"


def test_what_will_not_do_is_told(house: House) -> None:
    found: list[tuple[dict[str, Any], str]] = [
        ({"bound": Bound(purpose="Sign In")}, "bad_purpose"),
        ({"bound": Bound(amount="1.00 EUR")}, "bad_payment"),
        ({"bound": Bound(amount="1 euro", payee="Eve")}, "bad_payment"),
        ({"bound": Bound(amount="1 EUR", payee="evil.example")}, "bad_payment"),
        ({"bound": Bound(amount="1 EUR", payee="пример.рф")}, "bad_payment"),
        ({"digits": 11}, "bad_digits"),
        ({"language": "?"}, "bad_language"),
        ({"origin": "http://elm.example"}, "bad_origin"),
        ({"origin": "https://elm.example:8443"}, "bad_origin"),
        ({"origin": "https://elm.example/in"}, "bad_origin"),
        ({"client_ip": "1.2.3"}, "bad_client_ip"),
    ]
    for more, why in found:
        assert refused(partial(send, house, **more)) == why


def test_the_last_line_is_for_browsers_and_the_code_stands_in_both_places(house: House) -> None:
    send(house, language="fr-CA", origin="https://elm.example")
    (said,) = house.leaves()
    found = re.fullmatch(
        r"Elm Bank: (\d{6}) est votre code\. Ne le donnez à personne\.\n@elm\.example #(\d{6})", said
    )
    assert found
    assert found[1] == found[2]


def test_who_may_not_know_gets_a_verification_that_nobody_can_check(house: House) -> None:
    house.take(house.text("stop"))
    house.leaves()
    hidden = send(house, tells=False)
    assert house.leaves() == []
    assert (hidden.status, hidden.reason) == ("failed", "opted_out")
    assert send(house, tells=False).verification.id == hidden.verification.id
    for number in (hidden.verification.id, "0" * 32):
        assert check(house, number, "123456", tells=False) == Checked("pending")
    real = str(codes.worked_out(house.settings, hidden.verification))
    assert check(house, hidden.verification.id, real, tells=False) == Checked("pending")
    desk = Desk(house)
    assert refused(lambda: desk.check(hidden.verification.id, "123456")) == "failed"
    assert (
        refused(lambda: desk.run(lambda line: verification.cancel(line, hidden.verification.id))) == "failed"
    )
    assert desk.shown(hidden.verification.id).reason == "opted_out"
    assert house.do(lambda c: rests.outcomes(c, NOW - timedelta(days=1), NOW)) == {"failed": 1}
    assert house.do(lambda c: rests.shares(c, "prefix", NOW - timedelta(days=1), 9)) == []

    house.take(house.text("start"))
    house.leaves()
    assert send(house, tells=False).verification.id == hidden.verification.id
    assert check(house, hidden.verification.id, read(house), tells=False).valid


def test_a_failed_text_may_be_sent_anew_with_the_same_code(house: House) -> None:
    (made, (claimed,)) = send(house), house.claim()
    house.settle(house.result(claimed, SendError(Trouble.PERMANENT, Reason.UNREACHABLE)))
    again = send(house)
    assert again.verification.id == made.verification.id
    assert check(house, made.verification.id, read(house)).valid


def test_a_code_has_failed_where_none_of_its_texts_may_have_arrived(house: House) -> None:
    made = send(house).verification
    desk = Desk(house)
    code = read(house)
    send(house)
    house.fails(Trouble.PERMANENT, Reason.REJECTED)
    assert desk.shown(made.id).status == "pending"  # it was read from the first one

    house.report(house.outgoing()[0], Status.FAILED, Reason.UNREACHABLE)
    shown = desk.shown(made.id)
    assert (shown.status, shown.reason) == ("failed", "rejected")
    assert check(house, made.id, wrong(code)).tries_left == 4  # reports may be wrong: it is compared
    assert check(house, made.id, code).valid


def test_a_text_that_an_operator_sends_anew_is_its_verifications_last_one(house: House) -> None:
    made = send(house).verification
    house.fails(Trouble.PERMANENT, Reason.REJECTED)
    assert made.message_id is not None
    failed, eve = made.message_id, Operator("operator:eve")
    new = house.do(lambda c: queue.send_anew(house.line(c), failed, eve))
    shown = Desk(house).shown(made.id)
    assert (shown.status, shown.verification.message_id) == ("pending", new.id)

    code = read(house)
    house.later(seconds=3)
    house.report(house.outgoing()[1], Status.DELIVERED)
    assert house.do(lambda c: rests.arrivals(c, NOW - timedelta(days=1), 9)) == [timedelta(seconds=3)]
    assert check(house, made.id, code).valid


def test_the_statement_itself_lets_one_check_through(house: House) -> None:
    """Without the contact's lock."""
    made = send(house)
    now, found = house.clock() + timedelta(seconds=1), []
    begin = threading.Barrier(8)

    def check_once() -> None:
        begin.wait()
        found.append(house.do(lambda c: verifications.try_once(c, made.verification.id, now, right=True)))

    threads = [threading.Thread(target=check_once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, found)) == ["None"] * 7 + ["approved"]


def test_a_code_that_was_refused_first_has_all_its_time_when_it_is_sent(house: House) -> None:
    limits = Verify(limits=Limits(contact="1/minute"))
    house.settings = house.settings.model_copy(update={"verify": limits})
    send(house)
    refused_at = send(house, bound=Bound(purpose="payment"), tells=False).verification
    house.later(minutes=9, seconds=50)
    sent = send(house, bound=Bound(purpose="payment"), tells=False).verification

    assert sent.id == refused_at.id
    assert sent.valid_until == house.clock() + limits.valid
    house.later(seconds=10)  # but who asks cannot tell from when on it is another one
    assert send(house, bound=Bound(purpose="payment"), tells=False).verification.id != sent.id


def cancels(house: House, number: str) -> None:
    Desk(house).run(lambda line: verification.cancel(line, number))


def another_takes_its_place(house: House, number: str) -> None:
    assert send(house, new=True).verification.id != number


def is_approved(house: House, number: str) -> None:
    made = Desk(house).shown(number).verification
    assert check(house, number, str(codes.worked_out(house.settings, made))).valid


def goes_on(house: House, number: str) -> None:
    assert Desk(house).shown(number).status == "pending"


@pytest.mark.parametrize("meanwhile", [goes_on, cancels, another_takes_its_place, is_approved])
def test_a_provider_that_repeats_a_text_in_its_answer_tells_no_code(
    house: House, meanwhile: Callable[[House, str], None]
) -> None:
    made = send(house)
    (claimed,) = house.claim()
    said = claimed.outbound.text
    meanwhile(house, made.verification.id)
    error = SendError(
        Trouble.RETRY, Reason.PROVIDER_FAULT, detail=f"it answered 400: no route for {said[:24]!r}"
    )
    house.settle(house.result(claimed, error))

    assert stored(house).count("no route for 'Elm Bank: •••••• is your'") == 1


def test_how_long_a_code_took_to_arrive_is_timed_from_when_it_was_asked_for(house: House) -> None:
    send(house)
    house.later(seconds=2)
    read(house)
    house.later(seconds=3)
    (sent,), desk = house.outgoing(), Desk(house)
    arrived = Report(SIMULATOR, str(sent.provider_id), ANA, Status.DELIVERED)
    for _ in range(2):
        desk.run(lambda line: intake.take(line, [arrived]))

    times = [timed for tally in desk.tallies for timed in tally.times]
    assert times == [(Time.DELIVERY, 3.0), (Time.CODE, 5.0)]
    assert house.do(lambda c: rests.arrivals(c, NOW - timedelta(days=1), 9)) == [timedelta(seconds=5)]


def test_a_code_that_is_texted_to_us_is_kept_nowhere(house: House) -> None:
    """Whatever takes the text: nobody, a keyword, a flow that would keep it, or a phone's own reaction."""
    send(house)
    code = read(house)
    spaced = f"{code[:3]} {code[3:]}"
    house.take(house.text(f"here it is: {spaced}, call me on 555 0199"), house.text("it was 4815 yesterday"))
    house.take(house.text(f"Liked “Elm Bank: {code} is your code. Never share it with anyone.”"))
    house.take(house.text(f"it is {code[:3]},{code[3:]}"), house.text(f"({code[:3]}) {code[3:]}"))
    house.take(house.text("\ufe0f\u20e3".join(code) + "\ufe0f\u20e3"))  # as keys of a phone
    house.take(house.text("visit"), house.text(code), house.text("visit"))
    house.take(house.text(f"STOP! {code} was not me"))

    kept = stored(house)
    assert code not in kept
    assert spaced not in kept
    assert "it is •••,•••" in kept
    assert "(•••) •••" in kept
    assert "here it is: ••• •••, call me on ••• ••••" in kept
    assert "it was 4815 yesterday" in kept
    assert [entry.action for entry in house.ledger("Elm Bank")] == ["stop"]


def test_digits_are_kept_where_they_are_no_code_or_one_that_is_over(house: House) -> None:
    send(house)
    code = read(house)
    house.take(house.text(wrong(code)), house.text(code, BEN))
    house.later(minutes=11)
    house.take(house.text(code))
    assert [text.text for text in house.history(ANA) if text.direction == "in"] == [wrong(code), code]
    assert [text.text for text in house.history(BEN) if text.direction == "in"] == [code]


def stored(house: House) -> str:
    """All that is stored, in one text."""
    return house.do(lambda c: repr([c.execute(table.select()).all() for table in metadata.sorted_tables]))
