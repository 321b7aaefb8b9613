"""Secrets as settings give them: written down, or `env:NAME` for the variable NAME."""

import json
import os
from contextlib import suppress


def resolved(value: object) -> object:
    """The secret itself; raises ValueError where its variable is not set: that is an error, not a blank."""
    if isinstance(value, str) and value.startswith("env:"):
        name = value.removeprefix("env:")
        found = os.environ.get(name)
        if not found:
            raise ValueError(f"the variable {name} is not set; export it, or write the value here")
        return found
    return value


def several(value: object) -> object:
    """One secret or a list of them, as a list.

    A variable holds one, or a list as JSON; one that holds digits alone may come as a number.
    """
    if isinstance(value, str) and value.startswith("["):
        with suppress(ValueError):  # it is a secret that begins so
            value = json.loads(value)
    many = value if isinstance(value, list) else [value]
    return [str(one) if isinstance(one, int) else one for one in many]
