"""What `convo doctor` looks at, one check a function. Nothing is changed, and nobody is called."""

import difflib
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection, text

from convo import settings as configured
from convo import verify
from convo.app import check_flows
from convo.cli._beside import MENDS, is_missing
from convo.cli._consent_diagnosis import forgotten, mirrored, renamed, stop
from convo.cli._diagnosed import Finding, Level
from convo.cli._files import read_project, with_actions
from convo.cli._printed import counted
from convo.clock import Clock
from convo.errors import SettingsError, Severity, StoreUnavailable
from convo.flow.project import check
from convo.providers import settings_of
from convo.runtime import versions
from convo.runtime.events import unheard
from convo.runtime.library import Library
from convo.runtime.resending import known
from convo.settings import FILE, SIMULATOR, Settings
from convo.store import deliveries, receipts
from convo.store.depth import depth
from convo.store.engine import Store
from convo.store.messages import newest
from convo.store.reports import Why
from convo.store.schema import Schema, schema, writable

LOW, LOWEST = 1024**3, 100 * 1024**2  # bytes free on the disk: warned of, and too few
LATE = timedelta(hours=1)  # that an event waits
OFF, FAR_OFF = timedelta(seconds=5), timedelta(minutes=1)  # a clock: warned of, and wrong
LATELY = timedelta(days=1)
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)  # no clock is right that is before this version


def examine(clock: Clock) -> Iterator[Finding]:
    """Everything that is found, in the order in which one thing builds on another."""
    try:
        settings = configured.read()
    except SettingsError as error:
        yield from map(_of_settings, str(error).splitlines())
        return
    wrong = configured.contradictions(settings)
    yield from map(_of_settings, wrong)
    if not wrong:
        read = f"{FILE} is read" if FILE.exists() else f"there is no {FILE}: the simulator and convo.db"
        yield Finding("settings", Level.OK, read)
    for look in (_variables, _token, _accounts, _flows, _numbers, stop, _codes, _events):
        yield from look(settings)
    yield from _database(settings, clock)


def _of_settings(told: str) -> Finding:
    return Finding("settings", Level.ERROR, told, f"mend it in {FILE} or its CONVO_ variable")


def _variables(settings: Settings) -> Iterator[Finding]:
    """A `CONVO_` variable that nothing reads is a slip, unless the file names it as a secret."""
    named = FILE.read_text(errors="replace") if FILE.exists() else ""
    known = [f"CONVO_{name.upper()}" for name in type(settings).model_fields]
    for name in sorted(os.environ):
        if not name.startswith("CONVO_") or name.split("__")[0] in known or f"env:{name}" in named:
            continue
        near = difflib.get_close_matches(name, known, n=1)
        mend = f"did you mean {near[0]}?" if near else "unset it"
        yield Finding("settings", Level.WARNING, f"nothing reads the variable {name}", mend)


def _token(settings: Settings) -> Iterator[Finding]:
    if settings.api_token is None:
        yield Finding("api", Level.WARNING, "no api_token is set: the API answers 401", "set CONVO_API_TOKEN")
    else:
        yield Finding("api", Level.OK, "a token is set")


def _accounts(settings: Settings) -> Iterator[Finding]:
    for name, account in settings.accounts.items():
        subject = f"accounts.{name}"
        try:
            own = settings_of(name, account)
        except SettingsError as error:
            for line in str(error).splitlines():
                yield Finding(subject, Level.ERROR, line.removeprefix(f"{subject}."), f"mend it in {FILE}")
            continue
        signed = bool(getattr(own, "webhook_secret", True))
        url = settings.webhook_url(name)
        where = f"webhooks at {url}" if url else f"webhooks at /webhooks/{name}"
        if account.provider == SIMULATOR and not signed:
            yield Finding(subject, Level.OK, f"{account.provider}, unsigned {where}")
        elif not signed:
            yield Finding(
                subject, Level.ERROR, f"{account.provider} has no webhook_secret", "set webhook_secret"
            )
        elif url is None and account.provider != SIMULATOR:
            mend = "set public_url, where the provider reaches this"
            yield Finding(subject, Level.WARNING, f"{account.provider}, {where}, wherever that is", mend)
        else:
            yield Finding(subject, Level.OK, f"{account.provider}, {where}")
    if settings.public_url and settings.public_url.startswith("http:"):
        yield Finding(
            "public_url",
            Level.WARNING,
            "it is not https: secrets and texts can be read on the way",
            "use https",
        )


def _flows(settings: Settings) -> Iterator[Finding]:
    if not settings.flows.is_dir():
        missed = any(number.flow for number in settings.numbers.values())
        mend = f"make it and put a flow into it, or mend `flows` in {FILE}"
        level = Level.ERROR if missed else Level.WARNING
        yield Finding("flows", level, f"there is no folder {settings.flows}", mend)
        return
    try:
        project, problems = with_actions(read_project([settings.flows]), [settings.flows], settings)
    except SettingsError as error:
        yield Finding("actions", Level.ERROR, str(error), f"mend it, or `actions` in {FILE}")
        return
    problems += check(project)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    level = Level.ERROR if errors else Level.WARNING if problems or not project.files else Level.OK
    many = f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}"
    told = f"{len(project.files)} in {settings.flows}: {many}"
    mend = "`convo check` tells which" if problems else "" if project.files else "put a flow into it"
    yield Finding("flows", level, told, mend)


def _numbers(settings: Settings) -> Iterator[Finding]:
    library = Library(settings.flows)
    library.read()
    library.publish()
    for name, number in settings.numbers.items():
        try:
            check_flows(settings.model_copy(update={"numbers": {name: number}}), library)
        except SettingsError as error:
            told = str(error).removeprefix(f"numbers.{name}.")
            there = settings.flows.is_dir()
            mend = f"name another flow in {FILE}" if there else "it may be in the folder that is not there"
            yield Finding(f"numbers.{name}", Level.ERROR, told, mend)
            continue
        answers = f"answers with {number.flow}" if number.flow else "answers triggers alone"
        yield Finding(f"numbers.{name}", Level.OK, f"{number.account}, {answers}")
    if not settings.numbers:
        yield Finding("numbers", Level.OK, "none is set: a text to any number is taken")


def _codes(settings: Settings) -> Iterator[Finding]:
    for told, mend in verify.doubtful(settings.verify, settings.names_in_codes):
        yield Finding("verify", Level.WARNING, told, mend)


def _events(settings: Settings) -> Iterator[Finding]:
    """Where events go, and kinds that nothing tells."""
    library = Library(settings.flows)
    library.read()
    library.publish()
    for name, endpoint in settings.events.by_name.items():
        subject = f"events.{name}"
        told = f"{', '.join(endpoint.kinds)} to {endpoint.url}"
        parts = urlsplit(endpoint.url)
        if parts.scheme == "http" and not _is_near(parts.hostname or ""):
            mend = "use https: what people text can be read on the way"
            yield Finding(subject, Level.WARNING, told, mend)
        else:
            yield Finding(subject, Level.OK, f"{told}; `convo events ping {name}` tries it out")
    for each in unheard(settings.events, library.current.values()):
        level = Level.ERROR if each.is_slip else Level.WARNING
        yield Finding("events", level, str(each), f"mend it in {FILE}, or emit it in a flow")


def _is_near(host: str) -> bool:
    """Whether nobody between here and there can read along: this machine, or a private network."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost"


def _told(store: Store, settings: Settings, now: datetime) -> Iterator[Finding]:
    """What could not be told, and what waits for long."""
    off = store.look(deliveries.off)
    for name, endpoint in settings.events.by_name.items():
        if name in off and off[name].url == endpoint.url:
            told = f"it is off since {off[name].since:%Y-%m-%d %H:%M} UTC: {off[name].reason}"
            yield Finding(f"events.{name}", Level.ERROR, told, f"mend it, then `convo events ping {name}`")
    for each in store.look(deliveries.standing):
        subject = f"events.{each.endpoint}"
        if each.endpoint not in known(settings.events):
            if each.open:
                told, mend = f"{each.open} wait for an endpoint that is not in the settings", "add it again"
                yield Finding(subject, Level.WARNING, told, f"{mend}, or leave them: they are given up")
            continue
        if each.dead:
            mend = "`convo events list --dead` tells why, `convo events resend --dead` tells them again"
            yield Finding(subject, Level.WARNING, f"{each.dead} were given up", mend)
        if each.oldest is not None and now - each.oldest > LATE:
            told = f"{each.open} wait, the first since {each.oldest:%Y-%m-%d %H:%M} UTC"
            mend = "see that `convo serve` runs, and what `convo events list` says of the tries"
            yield Finding(subject, Level.WARNING, told, mend)


def _database(settings: Settings, clock: Clock) -> Iterator[Finding]:
    try:
        store = Store(settings.database)
    except SettingsError as error:
        yield Finding("database", Level.ERROR, str(error), f"mend it in {FILE}")
        return
    try:
        if store.file is not None:
            yield from _disk(store.file)
        if is_missing(store):
            told = f"{store.file} is not there yet; `convo dev` or `convo serve` makes it"
            yield Finding("database", Level.OK, told)
            yield from _clock(clock(), None, None)
            return
        yield from _opened(store, settings, clock)
    except StoreUnavailable as error:
        yield Finding("database", Level.ERROR, str(error), "start it, or mend `database`")
    finally:
        store.close()


def _opened(store: Store, settings: Settings, clock: Clock) -> Iterator[Finding]:
    found = store.look(schema)
    if found is Schema.CURRENT:
        try:
            store.transact(writable)
        except StoreUnavailable as error:
            yield Finding("database", Level.ERROR, f"it cannot be written: {error}", "let this user write it")
            return
        served = {True: "; a process serves it now", False: "; nothing serves it now", None: ""}
        yield Finding("database", Level.OK, f"{store.dialect}, up to date{served[store.served()]}")
    elif found is Schema.MISSING:
        yield Finding("database", Level.OK, f"{store.dialect}, empty; `convo serve` makes its tables")
    else:
        yield Finding(
            "database", Level.ERROR, MENDS[found].partition("; ")[0], MENDS[found].partition("; ")[2]
        )
    if found is Schema.CURRENT:
        yield from _told(store, settings, clock())
        yield from forgotten(store, settings)
        yield from renamed(store, settings)
        yield from mirrored(store, settings, clock())
    if found in (Schema.CURRENT, Schema.BEHIND):
        yield from _versions(store, settings)
    if found is Schema.CURRENT:
        yield from _deliveries(store, clock())
        yield from _queue(store, clock())
    last = store.look(newest) if found is Schema.CURRENT else None
    theirs = store.look(_server_time) if store.dialect == "postgresql" else None
    yield from _clock(clock(), last, theirs)


def _versions(store: Store, settings: Settings) -> Iterator[Finding]:
    """A conversation goes on in the version that it began on, which may not run any more."""
    library = Library(settings.flows)
    for each in store.look(lambda connection: versions.broken(connection, library)):
        why, _, mend = versions.told(each).rpartition("\n")
        yield Finding("versions", Level.WARNING, why, mend)


def _deliveries(store: Store, now: datetime) -> Iterator[Finding]:
    """What providers delivered and nothing could be done with; such things are nobody's text."""
    found = store.look(lambda connection: receipts.troubled(connection, now - LATELY))
    if found.count:
        told = f"{found.count} of the last day could not be used; the last: {found.error}"
        mend = "the table `receipt` has them word for word; subscribe to texts and reports alone"
        yield Finding("deliveries", Level.WARNING, told, mend)


def _queue(store: Store, now: datetime) -> Iterator[Finding]:
    """Texts and reports that somebody has to look at; there is no end of them by itself."""
    found = store.look(lambda connection: depth(connection, now))
    if found.uncertain:
        told = f"uncertain: {counted(found.uncertain, 'text')} that may have gone, and no report says so"
        yield Finding("queue", Level.WARNING, told, "`convo queue list --status uncertain`, then settle them")
    strange = sum(count for why, count in found.reports.items() if why is not Why.UNKNOWN)
    if strange:
        told = f"{counted(strange, 'delivery report')} named a message of another account or contact"
        mend = "look whether two accounts have one webhook, or two installations one account"
        yield Finding("reports", Level.WARNING, told, mend)


def _server_time(connection: Connection) -> datetime | None:
    found: datetime | None = connection.execute(text("SELECT clock_timestamp()")).scalar()
    return found


def _disk(file: Path) -> Iterator[Finding]:
    folder = file.parent
    if not folder.is_dir():
        yield Finding("disk", Level.ERROR, f"there is no folder {folder}", "make it, or mend `database`")
        return
    if not os.access(folder, os.W_OK):
        yield Finding("disk", Level.ERROR, f"{folder} cannot be written", "let this user write it")
        return
    free = shutil.disk_usage(folder).free
    level = Level.ERROR if free < LOWEST else Level.WARNING if free < LOW else Level.OK
    mend = "" if level is Level.OK else "make room: a text that cannot be stored is refused"
    yield Finding("disk", level, f"{free / 1024**3:.1f} GiB free in {folder}", mend)


def _clock(now: datetime, last: datetime | None, theirs: datetime | None) -> Iterator[Finding]:
    """`last`: when the newest message was stored; `theirs`: the database server's time."""
    mend = "set this machine's clock, and keep it with NTP"
    off = abs(now - theirs) if theirs else timedelta()
    ahead = last - now if last else timedelta()
    if now < RELEASED:
        yield Finding("clock", Level.ERROR, f"it says {now:%Y-%m-%d}, before this version was made", mend)
    elif max(off, ahead) > FAR_OFF:
        told = f"{ahead} behind the newest text" if ahead >= off else f"{off} away from the database's"
        yield Finding("clock", Level.ERROR, f"it says {now:%Y-%m-%d %H:%M} UTC, {told}", mend)
    elif max(off, ahead) > OFF:
        yield Finding("clock", Level.WARNING, f"it is {max(off, ahead)} off", mend)
    else:
        yield Finding("clock", Level.OK, f"it says {now:%Y-%m-%d %H:%M} UTC")
