"""Filters: days, times, money, phone numbers and plurals as people of that language write them."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from convo.flow.render import SPEECH, RenderError, Speech, Texts
from convo.flow.values import Money
from convo.messages import Contact

VISIT = datetime(2026, 12, 1, 14, 30, tzinfo=UTC)


def said(source: str, language: str = "en-GB", contact: str = "+447700900123", **names: object) -> str:
    speech = Speech(language, ZoneInfo("UTC"))
    return Texts().compile(source).render({SPEECH: speech, "contact": Contact(contact), **names})


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-GB", "Tue 1 Dec, 14:30"), ("en-US", "Tue Dec 1, 2:30 PM"), ("fr", "mar. 1 déc., 14:30"),
        ("es", "mar 1 dic, 14:30"), ("es-MX", "mar 1 de dic, 2:30 p.m."),
    ],
)  # fmt: skip
def test_a_moment_in_the_contacts_language(language: str, text: str) -> None:
    assert said("{{ visit | day_time }}", language, visit=VISIT) == text


def test_a_date_and_a_time_of_day_have_no_time_zone_to_be_moved_to() -> None:
    assert said("{{ on | day }}", on=date(2026, 12, 1)) == "Tue 1 Dec"
    assert said("{{ at | time }}", at=time(14, 30)) == "14:30"
    assert said("{{ at | time }}", "en-US", at=time(14, 30)) == "2:30 PM"


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        ("en-GB", Money(Decimal("12.50"), "EUR"), "€12.50"),
        ("fr", Money(Decimal("12.50"), "EUR"), "12,50 €"),
        ("es", Money(Decimal("1234.5"), "EUR"), "1.234,50 €"),
        ("fr", Money(Decimal(1234567), "EUR"), "1 234 567,00 €"),
        ("en-US", Money(Decimal("12.50"), "USD"), "$12.50"), ("en", Money(Decimal(500), "JPY"), "¥500"),
    ],
)  # fmt: skip
def test_money_as_it_is_written_there(language: str, value: Money, text: str) -> None:
    assert said("{{ price | money }}", language, price=value) == text


def test_a_number_is_money_with_its_currency() -> None:
    assert said("{{ total | money('EUR') }}", "fr", total=Decimal("3.2")) == "3,20 €"
    assert said("{{ (3 * 4) | money('GBP') }}") == "£12.00"


@pytest.mark.parametrize(
    ("number", "contact", "text"),
    [
        ("+447700900999", "+447700900123", "07700 900999"),
        ("+447700900999", "+33612345678", "+44 7700 900999"),
        ("+12125550100", "+12125550111", "(212) 555-0100"),
        ("+33612345678", "+33612345679", "06 12 34 56 78"),
        ("12345", "+447700900123", "12345"),
    ],
)  # fmt: skip
def test_a_phone_number_as_it_is_dialled(number: str, contact: str, text: str) -> None:
    assert said("{{ desk | phone }}", contact=contact, desk=number) == text


@pytest.mark.parametrize(
    ("language", "count", "word"),
    [
        ("en", 0, "visits"), ("en", 1, "visit"), ("en", 2, "visits"), ("en", Decimal("1.5"), "visits"),
        ("en", Decimal("1.0"), "visits"), ("en", -1, "visit"), ("fr", 0, "visit"), ("fr", 1, "visit"),
        ("fr", Decimal("1.5"), "visit"), ("fr", 2, "visits"), ("fr", 1_000_000, "visits"),
        ("es", 0, "visits"),
        ("es", 1, "visit"), ("es", 1.5, "visits"), ("es", 21, "visits"), ("fr-CA", 0, "visit"),
    ],
)  # fmt: skip
def test_the_plural_follows_the_language(language: str, count: object, word: str) -> None:
    assert said("{{ n | plural('visit', 'visits') }}", language, n=count) == word


def test_a_language_with_more_forms_names_them() -> None:
    text = "{{ n | plural('wizyta', 'wizyt', few='wizyty') }}"

    assert [said(text, "pl", n=count) for count in (1, 3, 5)] == ["wizyta", "wizyty", "wizyt"]


@pytest.mark.parametrize("language", ["en", "en-US", "fr", "fr-CA", "fr-CH", "es", "es-MX"])
def test_no_filter_makes_a_text_dearer_with_hard_blanks(language: str) -> None:
    text = said(
        "{{ visit | day_time }} {{ price | money }} {{ desk | phone }}",
        language, visit=VISIT, price=Money(Decimal("1234567.5"), "EUR"), desk="+33612345678",
    )  # fmt: skip

    assert {sign for sign in text if sign.isspace()} == {" "}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ x | day }}", time(9)), ("{{ x | day }}", "tuesday"), ("{{ x | time }}", date(2026, 1, 1)),
        ("{{ x | day_time }}", date(2026, 1, 1)), ("{{ x | money }}", 12), ("{{ x | money('EUR') }}", "12"),
        ("{{ x | money('EUR') }}", True), ("{{ x | phone }}", "call me"), ("{{ x | phone }}", None),
        ("{{ x | plural('a', 'b') }}", "2"), ("{{ x | plural('a', 'b') }}", True),
        ("{{ x | plural('a') }}", 2),
    ],
)  # fmt: skip
def test_what_a_filter_cannot_say_reaches_nobody(source: str, value: object) -> None:
    with pytest.raises(RenderError):
        said(source, x=value)
