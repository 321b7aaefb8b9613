"""Running an App behind uvicorn, for `convo dev` and `convo serve`."""

import asyncio
import logging
import math
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn

from convo import asgi
from convo.app import App
from convo.cli._masking import masked
from convo.errors import Problem, SettingsError
from convo.roles import WEBS

if TYPE_CHECKING:
    from convo.cli._workers import Worker

_STOP_WITHIN = 5  # seconds for open requests


def log_to_stderr(level: int, *, as_json: bool) -> None:
    """Logs are records on standard error: lines for people, or JSON for programs."""
    # The values of variables are texts, codes and secrets: no traceback shows them.
    traceback = structlog.dev.RichTracebackFormatter(show_locals=False)
    for_people = structlog.dev.ConsoleRenderer(exception_formatter=traceback)
    shape = structlog.processors.JSONRenderer() if as_json else for_people
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info if as_json else _as_it_is,
            masked,
            shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _as_it_is(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    del logger, method
    return event


@dataclass(frozen=True)
class Manner:
    """What differs between the commands that serve."""

    phone: bool  # whether anybody may play a phone
    greeting: str  # printed with the address once requests are taken
    tell: Callable[[Problem], None]  # what keeps a flow from being served
    beside: Callable[[], Coroutine[Any, Any, None]] | None = None  # what goes on meanwhile
    worker: "Worker | None" = None  # where it is one of several


def run(app: App, listening: socket.socket, manner: Manner) -> None:
    """Serve until interrupted."""
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(_serve(app, listening, manner))


def address_of(listening: socket.socket) -> str:
    """The address that is listened on, as one asks for it."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":  # where uvloop does not exist
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


class _Server(uvicorn.Server):
    """uvicorn raises a signal anew when it has ended; the App has to finish its sends first."""

    def __init__(self, config: uvicorn.Config, app: App, linger: timedelta | None) -> None:
        super().__init__(config)
        self._app = app
        self._linger = linger

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End; the first time only after whoever shares out requests had the time to see it coming."""
        if self._linger is not None and not self._app.draining:
            wait = self._linger.total_seconds()
            asyncio.get_running_loop().call_later(wait, super().handle_exit, signal.SIGTERM, frame)
            # Who keeps a connection open goes elsewhere with its next request (RFC 9112, 9.6), and does not
            # send one just when it is closed. uvicorn takes these headers up within a second.
            self.config.encoded_headers.append((b"connection", b"close"))
        else:
            super().handle_exit(sig, frame)
        self._app.draining = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def _serve(app: App, listening: socket.socket, manner: Manner) -> None:
    address = address_of(listening)
    config = uvicorn.Config(
        asgi.create(app, phone=manner.phone),
        lifespan="off",  # the App is started here, where its errors can be told
        log_level=logging.WARNING,
        access_log=False,  # secrets in a query must never get into one
        timeout_graceful_shutdown=min(_STOP_WITHIN, math.ceil(app.settings.stop_within.total_seconds())),
        http="httptools",
        ws="none",
    )
    # Nobody shares out requests among processes that take none, nor on the machine of who writes flows.
    lingers = app.role in WEBS and not manner.phone
    server = _Server(config, app, app.settings.drain if lingers else None)
    if manner.worker is not None:
        # Nothing but its end comes from there.
        parent = manner.worker.parent
        asyncio.get_running_loop().add_reader(parent, _orphaned, server, parent)
    try:
        for problem in await app.start():
            manner.tell(problem)
        if manner.greeting:
            print(manner.greeting.replace("{address}", address), flush=True)
        if manner.worker is not None:
            manner.worker.is_ready()
        task = asyncio.create_task(manner.beside()) if manner.beside else None
        await server.serve(sockets=[listening])
        if task:
            task.cancel()
    finally:
        await app.stop()


def _orphaned(server: _Server, parent: socket.socket) -> None:
    asyncio.get_running_loop().remove_reader(parent)
    server.handle_exit(signal.SIGTERM, None)


def listen(host: str, port: int) -> socket.socket:
    """A socket that clients can connect to; raises SettingsError where there can be none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        # From here on a client is kept waiting instead of refused: the address is told before the
        # server takes its first request.
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"{host}:{port} cannot be served: {error.strerror}; choose another with --port"
        ) from None
    listening.set_inheritable(True)
    return listening
