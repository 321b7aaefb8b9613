"""Lists: a page at a time, `{"items": [...], "next": cursor or null}`."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from convo.resources.base import Page, PageQuery
from convo.web.api.operations import Answer


class Numbered(Protocol):
    @property
    def id(self) -> int: ...


R = TypeVar("R", bound=Numbered)
Entry = TypeVar("Entry")


def page(
    query: PageQuery, fetch: Callable[[int, int], Iterable[R]], show: Callable[[R], Entry]
) -> Answer[Page[Entry]]:
    """The page that is asked for; `fetch` gets the row after which it begins, and the most rows."""
    # One more than asked for tells whether there is a next page.
    found = list(fetch(query.after, query.limit + 1))
    rows = found[: query.limit]
    following = str(rows[-1].id) if len(found) > query.limit else None
    return Answer(Page(items=[show(row) for row in rows], next=following))
