"""`convo queue`: texts that are not done with, and what an operator does with them."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._given import Format
from convo.cli._printed import one_line, span
from convo.errors import QueueError, SettingsError
from convo.messages import Status

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from convo.runtime.queue import Operator
    from convo.runtime.turns import Line
    from convo.store.engine import Store
    from convo.store.messages import Stored
    from convo.store.queue import Chosen, Listed

_PAGE = 500
_MOST = 100  # listed unless said
_SHOWN = 60  # characters of a text

Ids = Annotated[list[int], typer.Argument(metavar="ID...", min=1, max=10**18, help="As `list` shows them.")]
Contact = Annotated[str | None, typer.Option(help="Of this contact alone.")]
Number = Annotated[str | None, typer.Option(help="Of this number of ours alone.")]
Age = Annotated[
    str | None, typer.Option("--older-than", metavar="TIME", help="Stored longer ago, like '10 minutes'.")
]
Note = Annotated[str | None, typer.Option(help="Why; it stays on record.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides; whoever is logged in, unless given.")
]


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="Texts that wait, are uncertain, or failed.")
    commands.command("list")(list_queue)
    for command in (retry, withdraw, settle):
        commands.command()(command)
    app.add_typer(commands, name="queue")


def list_queue(
    status: Annotated[
        list[str] | None,
        typer.Option(help="queued, sending, uncertain or failed; all but failed unless given."),
    ] = None,
    contact: Contact = None,
    number: Number = None,
    older_than: Age = None,
    most: Annotated[int, typer.Option("--most", min=1, max=100_000, help="The oldest so many.")] = _MOST,
    form: Annotated[Format, typer.Option("--format", help="JSON is an array.")] = Format.TEXT,
) -> None:
    """Texts that are not done with, the oldest first, each with why and with what was decided about it."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.resources.base import spelled_out
    from convo.settings import load
    from convo.web.api.queue import shown_listed

    now = clock.system()
    wanted = _chosen(status, contact, number, older_than, now)
    with open_store(load(), create=False) as store:
        found = [each for page in _pages(store, wanted, most + 1) for each in page]
    more, found = len(found) > most, found[:most]
    if form is Format.JSON:
        print(json.dumps([spelled_out(shown_listed(each)) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        print("\n".join(_as_text(each, now)))
    if more:
        print(f"There are more; see them with --most {most * 10}.")
    if not found:
        print("There is nothing of it in the queue.")


def retry(
    numbers: Ids,
    maybe_twice: Annotated[
        bool, typer.Option("--maybe-twice", help="Uncertain ones too, which then may arrive twice.")
    ] = False,
    note: Note = None,
    by: By = None,
) -> None:
    """Send failed texts anew, as new messages that pass the gate like every other. Prints their ids."""
    from convo.runtime import queue

    operator = _operator(by, note)
    for number, done in _each(
        numbers,
        lambda line, number: queue.send_anew(line, number, operator, maybe_twice=maybe_twice),
        leaves=True,
    ):
        print(f"{number} is sent anew as {done.id}.")


def withdraw(
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", min=1, max=10**18, help="As `list` shows them.")
    ] = None,
    contact: Contact = None,
    number: Number = None,
    older_than: Age = None,
    note: Note = None,
    by: By = None,
) -> None:
    """Withdraw queued texts: these, or all of a contact, of a number, or of an age."""
    from convo import clock
    from convo.runtime import queue

    operator = _operator(by, note)
    chosen = any(given is not None for given in (contact, number, older_than))
    if bool(numbers) is chosen:
        raise SettingsError("say which: their ids, or --contact, --number or --older-than")
    if numbers:
        for given, done in _each(numbers, lambda line, one: queue.withdraw_one(line, one, operator)):
            print(f"{given} is {done.status.value}.")
        return
    wanted = _chosen([Status.QUEUED], contact, number, older_than, clock.system())
    print(f"{_withdraw_all(wanted, operator)} are withdrawn.")


def settle(
    numbers: Ids,
    accepted: Annotated[
        bool | None, typer.Option("--accepted/--failed", help="What became of them, as you found out.")
    ] = None,
    provider_id: Annotated[
        str | None, typer.Option(help="What the provider calls it; its reports count then.")
    ] = None,
    note: Note = None,
    by: By = None,
) -> None:
    """Say what became of uncertain texts. The flow of one that failed is told that it did not arrive."""
    from convo.runtime import queue

    if accepted is None:
        raise SettingsError("say what became of them: --accepted or --failed")
    if provider_id is not None and (len(numbers) > 1 or not accepted):
        raise SettingsError("--provider-id: it is the name of one text that was accepted")
    operator = _operator(by, note)
    for number, done in _each(
        numbers,
        lambda line, one: queue.settle(line, one, operator, accepted=accepted, provider_id=provider_id),
    ):
        print(f"{number} is {done.status.value}.")


def _chosen(
    statuses: list[str] | None,
    contact: str | None,
    number: str | None,
    older_than: str | None,
    now: "datetime",
) -> "Chosen":
    from convo import phone
    from convo.clock import parse_duration
    from convo.store.queue import STATUSES, Chosen

    if wrong := [each for each in statuses or () if each not in STATUSES]:
        raise SettingsError(f"--status: '{wrong[0]}' is none; it is one of {', '.join(STATUSES)}")
    numbers = []
    for option, given in (("--contact", contact), ("--number", number)):
        numbers.append(phone.from_provider(given) if given is not None else None)
        if given is not None and numbers[-1] is None:
            raise SettingsError(f"{option}: '{given}' is not a phone number; write it like +15550001111")
    try:
        before = now - parse_duration(older_than) if older_than is not None else None
    except ValueError as error:
        raise SettingsError(f"--older-than: {error}") from None
    meant = tuple(Status(each) for each in dict.fromkeys(statuses or Chosen().statuses))
    return Chosen(meant, numbers[0], numbers[1], before)


def _operator(by: str | None, note: str | None) -> "Operator":
    import getpass

    from convo.runtime.queue import LONGEST_NOTE, Operator

    try:
        name = by or getpass.getuser()
    except (KeyError, OSError):
        raise SettingsError("--by: say who decides; nobody is logged in here") from None
    if not name.isprintable() or len(name) > 100:
        raise SettingsError("--by: a name has at most 100 characters, all of them printable")
    if note is not None and len(note) > LONGEST_NOTE:
        raise SettingsError(f"--note: a note has at most {LONGEST_NOTE} characters, not {len(note)}")
    return Operator(f"operator:{name}", note)


def _pages(store: "Store", wanted: "Chosen", most: int) -> "Iterator[list[Listed]]":
    from convo.store.queue import listed

    after = 0
    while most > 0:
        page = store.look(partial(listed, chosen=wanted, after=after, most=min(_PAGE, most)))
        if not page:
            return
        yield page
        after, most = page[-1].id, most - len(page)


def _withdraw_all(wanted: "Chosen", operator: "Operator") -> int:
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime import queue
    from convo.runtime.library import Library
    from convo.runtime.turns import Line
    from convo.settings import load

    settings = load()
    library, count = Library(settings.flows), 0

    def withdraw(connection: "Connection", numbers: list[int]) -> int:
        line = Line(connection, settings, library, clock.system())
        return len(queue.withdraw(line, numbers, operator))

    with open_store(settings, create=False) as store:
        for page in _pages(store, wanted, 10**9):
            count += store.transact(partial(withdraw, numbers=[each.id for each in page]))
    return count


def _each(
    numbers: list[int], job: "Callable[[Line, int], Stored]", *, leaves: bool = False
) -> "Iterator[tuple[int, Stored]]":
    """Do this with each, all in one transaction: all of it is done, or nothing.

    `leaves`: what comes of it is queued, and leaves once somebody serves.
    """
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime import queue
    from convo.runtime.library import Library
    from convo.runtime.turns import Line
    from convo.settings import load

    settings = load()
    library = Library(settings.flows)

    def work(connection: "Connection") -> "list[Stored]":
        line = Line(connection, settings, library, clock.system())
        queue.lock(line, numbers)
        return [job(line, number) for number in numbers]

    with open_store(settings, create=False) as store:
        try:
            done = store.transact(work)
        except QueueError as error:
            if error.code == "may_have_gone":
                raise QueueError(
                    error.code, f"{str(error).partition(';')[0]}; --maybe-twice sends it anew"
                ) from None
            raise
        if leaves and store.served() is False:
            print("Nothing serves this database now: what is queued leaves once `convo serve` runs.")
    yield from zip(numbers, done, strict=True)


def _as_text(each: "Listed", now: "datetime") -> Iterator[str]:
    message = each.message
    why = f", {message.reason.value}" if message.reason else ""
    yield (
        f"{message.id}  {message.number} → {message.contact}  {message.status.value}{why}  "
        f"{span(now - message.created_at)} old, {each.tries} {'try' if each.tries == 1 else 'tries'}"
        f"{_when(each, now)}"
    )
    text = one_line(message.text)
    yield f"    {text if len(text) <= _SHOWN else f'{text[:_SHOWN]}…'}"
    if message.detail:
        yield f"    provider: {one_line(message.detail)}"
    for made in each.decisions:
        became = f" as {made.became}" if made.became else ""
        note = f": {one_line(made.note)}" if made.note else ""
        yield f"    {made.action.value}{became} by {made.actor}, {made.at:%Y-%m-%d %H:%M} UTC{note}"


def _when(each: "Listed", now: "datetime") -> str:
    due = each.message.due_at
    if each.message.status is not Status.QUEUED or due is None or due - now < timedelta(seconds=1):
        return ""
    return f", due {due:%Y-%m-%d %H:%M:%S} UTC"
