"""What people text, and how long ago, as a terminal may show it; and what is told beside an answer."""

import sys
from datetime import timedelta


def one_line(text: str) -> str:
    """One line of a terminal: what somebody texts must not move its cursor."""
    return "".join(char if char.isprintable() else " " for char in text)


def counted(number: int, what: str) -> str:
    """`1 error`, `2,000 errors`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def span(time: timedelta) -> str:
    """How long something has been, in minutes, hours or days."""
    minutes = max(0, int(time.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def aside(words: str) -> None:
    """What is no answer, and to be known all the same."""
    print(f"convo: {words}", file=sys.stderr)
