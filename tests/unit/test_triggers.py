"""Which flow a text starts: the most specific trigger wins, then the name."""

import pytest

from convo.flow.triggers import Triggers, triggered

OURS, OTHER = "+15550009999", "+15550008888"
FLOWS: list[tuple[str, Triggers | None]] = [
    ("anything", Triggers.model_validate({"anything": "true"})),
    ("number", Triggers.model_validate({"number": [OURS]})),
    ("keyword", Triggers.model_validate({"keyword": ["Book", "rdv"]})),
    ("exactly", Triggers.model_validate({"exactly": "book a visit"})),
    ("started-by-hand", None),
]


@pytest.mark.parametrize(
    ("text", "number", "flow"),
    [
        ("Book a visit!", OURS, "exactly"),
        ("book a table", OURS, "keyword"),
        ("RDV", OTHER, "keyword"),
        ("“book”, please", OTHER, "keyword"),
        ("booking", OURS, "number"),
        ("hello", OURS, "number"),
        ("please book", OTHER, "anything"),
        ("👍", OTHER, "anything"),
        ("", OTHER, "anything"),
    ],
)
def test_the_most_specific_trigger_wins(text: str, number: str, flow: str) -> None:
    assert triggered(FLOWS, text, number) == flow
    assert triggered(reversed(FLOWS), text, number) == flow


def test_of_two_alike_the_first_name_wins() -> None:
    alike = Triggers.model_validate({"keyword": "book"})

    assert triggered([("b", alike), ("a", alike)], "book", OURS) == "a"


@pytest.mark.parametrize("text", ["hello", "", "👍", "please book"])
def test_what_meets_no_trigger_starts_nothing(text: str) -> None:
    assert triggered([FLOWS[2], FLOWS[3], FLOWS[4]], text, OURS) is None


def test_an_emoji_can_be_a_trigger() -> None:
    thumb = Triggers.model_validate({"exactly": ["👍"]})

    assert triggered([("thumb", thumb)], "👍", OURS) == "thumb"
    assert triggered([("thumb", thumb)], "👎", OURS) is None
    assert triggered([("thumb", thumb)], "", OURS) is None
