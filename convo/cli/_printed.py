"""What people text, as a terminal may show it."""


def one_line(text: str) -> str:
    """One line of a terminal: what somebody texts must not move its cursor."""
    return "".join(char if char.isprintable() else " " for char in text)
