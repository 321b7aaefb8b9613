"""How single settings are written: each is checked, and becomes what it means."""

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from convo import phone, quiet, rates, secret
from convo.clock import parse_duration

SHORTEST_KEY = 16  # characters


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"'{value}' is not a time zone; write one like 'Europe/London'") from None
    return value


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(
            f"'{value}' is not where this can be reached; write one like https://bot.example.org"
        )
    return value.rstrip("/")


def _guessed_by_nobody(keys: list[str]) -> list[str]:
    if any(len(key) < SHORTEST_KEY for key in keys):
        raise ValueError(f"a key has at least {SHORTEST_KEY} characters that nobody can guess")
    return keys


def _said(value: str) -> str:
    if not value:
        raise ValueError("it is empty; give it a value, or leave it out")
    return value


def _hours(value: str) -> str:
    quiet.parse(value)
    return value


def _rate(value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    text = ", ".join(map(str, parts))
    rates.parse(text)
    return text


def _duration(value: object) -> timedelta:
    return value if isinstance(value, timedelta) else parse_duration(str(value))


def _host(value: str) -> str:
    name, _, port = value.rpartition(":") if re.fullmatch(r".*:\d{1,5}", value) else (value, "", "")
    if not re.fullmatch(r"[\w.-]+|\[[0-9a-fA-F:.]+\]", name, re.ASCII) or (port and int(port) > 65535):
        raise ValueError(f"'{value}' is not a host; write one like crm.internal or 127.0.0.1:8080")
    return value.lower()


def _header(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", value):
        raise ValueError(f"'{value}' is not the name of a header; write one like Authorization")
    return value


def _line(value: str) -> str:
    if not value.isprintable():
        raise ValueError("a header is one line of text; look for a line break in it")
    return value


Secret = Annotated[str, BeforeValidator(secret.resolved), AfterValidator(_said)]
Secrets = Annotated[list[Secret], BeforeValidator(secret.several)]
Keys = Annotated[list[Secret], BeforeValidator(secret.several), AfterValidator(_guessed_by_nobody)]
Timezone = Annotated[str, AfterValidator(_timezone)]
PublicUrl = Annotated[str, AfterValidator(_public_url)]
Hours = Annotated[str, AfterValidator(_hours)]
Rate = Annotated[str, BeforeValidator(_rate)]
Cap = Annotated[int, Field(ge=1)]
Region = Annotated[str, AfterValidator(phone.region)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
HostName = Annotated[str, AfterValidator(_host)]
Headers = dict[Annotated[str, AfterValidator(_header)], Annotated[Secret, AfterValidator(_line)]]
