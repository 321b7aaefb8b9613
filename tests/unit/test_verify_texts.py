"""The texts of verifications: every language says what it has to, in one segment where that can be."""

import re

import pytest

from convo import segments, verify
from convo.errors import SettingsError
from convo.settings import load
from convo.verify import texts
from convo.verify.texts import CODE, PAYMENT, wording

VALUES = {"brand": "Elm Street Clinic", "code": "123456", "amount": "1250.00 EUR", "payee": "Green Grocer"}
KINDS = [(kind, language) for kind in (CODE, PAYMENT) for language in kind]
# "Origin-bound one-time codes delivered via SMS" (WICG), "Parsing": the last line, and nothing behind it.
LAST_LINE = re.compile(r"@(?P<host>[a-z0-9.-]+) #(?P<code>[^\s#@%]+)(?: %(?P<embedded>\S+))?")


@pytest.mark.parametrize(("kind", "language"), KINDS)
def test_a_text_says_brand_and_code_and_holds_no_link(kind: dict[str, str], language: str) -> None:
    said = texts.filled(wording({}, kind, language), VALUES)

    assert said.startswith("Elm Street Clinic: ")
    assert said.count("123456") == 1
    assert (kind is CODE) or ("1250.00 EUR" in said and "Green Grocer" in said)
    assert "{" not in said
    assert not texts.link(said)
    assert texts.filled(wording({}, kind, language), {**VALUES, "brand": ""}).find("Elm") == -1


@pytest.mark.parametrize(("kind", "language"), KINDS)
def test_a_text_is_one_segment_wherever_its_language_allows_it(kind: dict[str, str], language: str) -> None:
    plain = segments.count(texts.filled(wording({}, kind, language), VALUES))
    for_browsers = segments.count(texts.filled(wording({}, kind, language), VALUES, "login.elm.example"))

    if plain.encoding == "GSM-7":
        assert (plain.count, for_browsers.count) == (1, 1)
    elif kind is CODE:
        assert (plain.count, for_browsers.count <= 2) == (1, True)
    else:
        assert plain.count <= 2


def test_languages_of_the_plain_alphabet_stay_in_it() -> None:
    plain = {each for each in CODE if segments.count(CODE[each]).encoding == "GSM-7"}
    assert plain == {"en", "fr", "es", "de", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "tr", "id"}
    assert plain == {each for each in PAYMENT if segments.count(PAYMENT[each]).encoding == "GSM-7"}
    assert CODE.keys() == PAYMENT.keys()


@pytest.mark.parametrize(("kind", "language"), KINDS)
def test_the_last_line_is_what_browsers_read(kind: dict[str, str], language: str) -> None:
    said = texts.filled(wording({}, kind, language), VALUES, "elm.example")
    found = LAST_LINE.fullmatch(said.split("\n")[-1])

    assert found
    assert (found["host"], found["code"], found["embedded"]) == ("elm.example", "123456", None)


def test_the_language_is_the_nearest_and_own_texts_go_first() -> None:
    own = {"fr": "{brand} - votre code est {code}."}
    assert wording(own, CODE, "fr-CA") == own["fr"]
    assert wording({}, CODE, "es-MX") == f"{{brand}}: {CODE['es']}"
    assert wording({}, CODE, "xx") == f"{{brand}}: {CODE['en']}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{brand}: your code.", "does not say {code}"),
        ("Your code is {code}.", "does not say {brand}"),
        ("{brand}: {code} {other}", "there is no {other}"),
        ("{brand}: {code}, see elm.example", "is a link"),
        ("{brand}: {code} https://elm", "is a link"),
        ("{brand}: {code} " + "very long " * 20, "segments long"),
    ],
)
def test_an_own_text_that_will_not_do_is_told(text: str, why: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(why)):
        load(verify={"texts": {"en": text}})


@pytest.mark.parametrize(
    "wrong", [{"digits": 3}, {"valid": "11 minutes"}, {"tries": 11}, {"countries": ["XX"]}, {"other": 1}]
)
def test_a_setting_that_will_not_do_is_told(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=r"verify\."):
        load(verify=wrong)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"pumping": {"within": "3 minutes"}}, "verify.pumping.within: codes count 3 minutes after"),
        ({"pumping": {"approved": 0}}, "verify.pumping.approved: no range would ever rest"),
        ({"pumping": {"least": 1000}}, "of 300/day in `verify.limits.prefix` never 1000 count at once"),
        (
            {"limits": {"prefix": "10/day"}, "pumping": {"least": 20}},
            "write 9 or less, or a longer `within`",
        ),
        (
            {"limits": {"prefix": "5/day"}, "pumping": {"least": 20}},
            "never 20 count at once; leave it out: so few may go",
        ),
    ],
)
def test_the_guard_against_pumping_is_not_switched_off_in_silence(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(why)):
        load(verify=wrong)


def test_what_a_limit_lets_through_within_its_time_can_rest() -> None:
    load(verify={"pumping": {"least": 299}})
    load(verify={"pumping": {"least": 19}, "limits": {"prefix": "20/day"}})
    load(verify={"pumping": {"within": "3 days"}, "limits": {"prefix": "10/day"}})


def test_a_limit_below_what_says_anything_makes_fewer_codes_say_it() -> None:
    assert load(verify={}).verify.least == 20
    assert load(verify={"limits": {"prefix": "10/hour, 15/day"}}).verify.least == 14
    assert load(verify={"limits": {"prefix": "2/day"}}).verify.least == 5  # it never comes to that


LINKS = [
    "evil.com", "пример.рф", "café.fr", "cafe\u0301.fr", "a_b.com", "xn--a.рф", "evil．com",
    "evil。com", "evil｡com", "उदाहरण.भारत", "EVIL.COM", "1.2.3.4/x", "127.0.0.1", "x@evil.com",
    "www.x", "http://x", "ｈｔｔｐ：／／x", "sms://x", "evil\u2024com", "bit.ly/a",
]  # fmt: skip
NO_LINKS = [
    "J. Smith", "St. Mary", "Elm Ltd.", "120.00 EUR", "A.B. Müller",
    "Ristorante Café São José & Filhos Ltda.", "IBAN ••••1234", "No. 5", "1.234.567.890 Dinge",
    "認証。東京", "wait... what", "Müller & Co. KG", "12.30 Uhr", "S.p.A. Rossi",
]  # fmt: skip


@pytest.mark.parametrize("text", LINKS)
def test_what_a_phone_makes_a_link_of_is_one_in_every_script_and_width(text: str) -> None:
    assert texts.link(f"to {text}, please")


@pytest.mark.parametrize("text", NO_LINKS)
def test_names_with_full_stops_are_no_links(text: str) -> None:
    assert not texts.link(text)


LONG = "Clinic of the Saint Mary Hospital of the Greater North Valley, Department of Outpatients"


@pytest.mark.parametrize(
    ("brand", "why"),
    [
        ("Booking.com", "'Booking.com' of the brand 'Booking.com' is a link"),
        (f"{LONG} and {LONG}", "more than a segment in en;"),
    ],
)
def test_a_brand_that_makes_its_codes_links_or_dear_needs_another_name_for_them(brand: str, why: str) -> None:
    numbers = {"+15550009999": {"brand": brand}}
    assert load(numbers=numbers).verify.digits == 6  # nothing is said of codes: none may ever go out
    with pytest.raises(SettingsError, match=re.escape(why)) as told:
        load(numbers=numbers, verify={"digits": 6})
    assert f'[brands."{brand}"] with name' in str(told.value)

    named = load(numbers=numbers, verify={"digits": 6}, brands={brand: {"name": "Elm"}})
    assert named.called(brand) == "Elm"


def test_a_brand_that_is_dear_in_a_language_of_which_nothing_is_set_is_doubtful_alone() -> None:
    numbers = {"+15550009999": {"brand": "Société Générale de Curaçao"}}
    settings = load(numbers=numbers, verify={"digits": 6})
    ((told, mend),) = verify.doubtful(settings.verify, settings.names_in_codes)
    assert told == "with the brand 'Société Générale de Curaçao' a code takes more than a segment in el"
    assert "with name" in mend
    own = {"el": "{brand}: ο κωδικός σας είναι {code}. Μην τον δώσετε σε κανέναν."}
    with pytest.raises(SettingsError, match="more than a segment in el"):
        load(numbers=numbers, verify={"texts": own})


@pytest.mark.parametrize("brand", ["Elm Street Family Clinic", "Curaçao Bank", "Больница святой Марии"])
def test_brands_as_they_are_may_have_their_codes(brand: str) -> None:
    load(numbers={"+15550009999": {"brand": brand}}, verify={})
