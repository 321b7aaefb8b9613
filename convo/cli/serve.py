"""`convo serve`: production."""

import logging
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from convo.cli._given import HOST, PORT, Port
from convo.errors import Problem, SettingsError
from convo.roles import WEBS, Role

if TYPE_CHECKING:
    from convo.settings import Settings


def register(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = HOST,
    port: Port = PORT,
    role: Annotated[Role, typer.Option(help="What it does; on PostgreSQL others do the rest.")] = Role.ALL,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes do it.")] = 1,
    given: Annotated[str | None, typer.Option(hidden=True, help="By the parent of several.")] = None,
) -> None:
    """Serve webhooks and the API, send, and keep the clocks. Logs are JSON on standard error."""
    import structlog

    from convo.app import App
    from convo.cli import _workers
    from convo.cli._serving import Manner, listen, log_to_stderr, run
    from convo.settings import load

    log_to_stderr(logging.INFO, as_json=True)
    log = structlog.get_logger(__name__)

    def tell(problem: Problem) -> None:
        log.error("flow.left_out", problem=str(problem))

    settings = load()
    _check(settings, role, workers)
    worker = _workers.Worker.given(given) if given else None
    listening = worker.listening if worker else listen(host, port)
    greeting = _greeting(settings, role)
    if workers > 1:
        raise SystemExit(_workers.run(settings, ["--role", role], workers, listening, greeting))
    manner = Manner(phone=False, greeting="" if worker else greeting, tell=tell, worker=worker)
    run(App(settings, role=role), listening, manner)


def _greeting(settings: "Settings", role: Role) -> str:
    webs = settings.public_url and role in WEBS
    urls = [f"Webhooks of {name}: {settings.webhook_url(name)}" for name in settings.accounts if webs]
    what = "" if role is Role.ALL else f" (role {role})"
    return "\n".join([f"Serving {{address}}{what}", *urls])


def _check(settings: "Settings", role: Role, workers: int) -> None:
    """Raises SettingsError where the work cannot be shared."""
    shared = f"--role {role}" if role is not Role.ALL else f"--workers {workers}" if workers > 1 else None
    if shared and settings.on_sqlite:
        raise SettingsError(
            f"{shared}: SQLite is served by one process that does everything; leave it out, or set "
            "`database` to PostgreSQL, where many processes share the work"
        )
    if workers > 1 and sys.platform == "win32":
        raise SettingsError("--workers: on Windows start `convo serve` as often, each with its own --port")
