"""Where an application is told of events over HTTP: `[events]` of the settings, checked."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr
from pydantic_settings import NoDecode

from convo import kinds, secret
from convo.clock import parse_duration

ONLY = "default"  # the name of the one endpoint of `events.url`
IN_PROCESS = "python"  # stands for the subscribers of `App.on`, beside the names of endpoints
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PREFIX = "whsec_"
_FEWEST, _MOST = 24, 64  # bytes of a secret (Standard Webhooks, "Signature scheme")
_LEAST_KEPT = timedelta(days=2)
_MAKE_ONE = "make one with: echo whsec_$(openssl rand -base64 32)"


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one or not value.isprintable() or " " in value:
        raise ValueError(
            f"'{value}' is not an address to post to; write one like https://app.example.org/hooks"
        )
    if parts.username is not None or parts.fragment:
        raise ValueError("leave the user, the password and `#` out of the address; what is posted is signed")
    return value


def _signing_secret(value: object) -> object:
    """Raises ValueError that does not repeat the value."""
    if not isinstance(value, str):
        return value
    plain = value.strip().removeprefix(_PREFIX)
    try:
        size = len(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))
    except (binascii.Error, ValueError):
        raise ValueError(f"this is not base64 behind {_PREFIX}; {_MAKE_ONE}") from None
    if not _FEWEST <= size <= _MOST:
        raise ValueError(f"a secret has {_FEWEST} to {_MOST} bytes, this one {size}; {_MAKE_ONE}")
    return f"{_PREFIX}{plain}"


def _pattern(value: str) -> str:
    wrong = kinds.refused(value)
    if wrong:
        raise ValueError(wrong)
    return value


def _keep(value: object) -> object:
    time = parse_duration(value) if isinstance(value, str) else value
    if isinstance(time, timedelta) and time < _LEAST_KEPT:
        raise ValueError(
            f"an event is tried for more than a day; keep it for {_LEAST_KEPT.days} days at least"
        )
    return time


_SECRETIVE = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

Url = Annotated[str, AfterValidator(_url)]
_Secret = Annotated[str, BeforeValidator(_signing_secret), BeforeValidator(secret.resolved)]
# A variable may hold one secret as it is, without the quotes and brackets of JSON.
Secrets = Annotated[list[_Secret], NoDecode, BeforeValidator(secret.several), Field(max_length=2, repr=False)]
Kinds = Annotated[list[Annotated[str, AfterValidator(_pattern)]], Field(min_length=1)]
Keep = Annotated[timedelta, BeforeValidator(_keep)]


class Endpoint(BaseModel):
    """One address that events are posted to."""

    model_config = _SECRETIVE

    url: Url
    secret: Secrets  # signs what is posted; two while one is changed for the other
    kinds: Kinds = [kinds.EVERY]


class Events(BaseModel):
    """`[events]`: one endpoint by its `url`, or several by their names."""

    model_config = _SECRETIVE

    url: Url | None = None
    secret: Secrets = []
    kinds: Kinds = [kinds.EVERY]
    endpoints: dict[str, Endpoint] = Field(default_factory=dict)
    keep: Keep = timedelta(days=30)  # for which what was told is kept, and what could not be told

    _heard_here: Callable[[str], bool] | None = PrivateAttr(default=None)

    @cached_property
    def by_name(self) -> Mapping[str, Endpoint]:
        """All endpoints, the one of `url` as `default`."""
        if self.url is None:
            return self.endpoints
        return {ONLY: Endpoint(url=self.url, secret=self.secret, kinds=self.kinds), **self.endpoints}

    def takers(self, kind: str) -> tuple[str, ...]:
        """The names of the endpoints that want a kind of event."""
        return tuple(
            name
            for name, endpoint in self.by_name.items()
            if any(kinds.fits(pattern, kind) for pattern in endpoint.kinds)
        )

    def hearers(self, kind: str) -> tuple[str, ...]:
        """Who wants a kind of event now: endpoints, and subscribers in this process."""
        here = self._heard_here is not None and self._heard_here(kind)
        return (*self.takers(kind), *([IN_PROCESS] if here else ()))

    def heard_by(self, hears: Callable[[str], bool]) -> "Events":
        """The same in a process in which `hears` tells whether a subscriber wants a kind."""
        here = self.model_copy()
        here._heard_here = hears
        return here


def wrong(events: Events) -> Iterator[str]:
    """What is wrong with how the settings of events go together, each by its place and with its mend."""
    if events.url is None:
        for name in sorted({"secret", "kinds"} & events.model_fields_set):
            yield f"events.{name}: there is no events.url with it; add it, or write [events.endpoints.NAME]"
    elif ONLY in events.endpoints:
        yield f"events.endpoints.{ONLY}: events.url is the endpoint '{ONLY}' already; choose another name"
    elif not events.secret:
        yield f"events.secret: it must be set, to sign what is posted to events.url; {_MAKE_ONE}"
    for name, endpoint in events.endpoints.items():
        place = f"events.endpoints.{name}"
        if name == IN_PROCESS:
            yield f"{place}: '{IN_PROCESS}' stands for the subscribers of App.on; choose another name"
        elif not _NAME.fullmatch(name):
            yield f"{place}: use letters, digits, _ and - in its name"
        if not endpoint.secret:
            yield f"{place}.secret: this list is empty; {_MAKE_ONE}"


def missing(place: tuple[str | int, ...]) -> str:
    """What to do about a setting of an endpoint that is not there."""
    return _MAKE_ONE if place[-1] == "secret" else "add it"


def model_at(place: tuple[str | int, ...]) -> type[BaseModel]:
    """The model that a wrong key at this place was meant for."""
    return Endpoint if place[1:2] == ("endpoints",) and len(place) > 3 else Events
