"""The servers that `intake` measures; run as `python -m tests.bench.servers KIND FOLDER DATABASE`."""

import asyncio
import gc
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from convo.app import App
from convo.errors import FlowError
from convo.messages import Item
from convo.settings import SIMULATOR, Account, Settings
from convo.web.webhooks import WebhooksFirst

SECRET = "bench"


def _app(folder: Path, database: str) -> App:
    return App(
        Settings(
            database=database,
            flows=folder,
            accounts={SIMULATOR: Account(provider=SIMULATOR, webhook_secret=[SECRET])},
        )
    )


def constant(folder: Path, database: str) -> Starlette:
    """A bare route."""
    del folder, database

    async def answer(request: Request) -> PlainTextResponse:
        del request
        return PlainTextResponse("ok")

    return Starlette(routes=[Route("/webhooks/{account}", answer, methods=["POST"])])


def parsed(folder: Path, database: str) -> Starlette:
    """Verified and parsed, and nothing stored."""
    app = _app(folder, database)

    async def drop(items: list[Item]) -> None:
        del items

    # Storing is what this server leaves out.
    app.intake.put = drop  # type: ignore[method-assign, assignment]  # no way in the app leads past it
    return WebhooksFirst(app)


def first_line(folder: Path, database: str) -> Starlette:
    """The whole first line; what it answers waits for a sender elsewhere."""
    app = _app(folder, database)

    @asynccontextmanager
    async def lifespan(starlette: Starlette) -> AsyncIterator[None]:
        del starlette
        app.store.hold()
        app.store.upgrade()
        if problems := await app.read_flows():
            raise FlowError(problems)
        task = asyncio.create_task(app.intake.run())
        gc.collect()
        gc.freeze()  # as `App.start` does
        yield
        task.cancel()
        app.store.close()

    return WebhooksFirst(app, lifespan=lifespan)


def everything(folder: Path, database: str) -> Starlette:
    """The first line with the sender, its clock and the reports of all it sends beside it."""
    app = _app(folder, database)

    @asynccontextmanager
    async def lifespan(starlette: Starlette) -> AsyncIterator[None]:
        del starlette
        if problems := await app.start():
            raise FlowError(problems)
        yield
        await app.stop()

    return WebhooksFirst(app, lifespan=lifespan)


KINDS: dict[str, Callable[[Path, str], Starlette]] = {
    "constant": constant,
    "parsed": parsed,
    "first_line": first_line,
    "everything": everything,
}


async def _serve(kind: str, folder: Path, database: str) -> None:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            KINDS[kind](folder, database), log_level="warning", access_log=False, http="httptools", ws="none"
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
        await asyncio.sleep(0.01)
    print(listening.getsockname()[1], time.process_time(), flush=True)
    await task


if __name__ == "__main__":
    import uvloop

    uvloop.run(_serve(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
