"""Verifications: one-time codes that an application asks for, sent, checked and canceled.

The rules are those of PROVIDERS.md, 'One-time codes'. What keeps codes from going out is in `defence`.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from convo import phone, segments
from convo.errors import VerificationError
from convo.flow import codes as reading
from convo.messages import Direction, Purpose
from convo.messages import Status as Sent
from convo.runtime import asking, codes, defence, forgetting
from convo.runtime.asking import Bound
from convo.runtime.events import verified
from convo.runtime.tally import Count
from convo.runtime.turns import Line
from convo.store import contacts, ids, messages, outgoing, tables, verifications
from convo.store.contacts import Known
from convo.store.messages import Draft
from convo.store.verifications import Status, Verification

_UNSENT = (Sent.FAILED, Sent.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A code to be sent to `to`. The same terms again send the same code again, while it is valid."""

    to: str
    bound: Bound = field(default_factory=Bound)
    language: str | None = None  # BCP 47; the contact's, unless said
    digits: int | None = None  # of a new code; the settings', unless said
    origin: str | None = None  # of the page that a browser fills it in
    client_ip: str | None = None  # of whoever asked the application for it
    new: bool = False  # another code, also where one is valid
    tells: bool = True  # whether who asks may know why nothing is sent


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody says that a verification's code is this."""

    id: str
    code: str
    to: str | None = None
    bound: Bound = field(default_factory=Bound)
    client_ip: str | None = None
    tells: bool = True  # whether who asks may know why it is not right


@dataclass(frozen=True, slots=True)
class Shown:
    """A verification as it stands, with its contact's number and status for people."""

    verification: Verification
    contact: str
    status: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of an attempt."""

    status: str
    valid: bool = False
    tries_left: int | None = None


def send(line: Line, wanted: Wanted) -> tuple[Shown, bool]:
    """The verification, its text queued, and whether it is new.

    Raises VerificationError where nothing is sent. Who may not know why gets a verification that looks like
    any other instead, and whose code nobody gets.
    """
    asking.check_key(line.settings)
    number, terms = asking.terms(line.settings, wanted.bound)
    asking.check_brand(line.settings, terms.brand)
    to = asking.contact(line.settings, wanted.to)
    language = asking.language(wanted.language)
    digits = asking.digits(line.settings, wanted.digits)
    origin = asking.origin(wanted.origin)
    client = defence.network(wanted.client_ip)
    known = forgetting.lock(line.connection, line.settings, [to], line.now)[to]
    before = verifications.latest(line.connection, known.id, terms.brand, terms.purpose)
    found = before if before and _goes_on(line, before, wanted) and before.terms == terms else None
    keep = verifications.add if found is None else verifications.save
    verification = found or _made(line, number, terms, to, known, digits)
    new = verification.muted
    refused, counted = defence.refused(line, verification, to, client, silent=not wanted.tells)
    if refused is not None:
        line.tally.add(Count.UNVERIFIED, refused.code)
        if wanted.tells:
            raise refused
        verification = replace(
            verification,
            sends=verification.sends + counted,
            reason=refused.code if verification.muted else verification.reason,
        )
        _supersede(line, verification)
        keep(line.connection, verification)
        return shown(line, verification, to), new
    if verification.muted:  # its time begins now, and that of asking for it again goes on: see `_goes_on`
        verification = replace(verification, valid_until=line.now + line.settings.verify.valid)
    tongue = language or known.contact.language or "en"
    text = asking.text(line.settings, terms, tongue, verification.digits, origin)
    sent = replace(
        verification,
        message_id=_queue(line, verification, text),
        sends=verification.sends + 1,
        reason=None,
    )
    _supersede(line, sent)
    keep(line.connection, sent)
    line.tally.add(Count.VERIFICATIONS, "sent" if new else "resent")
    _tell(line, "verification.sent", sent)
    defence.watch(line, sent)
    return shown(line, sent, to), new


def check(line: Line, attempt: Attempt) -> Checked:
    """What came of the attempt, which is counted. Raises VerificationError for what is not to be compared.

    Who may not know why it is not right gets the same answer for every reason.
    """
    asking.check_key(line.settings)
    _, terms = asking.terms(line.settings, attempt.bound)
    client = defence.network(attempt.client_ip)
    code = _typed(attempt.code)
    found = verifications.one(line.connection, attempt.id)
    if found is None:
        if attempt.tells:
            raise _guessed(line, attempt.id, client)
        line.tally.add(Count.VERIFICATIONS, "check_not_found")
        defence.failed(line, client)
        return Checked(Status.PENDING)
    contacts.hold(line.connection, [found[0].contact_id])
    found = verifications.one(line.connection, attempt.id) or found
    verification, contact = found
    if attempt.tells and len(code) != verification.digits:
        raise VerificationError("bad_code", f"a code of {verification.digits} digits was sent")
    over = _over(line, verification, tells=attempt.tells) or defence.unchecked(line, verification, client)
    if over is not None:
        line.tally.add(Count.VERIFICATIONS, f"check_{over.code}")
        if attempt.tells:
            raise over
        if over.code != "locked":
            return Checked(Status.PENDING)
    # Of a contact who is locked, and of one that is muted, no code is right; the try counts, as of others.
    counts = over is None and not verification.muted
    same = terms == verification.terms and (attempt.to is None or _is(attempt.to, contact))
    real = codes.worked_out(line.settings, verification) or ""
    right = counts and hmac.compare_digest(code.encode(), real.encode()) and same
    what = "approved" if right else "check_failed" if verification.muted else "wrong" if same else "mismatch"
    if over is None:
        line.tally.add(Count.VERIFICATIONS, what)
    return _tried(line, verification, client, right=right, tells=attempt.tells, counts=counts)


def cancel(line: Line, number: str, *, tells: bool = True) -> Shown | None:
    """The verification, whose code is worth nothing any more; None where there is none, and nobody may know.

    Raises VerificationError where there is none, or where it is over and was not canceled.
    """
    found = verifications.one(line.connection, number)
    if found is None:
        if tells:
            raise _none(number)
        return None
    contacts.hold(line.connection, [found[0].contact_id])
    verification, contact = verifications.one(line.connection, number) or found
    over = _over(line, verification, tells=tells)
    if over is not None and over.code != Status.CANCELED and tells:
        raise over
    if over is not None:
        return shown(line, verification, contact)
    verifications.cancel(line.connection, number)
    gone = replace(verification, status=Status.CANCELED)
    line.tally.add(Count.VERIFICATIONS, "canceled")
    _tell(line, "verification.canceled", gone, {"reason": gone.reason})
    return shown(line, gone, contact)


def one(line: Line, number: str) -> Shown:
    """A verification by its id; raises VerificationError where there is none."""
    found = verifications.one(line.connection, number)
    if found is None:
        raise _none(number)
    return shown(line, *found)


def shown(line: Line, verification: Verification, contact: str) -> Shown:
    """As it stands now: over its time, or not sent after all."""
    status, reason = verification.status.value, verification.reason
    if verification.status is Status.PENDING:
        if verification.message_id is None:
            status = Status.FAILED.value
        elif verification.valid_until <= line.now:
            status = "expired"
        else:
            last = messages.one(line.connection, verification.message_id)
            of = (line.connection, verification.contact_id, verification.id)
            if last is not None and last.status in _UNSENT and not messages.may_have_said(*of):
                status, reason = Status.FAILED.value, last.reason and last.reason.value
    return Shown(verification, contact, status, reason)


def _typed(text: str) -> str:
    """The digits that were typed; raises VerificationError for what is no code of any length."""
    length = sum(map(str.isdecimal, text))
    found = reading.attempt(text, length) if 4 <= length <= 10 else None
    if found is None:
        raise VerificationError("bad_code", "a code has 4 to 10 digits, and no others stand beside it")
    return found


def _made(
    line: Line, number: str, terms: verifications.Terms, to: str, known: Known, digits: int
) -> Verification:
    rules = line.settings.verify
    return Verification(
        id=secrets.token_hex(16),
        contact_id=known.id,
        number=number,
        brand=terms.brand,
        purpose=terms.purpose,
        amount=terms.amount,
        payee=terms.payee,
        country=phone.country(to),
        prefix=phone.prefix(to),
        key_id=codes.keys(line.settings).newest,
        digits=digits,
        tries=0,
        most_tries=rules.tries,
        sends=0,
        status=Status.PENDING,
        reason=None,
        message_id=None,
        created_at=line.now,
        valid_until=line.now + rules.valid,
    )


def _goes_on(line: Line, before: Verification, wanted: Wanted) -> bool:
    """Whether the same code can be sent: it is valid, as long as is wanted, and its key is still there.

    One that was muted first is valid for longer, but goes on for no longer than any other.
    """
    return (
        not wanted.new
        and wanted.digits in (None, before.digits)
        and before.status is Status.PENDING
        and min(before.valid_until, before.created_at + line.settings.verify.valid) > line.now
        and codes.keys(line.settings).has(before.key_id)
    )


def _supersede(line: Line, by: Verification) -> None:
    """Make the codes before this one useless."""
    for gone in verifications.supersede(line.connection, by):
        _tell(line, "verification.canceled", gone, {"reason": gone.reason})


def _queue(line: Line, verification: Verification, text: str) -> int:
    """The number of the text, which leaves before all others."""
    account = line.settings.number(verification.number).account
    draft = Draft(
        direction=Direction.OUT,
        account=account,
        number=verification.number,
        brand=verification.brand,
        contact_id=verification.contact_id,
        text=text,
        segments=segments.parts(reading.filled_in(text, verification.digits)),
        status=Sent.QUEUED,
        created_at=line.now,
        due_at=line.now,
        valid_until=verification.valid_until,
        code_id=verification.id,
        purpose=Purpose.VERIFICATION,
    )
    (row,) = ids.allocate(line.connection, tables.messages, 1)
    messages.insert(line.connection, [(row, draft)])
    return row


def _tried(
    line: Line, verification: Verification, client: str | None, *, right: bool, tells: bool, counts: bool
) -> Checked:
    after = verifications.try_once(line.connection, verification.id, line.now, right=right)
    if after is None:  # its time ran out just now
        return Checked(Status.PENDING)
    if counts:  # for their contact: others could be locked without a text that they could notice
        verifications.count_failure(line.connection, verification.contact_id, verification.brand, right=right)
    changed = replace(verification, status=after, tries=verification.tries + 1)
    if not right:
        defence.failed(line, client)
    if after is not Status.PENDING:
        _tell(line, f"verification.{after}", changed)
    if right:
        return Checked(after, valid=True)
    if not tells:
        return Checked(Status.PENDING)
    return Checked(after, tries_left=verification.most_tries - changed.tries)


def _over(line: Line, verification: Verification, *, tells: bool) -> VerificationError | None:
    """Why its code cannot be tried any more; None where it can, or where nobody may know that it cannot."""
    status = verification.status.value
    if verification.status is Status.PENDING:
        if verification.muted and tells:
            status = Status.FAILED.value
        elif verification.valid_until > line.now:
            return None
        else:
            status = "expired"
    return VerificationError(status, f"verification {verification.id} is over: {status}")


def _is(to: str, contact: str) -> bool:
    try:
        return phone.parse(to) == contact
    except ValueError:
        return False


def _none(number: str) -> VerificationError:
    return VerificationError("not_found", f"there is no verification {number[:64]}")


def _guessed(line: Line, number: str, client: str | None) -> VerificationError:
    """What is told of an id that is none; it counts as a wrong code does, though this refuses it."""
    refusal = defence.guessed(line, client)
    if refusal is None:
        refusal = _none(number)
        if client is not None:
            refusal.writes = lambda connection: defence.failed(replace(line, connection=connection), client)
    line.tally.add(Count.VERIFICATIONS, f"check_{refusal.code}")
    return refusal


def _tell(
    line: Line, kind: str, verification: Verification, more: Mapping[str, object] | None = None
) -> None:
    outgoing.write(line.connection, [verified(line.settings.events, kind, verification, line.now, more)])
