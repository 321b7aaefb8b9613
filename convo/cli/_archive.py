"""`convo db archive`: what is old goes into files."""

from pathlib import Path
from typing import Annotated

import typer

from convo.errors import SettingsError

_NAMES = {
    "conversation": "conversations",
    "event": "events",
    "message": "texts",
    "receipt": "deliveries",
    "message_decision": "decisions",
    "verification": "verifications",
    "reminder": "reminders",
    "campaign_contact": "contacts of campaigns",
    "campaign_file": "lists of campaigns",
    "campaign": "campaigns",
}


def archive(
    older_than: Annotated[
        str, typer.Option(help="What ended, or came, so long ago or longer goes: `90d`, `6 weeks`.")
    ],
    to: Annotated[Path, typer.Option(help="The folder for the files.")] = Path("archive"),
) -> None:
    """Move old conversations, texts and deliveries from the database into files.

    Conversations that ended, with all that was said in them; texts that no conversation took; with each text
    what was delivered word for word, and what operators decided; verifications. Contacts, the consent ledger
    and who was in a campaign stay.
    A file is gzipped JSON Lines, a row each with its `table`. Runs beside a process that serves, and is
    safe to kill and to repeat: then a row may be in two files.
    """
    from convo import clock
    from convo.cli._beside import open_store
    from convo.retention import LEAST
    from convo.runtime.archiving import KINDS, archive_before
    from convo.settings import load

    try:
        age = clock.parse_duration(older_than)
    except ValueError as error:
        raise SettingsError(f"--older-than: {error}") from None
    if age < LEAST:
        raise SettingsError(
            f"--older-than: at least {LEAST.days} days; a provider may repeat what came since"
        )
    now, found = clock.system(), False
    with open_store(load(), create=False) as store:
        for done in archive_before(store, to, dict.fromkeys(KINDS, now - age), now):
            found = True
            counts = (f"{done.rows[table]:,} {name}" for table, name in _NAMES.items() if done.rows[table])
            print(f"{done.file}: {', '.join(counts)}", flush=True)
    if not found:
        print(f"Nothing is older than {older_than}.")
