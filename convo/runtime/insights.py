"""What the numbers say: figures worked out from counts. What each means is in docs/insights.md."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from convo.errors import InsightError
from convo.flow.advance import EXPIRES_AS
from convo.prices import Prices
from convo.resources.insights import By, Insight, Insights, InsightsQuery
from convo.runtime.consent import STOPPED
from convo.settings import Settings
from convo.store import counted
from convo.store.counted import Chosen, Count
from convo.store.counting import BUCKETS, LONGER, Figure

# How conversations end that their flow does not; what people close them as is the people's own word.
DROPPED = (EXPIRES_AS, STOPPED)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OF_CONVERSATIONS = (Figure.REACHED, Figure.ENDED)


def read(connection: Connection, settings: Settings, query: InsightsQuery) -> Insights:
    """The figures; raises InsightError for a time zone that is none, or times in the wrong order."""
    zone = _zone(query.timezone)
    since, until = (_aware(each, zone) for each in (query.since, query.until))
    if since and until and since >= until:
        raise InsightError(
            "bad_span", f"it ends before it begins: {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M}"
        )
    chosen = Chosen(query.flow, query.number, query.version, query.campaign, since, until)
    part = "hour" if query.by == "day" else query.by
    groups: dict[str | None, list[Count]] = defaultdict(list)
    for count in counted.sums(connection, chosen, part):
        if query.by != "state" or count.state:
            groups[_key(count.part, query.by, zone)].append(count)
    if query.by is None and not groups:
        groups[None] = []
    prices = settings.prices
    items = [
        _insight(key, groups[key], query.by, prices) for key in sorted(groups, key=lambda key: key or "")
    ]
    if query.by == "state":
        items.sort(key=lambda item: -(item.reached or 0))
    return Insights(currency=prices.currency if prices.are_set else None, items=items)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InsightError(
            "bad_timezone", f"'{name}' is not a time zone; write one like 'Europe/London'"
        ) from None


def _aware(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.replace(tzinfo=zone) if moment is not None and moment.tzinfo is None else moment


def _key(part: object, by: By | None, zone: ZoneInfo) -> str | None:
    if by not in ("day", "hour"):
        return None if part is None else str(part)
    begins = (_EPOCH + timedelta(hours=int(str(part)))).astimezone(zone)
    return f"{begins:%Y-%m-%d}" if by == "day" else begins.isoformat(timespec="minutes")


def _insight(key: str | None, counts: Iterable[Count], by: By | None, prices: Prices) -> Insight:
    total: Counter[str] = Counter()
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    cost, unpriced = Decimal(), 0
    for count in counts:
        total[count.figure] += count.value
        labels[count.figure][count.label] += count.value
        price = _price(prices, count)
        if price is not None:
            cost += price * count.value
        elif count.figure == Figure.SEGMENTS_OUT:
            unpriced += count.value
    outcomes = labels[Figure.ENDED]
    of_state = by == "state"
    return Insight(
        key=key,
        received=total[Figure.RECEIVED],
        segments_in=total[Figure.SEGMENTS_IN],
        sent=total[Figure.SENT],
        segments_out=total[Figure.SEGMENTS_OUT],
        cost=cost if prices.are_set else None,
        unpriced=unpriced,
        delivered=total[Figure.DELIVERED],
        failed=_sorted(labels[Figure.FAILED]),
        uncertain=total[Figure.UNCERTAIN],
        withdrawn=_sorted(labels[Figure.WITHDRAWN]),
        started=total[Figure.STARTED],
        asked=total[Figure.ASKED],
        answered=total[Figure.ANSWERED],
        response_rate=_rate(total[Figure.ANSWERED], total[Figure.ASKED]),
        answer_median=quantile(labels[Figure.ANSWER_TIME], 0.5),
        answer_p90=quantile(labels[Figure.ANSWER_TIME], 0.9),
        outcomes=_sorted(outcomes),
        reached=total[Figure.REACHED] if of_state else None,
        left=total[Figure.ENDED] if of_state else None,
        dropped=sum(outcomes[each] for each in DROPPED) if of_state else None,
        opt_outs=total[Figure.OPT_OUTS],
        opt_out_rate=_rate(100 * total[Figure.OPT_OUTS], total[Figure.DELIVERED]),
        handed=total[Figure.HANDED],
        person_answered=total[Figure.PERSON_ANSWERED],
        person_median=quantile(labels[Figure.PERSON_TIME], 0.5),
        person_p90=quantile(labels[Figure.PERSON_TIME], 0.9),
    )


def _price(prices: Prices, count: Count) -> Decimal | None:
    if count.figure == Figure.SEGMENTS_OUT:
        return prices.sent(count.number, f"+{count.label}")
    return prices.received(count.number) if count.figure == Figure.SEGMENTS_IN else None


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    """The most frequent first."""
    return dict(
        sorted(((name, count) for name, count in counts.items() if count), key=lambda one: (-one[1], one[0]))
    )


def quantile(buckets: Mapping[str, int], share: float) -> float | None:
    """The seconds within which this share of what was timed lies; None where nothing was timed.

    As if what is in a bucket lay evenly in it; what took longer than the last counts as its end.
    """
    wanted = share * sum(buckets.values())
    if not wanted:
        return None
    below, begins = 0.0, 0
    for ends in BUCKETS:
        count = buckets.get(str(ends), 0)
        if count and below + count >= wanted:
            return round(begins + (ends - begins) * (wanted - below) / count, 1)
        below, begins = below + count, ends
    assert LONGER in buckets
    return float(BUCKETS[-1])
