"""App: settings → store, providers, flows and runtime, wired together. Knows no HTTP."""

import asyncio
import gc
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import IntegrityError

from convo import clock as clocks
from convo import keywords
from convo.clock import Clock
from convo.errors import Problem, SettingsError
from convo.messages import Item
from convo.providers import check_numbers, make
from convo.roles import LINES, Role
from convo.runtime import brands, codes, forgetting
from convo.runtime.calling import Caller
from convo.runtime.clockwork import Clockwork
from convo.runtime.events import unheard
from convo.runtime.folding import Folder
from convo.runtime.gate import reconsider
from convo.runtime.intake import Intake
from convo.runtime.launching import Launcher
from convo.runtime.library import Library
from convo.runtime.metrics import Metrics
from convo.runtime.mirror import Mirror
from convo.runtime.registry import Registry
from convo.runtime.relay import Relay
from convo.runtime.retaining import Retainer
from convo.runtime.room import Room
from convo.runtime.sender import Sender
from convo.runtime.starting import Start, start
from convo.runtime.subscribers import Subscriber
from convo.settings import Settings
from convo.store import reports
from convo.store.conversations import Stored
from convo.store.engine import Job, Store
from convo.store.wakeups import QUEUED, SETTLED

log = structlog.get_logger(__name__)

T = TypeVar("T")


class App:
    """Everything that serves, in one process. `start` and `stop` it in the same event loop."""

    def __init__(self, settings: Settings, clock: Clock = clocks.system, role: Role = Role.ALL) -> None:
        self.store = Store(settings.database)
        self.relay = Relay(self.store, settings.events, clock)
        told = settings.events.heard_by(self.relay.hears)
        self.settings = settings = settings.model_copy(update={"events": told})
        self.clock = clock
        self.role = role
        self.draining = False  # it is about to take nothing more
        self.library = Library(settings.flows)
        self.registry = Registry(settings.flows, settings.actions)
        self.providers = make(settings.accounts, self._deliver, clock)
        check_numbers(settings)
        self.metrics = Metrics(settings.accounts)
        count = self.metrics.count
        self.room = Room(settings.max_waiting, settings.max_waiting_bytes)
        self.intake = Intake(self.store, settings, self.library, clock, self.changed, self.relay.hears, count)
        self.sender = Sender(self.store, settings, self.library, self.providers, clock, self._settled, count)
        self.clockwork = Clockwork(self.store, settings, self.library, clock, self.changed, count)
        self.caller = Caller(
            self.store, settings, self.library, lambda: self.registry.actions, clock, self.changed
        )
        self.launcher = Launcher(self.store, settings, self.library, self.sender.rates, clock, self.changed)
        self.mirror = Mirror(self.store, settings, self.providers, clock)
        self._watchers: set[Callable[[], None]] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}  # by the name of the line
        self._deliveries: set[asyncio.Task[None]] = set()

    async def start(self) -> list[Problem]:
        """Open the database, read the flows, and go to work; the problems of flows left out."""
        self._loop = asyncio.get_running_loop()
        alone = self.store.hold()
        self.store.upgrade()
        problems = await self.read_flows()
        check_flows(self.settings, self.library)
        check_kinds(self.settings, self.library)
        await self.store.write(lambda c: brands.begin(c, self.settings))
        while await self.store.write(lambda c: reconsider(c, self.settings, self.clock())):
            pass  # some hundred contacts at a time
        await self.store.read(lambda c: forgetting.check(c, self.settings))
        dropped = self.clock() - timedelta(days=self.settings.keep_unknown_reports)
        while await self.store.write(lambda c: reports.drop(c, dropped)):
            pass
        works: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "intake": self.intake.run,
            "sender": partial(self.sender.run, alone=alone),
            "clockwork": self.clockwork.run,
            "calls": partial(self.caller.run, alone=alone),
            "events": partial(self.relay.run, alone=alone),
            "opt_outs": self.mirror.run,
            "insights": Folder(self.store).run,
            "campaigns": self.launcher.run,
            "retention": Retainer(self.store, self.settings.retention, self.clock).run,
        }
        self._tasks = {name: asyncio.create_task(works[name]()) for name in LINES[self.role]}
        self.store.join(None if self.role is Role.WEB else self._hear)
        keywords.prepare()
        # What there is now stays: to look through all of it for garbage holds every text up for 0.1 s.
        gc.collect()
        gc.freeze()
        return problems

    async def stop(self) -> None:
        """Finish what is claimed and settle it, give back what takes longer than `stop_within`, and close."""
        within = self.settings.stop_within.total_seconds()
        if self._tasks:
            intake = self._tasks.pop("intake")
            for name in self._tasks.keys() & {"clockwork", "opt_outs", "insights", "campaigns", "retention"}:
                self._tasks[name].cancel()
            await asyncio.gather(*(line.stop(within) for line in (self.caller, self.sender, self.relay)))
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            await asyncio.gather(*self._deliveries, return_exceptions=True)
            intake.cancel()
            await asyncio.gather(intake, return_exceptions=True)
        await self.caller.close()
        for provider in self.providers.values():
            await provider.close()
        await self.relay.close()
        self.store.close()

    def stopped(self) -> list[str]:
        """The lines that should be working and are not."""
        names = LINES[self.role]
        return [name for name in names if name not in self._tasks or self._tasks[name].done()]

    def lines(self) -> dict[str, bool]:
        """The lines of this process, and whether each works."""
        stopped = self.stopped()
        return {name: name not in stopped for name in LINES[self.role]}

    async def read_flows(self) -> list[Problem]:
        """Read flows and actions anew and keep the flows' sources; the problems of files that are wrong.

        Raises SettingsError for a module of actions that cannot be imported.
        """
        problems = [*self.library.read(), *self.registry.read()]
        await self.store.write(lambda c: self.library.save(c, self.clock()))
        self.library.publish()
        return problems

    async def begin(self, wanted: Start) -> tuple[Stored, bool]:
        """Start a conversation; whether it is new. Raises StartError where it cannot be started."""

        return await self.write(
            lambda connection: start(connection, self.settings, self.library, wanted, self.clock())
        )

    async def write(self, job: Job[T]) -> T:
        """Run `job` in a write transaction, and tell whoever waits for what it wrote."""
        try:
            done = await self.store.write(job)
        except IntegrityError:
            # Another process took the same key at the same moment; now what it made is there.
            done = await self.store.write(job)
        self.changed()
        return done

    def on(self, event: str, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with every event of this kind, `consent.*` or `*` for several.

        Kinds are what flows emit, and `convo.kinds`. It is called after the commit, at least once for each
        event, those of one contact in their order, one event at a time, in a thread of its own; one that is
        a coroutine runs in the event loop. What it raises is logged. Returns how to end it; raises
        ValueError for a kind that there is not.
        """
        return self.relay.on(event, subscriber)

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after every change that this process writes; returns how to end it."""
        self._watchers.add(watcher)
        return lambda: self._watchers.discard(watcher)

    def changed(self) -> None:
        """Something was committed: there may be texts to send and pages to refresh."""
        self._wake(QUEUED)
        self._tell(QUEUED)

    def _settled(self) -> None:
        """The sender has written what came of its sends: clocks begin, and the application may be told."""
        self._wake(SETTLED)
        self._tell(SETTLED)

    def _wake(self, what: str) -> None:
        if what != SETTLED:
            self.sender.wake()
        self.relay.wake()
        self.caller.wake()
        self.clockwork.wake()

    def _hear(self, what: str) -> None:
        """In the store's thread: another process has committed something."""
        with suppress(RuntimeError):  # the process ends
            self._loop.call_soon_threadsafe(self._wake, what)

    def _tell(self, what: str) -> None:
        self.store.tell(what)
        for watcher in list(self._watchers):
            watcher()

    def _deliver(self, items: Sequence[Item]) -> None:
        """What a provider in this process reports goes the way that a webhook goes."""
        task = asyncio.get_running_loop().create_task(self.intake.put(items))
        self._deliveries.add(task)
        task.add_done_callback(self._delivered)

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._deliveries.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("report.lost", error=str(error))


def check_kinds(settings: Settings, library: Library) -> None:
    """Raises SettingsError for a kind of event that was meant for one of convo's own, and warns of others."""
    found = list(unheard(settings.events, library.current.values()))
    if slips := [str(each) for each in found if each.is_slip]:
        raise SettingsError("\n".join(slips))
    for each in found:
        log.warning("events.kind_unknown", setting=str(each))


def check_flows(settings: Settings, library: Library) -> None:
    """Raises SettingsError for every number whose flow does not exist, or that no text can start.

    Also where flows ask for one-time codes, and there is no key for them.
    """
    if any(flow.asks_codes for bundle in library.current.values() for flow in bundle.flows.values()):
        codes.keys(settings)
    wrong = []
    for name, number in settings.numbers.items():
        if number.flow is None:
            continue
        found = library.current.get(number.flow)
        if found is None:
            known = ", ".join(sorted(library.current)) or "none"
            wrong.append(
                f"numbers.{name}.flow: there is no flow '{number.flow}' in {settings.flows}; there is {known}"
            )
        elif found.root.flow.needs:
            wrong.append(
                f"numbers.{name}.flow: a text cannot start '{number.flow}', "
                f"which needs {', '.join(found.root.flow.needs)}"
            )
    if wrong:
        raise SettingsError("\n".join(wrong))
