"""Which flow a text starts: the most specific trigger wins, then the name."""

import pytest

from convo.flow.match import Reply
from convo.flow.triggers import TriggerIndex, Triggers

OURS, OTHER = "+15550009999", "+15550008888"
FLOWS: list[tuple[str, Triggers | None]] = [
    ("anything", Triggers.model_validate({"anything": "true"})),
    ("number", Triggers.model_validate({"number": [OURS]})),
    ("keyword", Triggers.model_validate({"keyword": ["Book", "rdv"]})),
    ("exactly", Triggers.model_validate({"exactly": "book a visit"})),
    ("started-by-hand", None),
]


def strong(flows: list[tuple[str, Triggers | None]], text: str, number: str = OURS) -> str | None:
    return TriggerIndex(flows).strong(Reply.of(text), number)


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("Book a visit!", "exactly"),
        ("book a table", "keyword"),
        ("RDV", "keyword"),
        ("“book”, please", "keyword"),
        ("booking", None),
        ("hello", None),
        ("please book", None),
        ("👍", None),
        ("", None),
    ],
)
def test_words_start_a_flow_as_a_whole_before_they_do_by_the_first(text: str, flow: str | None) -> None:
    for number in (OURS, OTHER):
        assert strong(FLOWS, text, number) == flow
        assert strong(FLOWS[::-1], text, number) == flow


def test_a_flow_that_names_the_number_is_nearer_than_one_for_any_text() -> None:
    for flows in (FLOWS, FLOWS[::-1]):
        index = TriggerIndex(flows)
        assert (index.weak(OURS), index.weak(OTHER)) == ("number", "anything")
    assert TriggerIndex(FLOWS[2:]).weak(OURS) is None


def test_of_two_alike_the_first_name_wins() -> None:
    for kind in ({"keyword": "book"}, {"exactly": "book"}):
        alike = Triggers.model_validate(kind)
        assert strong([("b", alike), ("a", alike)], "book") == "a"
    for kind in ({"number": OURS}, {"anything": "true"}):
        alike = Triggers.model_validate(kind)
        assert TriggerIndex([("b", alike), ("a", alike)]).weak(OURS) == "a"


def test_of_two_alike_the_one_of_our_number_wins() -> None:
    flows: list[tuple[str, Triggers | None]] = [
        ("a", Triggers.model_validate({"keyword": "book", "number": OTHER})),
        ("b", Triggers.model_validate({"keyword": "book", "number": OURS})),
    ]

    assert [strong(flows, "book", number) for number in (OURS, OTHER, "+15550007777")] == ["b", "a", "a"]


def test_an_emoji_can_be_a_trigger() -> None:
    thumb: list[tuple[str, Triggers | None]] = [("thumb", Triggers.model_validate({"exactly": ["👍"]}))]

    assert [strong(thumb, text) for text in ("👍", "👎", "")] == ["thumb", None, None]
