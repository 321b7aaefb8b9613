"""Which of a flow's languages a contact gets: BCP 47 tags compared, nothing translated."""

from collections.abc import Iterable
from functools import lru_cache

from convo.flow.speech import locale


def primary(tag: str) -> str:
    """`fr` of `fr-CA`"""
    return tag.partition("-")[0].lower()


def chosen(written: Iterable[str], wanted: str | None, own: str) -> str:
    """Of the languages in which something is `written` the one for who wants `wanted`.

    The same tag, else one of the same primary language (BCP 47, 2.2.1), else the flow's `own`.
    """
    if wanted is None:
        return own
    tags = list(written)
    same = [tag for tag in tags if tag.lower() == wanted.lower()]
    near = [tag for tag in tags if primary(tag) == primary(wanted)]
    return (same or near or [own])[0]


@lru_cache(maxsize=1024)
def spoken(written: str, wanted: str | None) -> str:
    """The locale for a text in the language `written`: in the contact's region, where they share one."""
    if wanted is None or "-" not in wanted or primary(written) != primary(wanted):
        return written
    try:
        locale(wanted)
    except ValueError:  # nothing that we were told about a contact keeps a text from being said
        return written
    return wanted


@lru_cache(maxsize=1024)
def read_in(written: tuple[str, ...], wanted: str | None, own: str) -> str:
    """The locale for a contact's replies, in a flow with texts in the languages `written`."""
    return spoken(chosen(written, wanted, own), wanted)
