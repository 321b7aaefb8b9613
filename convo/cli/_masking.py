"""Phone numbers in logs: whatever a record says, errors and what databases say of them too, is masked."""

import re
from typing import Any

import structlog

from convo import phone

# As convo writes numbers, and as they stand in addresses and in what some providers send.
_NUMBER = re.compile(r"(?:\+|%2B|\btel:)\d{7,15}(?!\d)", re.IGNORECASE)


def masked(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A processor of structlog: the record with every full phone number masked, however deep it stands."""
    del logger, method
    return {name: _masked(value) for name, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return _NUMBER.sub(lambda found: phone.mask(found[0]), value)
    if isinstance(value, dict):
        return {_masked(name): _masked(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _masked(str(value)) if not isinstance(value, BaseException) else value
