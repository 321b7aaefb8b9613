"""What the API can do: an operation is one method on one path, with its scope, its models and its refusals.

From here its route is made, its description in `/openapi.json`, and how its errors are answered.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from inspect import cleandoc, iscoroutinefunction
from typing import Any, Generic, TypeVar, cast, get_args, get_type_hints

from convo.app import App
from convo.messages import storable
from convo.resources.base import Body, NoBody, Query, Upload
from convo.runtime.tokens import Holder, Scope
from convo.runtime.turns import Line
from convo.web.api.access import Refusal

LONGEST_ID = 18  # digits: what a database takes as a number
GET, POST, PUT, PATCH, DELETE = "GET", "POST", "PUT", "PATCH", "DELETE"

Q = TypeVar("Q", bound=Query)
B = TypeVar("B", bound=Body)
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Asked(Generic[Q, B]):
    """What a request brings, checked."""

    query: Q
    body: B
    path: Mapping[str, str]
    by: Holder

    def number(self, what: str) -> int:
        """The number of the thing that `{id}` of the path names; raises Refusal (404) for what is none."""
        named = self.path["id"]
        if not (named.isascii() and named.isdecimal() and len(named) <= LONGEST_ID):
            raise missing(what, named)
        return int(named)


@dataclass(frozen=True, slots=True)
class Answer(Generic[A]):
    """What is answered."""

    body: A
    status: int = 200


def made(body: A, *, new: bool = True) -> Answer[A]:
    """201 with what was made; 200 where it was there already."""
    return Answer(body, 201 if new else 200)


Run = Callable[[Line, Asked[Any, Any]], Answer[Any]]
Several = Callable[[App, Asked[Any, Any]], Awaitable[Answer[Any]]]


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked for.

    `run` is called in a transaction, which only reads where it is a GET. What it takes and gives, its
    annotations say: `(Line, Asked[QUERY, BODY]) -> Answer[GIVEN]`. One that is a coroutine gets the App in
    the place of the Line, and makes its own transactions, several of them: said again, it must do no harm.
    """

    method: str
    path: str
    scope: Scope
    run: Run | Several
    statuses: tuple[int, ...] = (200,)
    # The codes of CodedErrors that `run` raises, and the status of each.
    refuses: Mapping[str, int] = field(default_factory=dict)
    even: bool = False  # how long an answer takes must not tell what became of it

    @property
    def name(self) -> str:
        """Its name in the description, like `conversations_start`."""
        return f"{self.tag}_{self.run.__name__.strip('_')}"

    @property
    def tag(self) -> str:
        """The resource that it is about."""
        return self.path.split("/")[2]

    @property
    def about(self) -> str:
        """What it does, as its docstring says it."""
        return cleandoc(self.run.__doc__ or "")

    @cached_property
    def query(self) -> type[Query]:
        """What may stand behind its question mark."""
        return cast(type[Query], self._asked[0])

    @cached_property
    def takes(self) -> type[Body]:
        """Its body; NoBody where it has none."""
        return cast(type[Body], self._asked[1])

    @cached_property
    def gives(self) -> Any:
        """What its answer holds."""
        return get_args(get_type_hints(self.run)["return"])[0]

    @property
    def has_body(self) -> bool:
        """Whether its body says anything."""
        return self.takes is not NoBody

    @property
    def reads_body(self) -> bool:
        """Whether a body that is sent is looked at; a GET or a DELETE has none."""
        return self.method not in (GET, DELETE)

    @property
    def uploads(self) -> bool:
        """Whether its body is no JSON, but a list."""
        return self.takes is Upload

    @property
    def keyed(self) -> bool:
        """Whether an `Idempotency-Key` counts: where all that it does is one transaction."""
        return self.method == POST and self.several is None

    @property
    def several(self) -> Several | None:
        """`run`, where it makes its own transactions."""
        return cast(Several, self.run) if iscoroutinefunction(self.run) else None

    @property
    def _asked(self) -> tuple[Any, ...]:
        return get_args(get_type_hints(self.run)["asked"])


def missing(what: str, named: object) -> Refusal:
    """404: there is no such thing."""
    return Refusal(404, "not_found", f"there is no {what} {storable(str(named))}")
