"""`convo inbox`: the conversations that wait for a person, and what a person does with them."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from convo.cli._given import Format, pairs
from convo.cli._printed import one_line, span
from convo.errors import HandBackError, InboxError, SettingsError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from convo.runtime.turns import Line
    from convo.store.conversations import Stored
    from convo.store.inbox import Standing

T = TypeVar("T")

# The command was used wrongly, whatever the conversation.
_WRONG = frozenset(
    {"bad_text", "bad_outcome", "unknown_state", "nowhere", "unknown_variable", "wrong_variable"}
)
_PAGE = 500

Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=10**18, help="The conversation's id.")]


def register(app: typer.Typer) -> None:
    commands = typer.Typer(no_args_is_help=True, help="Conversations that were handed to people.")
    commands.command("list")(list_waiting)
    commands.command()(reply)
    commands.command("hand-back")(hand_back)
    commands.command()(close)
    app.add_typer(commands, name="inbox")


def list_waiting(
    queue: Annotated[str | None, typer.Option(help="Of this queue alone.")] = None,
    form: Annotated[Format, typer.Option("--format", help="JSON is an array.")] = Format.TEXT,
) -> None:
    """What waits for a person, the longest wait first; what a person answered last comes at the end."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.settings import load

    with open_store(load(), create=False) as store:
        found = store.look(lambda connection: _waiting(connection, queue))
    found.sort(key=lambda each: (each[1].waiting_since is None, each[1].waiting_since, each[0].id))
    if form is Format.JSON:
        print(json.dumps([_as_dict(*each) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        print(_as_text(*each, clock.system()))
    if not found:
        print("Nobody waits for a person.")


def reply(
    number: Id,
    text: Annotated[str, typer.Argument(help="What you say; put it in quotes.")],
    key: Annotated[str | None, typer.Option(help="Of this text: said twice, it is sent once.")] = None,
) -> None:
    """Text the contact as a person. Prints the message's id."""
    from convo.runtime import inbox

    wanted = inbox.Reply(number, text, key)
    message, _ = _write(lambda line: inbox.reply(line, wanted))
    print(message.id)


def hand_back(
    number: Id,
    state: Annotated[
        str | None, typer.Option(help="Where the flow goes on; where it says itself, unless given.")
    ] = None,
    given: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A variable to set before.")
    ] = None,
) -> None:
    """Give the conversation back to its flow."""
    from convo.runtime import inbox

    wanted = inbox.HandBack(number, state, dict(pairs(given or [])))
    after = _write(lambda line: inbox.hand_back(line, wanted))
    print(f"{after.id}: {_where(after)}")


def close(
    number: Id, outcome: Annotated[str, typer.Argument(help="A word that is counted, like settled.")]
) -> None:
    """End a conversation, whoever has it."""
    from convo.runtime import inbox

    after = _write(lambda line: inbox.close(line, number, outcome))
    print(f"{after.id}: {_where(after)}")


def _write(job: "Callable[[Line], T]") -> T:
    """Do this in one transaction, beside a serving process; what is used wrongly is a SettingsError."""
    from convo import clock
    from convo.cli._beside import open_store
    from convo.runtime.library import Library
    from convo.runtime.turns import Line
    from convo.settings import load

    settings = load()
    library = Library(settings.flows)
    with open_store(settings, create=False) as store:
        try:
            return store.transact(lambda c: job(Line(c, settings, library, clock.system())))
        except (InboxError, HandBackError) as error:
            if error.code in _WRONG:
                raise SettingsError(str(error)) from None
            raise


def _waiting(connection: "Connection", queue: str | None) -> "list[tuple[Stored, Standing]]":
    from convo.flow.session import Phase
    from convo.store import conversations, inbox

    found: list[tuple[Stored, Standing]] = []
    after = 0
    while page := conversations.chosen(
        connection, None, after, _PAGE, status=Phase.HANDED_OFF.value, queue=queue
    ):
        found += [(each, inbox.standing(connection, each)) for each in page]
        after = page[-1].id
    return found


def _as_dict(stored: "Stored", standing: "Standing") -> dict[str, Any]:
    from convo.runtime.sessions import inside

    since = standing.waiting_since
    return {
        "id": stored.id,
        "contact": stored.contact,
        "number": stored.number,
        "flow": stored.flow,
        "state": stored.state,
        "inside": inside(stored),
        "queue": stored.queue,
        "trouble": stored.trouble,
        "waiting_since": since.isoformat() if since else None,
        "last_text": standing.last_text,
        "last_direction": standing.last_direction,
    }


def _as_text(stored: "Stored", standing: "Standing", now: datetime) -> str:
    from convo.runtime.sessions import where

    since = standing.waiting_since
    waits = f"waiting since {since:%Y-%m-%d %H:%M} UTC, {span(now - since)}" if since else "answered"
    lines = [f"{stored.id}  {stored.contact}  {stored.queue}  {waits}  ({stored.flow}, {where(stored)})"]
    if stored.trouble:
        lines.append(f"    why: {one_line(stored.trouble)}")
    if standing.last_text is not None:
        who = "them" if standing.last_direction == "in" else "us"
        lines.append(f"    {who}: {one_line(standing.last_text)}")
    return "\n".join(lines)


def _where(stored: "Stored") -> str:
    from convo.flow.session import Phase
    from convo.runtime.sessions import where

    if stored.status == Phase.ENDED:
        return f"ended as {stored.outcome}"
    if stored.status == Phase.HANDED_OFF:
        return f"with {stored.queue}, in {where(stored)}{f' ({stored.trouble})' if stored.trouble else ''}"
    return f"with its flow, in {where(stored)}"
