"""What a text costs: septets and UTF-16 units, and pairs that are never split between two parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo.segments import count

BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà"
EXTENDED = "^{}\\[~]|€\f"


@pytest.mark.parametrize(
    ("text", "parts", "encoding"),
    [
        ("", 1, "GSM-7"),
        ("a" * 160, 1, "GSM-7"),
        ("a" * 161, 2, "GSM-7"),
        ("a" * 306, 2, "GSM-7"),
        ("a" * 307, 3, "GSM-7"),
        ("€" * 80, 1, "GSM-7"),
        ("€" * 81, 2, "GSM-7"),
        ("a" + "€" * 80, 2, "GSM-7"),
        ("ж" * 70, 1, "UCS-2"),
        ("ж" * 71, 2, "UCS-2"),
        ("ж" * 134, 2, "UCS-2"),
        ("ж" * 135, 3, "UCS-2"),
        ("😀" * 35, 1, "UCS-2"),
        ("😀" * 36, 2, "UCS-2"),
        ("a" * 70 + "’", 2, "UCS-2"),
        # An escape pair and a surrogate pair at the seam: dividing the length says 2.
        ("a" * 152 + "€" + "a" * 152, 3, "GSM-7"),
        ("ж" * 66 + "😀" + "ж" * 66, 3, "UCS-2"),
    ],
)
def test_how_many_parts_a_text_takes(text: str, parts: int, encoding: str) -> None:
    found = count(text)

    assert (found.count, found.encoding) == (parts, encoding)


@pytest.mark.parametrize("char", BASIC)
def test_a_character_of_the_alphabet_is_one_septet(char: str) -> None:
    assert count(char * 160).count == 1
    assert count(char * 161).count == 2


@pytest.mark.parametrize("char", EXTENDED)
def test_a_character_of_the_extension_is_two_septets(char: str) -> None:
    assert (count(char).encoding, count(char).units) == ("GSM-7", 2)


@pytest.mark.parametrize("char", "çê`\t’“”–…\u00a0ж中😀")
def test_one_character_beyond_the_alphabet_makes_the_text_ucs_2(char: str) -> None:
    assert count(f"Hello {char}").encoding == "UCS-2"


texts = st.text(st.sampled_from("aé€^ж😀ç "), max_size=500)


@given(texts)
def test_a_longer_text_never_takes_fewer_parts(text: str) -> None:
    assert count(text).count <= count(text + "a").count


@given(texts)
def test_the_parts_hold_the_text_without_splitting_a_pair(text: str) -> None:
    found = count(text)
    ucs = found.encoding == "UCS-2"
    single, part = (70, 67) if ucs else (160, 153)
    sizes = [2 if (char in EXTENDED and not ucs) or ord(char) > 0xFFFF else 1 for char in text]

    assert found.units == sum(sizes)
    parts, used = 1, 0  # packed one by one, as a phone is sent them
    for size in sizes:
        parts, used = (parts + 1, size) if used + size > part else (parts, used + size)
    assert found.count == (1 if sum(sizes) <= single else parts)
