"""Expressions: what they come to, and what they refuse to be."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from convo.flow.expressions import ExpressionError, as_value
from convo.flow.render import RenderError, Texts
from convo.flow.values import Value

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
NAMES: Mapping[str, object] = {
    "n": 4,
    "name": "Ana",
    "now": NOW,
    "price": Decimal("9.0"),
    "tags": ("vip",),
    "result": 1,
}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("n + 1", 5), ("'*' * n", "****"), ("n * 2.5", Decimal("10.0")),
        ("price * 1.2", Decimal("10.80")), ("0.5 + price", Decimal("9.5")), ("price / 2", Decimal("4.5")),
        ("2 ** 10", 1024),
        ("n > 3", True), ("n / 8", Decimal("0.5")), ("name | upper", "ANA"),
        ("tags", ("vip",)), ("['a', 'b']", ("a", "b")), ("now", NOW),
        ("now.date()", date(2026, 12, 1)), ("now - now", timedelta()),
        ("'x' if n > 3 else 'y'", "x"), ("'vip' in tags and not n == 3", True), ("name ~ '!'", "Ana!"),
        ("result + 1", 2), ("'a\\x00b'", "a\ufffdb"), ("'no ' ~ nobody if false else 'yes'", "yes"),
    ],
)  # fmt: skip
def test_what_an_expression_comes_to(source: str, value: Value) -> None:
    found = Texts().expression(source).value(NAMES)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "source", ["nobody", "not nobody", "nobody.x", "nobody or n", "n.nothing", "name / 2"]
)
def test_a_name_that_is_not_there_is_never_taken_for_no(source: str) -> None:
    expression = Texts().expression(source)

    with pytest.raises(ExpressionError, match="failed"):
        expression.holds(NAMES)
    with pytest.raises(ExpressionError, match="failed"):
        expression.value(NAMES)


@pytest.mark.parametrize(
    "source", ["n +", "n n", "n | shout", "", " ", "n }} {{ n", "(n", "n = 1", "n > > 3", "{% set x = 1 %}"]
)
def test_an_expression_that_does_not_parse_is_refused_in_an_authors_words(source: str) -> None:
    with pytest.raises(ValueError, match=r"^this expression cannot be read: .*; write it like "):
        Texts().expression(source)


def test_the_names_of_an_expression_are_known_before_it_runs() -> None:
    names = Texts().expression("n + visits('ask') if name else y[0]").names

    assert names == {"n", "visits", "name", "y"}


@pytest.mark.parametrize(
    "source",
    ["'x' * 99999999999", "99999999999 * 'x'", "['x'] * 99999999", "n * ('x' * 9000)", "10 ** (10 ** 10)",
     "name * 99999999", "99999 ** 9999", "2 ** -99999999"],
)  # fmt: skip
def test_nobody_can_fill_the_memory(source: str) -> None:
    for run in (Texts().expression(source).value, Texts().compile(f"{{{{ {source} }}}}").render):
        with pytest.raises((ExpressionError, RenderError), match=r"too much|comes to more than"):
            run(NAMES)


@pytest.mark.parametrize(
    "found",
    [None, b"x", {"a": 1}, [1], ["a", None], float("nan"), float("inf"), Decimal("NaN"), 10**19, "x" * 10_001,
     datetime(2026, 1, 1), object()],  # noqa: DTZ001 - of no time zone, on purpose
)  # fmt: skip
def test_what_no_variable_can_hold_is_refused(found: object) -> None:
    with pytest.raises(ValueError, match="no variable can hold"):
        as_value(found)
