"""Figures worked out from counts: rates, times, costs, and a row for each of what is asked for."""

from decimal import Decimal

import pytest

from convo.errors import InsightError
from convo.messages import Reason, Status
from convo.prices import Prices
from convo.resources.insights import Insight, InsightsQuery
from convo.runtime import insights
from convo.runtime.insights import quantile
from tests.runtime.house import ANA, BEN, CAT, House


@pytest.fixture
def busy(house: House) -> House:
    """Ana answers after 40 seconds and is confirmed, Ben says STOP, Cat's text does not arrive."""
    house.take(*(house.text("visit", who) for who in (ANA, BEN, CAT)))
    house.leaves()
    house.later(seconds=40)
    house.take(house.text("yes"), house.text("stop", BEN))
    house.leaves()
    house.report(house.message("Can you come?"), Status.DELIVERED)
    house.report(house.message("Can you come?", BEN), Status.DELIVERED)
    house.report(house.message("Can you come?", CAT), Status.FAILED, Reason.UNREACHABLE)
    return house


def rows(house: House, **asked: object) -> dict[str | None, Insight]:
    query = InsightsQuery.model_validate(asked)
    found = house.do(lambda connection: insights.read(connection, house.settings, query))
    return {each.key: each for each in found.items}


def test_everything(busy: House) -> None:
    prices = Prices(segment={"+": Decimal("0.01")}, incoming={"+1555": Decimal("0.001")})
    busy.settings = busy.settings.model_copy(update={"prices": prices})
    found = rows(busy)[None]

    assert (found.started, found.asked, found.answered, found.response_rate) == (3, 3, 1, 0.3333)
    assert (found.sent, found.delivered, found.failed, found.received) == (5, 2, {"unreachable": 1}, 5)
    assert found.outcomes == {"confirmed": 1, "stopped": 1}
    assert (found.opt_outs, found.opt_out_rate) == (1, 50.0)
    assert (found.answer_median, found.answer_p90) == (37.5, 43.5)  # within the bucket of 30 to 45
    assert found.cost == found.segments_out * Decimal("0.01") + 5 * Decimal("0.001")


def test_by_state_it_is_a_funnel(busy: House) -> None:
    found = rows(busy, by="state")
    assert list(found) == ["ask", "confirmed"]
    assert (found["ask"].reached, found["ask"].left, found["ask"].dropped) == (3, 1, 1)
    assert (found["confirmed"].reached, found["confirmed"].left, found["confirmed"].dropped) == (1, 1, 0)


@pytest.mark.parametrize(
    "by", ["day", "hour", "flow", "version", "campaign", "variant", "number", "language"]
)
def test_the_rows_add_up(busy: House, by: str) -> None:
    parts, whole = rows(busy, by=by).values(), rows(busy)[None]
    for name in ("started", "answered", "sent", "delivered", "received", "segments_out", "opt_outs"):
        assert sum(getattr(each, name) for each in parts) == getattr(whole, name), name


def test_days_are_those_of_the_time_zone(busy: House) -> None:
    assert list(rows(busy, by="day")) == ["2026-11-30"]
    assert list(rows(busy, by="hour", timezone="Pacific/Auckland")) == ["2026-11-30T22:00+13:00"]
    assert rows(busy, since="2026-11-30T22:00", timezone="Pacific/Auckland")[None].started == 3
    assert rows(busy, until="2026-11-30T09:00Z")[None].started == 0
    assert rows(busy, flow="nowhere")[None].sent == 0


def test_a_segment_without_a_price_is_told(busy: House) -> None:
    busy.settings = busy.settings.model_copy(update={"prices": Prices(segment={"+44": Decimal(1)})})
    assert (rows(busy)[None].cost, rows(busy)[None].unpriced) == (Decimal(), 5)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"timezone": "Mars/Base"}, "bad_timezone"),
        ({"since": "2026-12-01T00:00", "until": "2026-11-01T00:00"}, "bad_span"),
    ],
)
def test_what_will_not_do_is_told(house: House, asked: dict[str, str], code: str) -> None:
    with pytest.raises(InsightError) as refused:
        rows(house, **asked)
    assert refused.value.code == code


def test_a_quantile_lies_in_its_bucket() -> None:
    assert quantile({}, 0.5) is None
    assert quantile({"1": 1}, 0.5) == 0.5
    assert quantile({"10": 10, "20": 10}, 0.9) == 19.0
    assert quantile({"10": 1, "longer": 9}, 0.5) == 1209600.0
