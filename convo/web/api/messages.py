"""`/v1/messages`: what was said either way."""

from convo.resources.base import NoBody, Page
from convo.resources.messages import Message, MessagesQuery
from convo.runtime.tokens import Scope
from convo.runtime.turns import Line
from convo.store import messages
from convo.store.messages import Stored
from convo.web.api.lists import page
from convo.web.api.operations import GET, Answer, Asked, Operation


def _list(line: Line, asked: Asked[MessagesQuery, NoBody]) -> Answer[Page[Message]]:
    """Messages in the order in which they were stored."""
    query = asked.query
    return page(
        query,
        lambda after, most: messages.listed(line.connection, query.contact, after, most),
        shown_message,
    )


def shown_message(message: Stored) -> Message:
    """A message as the API tells it."""
    return Message.model_validate(message, from_attributes=True)


OPERATIONS: list[Operation] = [
    Operation(GET, "/v1/messages", Scope.MESSAGES_READ, _list),
]
