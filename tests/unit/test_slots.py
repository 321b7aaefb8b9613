"""Types: what a reply is read as, and what a starter of a flow may give."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo.flow.dates import Reading
from convo.flow.slots import parse_type
from convo.flow.values import Money, Value, from_plain, shown, to_plain

LONDON = ZoneInfo("Europe/London")
TYPES = [
    "text", "text 1-40", "text 3-5", "number", "number 0-10", "integer", "integer 1-5", "yes_no", "date",
     "time",
    "datetime", "duration", "money EUR", "money JPY", "email", "phone", "one of red | dark blue",
     "list of text",
]  # fmt: skip

REPLIES = st.one_of(st.text(max_size=120), st.text("0123456789.,-+€$ h:/@ab", max_size=25))
GIVEN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.lists(st.text(max_size=9), max_size=3),
)


def reading(language: str = "en", near: tuple[str, ...] = ()) -> Reading:
    return Reading(datetime(2026, 11, 30, 9, 0, tzinfo=LONDON), LONDON, language, near)


def read(kind: str, reply: str, language: str = "en", near: tuple[str, ...] = ()) -> Value | None:
    return parse_type(kind).read(reply, reading(language, near))


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@pytest.mark.parametrize(
    ("kind", "language", "reply", "value"),
    [
        ("text", "en", "  Ana \n", "Ana"), ("text 2-4", "en", "abcd", "abcd"),
        ("number", "en", "1.5", Decimal("1.5")), ("number", "en", "1,500", 1500), ("number", "en", "-3", -3),
        ("number", "en", "5 please!", 5), ("number", "en", "#5", 5), ("number", "en", "ten", 10),
        ("number", "en", ".5", Decimal("0.5")), ("number", "en", "５", 5), ("number", "en", "5.", 5),
        ("number", "fr", "1,5", Decimal("1.5")), ("number", "fr", "1.5", Decimal("1.5")),
        ("number", "fr", "1 500", 1500), ("number", "fr", "1\u202f500,25", Decimal("1500.25")),
        ("number", "fr", "cinq svp", 5), ("number", "es", "1.500", 1500),
        ("number", "es", "1,5", Decimal("1.5")),
        ("number", "es-MX", "1,500", 1500), ("number", "es", "siete, gracias", 7), ("number", "xx", "7", 7),
        ("integer", "en", "12", 12), ("integer", "en", "five", 5), ("integer 1-5", "en", "5", 5),
        ("yes_no", "en", "Yes please!", True), ("yes_no", "en", "no thanks", False),
        ("yes_no", "en", "y", True),
        ("yes_no", "en", "👍🏽", True), ("yes_no", "en", "👎", False), ("yes_no", "en", "Sure thing", True),
        ("yes_no", "fr", "D’accord", True), ("yes_no", "fr", "non merci", False),
        ("yes_no", "fr", "bien sûr", True),
        ("yes_no", "es", "Sí.", True), ("yes_no", "es", "claro que sí", True),
        ("yes_no", "es", "no gracias", False),
        ("date", "en", "tomorrow", date(2026, 12, 1)), ("time", "fr", "15h30", time(15, 30)),
        ("datetime", "es", "mañana a las 3", datetime(2026, 12, 1, 15, 0, tzinfo=LONDON)),
        ("duration", "fr", "une demi-heure", timedelta(minutes=30)),
        ("money EUR", "en", "€12.50", euros("12.50")), ("money EUR", "en", "12,50 €", euros("12.50")),
        ("money EUR", "en", "12 euros", euros("12")), ("money EUR", "en", "EUR 1,200", euros("1200")),
        ("money EUR", "fr", "12€50", euros("12.50")), ("money EUR", "fr", "1 200,5 euros", euros("1200.5")),
        ("money USD", "en", "$12", Money(Decimal(12), "USD")),
        ("money USD", "es", "12 dólares", Money(Decimal(12), "USD")),
        ("money JPY", "en", "500 yen", Money(Decimal(500), "JPY")),
        ("money EUR", "en", "12 please", euros("12")),
        ("email", "en", "<Ana@Example.ORG>.", "Ana@example.org"),
        ("email", "en", "a.b+c@d-e.co.uk", "a.b+c@d-e.co.uk"),
        ("phone", "en", "+44 7700 900123", "+447700900123"),
        ("phone", "fr", "0033 6 12 34 56 78", "+33612345678"),
        ("one of red | Dark Blue", "en", "dark  blue!", "Dark Blue"),
        ("one of red | blue", "en", "red please", "red"),
        ("one of été | hiver", "fr", "ETE", "été"),
        ("list of text", "en", "milk, bread and eggs.", ("milk", "bread", "eggs")),
        ("list of text", "en", "a; b\nc, and d", ("a", "b", "c", "d")),
        ("list of text", "en", "milk", ("milk",)),
        ("list of text", "fr", "lait, pain et œufs", ("lait", "pain", "œufs")),
        ("list of text", "es", "pan y té", ("pan", "té")),
    ],
)  # fmt: skip
def test_a_reply_is_read(kind: str, language: str, reply: str, value: Value) -> None:
    assert read(kind, reply, language) == value


@pytest.mark.parametrize(
    ("kind", "language", "replies"),
    [
        ("text", "en", " "), ("text 2-4", "en", "a | abcde"),
        ("number", "en", "1,5 | 12,34 | 1 2 | five six | 1e5 | ٥ | 5€ | 5% | no 5 | 1 000 | many | 1-5 | ok"),
        ("number", "en", "99999999999999999999 | 1.2.3 | five5 | cinq"),
        ("number", "fr", "1.500 | five | 1,2,3"),
        ("integer", "en", "1.5 | a"), ("integer 1-5", "en", "0 | 6 | -1 | 1.5"),
        ("number 0-10", "en", "10.5 | -1"),
        ("yes_no", "en", "yes no | no yes | maybe | not yes | 👍👎 | ok no | yes but | 1 | "),
        ("yes_no", "fr", "oui mais | peut-être"), ("yes_no", "es", "no sé | quizás"),
        ("date", "en", "3pm | yesterday"), ("time", "en", "9 | tomorrow"), ("duration", "en", "2 | 2 months"),
        ("money EUR", "en", "$12 | 12 USD | 12 pounds | 12.505 | -5 | twelve | 12 13 | free | €"),
        ("money JPY", "en", "500.5"), ("money USD", "en", "CA$12 | 12 CAD"),
        ("email", "en",
         "ana@example | a..b@c.com | .a@b.com | my mail is a@b.com | a@b.c | a@-b.com"),
        ("email", "en", "a b@c.com | a@1.2.3.4"),
        ("email", "en", "@b.com | a@b@c.com | a@b_c.com | " + "a" * 65 + "@b.com"),
        ("phone", "en", "07700 900123 | call me | 555 | +1 | 1800FLOWERS | +44 7700 900123 or 124 | 12"),
        ("one of red | Dark Blue", "en", "blue | red blue | reddish | "), ("list of text", "en", ",, | . | "),
    ],
)  # fmt: skip
def test_what_a_reply_does_not_say_is_not_read(kind: str, language: str, replies: str) -> None:
    for reply in replies.split(" | "):
        assert read(kind, reply, language) is None, reply


@pytest.mark.parametrize(
    ("reply", "near", "number"),
    [
        ("07700 900123", ("+447700900999", "+15550001111"), "+447700900123"),
        ("020 7946 0018", ("+447700900999",), "+442079460018"),
        ("(212) 555-0100", ("+12125550111",), "+12125550100"),
        ("06 12 34 56 78", ("+33612345679",), "+33612345678"),
        ("06.12.34.56.78", ("12345", "+33612345679"), "+33612345678"),  # our number is a short code
        ("+44 7700 900123", ("+12125550111",), "+447700900123"),
    ],
)
def test_a_phone_number_without_its_country_is_of_the_contacts(
    reply: str, near: tuple[str, ...], number: str
) -> None:
    assert read("phone", reply, near=near) == number


@pytest.mark.parametrize(
    ("kind", "given_", "value"),
    [
        ("text", 417, "417"), ("number", 5, Decimal(5)), ("number", 2.5, Decimal("2.5")),
        ("number", "5.5", Decimal("5.5")),
        ("integer", 5.0, 5), ("integer", "5", 5), ("yes_no", True, True), ("yes_no", "false", False),
        ("yes_no", "no", False),
        ("date", "2020-01-31", date(2020, 1, 31)), ("date", "tomorrow", date(2026, 12, 1)),
        ("time", "09:30", time(9, 30)), ("time", "3pm", time(15)),
        ("datetime", "2020-01-31 09:30", datetime(2020, 1, 31, 9, 30, tzinfo=LONDON)),
        ("duration", "PT1H30M", timedelta(minutes=90)), ("duration", "90 min", timedelta(minutes=90)),
        ("money EUR", 12, euros("12")), ("money EUR", 12.5, euros("12.50")),
        ("money EUR", "12.5", euros("12.50")),
        ("money EUR", "12.50 EUR", euros("12.50")),
        ("money EUR", {"amount": "3.20", "currency": "EUR"}, euros("3.20")),
        ("one of 1 | 2", 1, "1"), ("list of text", ["a", "b"], ("a", "b")), ("list of text", [], ()),
        ("list of text", "a, b", ("a", "b")),
    ],
)  # fmt: skip
def test_a_starter_gives_a_value(kind: str, given_: object, value: Value) -> None:
    assert parse_type(kind).take(given_, reading()) == value


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("given_", [None, {}, {"a": 1}, "", (1, 2), object()])
def test_what_is_no_value_is_refused_with_what_to_give(kind: str, given_: object) -> None:
    with pytest.raises(ValueError, match=r"^give .+"):
        parse_type(kind).take(given_, reading())


@pytest.mark.parametrize(
    ("kind", "given_"),
    [
        ("number", True), ("yes_no", 1), ("text", True), ("integer", 5.5), ("integer 1-5", 6), ("time", "10"),
        ("duration", 5), ("duration", "P1Y"), ("money EUR", "12 USD"),
        ("money EUR", {"amount": 1, "currency": "USD"}),
        ("money EUR", -1), ("list of text", [1, 2]), ("number", 1e300),
        ("number", float("nan")), ("money EUR", float("inf")), ("datetime", "9999-12-31 23:59"),
        ("date", 20261201), ("email", "ana"), ("phone", "0417"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(kind: str, given_: object) -> None:
    with pytest.raises(ValueError, match=r"^give .+"):
        parse_type(kind).take(given_, reading())


def test_a_time_that_the_clocks_skip_cannot_be_given() -> None:
    with pytest.raises(ValueError, match="the clocks skip this time"):
        parse_type("datetime").take("2027-03-28 01:30", reading())


@pytest.mark.parametrize(
    "source",
    ["", "txt", "text 0-4", "text 4-1", "text x", "number 1-", "integer 5-1", "integer five", "yes_no x",
     "date 1",
     "money", "money XXZ", "money euro", "list", "list of number", "one of", "one of red", "one of a | A",
     "one of a | | b"],
)  # fmt: skip
def test_what_is_no_type_is_refused_with_one_that_is(source: str) -> None:
    with pytest.raises(ValueError, match="is not a type; "):
        parse_type(source)


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("date time", "datetime"), ("date-time", "datetime"), ("Date", "date"), ("yes no", "yes_no"),
        ("yes/no", "yes_no"), ("numbers", "number"), ("e-mail", "email"), ("e mail", "email"),
        ("int", "integer"),
        ("Integer 1-5", "integer 1-5"), ("int 1-5", "integer 1-5"), ("boolean", "yes_no"),
        ("string", "text"), ("Money CHF", "money CHF"), ("Money", "money EUR"), ("txt", "text"),
        ("list", "list of text"),
        ("phone number", "phone"),
        ("date of birth", "date"), ("email address", "email"), ("time of day", "time"),
    ],
)  # fmt: skip
def test_a_type_with_a_slip_or_of_another_language_is_told_by_its_name_here(source: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"^'{source}' is not a type; write '{meant}'$"):
        parse_type(source)
    parse_type(meant)


@pytest.mark.parametrize("source", ["colour", "whatever you like", "1-5", ""])
def test_of_a_type_that_is_like_none_the_types_are_told(source: str) -> None:
    with pytest.raises(ValueError, match="is not a type; the types are text, text 1-40, "):
        parse_type(source)


@pytest.mark.parametrize("source", TYPES)
def test_a_type_is_named_as_it_is_written(source: str) -> None:
    assert parse_type(source).name == source
    assert parse_type(f"  {source.replace(' ', '  ')} ").name == source


@pytest.mark.parametrize("source", TYPES)
@pytest.mark.parametrize("language", ["en", "fr", "es", "de", ""])
def test_the_sample_of_a_type_is_read_in_every_language(source: str, language: str) -> None:
    assert read(source, parse_type(source).sample, language) is not None


@pytest.mark.parametrize("source", TYPES)
@given(
    reply=st.one_of(st.text(max_size=120), st.text("0123456789.,-+€$ h:/@ab", max_size=25)),
    language=st.sampled_from(["en", "fr", "es", "de-CH", "zz"]),
)
def test_any_reply_is_a_value_that_can_be_kept_or_none(source: str, reply: str, language: str) -> None:
    value = read(source, reply, language, ("+447700900999",))

    if value is not None:
        assert from_plain(to_plain(value)) == value
        assert shown(value) is not None


@pytest.mark.parametrize("source", TYPES)
@given(
    given_=st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=40),
        st.lists(st.text(max_size=9), max_size=3),
    )
)
def test_whatever_is_given_is_a_value_or_refused(source: str, given_: object) -> None:
    try:
        value = parse_type(source).take(given_, reading())
    except ValueError:
        return
    assert from_plain(to_plain(value)) == value


@pytest.mark.parametrize("source", ["int 1-5 EUR", "list of dates"])
def test_nothing_is_proposed_that_is_no_type_or_another_one(source: str) -> None:
    with pytest.raises(ValueError, match="is not a type; the types are"):
        parse_type(source)
