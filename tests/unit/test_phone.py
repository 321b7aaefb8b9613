"""Numbers: what providers write and what people type become E.164, or are refused."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo import phone


@pytest.mark.parametrize(
    ("spelled", "number"),
    [
        ("15550001111", "+15550001111"), ("+15550001111", "+15550001111"),
        (" 447700900123 ", "+447700900123"),
        ("12345", "12345"), ("123", "123"),
        ("ACME", None), ("", None), ("+", None), ("012345678", None), ("1" * 16, None), ("١٢٣٤٥٦٧", None),
        ("+1 555 000 1111", None), ("12", None), ("None", None),
    ],
)  # fmt: skip
def test_a_providers_spelling(spelled: str, number: str | None) -> None:
    assert phone.from_provider(spelled) == number


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("+1 (555) 000-1111", None, "+15550001111"),
        ("07700 900123", "GB", "+447700900123"),
        ("+44 7700 900123", "US", "+447700900123"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        (" (+44) 7700/900-123. ", None, "+447700900123"),
        ("+44 (0)7700 900123", None, "+447700900123"),
        ("07700–900‑123", "GB", "+447700900123"),
        ("[07700]\u00a0900123", "GB", "+447700900123"),
        ("\u202a+44 7700 900123\u202c\u200b", None, "+447700900123"),
        ("０７７００（９００）１２３", "GB", "+447700900123"),
        ("٠٧٧٠٠ ٩٠٠١٢٣", "GB", "+447700900123"),
        ("090ー1234ー5678", "JP", "+819012345678"),
        ("20.10.20.26", "DK", "+4520102026"),
        ("12.34.2026", "DK", "+4512342026"),
        ("'+447700900123", None, "+447700900123"),
        ("tel:+44-7700-900123", None, "+447700900123"),
        ("TEL:07700 900123", "GB", "+447700900123"),
        ('="+447700900123"', None, "+447700900123"),
    ],
)
def test_what_a_person_types(typed: str, region: str | None, number: str) -> None:
    assert phone.parse(typed, region) == number


@pytest.mark.parametrize("typed", ["", "hello", "07700 900123", "+1555", "+1" + "5" * 30, "x" * 500])
def test_what_is_no_number_is_refused_with_what_to_write(typed: str) -> None:
    with pytest.raises(ValueError, match=r"write it with its country, like \+15550001111"):
        phone.parse(typed)


@pytest.mark.parametrize(
    ("typed", "region", "why"),
    [
        ("12/03/2026", "GB", "it reads like a date"),
        ("3/31/2026", "US", "it reads like a date"),
        ("12-03-26", "GB", "it reads like a date"),
        ("1.2.2026", "DE", "it reads like a date"),
        ("2026-03-12", "GB", "it reads like a date"),
        ("١٢/٠٣/٢٠٢٦", "GB", "it reads like a date"),
        ("2026-03-12 09:30", "GB", "':' is no part"),
        ("+447700900123;07700900124", "GB", "';' is no part"),
        ("+447700900123, 07700900124", "GB", "',' is no part"),
        ("07700900123 +1", "GB", r"'\+' is no part"),
        ("call me 07700900123", "GB", "'c' is no part"),
        ("07700 900123 ext 5", "GB", "'e' is no part"),
        ("07700 900123x5", "GB", "'x' is no part"),
        ("07700900123#5", "GB", "'#' is no part"),
        ("07700~900123", "GB", "'~' is no part"),
        ("07700*900123", "GB", r"'\*' is no part"),
        ("1-800-FLOWERS", "US", "'F' is no part"),
        ("mailto:+447700900123", None, "'m' is no part"),
        ("tel:+447700900123;ext=5", None, "';' is no part"),
        ("'+447700900123'", None, "''' is no part"),
    ],
)
def test_no_number_is_found_in_what_holds_none_or_more(typed: str, region: str | None, why: str) -> None:
    with pytest.raises(ValueError, match=f"is not a phone number; {why}"):
        phone.parse(typed, region)


@pytest.mark.parametrize("number", ["+15550001111", "12345", "", "+447700900123"])
def test_a_masked_number_cannot_be_called(number: str) -> None:
    masked = phone.mask(number)

    assert "…" in masked
    assert len(masked) < 9
    assert number not in masked or not number


@pytest.mark.parametrize(
    ("number", "may_be"),
    [
        ("+12025550100", True), ("+17875550100", True), ("+16715550100", True), ("+14165550100", False),
        ("+33612345678", False), ("+447700900123", False), ("+525512345678", False),
        ("+15550001111", True), ("+88316000000001", True), ("+99999999999", True), ("12345", True),
        ("nobody", True),
    ],
)  # fmt: skip
def test_who_may_be_under_the_law_of_the_united_states(number: str, may_be: bool) -> None:
    """Territories are; who cannot be placed may be."""
    assert phone.may_be_in_the_united_states(number) is may_be


@given(
    st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    st.from_regex(r"[0-9]{4,13}", fullmatch=True),
)
def test_what_is_taken_as_it_stands_is_what_the_library_makes_of_it(code: int, national: str) -> None:
    text = f"+{code}{national}"
    try:
        number = phonenumbers.parse(text)
        expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        reason = phonenumbers.is_possible_number_with_reason(number)
        possible = reason == phonenumbers.ValidationResult.IS_POSSIBLE
    except phonenumbers.NumberParseException:
        possible = False
    if not possible:
        with pytest.raises(ValueError, match="is not a phone number"):
            phone.parse(text)
    else:
        assert phone.parse(text) == expected


def test_a_number_without_its_area_is_not_guessed() -> None:
    assert phone.parse("212 555 0100", "US") == "+12125550100"
    with pytest.raises(ValueError, match="is not a phone number"):
        phone.parse("555 0100", "US")


def test_a_number_of_a_country_that_nobody_knows_is_a_long_code() -> None:
    assert phone.kind("+9991234567") is phone.NumberKind.LONG_CODE


@pytest.mark.parametrize("text", ["", "5", "12", "٣", "Ana", "+9991234567"])
def test_what_is_no_number_lands_nowhere_that_is_known(text: str) -> None:
    assert phone.no_mobile(text) is None


def test_a_region_is_that_of_numbers_without_their_country() -> None:
    assert phone.region(" gb") == "GB"
    assert phone.parse("07700 900123", "GB") == "+447700900123"
    with pytest.raises(ValueError, match="is no region"):
        phone.region("UK")
