"""`money EUR`: an amount in that currency, with or without its sign, code or name."""

import re
from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_name, get_currency_precision, get_currency_symbol, is_currency

from convo.flow.dates import Reading
from convo.flow.slots.numbers import MOST_DIGITS, exactly, read_number
from convo.flow.slots.politeness import bare, folded
from convo.flow.values import Money

_PARTS = re.compile(r"([^0-9.,+-]*)([0-9.,](?:[0-9., ]*[0-9])?)([^0-9]*)")
_SIGN_INSIDE = re.compile(r"([0-9]+) ?([^\w\s.,+-]) ?([0-9]{2})")  # `12€50`


_CENTS = re.compile(r"[0-9]+[.,][0-9]{2}")  # no thousands, whatever the language separates with


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of nothing or more; another currency than its own is not read."""

    name: str
    currency: str

    @property
    def sample(self) -> str:
        return f"12 {self.currency}"

    def read(self, reply: str, reading: Reading) -> Money | None:
        text = bare(reply, reading)
        names = _names(self.currency, reading.language)
        if (inside := _SIGN_INSIDE.fullmatch(text)) and inside[2] in names:
            return self._money(Decimal(f"{inside[1]}.{inside[3]}"))
        parts = _PARTS.fullmatch(text)
        if parts is None or not _is_own(parts[1], parts[3], names):
            return None
        amount = read_number(parts[2], reading.language)
        if amount is None and _CENTS.fullmatch(parts[2]):
            amount = Decimal(parts[2].replace(",", "."))
        return self._money(amount)

    def take(self, given: object, reading: Reading) -> Money:
        found: Money | None = None
        if isinstance(given, int | float) and not isinstance(given, bool):
            found = self._money(exactly(str(given)))
        elif isinstance(given, dict) and given.get("currency") == self.currency:
            return self.take(given.get("amount"), reading)  # as programs are shown it
        elif isinstance(given, str):
            text = given.strip()
            plain = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]+)?)(?: ?([A-Za-z]{3}))?", text, re.ASCII)
            if plain is None:
                found = self.read(text, reading)
            elif (plain[2] or self.currency).upper() == self.currency:
                found = self._money(Decimal(plain[1]))
        if found is None:
            raise ValueError(f"give an amount in {self.currency}, like 12.50")
        return found

    def _money(self, amount: Decimal | None) -> Money | None:
        smallest = Decimal(1).scaleb(-get_currency_precision(self.currency))
        if amount is None or not 0 <= amount < 10**MOST_DIGITS or amount % smallest != 0:
            return None
        return Money(amount.quantize(smallest), self.currency)


def money(rest: str) -> Amount:
    """The type that `money {rest}` names."""
    currency = rest.upper()
    if not re.fullmatch("[A-Z]{3}", currency) or not is_currency(currency):
        raise ValueError(f"'money {rest}' is not a type; write it with a currency's code, like 'money EUR'")
    return Amount(f"money {currency}", currency)


def _is_own(before: str, after: str, names: Container[str]) -> bool:
    """Whether what stands around the number is nothing but the currency's names."""
    said = [part for part in (before.strip(" ."), after.strip(" .")) if part]
    return all(part in names or part.replace(".", "") in names for part in said)


@lru_cache(maxsize=256)
def _names(currency: str, language: str) -> frozenset[str]:
    """What the currency is called in that language: `eur`, `€`, `euro`, `euros` (CLDR)."""
    try:
        locale = Locale.parse(language.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    full = [get_currency_name(currency, count=count, locale=locale) for count in (1, 2)]
    signs = [get_currency_symbol(currency, locale=each) for each in (locale, Locale("en"))]
    # `US$` and `$US` are both written `$`; `US dollars` and `dólares estadounidenses` are said in one word.
    short = [sign.strip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for sign in signs]
    nouns = [word for name in full for word in (name.split()[0], name.split()[-1])]
    if "$" in short:
        signs.append(f"{currency[:2]}$")
    names = {folded(name) for name in (currency, *full, *signs, *nouns)} | {*short}
    return frozenset(names - {""})
