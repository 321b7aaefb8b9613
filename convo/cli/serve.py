"""`convo serve`: production."""

import logging
from typing import Annotated

import structlog
import typer

from convo.cli._serving import HOST, PORT, Manner, log_to_stderr, run
from convo.errors import Problem


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
    log = structlog.get_logger(__name__)

    def tell(problem: Problem) -> None:
        log.error("flow.left_out", problem=str(problem))

    run(App(load()), host, port, Manner(phone=False, greeting="Serving {address}", tell=tell))
