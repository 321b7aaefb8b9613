"""`convo consent stop`, `start`, `agree` and so on: what an operator changes about consent."""

import asyncio
import json
import re
import sys
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._given import Format
from convo.cli._ledger import Contact, used_rightly
from convo.cli._printed import counted
from convo.errors import SettingsError

if TYPE_CHECKING:
    from convo.runtime.comparing import Comparison
    from convo.settings import Settings
    from convo.store.engine import Store
    from convo.store.ledger import State

LEAST_YEARS = 4  # that the ledger is kept
_BATCH = 500  # lines in one transaction

Brand = Annotated[str | None, typer.Option(help="Needed where there are several.")]
Reason = Annotated[str, typer.Option(help="Why; the ledger keeps it.")]


def stop(contact: Contact, reason: Reason, brand: Brand = None) -> None:
    """Opt a contact out, as if they had said STOP; they get no text about it."""
    from convo.keywords import KeywordKind

    state, changed = _carry_out(contact, brand, KeywordKind.STOP, reason)
    print(
        f"{state.brand} texts {contact} no more." if changed else f"{contact} had opted out of {state.brand}."
    )


def start(contact: Contact, reason: Reason, brand: Brand = None) -> None:
    """Bring a contact's consent back, on their word; it does not lift a block of their carrier."""
    from convo.keywords import KeywordKind

    state, changed = _carry_out(contact, brand, KeywordKind.START, reason)
    if not changed:
        print(f"{contact} had not opted out of {state.brand}; nothing changed.")
        return
    print(f"{state.brand} may text {contact} again.")
    print("A block that their carrier or the provider set stays: only a START from their phone lifts it.")


def agree(contact: Contact, reason: Reason, brand: Brand = None) -> None:
    """Record that a contact agreed to marketing elsewhere; the reason says when, where and to what."""
    from convo.runtime.marketing import AGREED

    state, changed = _carry_out(contact, brand, AGREED, reason)
    told = "has agreed" if changed else "had agreed already"
    print(f"{contact} {told} to marketing from {state.brand}.")


def forget(contact: Contact) -> None:
    """Take a number out of the ledger; a keyed hash in its place knows it again when it comes back."""
    from convo.cli._beside import open_store
    from convo.runtime import forgetting
    from convo.runtime.opting import contact_of
    from convo.settings import load

    settings = load()
    with open_store(settings, create=False) as store, used_rightly():
        number = contact_of(contact)
        lines = store.transact(lambda c: forgetting.forget(c, settings, number))
    told = f"The number is taken out of {counted(lines, 'line')} of the ledger."
    print(told if lines else "There was no line.")


def rename(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="What a brand was called; its number, if nothing.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What the settings call it now.")],
) -> None:
    """Opt everybody out of a brand who had stopped it under its old name. Said again it changes nothing."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime import brands
    from convo.runtime.importing import Outcome
    from convo.settings import load

    settings, total = load(), Outcome()
    after: int | None = 0
    with open_store(settings, create=False) as store, used_rightly():
        if store.served():
            raise SettingsError("a process serves this database with the old name; end it first")
        while after is not None:
            carry = partial(
                brands.carry, settings=settings, old=old, new=new, after=after, now=clock.system()
            )
            done, after = store.transact(carry)
            total += done
    left = total.written + total.known - total.stopped
    print(
        f"{total.stopped} who had stopped {old} are opted out of {new}; {left} were, or have come back since."
    )


def prune(
    older_than: Annotated[str, typer.Option(metavar="YEARS", help="Like 4y, which is the least.")],
) -> None:
    """Remove old lines of the ledger that later ones have overtaken; the last word on a contact stays."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.settings import load
    from convo.store import ledger

    before = _years_ago(clock.system(), _years(older_than))
    removed = 0
    with open_store(load(), create=False) as store:
        while count := store.transact(lambda c: ledger.prune(c, before, _BATCH)):
            removed += count
    print(f"{removed} lines from before {before:%Y-%m-%d} removed.")


def reconcile(
    account: Annotated[str | None, typer.Option(help="This one alone.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what differs, and change nothing.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="JSON is an array.")] = Format.TEXT,
) -> None:
    """Compare the ledger with the opt-out lists that providers keep; where one side says stop, both will.

    Nobody is opted in. Ends with 1 where a list could not be compared, or with --dry-run where any differ.
    """
    from convo.cli._beside import open_store
    from convo.settings import load

    settings = load()
    with open_store(settings, create=False) as store:
        found = asyncio.run(_compare(store, settings, account, mend=not dry_run))
    if form is Format.JSON:
        print(json.dumps([each.as_dict() for each in found], ensure_ascii=False, indent=2))
    else:
        for each in found:
            _tell(each, mended=not dry_run)
    if any(each.failed or (dry_run and each.differences) for each in found):
        sys.exit(1)


def _carry_out(contact: str, brand: str | None, action: str, reason: str) -> "tuple[State, bool]":
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime.opting import Wish, carry_out
    from convo.settings import load

    settings = load()
    with open_store(settings, create=True) as store, used_rightly():
        wish = Wish(contact, brand, action, reason)
        return store.transact(lambda c: carry_out(c, settings, wish, clock.system()))


async def _compare(
    store: "Store", settings: "Settings", account: str | None, *, mend: bool
) -> "list[Comparison]":
    from convo import clock
    from convo.providers import make
    from convo.runtime.mirror import Mirror

    providers = make(settings.accounts, lambda _: None, clock.system)
    mirror = Mirror(store, settings, providers, clock.system)
    try:
        accounts = mirror.accounts
        if account is not None and account not in accounts:
            known = ", ".join(accounts) or "none"
            raise SettingsError(f"--account: {account} keeps no list of opt-outs; there is {known}")
        if not accounts:
            raise SettingsError("no account keeps a list of opt-outs; Azure's does, with `mirror_opt_outs`")
        chosen = accounts if account is None else [account]
        return [await mirror.compare(each, mend=mend) for each in chosen]
    finally:
        for provider in providers.values():
            await provider.close()


def _tell(found: "Comparison", *, mended: bool) -> None:
    for each in found.differences:
        if each.opted_out_by == "provider":
            end = "opted out here too" if mended else "may be texted here"
            print(f"{each.contact}  {each.number}  opted out at the provider, {end}")
        else:
            end = "the provider will be told" if mended else "not at the provider"
            print(f"{each.contact}  {each.number}  opted out here, {end}")
    unknown = f", {found.unknown} of whom it did not say" if found.unknown else ""
    print(f"{found.account}: {found.checked} compared, {len(found.differences)} differ{unknown}.")
    if found.failed:
        print(f"{found.account}: it came to no end, {found.failed}", file=sys.stderr)


def _years(text: str) -> int:
    found = re.fullmatch(r"(\d{1,3})\s*(y|year|years)", text.strip().lower())
    if found is None:
        raise SettingsError(f"--older-than: '{text}' is not a number of years; write it like {LEAST_YEARS}y")
    if int(found[1]) < LEAST_YEARS:
        raise SettingsError(f"--older-than: the ledger is kept {LEAST_YEARS} years at least, not {found[1]}")
    return int(found[1])


def _years_ago(now: datetime, years: int) -> datetime:
    try:
        return now.replace(year=now.year - years)
    except ValueError:  # the 29th of February
        return now.replace(year=now.year - years, day=28)
