"""`convo db retention`: how long what is stored is kept, and what is older by now."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from convo.cli._given import Format

if TYPE_CHECKING:
    from convo.settings import Settings
    from convo.store.engine import Store


def retention(
    apply: Annotated[
        bool, typer.Option("--apply", help="Take away what has outlived its time, now and not within hours.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="JSON is an array of kinds.")] = Format.TEXT,
) -> None:
    """Show how long each kind is kept, and how much has outlived its time by now.

    `[retention]` in the settings says how long; what has no time there is kept. A process that serves takes
    away what is older, every few hours.
    """
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime.retaining import sweep
    from convo.settings import load

    settings, now = load(), clock.system()
    with open_store(settings, create=False) as store:
        if apply:
            rows = sweep(store, settings.retention, now)
            told = ", ".join(f"{count:,} {name}" for name, count in sorted(rows.items()))
            print(f"Taken away: {told}." if told else "Nothing has outlived its time.")
            return
        found = _looked(store, settings)
    if form is Format.JSON:
        print(json.dumps(found, indent=2))
        return
    print(f"{'what':16}{'kept':12}older by now")
    for each in found:
        older = "" if each["older"] is None else f"{each['older']:,}"
        print(f"{each['kind']:16}{_days(each['days']):12}{older or '-':14}{each['setting']}".rstrip())
    if settings.retention.archive:
        words = "; words of deliveries go into none" if settings.retention.deliveries else ""
        print(f"Rows go into files in {settings.retention.archive} first{words}.")


def _looked(store: "Store", settings: "Settings") -> list[dict[str, Any]]:
    from convo import clock
    from convo.retention import Stock
    from convo.store import archive

    before = settings.retention.before(clock.system())

    def older(stock: Stock) -> int | None:
        if stock not in before:
            return None
        return store.look(lambda connection: archive.count(connection, stock, before[stock]))

    rows = [
        (stock.value, settings.retention.of(stock), older(stock), f"retention.{stock.value}")
        for stock in Stock
    ]
    unknown = timedelta(days=settings.keep_unknown_reports)
    rows += [
        ("events", settings.events.keep, None, "events.keep"),
        ("unknown reports", unknown, None, "keep_unknown_reports"),
    ]
    return [
        {
            "kind": kind,
            "days": None if kept is None else kept / timedelta(days=1),
            "older": count,
            "setting": name,
        }
        for kind, kept, count, name in rows
    ]


def _days(days: float | None) -> str:
    if days is None:
        return "for good"
    return f"{days:g} day{'' if days == 1 else 's'}"
