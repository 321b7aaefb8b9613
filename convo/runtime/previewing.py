"""What a campaign would say, cost and take, told before anything is sent.

The texts come from the flow itself, stepped for some contacts of all parts of the list; the others are taken
to need as many segments as those. Who pays what is counted.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from convo import segments
from convo.errors import StartError
from convo.flow.advance import advance, open_session
from convo.flow.compile import Bundle
from convo.flow.session import Say, Started
from convo.messages import Contact
from convo.prices import Prices
from convo.runtime import gate
from convo.runtime.pacing import Rates
from convo.settings import Settings
from convo.store import campaign_contacts, contacts
from convo.store.campaign_contacts import Member
from convo.store.campaigns import Campaign

SAMPLED = 100  # contacts


@dataclass(frozen=True, slots=True)
class Sample:
    """What one of the contacts that are looked at would get at first."""

    contact: str
    number: str
    texts: Sequence[str]
    segments: int
    state: str  # in which the flow waits then
    trouble: str | None  # why it would fail
    opens: datetime  # when their quiet hours let it through


@dataclass(frozen=True, slots=True)
class Preview:
    """What is to be expected of those whose turn is still to come."""

    contacts: Mapping[str, int]  # by our number
    samples: Sequence[Sample]  # from all parts of the list, of a top-up from its
    segments: int  # of all first texts, about
    cost: Decimal | None  # of them, about; None where no price is set
    currency: str
    unpriced: int  # contacts for whose numbers there is no price
    lasts: timedelta | None  # at the pace of the numbers; None where nothing limits them
    quiet: int  # of the samples, how many are in quiet hours when it would start
    opens: datetime | None  # when the quiet hours of all of them have ended

    def as_dict(self, shown: int) -> dict[str, Any]:
        """As JSON, with so many samples."""
        return {
            "contacts": dict(self.contacts),
            "segments": self.segments,
            "cost": str(self.cost) if self.cost is not None else None,
            "currency": self.currency if self.cost is not None else None,
            "unpriced": self.unpriced,
            "seconds": round(self.lasts.total_seconds()) if self.lasts is not None else None,
            "in_quiet_hours": self.quiet,
            "quiet_until": self.opens.isoformat() if self.opens else None,
            "samples": [
                {
                    "contact": each.contact,
                    "number": each.number,
                    "texts": list(each.texts),
                    "segments": each.segments,
                    "state": each.state,
                    "trouble": each.trouble,
                    "may_leave_at": each.opens.isoformat(),
                }
                for each in self.samples[:shown]
            ],
        }


def preview(
    books: Connection,
    people: Connection,
    settings: Settings,
    campaign: Campaign,
    flows: Bundle,
    rates: Rates,
    at: datetime,
) -> Preview:
    """What is to be expected of a campaign that starts at a moment. `people` is where contacts are known."""
    counts = campaign_contacts.to_come(books, campaign.id)
    chosen = _chosen(books, campaign, counts, campaign.released) or _chosen(books, campaign, counts, 0)
    known = contacts.known(people, (member.contact for member in chosen))
    samples = [
        _sample(settings, campaign, flows, member, _contact(member, known.get(member.contact)), at)
        for member in chosen
    ]
    each = _mean([one.segments for one in samples])
    cost, unpriced = None, sum(counts.values())
    if settings.prices.are_set and samples:
        begin = campaign_contacts.beginnings(books, campaign.id, settings.prices.longest)
        cost, unpriced = _cost(settings.prices, samples, begin)
    late = [one.opens for one in samples if one.opens > at]
    return Preview(
        contacts=counts,
        samples=samples,
        segments=round(each * sum(counts.values())),
        cost=cost,
        currency=settings.prices.currency,
        unpriced=unpriced,
        lasts=_lasts(rates, counts, samples),
        quiet=len(late),
        opens=max(late, default=None),
    )


def _chosen(books: Connection, campaign: Campaign, counts: Mapping[str, int], after: int) -> list[Member]:
    """Contacts to look at, from row `after` on: of each of our numbers as many as it has of all."""
    total = sum(counts.values())
    found: list[Member] = []
    for number, count in counts.items():
        share = math.ceil(SAMPLED * count / total)
        found += campaign_contacts.spread(books, campaign.id, number, after, share)
    return sorted(found, key=lambda member: member.id)


def _contact(member: Member, known: contacts.Known | None) -> Contact:
    mine = known.contact if known else Contact(member.contact)
    return Contact(
        member.contact, member.language or mine.language, member.timezone or mine.timezone, mine.tags
    )


def _sample(
    settings: Settings, campaign: Campaign, flows: Bundle, member: Member, contact: Contact, at: datetime
) -> Sample:
    number = settings.number(member.number)
    opens = gate.opening(number, (member.contact, contact.timezone), flows.root.flow.purpose, at)
    given = {**campaign.vars, **(member.vars or {})}
    try:
        session = open_session(flows, contact, member.number, number.timezone, given, at)
    except StartError as error:
        return Sample(member.contact, member.number, (), 0, "", str(error), opens)
    turn = advance(flows, session, Started(), at)
    texts = [effect.text for effect in turn.effects if isinstance(effect, Say)]
    count = sum(map(segments.parts, texts))
    return Sample(member.contact, member.number, texts, count, turn.session.state, turn.trouble, opens)


def _cost(
    prices: Prices, samples: Sequence[Sample], beginnings: Mapping[tuple[str, str], int]
) -> tuple[Decimal, int]:
    """What the first texts cost, and how many contacts have no price.

    Segments are those of the samples that pay the same; where there is none, of all.
    """
    paying = defaultdict[Decimal | None, list[int]](list)
    for one in samples:
        paying[prices.sent(one.number, one.contact)].append(one.segments)
    cost, unpriced = Decimal(), 0
    for (number, begin), count in beginnings.items():
        price = prices.sent(number, begin)
        if price is None:
            unpriced += count
        else:
            cost += price * count * _mean(paying.get(price) or [one.segments for one in samples])
    return cost.quantize(Decimal("0.01")), unpriced


def _mean(counts: Sequence[int]) -> Decimal:
    return Decimal(sum(counts)) / len(counts) if counts else Decimal()


def _lasts(rates: Rates, counts: Mapping[str, int], samples: Sequence[Sample]) -> timedelta | None:
    """How long the slowest of the numbers takes."""
    texts = Decimal(sum(len(one.texts) for one in samples)) / len(samples) if samples else Decimal(1)
    found = [
        limit.period * float(count * texts / limit.count)
        for number, count in counts.items()
        for limit in rates.of(number)
    ]
    return max(found, default=None)
