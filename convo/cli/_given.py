"""What a command is given: `--set name=value`, the form of its answer, where to listen."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from convo.errors import SettingsError

HOST, PORT = "127.0.0.1", 8000


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


def pairs(given: Sequence[str], option: str = "--set") -> Iterator[tuple[str, str]]:
    """The names and values of `--set name=value`; raises SettingsError for what is none."""
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise SettingsError(f"{option} {pair}: write it as {option} name=value")
        yield name.strip(), value
