"""Numbers that get no code, against one that does: to who may not know, each lives just the same life."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from convo.runtime import verification
from convo.runtime.asking import Bound
from convo.runtime.defence import MOST_FAILED
from convo.runtime.verification import Checked
from convo.store import contacts, rests, verifications
from convo.store.rests import Rest
from convo.verify import Limits
from tests.runtime.verifying import Desk, tried

ELM = Bound(brand="Elm Bank")
VIC, DAN = "+12025550177", "+12025560178"  # who gets no code, and who does
Lines = list[object]


def opts_out(desk: Desk) -> None:
    desk.house.take(desk.house.text("stop", VIC))


def rests_there(desk: Desk) -> None:
    now = desk.house.clock()
    rest = Rest("+1202555", now, now + timedelta(hours=1), 20, 0)
    desk.house.do(lambda c: rests.begin(c, rest))


def is_locked(desk: Desk) -> None:
    who = desk.house.do(lambda c: contacts.lock(c, [VIC], desk.house.clock()))[VIC].id
    for _ in range(MOST_FAILED):
        desk.house.do(lambda c: verifications.count_failure(c, who, "Elm Bank", right=False))


class Bot:
    """It may not know more, and writes down what it sees; ids by the order in which they came."""

    def __init__(self, desk: Desk, to: str, client_ip: str, own: str) -> None:
        self.desk, self.to, self.client_ip, self.own = desk, to, client_ip, own
        self.ids: list[str] = []
        self.seen: Lines = []

    def send(self, **more: Any) -> None:
        self.desk.house.later(seconds=1)
        number = self.desk.send(self.to, ELM, tells=False, client_ip=self.client_ip, **more).verification.id
        if number not in self.ids:
            self.ids.append(number)
        self.seen.append(self.ids.index(number))

    def guess(self, times: int, code: str = "000000") -> None:
        for _ in range(times):
            self.seen.append(self.check(self.ids[-1], code))

    def check(self, number: str, code: str) -> Checked:
        return self.desk.check(number, code, ELM, tells=False, client_ip=self.client_ip)

    def cancel(self) -> None:
        self.desk.run(lambda line: verification.cancel(line, self.ids[-1], tells=False))

    def own_phone(self) -> None:
        """How many texts it still gets itself."""
        for place in range(9):
            bound = Bound(brand="Elm Bank", purpose=f"own-{place}")
            got = tried(lambda bound=bound: self.desk.send(self.own, bound, client_ip=self.client_ip))  # type: ignore[misc]
            self.seen.append(got if isinstance(got, str) else "sent")


def canceled(bot: Bot) -> None:
    bot.send()
    bot.cancel()
    bot.send()
    bot.cancel()
    bot.cancel()
    bot.send()


def tried_too_often(bot: Bot) -> None:
    bot.send()
    bot.guess(4)
    bot.send()
    bot.guess(1)
    bot.send()
    bot.guess(2, "12345678")  # another length
    bot.guess(3)
    bot.send()


def over_its_time(bot: Bot) -> None:
    bot.send()
    bot.desk.house.later(minutes=9, seconds=58)
    bot.send()
    bot.desk.house.later(seconds=1)
    bot.guess(1)
    bot.send()
    bot.cancel()


def sent_too_often(bot: Bot) -> None:
    for _ in range(7):
        bot.send()
    bot.own_phone()


def sent_anew(bot: Bot) -> None:
    for more in ({}, {"new": True}, {"digits": 8}, {"new": True}, {"new": True}):
        bot.send(**more)
    bot.own_phone()


def guessed_too_often(bot: Bot) -> None:
    """Of one address: after 7 codes of nobody's it has none left, and no try counts."""
    bot.send()
    bot.guess(2)
    for place in range(5):
        bot.check(f"{place:032x}", "123456")
    bot.guess(5)
    bot.send()


def seen(bot: Bot, life: Callable[[Bot], None]) -> tuple[Lines, Lines]:
    """What the bot sees, and what is stored of it but for how the code went out."""
    began = bot.desk.house.clock()
    life(bot)
    found = [bot.desk.shown(number).verification for number in bot.ids]
    return bot.seen, [
        (each.status, each.tries, each.most_tries, each.sends, each.digits, each.valid_until - began)
        for each in found
    ]


@pytest.mark.parametrize(
    "life", [canceled, tried_too_often, over_its_time, sent_too_often, sent_anew, guessed_too_often]
)
@pytest.mark.parametrize("mute", [opts_out, rests_there, is_locked])
def test_a_number_that_gets_no_code_lives_the_life_of_one_that_does(
    desk: Desk, mute: Callable[[Desk], None], life: Callable[[Bot], None]
) -> None:
    limits = Limits(client_ip="12/hour", wrong="7/hour", total="1000/second")
    verify = desk.house.settings.verify.model_copy(update={"limits": limits})
    desk.house.settings = desk.house.settings.model_copy(update={"verify": verify})
    mute(desk)
    free = seen(Bot(desk, DAN, "203.0.113.1", "+12025570001"), life)
    hidden = seen(Bot(desk, VIC, "203.0.113.2", "+12025570002"), life)
    assert hidden == free
