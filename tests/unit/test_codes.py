"""How a one-time code is read in a reply, and what is kept of it."""

import pytest

from convo.flow.codes import attempt, masked


@pytest.mark.parametrize(
    "reply",
    [
        "123456",
        " 123456.",
        "123 456",
        "123-456",
        "1 2 3 4 5 6",
        "My code is 123456, thanks!",
        "code:123456",
        "１２３４５６",
        "١٢٣٤٥٦",
        "12\u200b3456",
        "123\u2011456",
        "«123 456»",
    ],
)
def test_a_code_is_read_however_it_is_typed(reply: str) -> None:
    assert attempt(reply, 6) == "123456"


@pytest.mark.parametrize(
    "reply",
    ["", "12345", "1234567", "no", "123456 or 654321", "call me at 12:30", "123 45", "x" * 5000],
)
def test_anything_else_is_no_code(reply: str) -> None:
    assert attempt(reply, 6) is None


def test_what_may_be_a_code_is_kept_without_its_digits() -> None:
    assert masked("my code is 123 456") == "my code is ••• •••"
    assert masked("１２３４") == "••••"
    assert masked("²①34") == "••••"
    assert masked("send it again, 2nd time") == "send it again, 2nd time"
