"""Running an App behind uvicorn, for `convo dev` and `convo serve`."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
import uvicorn

from convo import asgi
from convo.app import App
from convo.cli._masking import masked
from convo.errors import Problem, SettingsError

_STOP_WITHIN = 5  # seconds for open requests


def log_to_stderr(level: int, *, as_json: bool) -> None:
    """Logs are records on standard error: lines for people, or JSON for programs."""
    shape = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
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


def run(app: App, host: str, port: int, manner: Manner) -> None:
    """Serve until interrupted."""
    listening = _listen(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(_serve(app, listening, address, manner))


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":  # where uvloop does not exist
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


class _Server(uvicorn.Server):
    """uvicorn raises a signal anew when it has ended; the App has to finish its sends first."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def _serve(app: App, listening: socket.socket, address: str, manner: Manner) -> None:
    config = uvicorn.Config(
        asgi.create(app, phone=manner.phone),
        lifespan="off",  # the App is started here, where its errors can be told
        log_level=logging.WARNING,
        access_log=False,  # secrets in a query must never get into one
        timeout_graceful_shutdown=_STOP_WITHIN,
        http="httptools",
        ws="none",
    )
    server = _Server(config)
    try:
        for problem in await app.start():
            manner.tell(problem)
        print(manner.greeting.replace("{address}", address), flush=True)
        task = asyncio.create_task(manner.beside()) if manner.beside else None
        await server.serve(sockets=[listening])
        if task:
            task.cancel()
    finally:
        await app.stop()


def _listen(host: str, port: int) -> socket.socket:
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
