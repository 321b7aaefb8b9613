"""What one transaction did, collected while it runs and counted once it is committed; see `metrics`."""

from collections import Counter
from enum import StrEnum


class Count(StrEnum):
    """What is counted; the label of each is one of few words, and never a number or a text."""

    TEXTS = "texts"  # that came in, by account
    REPEATS = "repeats"  # deliveries that were stored before, by account
    UNREAD = "unread"  # events that are no text and no report that we know, by account
    POISONED = "poisoned"  # deliveries that could not be stored as what they are, by account
    REPORTS = "reports"  # delivery reports, by status
    UNKNOWN_REPORTS = "unknown_reports"  # reports whose message is not known, by why
    SENDS = "sends"  # tries, by what came of them
    REFUSED = "refused"  # by the gate, by reason: withdrawn, or moved
    FAILED = "failed"  # texts that failed for good, by reason
    VERIFICATIONS = "verifications"  # of one-time codes: what was done
    UNVERIFIED = "unverified"  # codes that were not sent, by why
    WAKES = "wakes"  # clocks that went off


class Time(StrEnum):
    """What is timed, in seconds."""

    ANSWER = "answer"  # from a text that was stored to its answer, accepted by the provider
    DELIVERY = "delivery"  # from a text's first try to what its report says of its delivery
    CODE = "code"  # from a one-time code that was asked for to its delivery


class Tally:
    """Counts and times of one transaction."""

    __slots__ = ("counts", "times")

    def __init__(self) -> None:
        self.counts: Counter[tuple[Count, str]] = Counter()
        self.times: list[tuple[Time, float]] = []

    def clear(self) -> None:
        """Begin anew: the transaction is run once more."""
        self.counts.clear()
        self.times.clear()

    def add(self, what: Count, label: str = "", times: int = 1) -> None:
        """Count something; nothing where `times` is 0."""
        if times:
            self.counts[what, label] += times

    def took(self, what: Time, seconds: float) -> None:
        """Time something; clocks that disagree make it no time at all."""
        self.times.append((what, max(0.0, seconds)))


def uncounted(tally: Tally) -> None:
    """Where nobody counts."""
    del tally
