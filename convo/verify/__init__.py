"""What can be set of verifications, `[verify]` of the settings, checked. Their texts are in `texts`."""

from collections.abc import Iterator, Mapping
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

    least: Annotated[int, Field(ge=5)] = 20  # codes, before their share says anything
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


def wrong(verify: Verify, names: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with how these settings go together; `names` are what codes call each brand, by brand."""
    least, counted = verify.pumping.least, verify.pumping.within - SETTLES
    for limit in rates.parse(verify.limits.prefix):
        most = limit.count * ceil(counted / limit.period) - 1  # the one that leaves is too young to count
        if most < least:
            yield (
                f"verify.pumping.least: no range would ever rest, for of {limit} in `verify.limits.prefix` "
                f"never {least} count at once; write {most} or less, or a longer `within`"
            )
    for brand, name in names.items():
        mend = f'give texts with codes another name, like [brands."{brand}"] with name = "Elm"'
        if link := texts.link(name):
            why = "is a link, which no text with a code may carry"
            yield f"verify: '{link}' of the brand '{brand}' {why}; {mend}"
        elif languages := list(texts.too_long(name, verify.texts)):
            listed = ", ".join(languages)
            yield f"verify: with the brand '{brand}' a code takes more than a segment in {listed}; {mend}"
