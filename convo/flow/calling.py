"""A state's slow work: what is to be done, worked out from the variables, and what is kept of its result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from convo.errors import ConvoError
from convo.flow.dates import Reading
from convo.flow.expressions import Expression, ExpressionError
from convo.flow.render import SPEECH, RenderError, Text
from convo.flow.results import Result
from convo.flow.session import Call, Request, Value, Vars
from convo.flow.slots import SlotType
from convo.flow.values import shown

LONGEST_URL = 8000  # characters; few servers take more
LONGEST_HEADER = 1000
RESULT = "result"  # the whole of it, as an expression of `save` calls it


class AnswerError(ConvoError):
    """A call was done, and its result is not what `save` takes."""

    def __init__(self, name: str, why: object) -> None:
        super().__init__(f"{_NO_RESULT.format(name)}{why}")


_NO_RESULT = "the result of {} does not do: "


@dataclass(frozen=True, slots=True)
class Calling:
    """What a state has done outside: an action in Python, or a request to `url`."""

    name: str  # of the action, or where the request goes
    url: Text | None
    method: str
    headers: tuple[tuple[str, Text], ...]
    given: tuple[tuple[str, Expression], ...]
    save: tuple[tuple[str, Expression], ...]
    within: timedelta  # that one try may take
    tries: int

    def refused(self, trouble: str | None) -> bool:
        """Whether this is the trouble with a result that is not what `save` takes."""
        return trouble is not None and trouble.startswith(_NO_RESULT.format(self.name))

    def effect(self, names: Mapping[str, object], visit: int) -> Call:
        """The call to make, with everything worked out; raises ConvoError where that fails."""
        given = {name: expression.value(names) for name, expression in self.given}
        if self.url is None:
            return Call(self.name, visit, self.within, self.tries, given)
        url = self.url.render(names)
        if len(url) > LONGEST_URL:
            raise RenderError(f"the address '{self.name}' came to {len(url)} characters")
        headers = {name: _line(name, text.render(names)) for name, text in self.headers}
        return Call(_place(url), visit, self.within, self.tries, given, Request(self.method, url, headers))

    def kept(
        self,
        result: Result,
        names: Mapping[str, object],
        types: Mapping[str, SlotType],
        reading: Reading,
    ) -> Vars:
        """What `save` takes from a result; raises AnswerError where it is not there.

        A variable that has a type is read as whoever starts the flow would give it.
        """
        keys = result if isinstance(result, dict) else {}
        found: dict[str, Value] = {}
        known = {**names, **keys, RESULT: result, SPEECH: names[SPEECH]}
        for variable, expression in self.save:
            try:
                value = expression.value(known)
                found[variable] = _typed(types.get(variable), value, reading)
            except ExpressionError as error:
                raise AnswerError(self.name, error) from None
            except ValueError as error:
                told = f"'{variable}' came to {str(shown(value))[:60]!r}; {error}"
                raise AnswerError(self.name, told) from None
        return found


def _typed(kind: SlotType | None, value: Value, reading: Reading) -> Value:
    if kind is None:
        return value
    taken = kind.take(shown(value), reading)
    return value if taken == value else taken  # which keeps the time zone of a moment


def _line(name: str, value: str) -> str:
    if len(value) > LONGEST_HEADER or not value.isprintable():
        raise RenderError(f"the header '{name}' came to {value[:60]!r}, which is no line of text")
    return value


def _place(url: str) -> str:
    """Where a request goes, without what may be somebody's own in its query."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"
