"""A server on loopback that answers as it is told, and keeps what it was asked."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    """One request as it came."""

    request: web.BaseRequest
    body: bytes


@dataclass
class Answering:
    """The server at work."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[Answering]:
    """Answer every request by `handler`."""
    at_work = Answering()

    async def take(request: web.BaseRequest) -> web.StreamResponse:
        at_work.asked.append(Asked(request, await request.read()))
        return await handler(request)

    runner = web.ServerRunner(web.Server(take), shutdown_timeout=0.1)  # some handlers never end
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        at_work.url = f"http://{host}:{port}"
        yield at_work
    finally:
        await runner.cleanup()


def says(status: int, body: bytes | str = b"", **headers: str) -> Handler:
    """A handler with one answer."""
    content = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status, body=content, headers=named)

    return handler


async def hangs_up(request: web.BaseRequest) -> web.StreamResponse:
    """Close the connection without a word."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()
