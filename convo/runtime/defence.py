"""What keeps codes from going out, and from being guessed: for whom, where to, how often.

A refusal is a VerificationError; whether who asks is told which, `verification` decides.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping

import structlog

from convo import phone, rates
from convo.errors import VerificationError
from convo.runtime import codes
from convo.runtime.events import verified
from convo.runtime.tally import Count
from convo.runtime.turns import Line
from convo.store import consent, contacts, outgoing, rests, verifications, windows
from convo.store.consent import Standing
from convo.store.rests import Rest
from convo.store.verifications import Verification
from convo.store.windows import Window
from convo.verify import SETTLES

MOST_FAILED = 100  # checks in a row for one contact, ever (NIST SP 800-63B, 5.2.2)

log = structlog.get_logger(__name__)


def refused(
    line: Line, verification: Verification, contact: str, client: str | None, *, silent: bool
) -> tuple[VerificationError | None, bool]:
    """Why a code may not be sent to this contact now, None where it may; and whether it counts as sent.

    Where nobody is told (`silent`), one that is not sent takes its places as well, or whoever asks learns by
    a phone of their own how many are left.
    """
    why = _barred(line, verification, contact)
    if why is not None and (not silent or verification.sends >= line.settings.verify.sends):
        return why, False
    full = _limited(line, _sending(line, verification, client))
    return why or full, full is None


def unchecked(line: Line, verification: Verification, client: str | None) -> VerificationError | None:
    """Why a code is not even compared; None where it is."""
    return guessed(line, client) or _locked(line, verification)


def guessed(line: Line, client: str | None) -> VerificationError | None:
    """Why nobody at this address may try a code; None where they may."""
    places = list(_guessing(line, client))
    full = windows.full(line.connection, places, line.now)
    return None if full is None else _told(line, full, places)


def failed(line: Line, client: str | None) -> None:
    """Somebody at this address gave a code that is none."""
    windows.count(line.connection, _guessing(line, client), line.now)


def watch(line: Line, sent: Verification) -> None:
    """Let a range of numbers rest whose codes do not come back: somebody is paid for each text there."""
    rules = line.settings.verify.pumping
    before = rests.of(line.connection, sent.prefix)
    after = max(line.now - rules.within, before.until) if before else line.now - rules.within
    found = rests.share(line.connection, sent.prefix, after, line.now - SETTLES)
    if found.sent < line.settings.verify.least or found.approved >= rules.approved * found.sent:
        return
    rest = Rest(sent.prefix, line.now, line.now + rules.rest, found.sent, found.approved)
    rests.forget(line.connection, line.now - rules.within)  # from when on codes count without them
    rests.begin(line.connection, rest)
    line.tally.add(Count.VERIFICATIONS, "prefix_rests")
    log.warning("verification.prefix_rests", prefix=rest.prefix, sent=rest.sent, approved=rest.approved)
    more = {
        "prefix": rest.prefix,
        "until": rest.until.isoformat(),
        "sent": rest.sent,
        "approved": rest.approved,
    }
    kind = "verification.prefix_rests"
    outgoing.write(line.connection, [verified(line.settings.events, kind, sent, line.now, more)])


def unlock(line: Line, contact: str, brand: str | None) -> bool:
    """Begin to count anew what failed for a contact of a brand, or of all; False where nothing did."""
    try:
        number = phone.parse(contact)
    except ValueError as error:
        raise VerificationError("bad_contact", str(error)) from None
    known = contacts.lock_known(line.connection, [number]).get(number)
    return known is not None and verifications.forget_failures(line.connection, known.id, brand)


def network(client_ip: str | None) -> str | None:
    """The network that an address is counted in: itself, or the 64 bits of an IPv6 site."""
    if client_ip is None:
        return None
    try:
        address = ipaddress.ip_address(client_ip.strip())
    except ValueError:
        raise VerificationError("bad_client_ip", f"'{client_ip}' is not an IP address") from None
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address.packed, 64), strict=False))
    return str(address)


def _barred(line: Line, verification: Verification, contact: str) -> VerificationError | None:
    """Why no code may go to this contact, however few went lately."""
    standing = consent.standing(line.connection, [verification.contact_id])
    own = standing.get((verification.brand, verification.contact_id), Standing())
    if own.opted_out:
        told = f"{phone.mask(contact)} has opted out of texts from {verification.brand}"
        return VerificationError("opted_out", told)
    if verification.sends >= line.settings.verify.sends:
        return VerificationError("too_many_sends", f"this code was sent {verification.sends} times already")
    rest = rests.of(line.connection, verification.prefix)
    if rest is not None and rest.until > line.now:
        until = f"{rest.until:%Y-%m-%d %H:%M} UTC"
        return VerificationError(
            "prefix_rests",
            f"of the codes to {rest.prefix}… few come back: none goes there until {until}",
            after=rest.until - line.now,
        )
    return _locked(line, verification)


def _limited(line: Line, wanted: Mapping[str, str]) -> VerificationError | None:
    places = [Window(key, limit) for key, rate in wanted.items() for limit in rates.parse(rate)]
    full = windows.take(line.connection, places, line.now)
    if full is None:
        windows.sweep(line.connection, line.now)
        return None
    return _told(line, full, places)


def _told(line: Line, full: Window, wanted: Iterable[Window]) -> VerificationError:
    of = full.key.partition(":")[0]
    return VerificationError(
        "limited",
        f"the limit {full.limit} of `verify.limits.{of}` is reached",
        after=windows.wait(line.connection, wanted, line.now),
    )


def _sending(line: Line, verification: Verification, client: str | None) -> dict[str, str]:
    """The windows that a text counts in, by key, and what they may hold. No key tells a number."""
    limits = line.settings.verify.limits
    return {
        f"contact:{verification.contact_id}": limits.contact,
        f"prefix:{verification.prefix}": limits.prefix,
        f"country:{verification.country}": limits.country,
        **({f"client_ip:{_hidden(line, client)}": limits.client_ip} if client else {}),
        f"brand:{verification.brand}": limits.brand,
        "total:": limits.total,
    }


def _guessing(line: Line, client: str | None) -> Iterator[Window]:
    """The window that a wrong code counts in: of whoever gave it, as far as that is known."""
    if client is not None:
        for limit in rates.parse(line.settings.verify.limits.wrong):
            yield Window(f"wrong:{_hidden(line, client)}", limit)


def _hidden(line: Line, client: str) -> str:
    return next(iter(codes.keys(line.settings).hashes(client).values()))[:32]


def _locked(line: Line, verification: Verification) -> VerificationError | None:
    count = verifications.failed_in_a_row(line.connection, verification.contact_id, verification.brand)
    if count < MOST_FAILED:
        return None
    return VerificationError(
        "locked", f"{count} checks in a row have failed; `convo verify unlock` lets this contact try again"
    )
