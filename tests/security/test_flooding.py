"""Having codes sent: to a phone, to many, to ranges whose owner is paid for it; all stopped and counted."""

import threading
from datetime import timedelta

import pytest

from convo.errors import VerificationError
from convo.runtime import codes
from convo.runtime.asking import Bound
from convo.store import outgoing, rests
from convo.verify import Limits
from tests.runtime.house import ANA
from tests.runtime.verifying import Desk, tried

ELM, OAK = Bound(brand="Elm Bank"), Bound(brand="Oak Shop")


def numbers(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{place:04}" for place in range(count)]


def texts(desk: Desk) -> int:
    """How many texts there are, whatever became of them."""
    ((count,),) = desk.house.rows("SELECT count(*) FROM message")
    assert isinstance(count, int)
    return count


def set_limits(desk: Desk, **limits: str) -> None:
    """These, and as much in a second as the virtual clock, which stands still, needs."""
    verify = desk.house.settings.verify
    given = verify.model_copy(update={"limits": Limits(**{"total": "1000/second", **limits})})
    desk.house.settings = desk.house.settings.model_copy(update={"verify": given})


def test_a_phone_gets_ten_texts_in_an_hour_however_they_are_asked_for(desk: Desk) -> None:
    for place in range(40):
        bound = Bound(brand=("Elm Bank", "Oak Shop")[place % 2], purpose=f"p{place % 3}")
        tried(lambda bound=bound, new=place % 5 == 0: desk.send(bound=bound, new=new))  # type: ignore[misc]
    assert len(desk.house.outgoing()) == 10
    assert desk.counted["limited"] + desk.counted["too_many_sends"] == 30

    desk.house.later(minutes=59)
    assert tried(lambda: desk.send(bound=ELM, new=True)) == "limited"
    desk.house.later(minutes=2)
    assert not isinstance(tried(lambda: desk.send(bound=ELM, new=True)), str)


def test_a_window_slides(desk: Desk) -> None:
    """Two hours' worth around the full hour are not to be had."""
    for _ in range(2):
        for _ in range(6):
            tried(lambda: desk.send(bound=ELM, new=True))
        desk.house.later(minutes=30)
    assert desk.counted["sent"] == 10


def test_who_is_told_of_a_limit_is_told_when_there_is_a_place_again(desk: Desk) -> None:
    """To the microsecond, also where two limits are reached and the second one lasts longer."""
    set_limits(desk, contact="2/minute, 3/hour")
    for seconds in (0, 600, 50):
        desk.house.later(seconds=seconds)
        desk.send(ANA, ELM, new=True)

    def told() -> timedelta:
        with pytest.raises(VerificationError) as error:
            desk.send(ANA, ELM, new=True)
        assert (error.value.code, error.value.after is None) == ("limited", False)
        return error.value.after or timedelta()

    wait = told()
    assert timedelta(seconds=2950) < wait <= timedelta(seconds=3010)  # a slice of an hour is a minute
    short = timedelta(microseconds=1)
    desk.house.later(seconds=(wait - short).total_seconds())
    assert told() == short
    desk.house.later(seconds=short.total_seconds())
    desk.send(ANA, ELM, new=True)


def test_a_range_of_numbers_a_country_an_address_a_brand_and_all_have_their_limits(desk: Desk) -> None:
    set_limits(desk, prefix="4/hour", client_ip="6/hour", brand="8/hour", country="9/hour", total="10/hour")
    ranges = [number for at in range(4) for number in numbers(f"+1555{at:03}", 6)]

    def flood(bound: Bound, **more: str) -> set[object]:
        found = {
            tried(lambda to=to: desk.send(to, bound, **more))  # type: ignore[misc]
            for to in ranges
        }
        return {each for each in found if isinstance(each, str)}

    assert flood(ELM, client_ip="2001:db8:1:2::1") == {"limited"}
    assert texts(desk) == 6  # the address's
    assert flood(ELM, client_ip="2001:db8:1:2:ffff::9") == {"limited"}
    assert texts(desk) == 6  # its neighbour's
    flood(ELM)
    assert texts(desk) == 8  # the brand's
    flood(OAK)
    assert texts(desk) == 9  # the country's
    keys = {str(key).partition(":")[0] for (key,) in desk.house.rows("SELECT key FROM verification_window")}
    assert keys == {"contact", "prefix", "country", "client_ip", "brand", "total"}


def test_a_limit_holds_over_all_processes_at_once(desk: Desk) -> None:
    """Eight threads, each in transactions of its own."""
    set_limits(desk, client_ip="30/hour")
    begin = threading.Barrier(8)

    def flood(first: int) -> None:
        begin.wait()
        for to in numbers(f"+15551{first:02}", 10):
            tried(lambda to=to: desk.send(to, ELM, client_ip="203.0.113.9"))  # type: ignore[misc]

    threads = [threading.Thread(target=flood, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts(desk) == 30


def test_a_range_whose_codes_do_not_come_back_rests(desk: Desk) -> None:
    set_limits(desk)
    pumped, honest = numbers("+1555900", 30), numbers("+1555100", 30)
    for to in pumped[:20]:
        desk.send(to, ELM)
    for to in honest[:20]:
        made = desk.send(to, ELM).verification
        code = desk.run(lambda line, made=made: codes.worked_out(line.settings, made))  # type: ignore[misc]
        assert desk.check(made.id, str(code), ELM).valid
    desk.house.later(minutes=4)
    desk.send(pumped[20], ELM)
    desk.send(honest[20], ELM)

    assert tried(lambda: desk.send(pumped[21], ELM)) == "prefix_rests"
    assert not isinstance(tried(lambda: desk.send(honest[21], ELM)), str)
    assert desk.counted["prefix_rests"] == 2  # that it began, and one code that was not sent
    told = desk.house.do(lambda c: outgoing.of_contact(c, pumped[20]))[-1]
    assert (told.kind, told.data["sent"], told.data["approved"]) == ("verification.prefix_rests", 20, 0)

    desk.house.later(hours=6, minutes=1)
    assert not isinstance(tried(lambda: desk.send(pumped[22], ELM)), str)


def test_a_range_that_somebody_lifted_rests_for_what_went_there_since(desk: Desk) -> None:
    """And not for the codes that it rested for."""
    set_limits(desk)
    pumped = numbers("+1555900", 60)
    for to in pumped[:20]:
        desk.send(to, ELM)
    desk.house.later(minutes=4)
    desk.send(pumped[20], ELM)
    assert not desk.run(lambda line: rests.lift(line.connection, "+1555901", line.now))
    for lifted in (True, False):
        assert desk.run(lambda line: rests.lift(line.connection, "+1555900", line.now)) is lifted
    assert desk.run(lambda line: rests.resting(line.connection, line.now)) == []

    desk.house.later(minutes=1)
    for to in pumped[21:41]:
        desk.send(to, ELM)
    desk.house.later(minutes=4)
    desk.send(pumped[41], ELM)
    assert tried(lambda: desk.send(pumped[42], ELM)) == "prefix_rests"

    desk.house.later(days=2)
    for to in (others := numbers("+1555100", 21))[:20]:
        desk.send(to, ELM)
    desk.house.later(minutes=4)
    desk.send(others[20], ELM)
    assert desk.house.rows("SELECT prefix FROM verification_rest") == [("+1555100",)]


def test_what_is_over_is_forgotten(desk: Desk) -> None:
    desk.send(ANA, ELM)
    desk.house.later(days=3)
    desk.send(ANA, ELM)
    rows = desk.house.rows("SELECT key FROM verification_window WHERE key LIKE 'contact:%'")
    assert len(rows) == 2  # an hour's and a day's, of today alone
