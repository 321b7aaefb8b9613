"""Opt-outs and opt-ins of another system, brought into the ledger: in batches, each once, oldest wish first.

An import stops whom the other system stopped, and brings back nobody who has stopped later than it says;
nor does consent to marketing count that a later STOP has taken back.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection

from convo.keywords import KeywordKind
from convo.messages import storable
from convo.runtime import consent as consenting
from convo.runtime import forgetting, marketing
from convo.runtime.marketing import AGREED, Agreement
from convo.runtime.opting import brand_of, contact_of, number_of
from convo.settings import Settings
from convo.store import consent, ledger, outgoing
from convo.store.consent import Standing
from convo.store.contacts import Known

LONGEST_TEXT = 2000  # characters
RULE, ACTOR = "import", "import"
_CLOCKS_APART = timedelta(minutes=1)
_UNDATED = "undated"
# As other systems have it, with every blank and underscore as a dash.
_STOPPED = ("stop", "stopped", "out", "opt-out", "optout", "opted-out", "unsubscribe", "unsubscribed")
_STARTED = ("start", "started", "in", "opt-in", "optin", "opted-in", "subscribe", "subscribed")
_MEANT = {
    **dict.fromkeys(_STOPPED, KeywordKind.STOP),
    **dict.fromkeys(_STARTED, KeywordKind.START),
    **dict.fromkeys((AGREED, "agree", "agreed"), AGREED),
}
# What the ledger's own export has beside them, and changes nothing about who may be texted.
_PASSED = frozenset({KeywordKind.HELP.value})


@dataclass(frozen=True, slots=True)
class Brought:
    """A row of another system. Without a moment it is known to be so now, and no more."""

    contact: str
    brand: str
    action: str  # KeywordKind.STOP or .START, or AGREED
    at: datetime | None
    text: str
    asked: str | None = None  # what they agreed to, as far as it is known


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of rows: lines written, of which so many changed who may be texted."""

    written: int = 0
    known: int = 0  # stood in the ledger already
    stopped: int = 0
    back: int = 0
    agreed: int = 0  # to marketing

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.written + other.written,
            self.known + other.known,
            self.stopped + other.stopped,
            self.back + other.back,
            self.agreed + other.agreed,
        )


def read_row(
    settings: Settings, row: Mapping[str, str], default_brand: str | None, now: datetime
) -> Brought | None:
    """A row as it is meant; None for one that says nothing of stopping or coming back.

    Raises ConsentError, or ValueError, that says what is wrong with it.
    """
    word = row.get("action", "").strip().casefold().replace("_", "-").replace(" ", "-")
    if word in _PASSED:
        return None
    action = _MEANT.get(word)
    if action is None:
        raise ValueError(f"action is stop, start or marketing, not '{row.get('action', '').strip()}'")
    if row.get("key_id", "").strip():
        raise ValueError("its contact is a hash: the number was forgotten where this was exported")
    given = row.get("contact", "").strip()
    if not given:
        raise ValueError("contact: there is no number")
    at = _moment(row.get("at", "").strip(), now, stops=action == KeywordKind.STOP)
    if at is None and action != KeywordKind.STOP:
        named = "a start" if action == KeywordKind.START else "consent to marketing"
        raise ValueError(f"at: {named} needs its moment; without one nobody knows which stop it comes after")
    text = storable(row.get("text", ""))
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"text: at most {LONGEST_TEXT} characters, not {len(text)}")
    brand = brand_of(settings, row.get("brand", "").strip() or default_brand)
    asked = storable(row.get("wording", "")).strip() if action == AGREED else ""
    return Brought(contact_of(given), brand, action, at, text, asked[:LONGEST_TEXT] or None)


def bring(
    connection: Connection,
    settings: Settings,
    rows: Sequence[Brought],
    now: datetime,
    *,
    rule: str = RULE,
    file: str | None = None,
) -> Outcome:
    """Write these rows, oldest first, and what follows from them; what stands in the ledger, not again.

    A stop without its moment is of now, and stands there if this `file`, by a digest of it, has brought it.

    A stop ends conversations and withdraws what is queued like the contact's own; it is not confirmed.
    """
    known = forgetting.lock(connection, settings, {row.contact for row in rows}, now)
    called = forgetting.names(connection, settings, known)
    there: defaultdict[tuple[str, str], set[tuple[str, datetime]]] = defaultdict(set)
    marked = f"{rule}:{file or _UNDATED}"
    brought: dict[tuple[str, str], datetime] = {}
    for line in ledger.briefs(connection, called):
        there[called[line.contact], line.brand].add((line.action, line.at))
        if file and line.rule == marked:
            brought.setdefault((called[line.contact], line.brand), line.at)
    standing = consent.standing(connection, (each.id for each in known.values()))
    total = Outcome()
    for row in sorted(rows, key=lambda row: row.at or now):
        who, lines = (row.brand, known[row.contact].id), there[row.contact, row.brand]
        is_out, has_agreed = standing.get(who, Standing())
        is_known = (str(row.action), row.at) in lines or _is_there(row, brought)
        if is_known or (row.at is None and is_out):
            total += Outcome(known=1)
            continue
        at = row.at or now
        overtaken = any(_overtakes(action, moment, row.action, at) for action, moment in lines)
        lines.add((str(row.action), at))
        if row.action == AGREED:
            holds = not (overtaken or is_out or has_agreed)
            _agree(connection, settings, row, known[row.contact], now, holds=holds)
            standing[who] = Standing(is_out, has_agreed or holds)
            total += Outcome(written=1, agreed=int(holds))
            continue
        stops = row.action == KeywordKind.STOP
        entry = _entry(settings, row, at, rule if row.at else marked)
        consenting.record(
            connection, settings, entry, known[row.contact], now, out_before=is_out, holds=not overtaken
        )
        changes = stops is not is_out and not overtaken
        if changes:
            standing[who] = Standing(stops, has_agreed and not stops)
        elif stops and has_agreed and all(action != AGREED or moment <= at for action, moment in lines):
            # They came back from it, and coming back does not give it again.
            consent.take_back(connection, *who)
            standing[who] = Standing(is_out)
        total += Outcome(1, 0, int(changes and stops), int(changes and not stops))
    return total


def _agree(
    connection: Connection, settings: Settings, row: Brought, known: Known, now: datetime, *, holds: bool
) -> None:
    agreement = Agreement(
        brand=row.brand,
        number=number_of(settings, row.brand),
        contact_id=known.id,
        contact=row.contact,
        words=row.text,
        rule=RULE,
        actor=ACTOR,
        asked=row.asked,
    )
    told = marketing.record(connection, settings.events, agreement, now, at=row.at, holds=holds)
    outgoing.write(connection, [told])


def _entry(settings: Settings, row: Brought, at: datetime, rule: str) -> consent.Entry:
    return consent.Entry(
        brand=row.brand,
        contact=row.contact,
        number=number_of(settings, row.brand),
        action=row.action,
        text=row.text,
        normalised="",
        rule=rule,
        provider_id=None,
        actor=ACTOR,
        wording=None,
        at=at,
    )


def _is_there(row: Brought, brought: Mapping[tuple[str, str], datetime]) -> bool:
    """Whether its file brought this stop before, when the day that it names was not over yet."""
    moment = brought.get((row.contact, row.brand)) if row.action == KeywordKind.STOP else None
    return moment is not None and (row.at is None or row.at >= moment)


def _overtakes(action: str, moment: datetime, brought: str, at: datetime) -> bool:
    """Whether a line of the ledger has the word over one that is brought; of two at once the stop has."""
    if brought == KeywordKind.STOP:
        return action == KeywordKind.START and moment > at
    return action == KeywordKind.STOP and moment >= at


def _moment(text: str, now: datetime, *, stops: bool) -> datetime | None:
    """A moment as ISO 8601 writes it, in UTC unless it says; None where nothing stands there.

    Of a day alone a stop means its end, all else its beginning. A stop that is still to come is of now.
    """
    if not text:
        return None
    try:
        moment = _read(text, stops=stops)
    except (ValueError, OverflowError):
        raise ValueError(f"at: '{text}' is not a moment; write it like 2026-11-30T09:00:00Z") from None
    if moment > now:
        if stops:
            return None
        if moment > now + _CLOCKS_APART:
            raise ValueError(
                f"at: {text} is still to come; it is in UTC unless it says its zone, like +02:00"
            )
    if moment.year < 1990:
        raise ValueError(f"at: {text} is before there were texts")
    return min(moment, now)


def _read(text: str, *, stops: bool) -> datetime:
    try:
        found = datetime.combine(date.fromisoformat(text), time.max if stops else time.min)
    except ValueError:
        found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
