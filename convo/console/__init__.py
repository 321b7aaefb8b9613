"""Pages for people in a browser: Starlette, Jinja2, htmx, server-sent events; all assets vendored."""

from starlette.routing import BaseRoute

from convo.app import App


def console_routes(app: App) -> list[BaseRoute]:
    """The routes of all pages and of what they load."""
    del app
    return []
