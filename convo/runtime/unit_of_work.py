"""What one transaction reads of its contacts' conversations, and collects to write in one go."""

from collections.abc import Iterable

from sqlalchemy import Connection

from convo.flow.advance import RUNNING
from convo.flow.session import Phase
from convo.store import calls, contacts, conversations, errands, events, ids, messages, outgoing, talks
from convo.store.conversations import Stored
from convo.store.errands import Errand
from convo.store.tables import conversations as conversation_table
from convo.store.talks import Side


class UnitOfWork:
    """The conversations of a transaction as they are by now. Their contacts are locked; `flush` writes."""

    def __init__(self, connection: Connection, *, numbers: int) -> None:
        """`numbers` are drawn at a time for new conversations."""
        self._connection = connection
        self._draws, self._numbers, self._last_number = numbers, list[int](), 0
        self._loaded: set[int] = set()  # contacts whose open conversations are known
        self._open: dict[int, dict[int, Stored]] = {}  # by contact and row number
        self._new: dict[int, Stored] = {}
        self._changed: dict[int, tuple[Stored, Stored]] = {}  # as it was, as it is
        self._sides: dict[int, Side] = {}  # of those that are new
        self._left: dict[int, tuple[int, int, int]] = {}  # contact, conversation, visit
        self._tags: dict[int, tuple[str, ...]] = {}  # of contacts who were tagged here
        self._tagged: set[int] = set()  # those whose tags are to be written
        self._errands: list[Errand] = []
        self._calls: list[calls.Draft] = []
        self._gave_up: set[int] = set()  # conversations that wait no more for what they called
        self.history: list[messages.Draft | events.Happened] = []  # in this order
        self.told: list[outgoing.Draft] = []  # what the application is to be told of, in this order

    # What there is.

    def know(self, contact_ids: Iterable[int]) -> None:
        """Read the open conversations of these contacts, all at once."""
        wanted = set(contact_ids) - self._loaded
        self._loaded |= wanted
        for stored in conversations.alive(self._connection, wanted):
            if stored.id not in self._changed:
                self._open.setdefault(stored.contact_id, {})[stored.id] = stored

    def open(self, contact_id: int, number: str) -> list[Stored]:
        """The conversations of a contact with one of our numbers that have not ended, oldest first."""
        found = self._of(contact_id)
        return sorted((one for one in found if one.number == number), key=lambda one: one.id)

    def running(self, contact_id: int, number: str) -> Stored | None:
        """The one that is live, calls, or is with a person."""
        for stored in self._of(contact_id):
            if stored.number == number and stored.status in RUNNING:
                return stored
        return None

    def ended(self, contact_id: int, number: str) -> Stored | None:
        """The last one that began, and ended in this transaction."""
        found = [after for _, after in self._changed.values()] + list(self._new.values())
        here = [one for one in found if (one.contact_id, one.number) == (contact_id, number)]
        over = [one for one in here if one.status == Phase.ENDED and one.state]
        return max(over, key=lambda one: one.id, default=None)

    def latest(self, stored: Stored) -> Stored:
        """A conversation that was read before, as it is now."""
        if stored.id in self._new:
            return self._new[stored.id]
        return self._changed.get(stored.id, (stored, stored))[1]

    def tags(self, contact_id: int) -> tuple[str, ...] | None:
        """The tags of a contact whom this transaction has tagged; None for any other."""
        return self._tags.get(contact_id)

    def number(self) -> int:
        """A number for a new conversation."""
        if not self._numbers:
            drawn = ids.allocate(self._connection, conversation_table, self._draws)
            # SQLite draws those again that are not written yet.
            behind = max(0, self._last_number + 1 - drawn[0])
            self._numbers = [number + behind for number in drawn]
        self._last_number = self._numbers.pop(0)
        return self._last_number

    # What changes.

    def add(self, new: Stored) -> None:
        """A conversation that is not stored yet."""
        self._new[new.id] = new
        self._remember(new)

    def side(self, new: Stored, side: Side) -> None:
        """How a conversation is counted that is to begin."""
        self._sides[new.id] = side

    def put(self, before: Stored, after: Stored) -> None:
        """A conversation was changed."""
        if after.id in self._new:
            self.add(after)
        else:
            first, _ = self._changed.get(after.id, (before, None))
            self._changed[after.id] = first, after
            self._remember(after)

    def leave(self, stored: Stored, visit: int) -> None:
        """The texts that a conversation said before this visit, and that may lapse, are withdrawn."""
        self._left[stored.id] = (stored.contact_id, stored.id, visit)

    def tag(self, contact_id: int, tags: tuple[str, ...]) -> None:
        """A contact has these tags from now on."""
        self._tags[contact_id] = tags
        self._tagged.add(contact_id)

    def send(self, errand: Errand) -> None:
        """Another contact's flow is to begin."""
        self._errands.append(errand)

    def call(self, call: calls.Draft) -> None:
        """Slow work is to be done."""
        self._calls.append(call)

    def gives_up(self, stored: Stored) -> None:
        """A conversation waits no more for what it called."""
        self._gave_up.add(stored.id)

    def forget(self, contact_id: int) -> None:
        """Everything collected is written, and a STOP changed what there is."""
        self._loaded.discard(contact_id)
        self._open.pop(contact_id, None)

    def flush(self) -> None:
        """Write everything collected so far."""
        connection = self._connection
        # What ended makes room for what begins: a contact has one running conversation with a number.
        running = [pair for pair in self._changed.values() if pair[1].status in RUNNING]
        if len(running) < len(self._changed):
            conversations.save(
                connection, [pair for pair in self._changed.values() if pair[1].status not in RUNNING]
            )
        conversations.save(connection, running)
        conversations.insert(connection, list(self._new.values()))
        drafts = [item for item in self.history if isinstance(item, messages.Draft)]
        talks.stepped(connection, list(self._new.values()), list(self._changed.values()), drafts, self._sides)
        numbers = events.write(connection, self.history)
        # After the messages: a conversation that slept long may say and leave in one go.
        messages.lapse(connection, self._left.values())
        for contact_id in self._tagged:
            contacts.tag(connection, contact_id, self._tags[contact_id])
        if self.told:
            outgoing.write(connection, self._identified(numbers))
        errands.add(connection, self._errands)
        calls.drop(connection, self._gave_up)  # before those that it called since
        calls.add(connection, self._calls)
        written = (
            self._new, self._changed, self._left, self._tagged, self.told, self._errands, self._calls,
            self._gave_up, self.history, self._sides,
        )  # fmt: skip
        for collected in written:
            collected.clear()

    def _of(self, contact_id: int) -> Iterable[Stored]:
        if contact_id not in self._loaded:
            self.know([contact_id])
        return self._open.get(contact_id, {}).values()

    def _identified(self, numbers: list[int]) -> list[outgoing.Draft]:
        """What is to be told, each with the number of the message that it is about."""
        by_draft = {id(item): number for item, number in zip(self.history, numbers, strict=True)}
        return [
            event._replace(data={"id": by_draft[id(event.about)], **event.data}) if event.about else event
            for event in self.told
        ]

    def _remember(self, stored: Stored) -> None:
        here = self._open.setdefault(stored.contact_id, {})
        if stored.status == Phase.ENDED:
            here.pop(stored.id, None)
        else:
            here[stored.id] = stored
