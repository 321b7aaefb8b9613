"""`convo audit`: whether the books of the database balance."""

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._given import Format

if TYPE_CHECKING:
    from convo.runtime.auditing import Books, Finding

_MOST = 100  # of a kind that are told unless said


def register(app: typer.Typer) -> None:
    app.command()(audit)


def audit(
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="Findings of a kind to tell.")] = _MOST,
    form: Annotated[Format, typer.Option("--format", help="JSON is one object.")] = Format.TEXT,
) -> None:
    """Look whether every text that came in was processed once, and every text of ours has its account.

    Also whether order holds, nothing left after a STOP, and everything that waits will be woken. Works beside
    a serving process; exit code 1 where something is wrong.
    """
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime.auditing import Audit
    from convo.runtime.library import Library
    from convo.settings import load

    settings = load()
    kinds: Counter[str] = Counter()
    told: list[Finding] = []
    with open_store(settings, create=False) as store:
        looked = Audit(store, Library(settings.flows), clock.system)
        for finding in looked.run():
            kinds[finding.code] += 1
            if kinds[finding.code] > most:
                continue
            if form is Format.TEXT:
                print(f"{finding.code}: {finding.message}", flush=True)
            else:
                told.append(finding)
    if form is Format.JSON:
        print(json.dumps(_as_dict(looked.books, kinds, told), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_summary(looked.books, kinds, most)))
    if kinds:
        sys.exit(1)


def _as_dict(books: "Books", kinds: Counter[str], told: "list[Finding]") -> dict[str, object]:
    return {
        "balanced": not kinds,
        "received": books.received,
        "ours": dict(sorted(books.ours.items())),
        "found": dict(kinds),
        "findings": [each.as_dict() for each in told],
    }


def _summary(books: "Books", kinds: Counter[str], most: int) -> list[str]:
    ours = ", ".join(f"{count} {status}" for status, count in sorted(books.ours.items())) or "none"
    lines = [f"{code}: {count - most} more" for code, count in kinds.items() if count > most]
    balance = f"{sum(kinds.values())} findings" if kinds else "The books balance"
    return [*lines, f"{balance}: {books.received} texts of contacts, of ours {ours}."]
