"""What `convo doctor` looks at for consent: who answers STOP, who stays known, providers' opt-out lists."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from convo.cli._diagnosed import Finding, Level
from convo.errors import SettingsError
from convo.keywords import KeywordKind, names
from convo.keywords.settings import AnsweredBy
from convo.providers import all_providers, handling, keeps_opt_outs, wrong_handling
from convo.runtime import brands, forgetting
from convo.settings import Settings
from convo.store import opt_outs
from convo.store.engine import Store

LATE = timedelta(hours=1)  # that a provider's list is not told of a change
OVERDUE = timedelta(days=2)  # that a list was not compared, where it is every day


def stop(settings: Settings) -> Iterator[Finding]:
    """Who answers STOP on each number, and what its flows and its HELP do about it."""
    for name, number in settings.numbers.items():
        account = settings.accounts.get(number.account)
        if account is None or account.provider not in all_providers():
            continue  # told already
        check, found = f"numbers.{name}.stop", handling(settings, name)
        wrong = list(wrong_handling(settings, name))
        for line in wrong:
            told, _, mend = line.removeprefix(f"numbers.{name}.").partition("; ")
            yield Finding(check, Level.ERROR, told, mend)
        stated = all_providers()[account.provider].traits.handling(name)
        if found.by is AnsweredBy.APP and stated.by is AnsweredBy.PROVIDER:
            told = f"{account.provider} or its carriers answer STOP as well: people get two answers"
            yield Finding(check, Level.WARNING, told, "take stop_is_answered_by out, or write provider")
        elif found.by is AnsweredBy.PROVIDER:
            words = ", ".join(sorted(found.words))
            told = (
                f"{account.provider} or its carriers answer {words}; what they block, "
                "only START from that phone lifts, nothing that convo does"
            )
            yield Finding(check, Level.OK, told)
        elif not wrong:
            yield Finding(check, Level.OK, "convo answers STOP")
        texts = [number.help] if isinstance(number.help, str) else (number.help or {}).values()
        if not all(names(KeywordKind.STOP, text) for text in texts if text):
            told = "its help does not say how to stop (CTIA Messaging Principles, 5.1)"
            yield Finding(check, Level.WARNING, told, "end it like: Reply STOP to opt out.")


def forgotten(store: Store, settings: Settings) -> Iterator[Finding]:
    """Whether who was forgotten is known again; nobody has to be."""
    count = store.look(forgetting.count)
    if not count:
        return
    try:
        store.look(lambda connection: forgetting.check(connection, settings))
    except SettingsError as error:
        told, _, mend = str(error).removeprefix("code_key: ").partition("; ")
        yield Finding("code_key", Level.ERROR, told, mend)
    else:
        yield Finding("code_key", Level.OK, f"numbers that were forgotten are known again: {count}")


def renamed(store: Store, settings: Settings) -> Iterator[Finding]:
    """Whether a brand is called something else, and has lost who stopped it."""
    try:
        store.look(lambda connection: brands.check(connection, settings))
    except SettingsError as error:
        for line in str(error).splitlines():
            subject, _, told = line.partition(": ")
            told, _, mend = told.partition("; ")
            yield Finding(subject, Level.ERROR, told, mend)


def mirrored(store: Store, settings: Settings, now: datetime) -> Iterator[Finding]:
    """Whether the opt-out lists of providers are told of every change, and compared every day."""
    wanted = {
        settings.number(number).account
        for number in settings.numbers
        if settings.number(number).account in settings.accounts and _keeps(settings, number)
    }

    def look(connection: Connection) -> dict[str, opt_outs.Standing]:
        return {account: opt_outs.standing(connection, account) for account in sorted(wanted)}

    for account, found in store.look(look).items():
        subject = f"accounts.{account}.mirror_opt_outs"
        late = found.oldest is not None and now - found.oldest > LATE
        if found.oldest is not None and late:
            since = f"{found.oldest:%Y-%m-%d %H:%M} UTC"
            told = f"its list is still to be told of {found.open} changes, the first of {since}"
            mend = f"see that `convo serve` runs, and what `convo consent reconcile --account {account}` says"
            yield Finding(subject, Level.WARNING, told, mend)
        if found.compared is not None and now - found.compared > OVERDUE:
            told = f"its list was compared last on {found.compared:%Y-%m-%d %H:%M} UTC"
            yield Finding(subject, Level.WARNING, told, "see that `convo serve` runs")
        elif not late:
            when = (
                f"compared on {found.compared:%Y-%m-%d %H:%M} UTC" if found.compared else "not compared yet"
            )
            yield Finding(subject, Level.OK, f"its list is told of every stop and start; {when}")


def _keeps(settings: Settings, number: str) -> bool:
    try:
        return keeps_opt_outs(settings, number)
    except SettingsError:
        return False  # told already
