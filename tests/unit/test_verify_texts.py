"""The texts of verifications: every language says what it has to, in one segment where that can be."""

import re

import pytest

from convo import segments
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
    assert not texts.LINK.search(said)
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
