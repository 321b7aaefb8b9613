"""convo: two-way SMS conversations, written as YAML state machines."""

from typing import TYPE_CHECKING, Any

from convo.actions import action
from convo.errors import ActionFailed

if TYPE_CHECKING:
    from convo.client import ApiError, AsyncClient, Client

__all__ = ["ActionFailed", "ApiError", "AsyncClient", "Client", "action"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The clients are loaded when somebody wants one: commands and actions do without."""
    if name in ("ApiError", "AsyncClient", "Client"):
        import convo.client

        return getattr(convo.client, name)
    raise AttributeError(f"convo has no {name}")
