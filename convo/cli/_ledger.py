"""`convo consent show`, `export` and `import`: the ledger, read and written as a whole."""

import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from convo.cli._given import Format, moment
from convo.cli._printed import aside, one_line
from convo.errors import ConsentError, SettingsError

if TYPE_CHECKING:
    from convo.runtime.bad_rows import BadRows
    from convo.runtime.importing import Brought, Outcome
    from convo.runtime.spreadsheets import Sheet
    from convo.settings import Settings
    from convo.store.consent import Numbered
    from convo.store.engine import Store
    from convo.store.ledger import Chosen, State

COLUMNS = (
    "id", "contact", "brand", "number", "action", "at", "actor", "rule", "text", "normalised", "wording",
    "provider_id", "key_id",
)  # fmt: skip
_PAGE = 1000
_BATCH = 200  # rows under their contacts' locks at a time
_DIGEST = 16  # of its signs tell a file from every other

Contact = Annotated[str, typer.Argument(metavar="NUMBER", help="The contact's, with its country.")]
BrandOption = Annotated[str | None, typer.Option(help="Of this brand alone.")]


def show(
    contact: Contact,
    brand: BrandOption = None,
    form: Annotated[Format, typer.Option("--format", help="JSON is an object.")] = Format.TEXT,
) -> None:
    """How a contact stands to each brand, and every line of the ledger about them."""
    from convo.cli._beside import open_store
    from convo.runtime.opting import look
    from convo.settings import load

    settings = load()
    with open_store(settings, create=False) as store, used_rightly():
        told = store.look(lambda c: look(c, settings, contact, brand))
    if form is Format.JSON:
        print(json.dumps(told.as_dict(), ensure_ascii=False, indent=2))
        return
    if not told.states and not told.history:
        print(f"The ledger has nothing about {told.contact}.")
    for state in told.states:
        print(f"{told.contact}  {_standing(state)}")
    for each in told.history:
        print(_as_text(each))


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Where to; - is the terminal.")],
    since: Annotated[
        str | None, typer.Option(help="From then on, like 2026-11-30T09:00; in UTC unless said.")
    ] = None,
    brand: BrandOption = None,
) -> None:
    """Every line of the ledger as CSV, oldest first."""
    from convo.cli._beside import open_store
    from convo.settings import load
    from convo.store.ledger import Chosen

    begins = moment("--since", since)
    if begins is not None and begins.tzinfo is None:
        begins = begins.replace(tzinfo=UTC)
    chosen = Chosen(None, brand, begins)
    with open_store(load(), create=False) as store, written(file) as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for each in _all(store, chosen):
            values = {"id": each.id, **{name: getattr(each.entry, name) for name in COLUMNS[1:]}}
            values["at"] = each.entry.at.astimezone(UTC).isoformat()
            writer.writerow("" if values[name] is None else values[name] for name in COLUMNS)


def bring(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="Its first line: contact, brand, action, at, text.")
    ],
    brand: Annotated[str | None, typer.Option(help="Of rows that name none.")] = None,
    form: Annotated[Format, typer.Option("--format", help="JSON is an object.")] = Format.TEXT,
) -> None:
    """Bring opt-outs, opt-ins and consent to marketing from elsewhere. The same file twice changes nothing.

    Rows that cannot be used go into FILE.csv.bad.csv with their reasons, and the command ends with 1.
    """
    from convo.cli._beside import open_store
    from convo.cli._opt_out_file import check
    from convo.runtime.bad_rows import BadRows
    from convo.runtime.importing import Outcome
    from convo.runtime.spreadsheets import sheet
    from convo.settings import load

    settings = load()
    found = sheet(file)
    check(found)
    if not found.is_unicode:
        aside(f"{file} is not UTF-8; it is read as {found.encoding}")
    total = Outcome()
    with open_store(settings, create=True) as store, BadRows(found).kept(aside) as bad, used_rightly():
        _check_brand(settings, brand)
        for batch in _batches(settings, brand, found, bad):
            total += _carry(store, settings, batch, found.digest[:_DIGEST])
    if form is Format.JSON:
        bad_file = str(bad.path) if bad.count else None
        print(json.dumps({**asdict(total), "bad": bad.count, "bad_file": bad_file}))
    else:
        agreed = f", {total.agreed} agreed to marketing" if total.agreed else ""
        print(
            f"{total.written} written ({total.stopped} opted out, {total.back} came back{agreed}), "
            f"{total.known} known already, {bad.count} bad."
        )
        if bad.count:
            print(f"The bad rows are in {bad.path}, with their reasons; mend them there or in {file}.")
    if bad.count:
        sys.exit(1)


@contextmanager
def used_rightly() -> Iterator[None]:
    """What a command was given about consent and cannot be is told like a wrong option."""
    try:
        yield
    except ConsentError as error:
        raise SettingsError(str(error)) from None


def _all(store: "Store", chosen: "Chosen") -> "Iterator[Numbered]":
    from convo.store import ledger

    after = 0
    while page := store.look(partial(ledger.lines, chosen=chosen, after=after, most=_PAGE)):
        yield from page
        after = page[-1].id


@contextmanager
def written(file: Path) -> Iterator[IO[str]]:
    """Where an export goes: the terminal, or a file that is there when it is whole."""
    if str(file) == "-":
        try:
            yield sys.stdout
            sys.stdout.flush()
        except BrokenPipeError:  # whoever reads has enough, as `head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as out:
            yield out
        part.replace(file)
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}") from None


def _check_brand(settings: "Settings", brand: str | None) -> None:
    from convo.runtime.opting import brand_of

    if brand is not None:
        brand_of(settings, brand)


def _batches(
    settings: "Settings", brand: str | None, found: "Sheet", bad: "BadRows"
) -> "Iterator[list[Brought]]":
    """The rows that can be used, some at a time; the others go to the bad ones."""
    from convo import clock
    from convo.cli._opt_out_file import rows
    from convo.runtime.importing import read_row

    batch: list[Brought] = []
    for row in rows(found):
        if row.read.wrong is not None:
            bad.add(row.read, row.read.wrong)
            continue
        try:
            meant = read_row(settings, row.values, brand, clock.system())
        except (ConsentError, ValueError) as error:
            bad.add(row.read, str(error))
            continue
        if meant is not None:
            batch.append(meant)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _carry(store: "Store", settings: "Settings", batch: "Sequence[Brought]", file: str) -> "Outcome":
    from convo import clock
    from convo.runtime import importing

    return store.transact(lambda c: importing.bring(c, settings, batch, clock.system(), file=file))


def _standing(state: "State") -> str:
    how = "opted out" if state.opted_out else "may be texted"
    how += ", agreed to marketing" if state.marketing else ""
    return f"{state.brand}: {how}" + (f" since {state.since:%Y-%m-%d %H:%M} UTC" if state.since else "")


def _as_text(line: "Numbered") -> str:
    entry = line.entry
    first = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC  {entry.brand}  {entry.action} by {entry.actor} ({entry.rule})"
    words = (
        f"\n    {'them' if entry.actor == 'contact' else 'text'}: {one_line(entry.text)}"
        if entry.text
        else ""
    )
    answer = f"\n    us:   {one_line(entry.wording)}" if entry.wording else ""
    return f"{first}{words}{answer}"
