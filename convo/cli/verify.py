"""`convo verify`: one-time codes, sent and checked, and what became of them."""

import json
import math
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from convo.cli._given import Format
from convo.errors import SettingsError, VerificationError

if TYPE_CHECKING:
    from convo.runtime.turns import Line
    from convo.store.rests import Share

_MOST = 20  # countries or ranges in a list
_PARTS = (("median", 0.5), ("p95", 0.95))
_MOST_TIMED = 10_000  # texts

Shown = Annotated[Format, typer.Option("--format", help="How to print it.")]
Id = Annotated[str, typer.Argument(help="Of the verification.")]
Brand = Annotated[str | None, typer.Option(help="In whose name, where there are several numbers.")]
Ours = Annotated[str | None, typer.Option("--from", metavar="NUMBER", help="Our number.")]
Purpose = Annotated[str, typer.Option(help="What the code is good for, a short word.")]
Amount = Annotated[str | None, typer.Option(help="Of a payment, like `120.00 EUR`.")]
Payee = Annotated[str | None, typer.Option(help="Who is paid.")]


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="One-time codes.")
    for command in (send, check, stats, unlock, lift):
        commands.command()(command)
    app.add_typer(commands, name="verify")


def send(
    to: Annotated[str, typer.Argument(metavar="NUMBER", help="Whose phone.")],
    brand: Brand = None,
    ours: Ours = None,
    purpose: Purpose = "sign-in",
    amount: Amount = None,
    payee: Payee = None,
    language: Annotated[str | None, typer.Option(help="Of the text, like fr-CA.")] = None,
    digits: Annotated[int | None, typer.Option(help="4 to 10.")] = None,
    origin: Annotated[str | None, typer.Option(help="Of the page that a browser fills it in.")] = None,
    new: Annotated[bool, typer.Option("--new", help="Another code, also where one is valid.")] = False,
    form: Shown = Format.TEXT,
) -> None:
    """Send a code, or the same once more while it is valid. It leaves while `convo serve` runs."""
    from convo.resources.base import spelled_out
    from convo.runtime import verification
    from convo.runtime.asking import Bound
    from convo.runtime.verification import Wanted
    from convo.web.api.verifications import shown_verification

    bound = Bound(ours, brand, purpose, amount, payee)
    wanted = Wanted(to, bound, language, digits, origin, new=new)
    found, _ = _write(lambda line: verification.send(line, wanted), create=True)
    told = spelled_out(shown_verification(found))
    print(json.dumps(told, ensure_ascii=False, indent=2) if form is Format.JSON else told["id"])


def check(
    number: Id,
    code: Annotated[str, typer.Argument(help="As it was typed.")],
    brand: Brand = None,
    ours: Ours = None,
    purpose: Purpose = "sign-in",
    amount: Amount = None,
    payee: Payee = None,
) -> None:
    """Check a code, which counts as a try. Exit code 1 where it is not right."""
    from convo.runtime import verification
    from convo.runtime.asking import Bound
    from convo.runtime.verification import Attempt

    attempt = Attempt(number, code, None, Bound(ours, brand, purpose, amount, payee))
    found = _write(lambda line: verification.check(line, attempt))
    left = f"{found.tries_left} {'try' if found.tries_left == 1 else 'tries'} left"
    print(found.status if found.valid else f"wrong, {left}")
    if not found.valid:
        raise typer.Exit(1)


def stats(
    since: Annotated[str, typer.Option(help="How far back, like `24 hours`.")] = "24 hours",
    form: Shown = Format.TEXT,
) -> None:
    """How many codes were asked for, how soon they arrived, and how many came back: by status and place."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.clock import parse_duration
    from convo.settings import load
    from convo.store import rests

    try:
        after = (now := clock.system()) - parse_duration(since)
    except ValueError as error:
        raise SettingsError(f"--since: {error}") from None
    with open_store(load(), create=False) as store:
        outcomes = store.look(lambda c: rests.outcomes(c, after, now))
        countries = store.look(lambda c: rests.shares(c, "country", after, _MOST))
        ranges = store.look(lambda c: rests.shares(c, "prefix", after, _MOST))
        resting = store.look(lambda c: rests.resting(c, now))
        arrived = store.look(lambda c: rests.arrivals(c, after, _MOST_TIMED))
    if form is Format.JSON:
        told = {
            "statuses": outcomes,
            "delivery": {"count": len(arrived), **{name: _within(arrived, part) for name, part in _PARTS}},
            "countries": {each.of: {"sent": each.sent, "approved": each.approved} for each in countries},
            "prefixes": {each.of: {"sent": each.sent, "approved": each.approved} for each in ranges},
            "resting": {each.prefix: each.until.isoformat() for each in resting},
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for status, count in outcomes.items():
        print(f"{status:14}{count:>8}")
    if not outcomes:
        print(f"No code was asked for within {since}.")
    if arrived:
        times = " and ".join(f"{part:.0%} within {_within(arrived, part):.1f} s" for _, part in _PARTS)
        print(f"{len(arrived)} are known to have arrived, {times}")
    _print("country", countries)
    _print("range", ranges)
    for each in resting:
        print(f"{each.prefix}… rests until {each.until:%Y-%m-%d %H:%M} UTC")


def unlock(
    to: Annotated[str, typer.Argument(metavar="NUMBER", help="The contact.")], brand: Brand = None
) -> None:
    """Let a contact try codes again after 100 failed checks in a row."""
    from convo.runtime import defence

    if not _write(lambda line: defence.unlock(line, to, brand)):
        raise SettingsError("no check of this contact has failed")
    print("The next code may be checked.")


def lift(prefix: Annotated[str, typer.Argument(help="The range, as `convo verify stats` tells it.")]) -> None:
    """Let codes go to a range of numbers again that rests."""
    from convo.store import rests

    begins = prefix.removesuffix("…")
    if not re.fullmatch(r"\+\d+", begins, re.ASCII):
        raise SettingsError(f"'{prefix}' is no range; write it as `convo verify stats` does, like +1555000")
    if not _write(lambda line: rests.lift(line.connection, begins, line.now)):
        raise SettingsError(f"{prefix} does not rest")
    print(f"Codes go to {prefix} again.")


def _print(what: str, found: "list[Share]") -> None:
    for each in found:
        print(
            f"{what} {each.of:12} {each.sent} sent, {each.approved} approved, {each.approved / each.sent:.0%}"
        )


def _within(times: "Sequence[timedelta]", part: float) -> float | None:
    """The seconds within which this part of them was over; they are in order."""
    return times[math.ceil(part * len(times)) - 1].total_seconds() if times else None


def _write(work: "Callable[[Line], Any]", *, create: bool = False) -> Any:
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime.library import Library
    from convo.runtime.turns import Line
    from convo.settings import load

    settings = load()
    library = Library(settings.flows)
    with open_store(settings, create=create) as store:
        try:
            return store.transact(lambda c: work(Line(c, settings, library, clock.system())))
        except VerificationError as error:
            if error.code.startswith(("bad_", "no_", "unknown_", "not_")):
                raise SettingsError(str(error)) from None
            raise
