"""What Prometheus reads: counts and times of this process, and what waits in the database.

No label holds a phone number or a text. The lines count once for each transaction (`tally`), after it
is committed.
"""

import os
from collections.abc import Iterable, Mapping
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from convo.messages import Priority, Reason, Status, Trouble
from convo.runtime.tally import Count, Tally, Time
from convo.store.depth import Depth
from convo.store.reports import Why

# Of each count: its name, what it is, and its label.
COUNTS = {
    Count.TEXTS: ("convo_texts_received", "Texts of contacts that were stored.", "account"),
    Count.REPEATS: ("convo_deliveries_repeated", "Deliveries that were stored before.", "account"),
    Count.UNREAD: ("convo_events_unread", "Events that are neither a text nor a report.", "account"),
    Count.POISONED: ("convo_deliveries_poisoned", "Deliveries that were kept with an error.", "account"),
    Count.REPORTS: ("convo_reports", "Delivery reports.", "status"),
    Count.UNKNOWN_REPORTS: ("convo_reports_unknown", "Reports whose message is not known.", "why"),
    Count.SENDS: ("convo_sends", "Tries to send, by what came of them.", "result"),
    Count.REFUSED: ("convo_gate_refusals", "Texts that the gate withdrew or moved.", "reason"),
    Count.FAILED: ("convo_texts_failed", "Texts that failed for good.", "reason"),
    Count.VERIFICATIONS: ("convo_verifications", "One-time codes: sent, checked, and how.", "what"),
    Count.UNVERIFIED: ("convo_verifications_refused", "One-time codes that were not sent.", "reason"),
    Count.WAKES: ("convo_clocks", "Conversations that their clocks woke.", ""),
}
# The words of each label, but for accounts. All of them are there from the start, at 0: who waits for one to
# grow would not see the first of each process otherwise.
WORDS: Mapping[Count, Iterable[str]] = {
    Count.REPORTS: (Status.SENT, Status.DELIVERED, Status.FAILED),
    Count.UNKNOWN_REPORTS: Why,
    Count.SENDS: ("accepted", "not_begun", "given_back", *Trouble),
    Count.REFUSED: (
        Reason.OPTED_OUT, Reason.NO_CONSENT, Reason.OUT_OF_DATE, Reason.QUIET_HOURS, Reason.OVER_CAP,
    ),
    Count.FAILED: (
        Reason.OPTED_OUT, Reason.BAD_NUMBER, Reason.UNREACHABLE, Reason.BLOCKED, Reason.NOT_ALLOWED,
        Reason.TOO_MANY, Reason.PROVIDER_FAULT, Reason.REJECTED, Reason.GAVE_UP, Reason.UNKNOWN,
    ),
    Count.VERIFICATIONS: (
        "sent", "resent", "approved", "wrong", "mismatch", "canceled", "prefix_rests", "check_expired",
        "check_approved", "check_max_attempts", "check_canceled", "check_failed", "check_not_found",
        "check_limited", "check_locked",
    ),
    Count.UNVERIFIED: ("opted_out", "too_many_sends", "limited", "prefix_rests", "locked"),
}  # fmt: skip
REFUSALS = (400, 401, 413, 503)  # of webhooks, by their status
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
TIMES = {
    Time.ANSWER: (
        "convo_answer_seconds",
        "From a text that was stored to its answer, accepted by the provider.",
        _SECONDS,
    ),
    Time.DELIVERY: (
        "convo_delivery_seconds",
        "From a text's first try to its delivery, or to its failure.",
        (0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 6 * 3600, 24 * 3600),
    ),
    Time.CODE: (
        "convo_code_delivery_seconds",
        "From a one-time code that was asked for to its delivery.",
        (0.5, 1, 2.5, 5, 7.5, 10, 15, 30, 60, 120, 300, 600),
    ),
}
_SHARED = "PROMETHEUS_MULTIPROC_DIR"  # where processes behind one socket put their counts together
_PRIORITIES = {Priority.CODE: "code", Priority.TALK: "talk", Priority.CAMPAIGN: "campaign"}


class Metrics:
    """The counts of one process, which serves these accounts."""

    def __init__(self, accounts: Iterable[str] = ()) -> None:
        self._registry = CollectorRegistry()
        if _SHARED not in os.environ:
            ProcessCollector(registry=self._registry)
        self._counters = {
            what: Counter(name, about, [label] if label else [], registry=self._registry)
            for what, (name, about, label) in COUNTS.items()
        }
        self._histograms = {
            what: Histogram(name, about, buckets=buckets, registry=self._registry)
            for what, (name, about, buckets) in TIMES.items()
        }
        self._refused = Counter(
            "convo_webhooks_refused",
            "Webhooks that were not answered with a 2xx.",
            ["account", "status"],
            registry=self._registry,
        )
        self._child = cache(self._find)
        served = list(accounts)
        for what, (_, _, label) in COUNTS.items():
            for word in served if label == "account" else WORDS.get(what, ()):
                self._child(what, str(word))
        for account in served:
            for status in REFUSALS:
                self._refused.labels(account, str(status))

    def count(self, tally: Tally) -> None:
        """Count what a transaction did that is committed; from any thread."""
        for (what, label), times in tally.counts.items():
            self._child(what, label).inc(times)
        for timed, seconds in tally.times:
            self._histograms[timed].observe(seconds)

    def refused(self, account: str, status: int) -> None:
        """A webhook of an account that there is was refused."""
        self._refused.labels(account, str(status)).inc()

    def text(self, waits: Iterable[GaugeMetricFamily]) -> bytes:
        """All of it in Prometheus' text format, with `waits`."""
        registry = self._registry
        if _SHARED in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no type for its `registry`
        own = CollectorRegistry()
        own.register(_Given(list(waits)))
        return generate_latest(registry) + generate_latest(own)

    def _find(self, what: Count, label: str) -> Counter:
        counter = self._counters[what]
        return counter.labels(label) if COUNTS[what][2] else counter


def waits(found: Depth | None, intake: int, lines: Mapping[str, bool]) -> list[GaugeMetricFamily]:
    """What waits in the database, None where it cannot be read, and in this process."""
    gauges = [
        _gauge("convo_intake_waiting", "Webhooks that wait to be stored.", {(): intake}),
        _gauge("convo_line_up", "Whether each line of this process works.", _each(lines), "line"),
        _gauge("convo_database_up", "Whether the database can be read.", {(): found is not None}),
    ]
    if found is None:
        return gauges
    queued: dict[tuple[str, ...], float] = {
        ("due", _PRIORITIES[one]): count for one, count in found.due.items()
    }
    queued |= {("later", _PRIORITIES[one]): count for one, count in found.later.items()}
    ages = {_PRIORITIES[one]: age for one, age in found.oldest.items()}
    return [
        *gauges,
        _gauge("convo_queue_texts", "Queued texts, at most 100,000.", queued, "when", "priority"),
        _gauge("convo_queue_oldest_seconds", "Since when the first one is due.", _each(ages), "priority"),
        _gauge("convo_sending_texts", "Texts that are with a provider.", {(): found.sending}),
        _gauge("convo_uncertain_texts", "Texts that may have gone.", {(): found.uncertain}),
        _gauge("convo_clock_lag_seconds", "Since when the next clock is due.", {(): found.clock_lag}),
        _gauge(
            "convo_reports_waiting",
            "Reports of unknown messages.",
            _each({why.value: found.reports.get(why, 0) for why in Why}),
            "why",
        ),
    ]


def _each(values: Mapping[str, float]) -> dict[tuple[str, ...], float]:
    return {(name,): value for name, value in values.items()}


def _gauge(name: str, about: str, values: Mapping[tuple[str, ...], float], *labels: str) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, about, labels=labels)
    for each, value in values.items():
        gauge.add_metric(each, float(value))
    return gauge


class _Given(Collector):
    """Gauges that were read for this answer."""

    def __init__(self, gauges: list[GaugeMetricFamily]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return self._gauges
