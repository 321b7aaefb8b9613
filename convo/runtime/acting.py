"""Running actions in Python: each in a thread of its own, so that one that hangs holds nobody else up."""

import asyncio
import inspect
import threading
from collections import Counter
from collections.abc import Awaitable, Mapping
from datetime import timedelta

import structlog

from convo.actions import Action
from convo.errors import ActionFailed, CallError
from convo.flow.results import Result, checked
from convo.messages import storable

MOST_THREADS = 32  # that run at once, those that hang among them
LONGEST_REASON = 500  # characters

log = structlog.get_logger(__name__)


class Stage:
    """The threads in which actions run. One that hangs stays, and is counted, until it returns."""

    def __init__(self, most: int = MOST_THREADS) -> None:
        self._most = most
        self._busy: dict[threading.Thread, str] = {}

    @property
    def busy(self) -> Mapping[str, int]:
        """How many threads each action has now."""
        return Counter(self._busy.values())

    async def act(self, action: Action, arguments: Mapping[str, object], within: timedelta) -> Result:
        """What an action gives back; raises CallError where it fails, or takes longer than `within`.

        After that time nobody waits for it, but no thread can be ended from outside: when all of them
        hang, every further call fails at once, and the log says which actions do.
        """
        if len(self._busy) >= self._most:
            hanging = ", ".join(f"{name} ({count})" for name, count in sorted(self.busy.items()))
            log.error("action.no_thread", action=action.name, hanging=hanging)
            raise CallError(f"all {self._most} threads for actions are taken: {hanging}", again=True)
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Result] = loop.create_future()

        def tell(outcome: Result, error: CallError | None) -> None:
            self._busy.pop(thread)
            if result.done():
                return  # nobody waits any more
            if error is None:
                result.set_result(outcome)
            else:
                result.set_exception(error)

        def work() -> None:
            outcome, error = _outcome(action, arguments, within)
            try:
                loop.call_soon_threadsafe(tell, outcome, error)
            except RuntimeError:
                return  # the process ended meanwhile

        thread = threading.Thread(target=work, name=f"convo-action-{action.name}", daemon=True)
        self._busy[thread] = action.name
        thread.start()
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await result
        except TimeoutError:
            log.warning("action.hangs", action=action.name, busy=len(self._busy))
            raise _late(within) from None


def _outcome(
    action: Action, arguments: Mapping[str, object], within: timedelta
) -> tuple[Result, CallError | None]:
    """In the action's own thread: what it gives back, or why it does not."""
    try:
        found = action.function(**arguments)
        if inspect.isawaitable(found):
            found = asyncio.run(_awaited(found, within))
    except CallError as error:
        return None, error
    except ActionFailed as error:
        return None, CallError(_reason(str(error)), again=False)
    except BaseException as error:  # a SystemExit too: it ends its thread, and not the conversation
        log.warning("action.failed", action=action.name, exc_info=error)
        return None, CallError(_reason(f"{type(error).__name__}: {error}"), again=True)
    try:
        return checked(found), None
    except Exception as error:
        return None, CallError(_reason(str(error)), again=False)


async def _awaited(found: Awaitable[object], within: timedelta) -> object:
    try:
        async with asyncio.timeout(within.total_seconds()) as limit:
            return await found
    except TimeoutError:
        if limit.expired():
            raise _late(within) from None
        raise


def _late(within: timedelta) -> CallError:
    return CallError(f"no result within {within.total_seconds():g} seconds", again=True)


def _reason(told: str) -> str:
    return storable(told)[:LONGEST_REASON]
