"""`convo dev`: everything in one process, with phones in the browser."""

import logging
import secrets
import sys
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._given import HOST, PORT, Port
from convo.errors import Problem, SettingsError, StoreUnavailable

if TYPE_CHECKING:
    from convo.app import App


def register(app: typer.Typer) -> None:
    app.command()(dev)


def dev(
    host: Annotated[str, typer.Option(help="A loopback address; others are refused.")] = HOST,
    port: Port = PORT,
) -> None:
    """Run everything on this machine, with a phone in the browser; a changed flow is read at once."""
    from convo.app import App
    from convo.cli._serving import Manner, listen, log_to_stderr, run
    from convo.settings import load

    if not _is_loopback(host):
        raise SettingsError(
            f"--host {host}: `convo dev` lets anybody play any phone, so it listens on this machine "
            "only; use 127.0.0.1, or `convo serve`"
        )
    settings = load()
    token = settings.api_token or secrets.token_urlsafe(16)
    log_to_stderr(logging.WARNING, as_json=False)
    served = App(settings.model_copy(update={"api_token": token}))
    if not settings.flows.is_dir():
        print(f"There is no folder {settings.flows} yet; put a flow into it.", file=sys.stderr)
    manner = Manner(
        phone=True,
        greeting=f"A phone to try your flows: {{address}}/phone\n"
        f"The API: {{address}}/v1 with `Authorization: Bearer {token}`\n"
        f"Flows in {settings.flows}/ are read again when they change. Ctrl-C ends.",
        tell=_tell,
        beside=partial(_watch, served),
    )
    run(served, listen(host, port), manner)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tell(problem: Problem) -> None:
    print(problem, file=sys.stderr, flush=True)


async def _watch(app: "App") -> None:
    """Read the flows again when a file changes; one that is wrong keeps its last good version."""
    from watchfiles import awatch

    folder = app.settings.flows
    if not folder.is_dir():
        return
    async for changes in awatch(folder, debounce=200, step=50):
        if not any(path.endswith((".yaml", ".py")) for _, path in changes):
            continue
        try:
            problems = await app.read_flows()
        except StoreUnavailable as error:
            print(f"{error}; the flows stay as they were", file=sys.stderr, flush=True)
            continue
        for problem in problems:
            _tell(problem)
        if problems:
            print("The last good version goes on.", file=sys.stderr, flush=True)
        else:
            print("Flows read again.", file=sys.stderr, flush=True)
        app.changed()
