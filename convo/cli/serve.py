"""`convo serve`: production."""

import logging

import typer

from convo.cli._serving import HOST, PORT, log_to_stderr, run


def register(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    host: str = typer.Option(HOST, help="The address to listen on."),
    port: int = typer.Option(PORT, help="0 takes any that is free."),
) -> None:
    """Serve webhooks and the API, send, and keep the clocks. Logs are JSON on standard error."""
    from convo.app import App
    from convo.settings import load

    log_to_stderr(logging.INFO, as_json=True)
    run(App(load()), host, port, phone=False, greeting="Serving {address}", beside=None)
