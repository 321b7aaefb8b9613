"""Pages for people in a browser: Starlette, Jinja2, htmx, server-sent events; all assets vendored."""

import importlib
import pkgutil
from pathlib import Path

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from convo.app import App
from convo.console import pages
from convo.console.guard import Guard

_STATIC = Path(__file__).parent / "static"


def console_routes(app: App) -> list[BaseRoute]:
    """The routes of all pages and of what they load, each behind the guard.

    A file that is added to `pages/` is found; its `routes(app)` says what it answers.
    """
    routes: list[BaseRoute] = [Mount("/static", Guard(StaticFiles(directory=_STATIC)))]
    for module in pkgutil.iter_modules(pages.__path__):
        found: list[Route] = importlib.import_module(f"{pages.__name__}.{module.name}").routes(app)
        for route in found:
            route.app = Guard(route.app)
            routes.append(route)
    return routes
