"""`convo serve`: production."""

import logging
from typing import Annotated

import typer

from convo.cli._given import HOST, PORT
from convo.errors import Problem


def register(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = HOST,
    port: Annotated[int, typer.Option(help="0 takes any that is free.")] = PORT,
) -> None:
    """Serve webhooks and the API, send, and keep the clocks. Logs are JSON on standard error."""
    import structlog

    from convo.app import App
    from convo.cli._serving import Manner, log_to_stderr, run
    from convo.settings import load

    log_to_stderr(logging.INFO, as_json=True)
    log = structlog.get_logger(__name__)

    def tell(problem: Problem) -> None:
        log.error("flow.left_out", problem=str(problem))

    settings = load()
    urls = [f"Webhooks of {name}: {settings.webhook_url(name)}" for name in settings.accounts]
    greeting = "\n".join(["Serving {address}", *(urls if settings.public_url else [])])
    run(App(settings), host, port, Manner(phone=False, greeting=greeting, tell=tell))
