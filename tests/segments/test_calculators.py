"""`convo.segments` agrees with three calculators that are not ours on 20,000 texts.

`expected.json` was made once by `make.py` with packages of npm and PyPI. Every text is counted, and every
answer is kept. In two classes of texts a calculator departs from the specification, which decides:

- **Clusters** (sms-segments-calculator): it keeps what a reader sees as one character in one part: an accent
  that is a character of its own, a flag, a family. 3GPP TS 23.040, 9.2.3.24.1, asks that of escape pairs and
  UCS-2 characters alone, and no network knows clusters; its count may be higher for them.
- **The escape itself** (smsutil): it takes U+001B for a character of the alphabet. In 3GPP TS 23.038, 6.2.1,
  that code only announces the extension table, so that a text which holds one can go as UCS-2 alone.
"""

import json
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from convo.segments import count
from tests.segments.make import DIGITS, Counts, digest
from tests.segments.texts import HOW_MANY, texts

TWILIO, SPLIT, SMSUTIL = "sms-segments-calculator", "split-sms", "smsutil"


@cache
def every() -> list[str]:
    return list(texts())


@cache
def ours() -> Counts:
    return [(found.count, found.encoding == "UCS-2") for found in map(count, every())]


@cache
def _expected() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((Path(__file__).parent / "expected.json").read_text())
    return told


def theirs(calculator: str) -> Counts:
    (found,) = [
        each for name, each in _expected()["calculators"].items() if name.startswith(f"{calculator} ")
    ]
    parts, ucs2 = "".join(found["parts"]), "".join(found["ucs2"])
    assert len(parts) == len(ucs2) == HOW_MANY
    return [(DIGITS.index(digit), flag == "1") for digit, flag in zip(parts, ucs2, strict=True)]


def differing(calculator: str) -> list[tuple[str, tuple[int, bool], tuple[int, bool]]]:
    """The texts on which we do not agree, with our answer and theirs."""
    rows = zip(every(), ours(), theirs(calculator), strict=True)
    return [(text, mine, other) for text, mine, other in rows if mine != other]


def has_cluster(text: str) -> bool:
    """Whether something in it joins its neighbours to one visible character."""
    return any(
        unicodedata.category(char) in ("Mn", "Me", "Mc")
        or char in "\u200d\ufe0f\u0e33"
        or 0x1F1E6 <= ord(char) <= 0x1F1FF
        or 0x1F3FB <= ord(char) <= 0x1F3FF
        for char in text
    )


def test_the_texts_are_those_that_were_counted() -> None:
    assert len(every()) == HOW_MANY == 20_000
    assert digest(every()) == _expected()["sha256"]


def test_the_texts_are_hard_to_count() -> None:
    """Pairs of both kinds at seams, where dividing the units gives another answer."""
    naive: Counter[bool] = Counter()
    for text in every():
        found = count(text)
        single, part = (70, 67) if found.encoding == "UCS-2" else (160, 153)
        divided = 1 if found.units <= single else -(-found.units // part)
        if divided != found.count:
            naive[found.encoding == "UCS-2"] += 1

    assert naive[False] > 500
    assert naive[True] > 500


def test_every_text_takes_as_many_parts_as_split_sms_says() -> None:
    assert differing(SPLIT) == []


def test_every_text_takes_as_many_parts_as_smsutil_says_but_for_the_escape_itself() -> None:
    found = differing(SMSUTIL)

    assert [text for text, _, _ in found if "\x1b" not in text] == []
    assert all(ucs2 for _, (_, ucs2), _ in found)  # the escape alone makes ours go as UCS-2


def test_every_text_takes_as_many_parts_as_twilio_says_but_for_clusters() -> None:
    found = differing(TWILIO)

    assert [text for text, _, _ in found if not has_cluster(text)] == []
    assert all(mine[0] < other[0] and mine[1] == other[1] for _, mine, other in found)
    assert len(found) < HOW_MANY / 100
