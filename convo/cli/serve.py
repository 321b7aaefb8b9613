"""`convo serve`: production."""

import logging
from typing import Annotated

import typer

from convo.cli._serving import HOST, PORT, log_to_stderr, run


def register(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = HOST,
    port: Annotated[int, typer.Option(help="0 takes any that is free.")] = PORT,
) -> None:
    """Serve webhooks and the API, send, and keep the clocks. Logs are JSON on standard error."""
    from convo.app import App
    from convo.settings import load

    log_to_stderr(logging.INFO, as_json=True)
    run(App(load()), host, port, phone=False, greeting="Serving {address}", beside=None)
