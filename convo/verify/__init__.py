"""What can be set of verifications, `[verify]` of the settings, checked. Their texts are in `texts`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from math import ceil
from typing import Annotated

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from convo import rates
from convo.setting import Duration, Rate
from convo.verify import texts

SETTLES = timedelta(minutes=3)  # who wants in has typed the code by then
FEWEST = 5  # codes, whose share may say anything
_FEW = "leave it out: so few may go there that the limit itself is the guard"
_SHORTEST_LOOK = timedelta(minutes=15)  # for `within`: well above what is too young to be counted
LONGEST = timedelta(minutes=10)  # NIST SP 800-63B, 5.1.3.2: a code is valid for ten minutes at most
_OF_CODE = frozenset({"brand", "code"})
_OF_PAYMENT = _OF_CODE | {"amount", "payee"}


def _short(value: timedelta) -> timedelta:
    if not timedelta(seconds=30) <= value <= LONGEST:
        raise ValueError("a code is valid for 30 seconds to 10 minutes")
    return value


def _look(value: timedelta) -> timedelta:
    if value < _SHORTEST_LOOK:
        raise ValueError("codes count 3 minutes after they were sent; write 15 minutes or more")
    return value


def _share(value: float) -> float:
    if not 0 < value <= 1:
        raise ValueError("no range would ever rest, or each one; write a share between 0 and 1, like 0.1")
    return value


def _country(value: str) -> str:
    if value.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"'{value}' is not a country; write one like US or FR (ISO 3166)")
    return value.upper()


def _texts(given: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    plain = {language.lower(): text for language, text in given.items()}
    for language, text in plain.items():
        texts.check(language, text, names)
    return plain


Country = Annotated[str, AfterValidator(_country)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Limits(_Section):
    """How many texts with codes may go out, in windows that all processes share."""

    contact: Rate = "10/hour, 20/day"
    prefix: Rate = "60/hour, 300/day"  # a range of 10,000 numbers
    country: Rate = "3000/hour"
    client_ip: Rate = "30/hour, 100/day"  # of whoever asks your application, where it says so
    brand: Rate = "6000/hour"
    total: Rate = "20/second, 10000/hour"
    wrong: Rate = "50/hour"  # wrong codes from one client_ip


class Pumping(_Section):
    """When a range of numbers rests, because codes that go there do not come back."""

    least: Annotated[int, Field(ge=FEWEST)] = 20  # codes, before their share says anything
    approved: Annotated[float, AfterValidator(_share)] = 0.1  # the share below which it rests
    within: Annotated[Duration, AfterValidator(_look)] = timedelta(days=1)
    rest: Duration = timedelta(hours=6)


class Verify(_Section):
    """How codes are made, how they are worded, and where they may go."""

    digits: Annotated[int, Field(ge=4, le=10)] = 6
    valid: Annotated[Duration, AfterValidator(_short)] = LONGEST
    tries: Annotated[int, Field(ge=1, le=10)] = 5
    sends: Annotated[int, Field(ge=1, le=10)] = 5  # of one code
    limits: Limits = Limits()
    pumping: Pumping = Pumping()
    countries: list[Country] = Field(default_factory=list)  # those of our own numbers, unless said
    texts: Annotated[dict[str, str], AfterValidator(partial(_texts, names=_OF_CODE))] = Field(
        default_factory=dict
    )
    payment_texts: Annotated[dict[str, str], AfterValidator(partial(_texts, names=_OF_PAYMENT))] = Field(
        default_factory=dict
    )

    @property
    def least(self) -> int:
        """How many codes before their share says anything; unless said, no more than may go to a range."""
        if "least" in self.pumping.model_fields_set:
            return self.pumping.least
        return max(FEWEST, min(self.pumping.least, *map(self.most_counted, rates.parse(self.limits.prefix))))

    def most_counted(self, limit: rates.Limit) -> int:
        """How many codes to a range are ever counted at once, by a limit of what may go there."""
        # The one that leaves is too young to count.
        return limit.count * ceil((self.pumping.within - SETTLES) / limit.period) - 1


def wrong(verify: Verify, names: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with how these settings go together; `names` are what codes call each brand, by brand."""
    for limit in rates.parse(verify.limits.prefix):
        if (most := verify.most_counted(limit)) < verify.least and "least" in verify.pumping.model_fields_set:
            fewer = f"write {most} or less, or a longer `within`" if most >= FEWEST else _FEW
            yield (
                f"verify.pumping.least: no range would ever rest, for of {limit} in `verify.limits.prefix` "
                f"never {verify.least} count at once; {fewer}"
            )
    for brand, name in names.items():
        if link := texts.link(name):
            yield f"verify: {_linked(brand, link)}; {_mend(brand)}"
        elif languages := [one for one in texts.too_long(name, verify.texts) if one in {"en", *verify.texts}]:
            yield f"verify: {_long(brand, languages)}; {_mend(brand)}"


def doubtful(verify: Verify, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What somebody will see of some brands' codes who asks for one, if anybody does; and how to mend it."""
    for brand, name in names.items():
        if link := texts.link(name):
            yield _linked(brand, link), _mend(brand)
        elif languages := list(texts.too_long(name, verify.texts)):
            yield _long(brand, languages), _mend(brand)


def _linked(brand: str, link: str) -> str:
    return f"'{link}' of the brand '{brand}' is a link, which no text with a code may carry"


def _long(brand: str, languages: Sequence[str]) -> str:
    return f"with the brand '{brand}' a code takes more than a segment in {', '.join(languages)}"


def _mend(brand: str) -> str:
    return f'give texts with codes another name, like [brands."{brand}"] with name = "Elm"'
