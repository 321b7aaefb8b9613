"""Running an App behind uvicorn, for `convo dev` and `convo serve`."""

import asyncio
import logging
import socket
import sys
from collections.abc import Coroutine
from typing import Any

import structlog
import uvicorn

from convo import asgi
from convo.app import App
from convo.errors import SettingsError

HOST, PORT = "127.0.0.1", 8000
_STOP_WITHIN = 5  # seconds for open requests


def log_to_stderr(level: int, *, as_json: bool) -> None:
    """Logs are records on standard error: lines for people, or JSON for programs."""
    shape = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info if as_json else _as_it_is,
            shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _as_it_is(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    del logger, method
    return event


def run(
    app: App, host: str, port: int, *, phone: bool, greeting: str, beside: Coroutine[Any, Any, None] | None
) -> None:
    """Serve until interrupted; `greeting` is printed with the address once requests are taken."""
    listening = _listen(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
    asyncio.run(_serve(app, listening, phone, greeting.format(address=address), beside))


async def _serve(
    app: App, listening: socket.socket, phone: bool, greeting: str, beside: Coroutine[Any, Any, None] | None
) -> None:
    config = uvicorn.Config(
        asgi.create(app, phone=phone),
        lifespan="off",  # the App is started here, where its errors can be told
        log_level=logging.WARNING,
        access_log=False,  # secrets in a query must never get into one
        timeout_graceful_shutdown=_STOP_WITHIN,
        http="httptools",
        ws="none",
    )
    server = uvicorn.Server(config)
    try:
        await app.start()
        print(greeting, flush=True)
        task = asyncio.create_task(beside) if beside else None
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
