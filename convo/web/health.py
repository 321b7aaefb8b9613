"""Whether the process lives (`/healthz`), and whether it can do its work (`/readyz`)."""

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse

from convo.app import App
from convo.errors import StoreUnavailable


class Health:
    def __init__(self, app: App) -> None:
        self._app = app

    async def alive(self, request: Request) -> JSONResponse:
        """503 where a line of this process's role has stopped: starting it anew is what mends that.

        It lives while it drains, and while its database is away.
        """
        del request
        if stopped := self._app.stopped():
            return JSONResponse({"status": "stopped", "lines": stopped}, 503)
        return JSONResponse({"status": "ok", "role": self._app.role})

    async def ready(self, request: Request) -> JSONResponse:
        """503 while it drains or the database cannot be read, or where a line of its role has stopped."""
        del request
        if self._app.draining:
            return JSONResponse({"status": "draining"}, 503)
        if stopped := self._app.stopped():
            return JSONResponse({"status": "stopped", "lines": stopped}, 503)
        try:
            await self._app.store.read(lambda connection: connection.execute(text("SELECT 1")).scalar())
        except StoreUnavailable as error:
            return JSONResponse({"status": "no database", "error": str(error)}, 503)
        return JSONResponse({"status": "ready", "role": self._app.role})
