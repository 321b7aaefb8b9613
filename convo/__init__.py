"""convo: two-way SMS conversations, written as YAML state machines."""

from convo.actions import action
from convo.errors import ActionFailed

__all__ = ["ActionFailed", "action"]
__version__ = "0.1.0"
