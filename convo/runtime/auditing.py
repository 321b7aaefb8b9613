"""The audit: whether the books of a database balance, while others write into it, in bounded memory."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from convo.clock import Clock
from convo.flow.advance import next_wake
from convo.flow.session import Phase
from convo.runtime.library import Library
from convo.runtime.sessions import decode
from convo.store import audit, conversations, tables
from convo.store.audit import Stretch, Wrong
from convo.store.consent_tables import consent_entries
from convo.store.engine import LOCK_TIMEOUT, Store

ROWS = 5_000  # in one transaction
MOST = 1_000  # findings of a kind
# A claim and a STOP that wait for one lock have read the clock before: who came first only the lock knows.
_GRACE = timedelta(seconds=LOCK_TIMEOUT)
_AHEAD = timedelta(minutes=5)

# What is wrong, by its code: of what it is, and in words.
CODES = {
    "not_processed": ("receipt", "was acknowledged and never became a text"),
    "processed_twice": ("message", "is a text that was taken before"),
    "not_delivered": ("message", "is a text of a contact that no provider delivered"),
    "unknown_status": ("message", "has a status that there is not"),
    "no_reason": ("message", "did not go, and nobody says why"),
    "accepted_by_nobody": ("message", "counts as accepted, and no provider has a name for it"),
    "never_due": ("message", "is queued and never due"),
    "claimed_for_ever": ("message", "is being sent, by nobody who would have to end"),
    "one_name_for_two": ("message", "has the provider's name of another message"),
    "overtaken": (
        "message",
        "left before an earlier text of its conversation, or two machines' clocks differ",
    ),
    "after_stop": ("message", "was claimed after its contact had said STOP"),
    "report_not_joined": ("report", "waits although its message is known"),
    "not_quite_ended": ("conversation", "has ended, and is still to be woken or does not say when it did"),
    "never_woken": ("conversation", "has a clock that nothing will wake"),
    "cannot_go_on": ("conversation", "cannot go on: its flow or what is stored of it cannot be read"),
    "from_the_future": ("message", "was stored later than now: a clock was set back, or runs ahead"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    code: str
    what: str  # message, receipt, report or conversation
    id: int | str
    message: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Books:
    """What was counted: texts of contacts, and ours by their status."""

    received: int = 0
    ours: Counter[str] = field(default_factory=Counter)


class Audit:
    """One look through a database."""

    def __init__(self, store: Store, library: Library, clock: Clock) -> None:
        self.books = Books()
        self._store = store
        self._library = library
        self._clock = clock

    def run(self) -> Iterator[Finding]:
        """Everything that is wrong, as it is found."""
        checks: Sequence[Callable[[], Iterator[Wrong]]] = (
            self._messages,
            partial(self._whole, partial(audit.twice, most=MOST)),
            partial(self._whole, partial(audit.unprocessed, most=MOST)),
            partial(self._stretches, tables.contacts.c.id, audit.overtaken),
            partial(self._stretches, consent_entries.c.id, _after_stop),
            partial(self._whole, partial(audit.unjoined, most=MOST)),
            partial(self._stretches, tables.conversations.c.id, audit.ended),
            self._clocks,
            self._future,
        )
        for check in checks:
            for wrong in check():
                yield _told(wrong)

    def _messages(self) -> Iterator[Wrong]:
        def look(connection: Connection, stretch: Stretch) -> list[Wrong]:
            for direction, status, count in audit.counts(connection, stretch):
                if direction == "in":
                    self.books.received += count
                else:
                    self.books.ours[status] += count
            return audit.standings(connection, stretch)

        return self._stretches(tables.messages.c.id, look)

    def _whole(self, look: Callable[[Connection], list[Wrong]]) -> Iterator[Wrong]:
        yield from self._store.look(look)

    def _stretches(self, column: Any, look: Callable[[Connection, Stretch], list[Wrong]]) -> Iterator[Wrong]:
        """What `look` finds, from the first row to what is the last one now."""

        def at(stretch: Stretch) -> Callable[[Connection], list[Wrong]]:
            return lambda connection: look(connection, stretch)

        first, last = self._store.look(lambda connection: audit.ends(connection, column))
        for after in range(first - 1, last, ROWS):
            yield from self._store.look(at(Stretch(after, after + ROWS)))

    def _clocks(self) -> Iterator[Wrong]:
        """Live conversations that something is to happen to, and that nothing would wake by then."""
        after = 0
        while True:
            found = self._store.look(partial(self._unwoken, after))
            if found is None:
                return
            after, wrong = found
            yield from wrong

    def _unwoken(self, after: int, connection: Connection) -> tuple[int, list[Wrong]] | None:
        live = conversations.chosen(connection, None, after, ROWS, status=Phase.LIVE.value)
        wrong = []
        for stored in live:
            try:
                flows = self._library.version(connection, stored.version)
                due = next_wake(flows, decode(stored))
            except Exception as error:
                wrong.append(Wrong("cannot_go_on", stored.id, str(error)))
                continue
            if due is not None and (stored.wake_at is None or stored.wake_at > due):
                wrong.append(Wrong("never_woken", stored.id, f"due {due.isoformat()}"))
        return (live[-1].id, wrong) if live else None

    def _future(self) -> Iterator[Wrong]:
        found = self._store.look(audit.newest)
        if found is not None and found[1] > self._clock() + _AHEAD:
            yield Wrong("from_the_future", found[0], found[1].isoformat())


def _after_stop(connection: Connection, stretch: Stretch) -> list[Wrong]:
    rows = audit.after_stop(connection, stretch)
    return [
        Wrong("after_stop", row.id, f"entry {row.entry} of the ledger")
        for row in rows
        if row.tried - row.at > _GRACE
    ]


def _told(wrong: Wrong) -> Finding:
    what, words = CODES[wrong.code]
    about = f" ({wrong.about})" if wrong.about else ""
    return Finding(wrong.code, what, wrong.id, f"{what} {wrong.id} {words}{about}")
