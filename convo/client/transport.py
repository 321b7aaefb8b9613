"""Requests and answers of both clients, before and after they travel; when one is made again."""

import json
import random
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from pydantic import BaseModel, TypeAdapter, ValidationError

from convo.client.errors import ApiError, ConnectionFailed
from convo.resources.base import Problem

T = TypeVar("T")

_AGAIN = frozenset({429, 503})
_LONGEST_WAIT = 60.0  # seconds


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request, and what its answer is read as."""

    method: str
    path: str
    gives: Any
    query: Mapping[str, Any] = field(default_factory=dict)
    body: BaseModel | None = None
    upload: Path | bytes | None = None  # in the place of a body
    key: str | None = None

    def request(self, url: str, token: str) -> "Request":
        """What travels. A POST has a key, so that making it again does nothing twice."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if self.method == "POST":
            headers["Idempotency-Key"] = self.key or str(uuid.uuid4())
        content: Path | bytes | None = self.upload
        if content is not None:
            size = content.stat().st_size if isinstance(content, Path) else len(content)
            headers |= {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        elif self.method not in ("GET", "DELETE"):
            headers["Content-Type"] = "application/json"
            said = self.body.model_dump(mode="json", exclude_unset=True) if self.body else {}
            content = json.dumps(said).encode()
        given = {name: value for name, value in self.query.items() if value is not None}
        return Request(
            self.method, f"{url}{self.path}{'?' if given else ''}{urlencode(given)}", headers, content
        )

    def read(self, response: "Response") -> T:
        """What the answer says; raises ApiError where it says no."""
        try:
            if response.status >= 400:
                raise ApiError(Problem.model_validate_json(response.body))
            found: T = TypeAdapter(self.gives).validate_json(response.body)
        except ValidationError:
            told = f"this is no answer of convo's API: {response.status} {response.body[:100]!r}"
            raise ConnectionFailed(told) from None
        return found


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: Mapping[str, str]
    body: Path | bytes | None

    @contextmanager
    def content(self) -> Iterator[IO[bytes] | bytes | None]:
        """What travels as its body, from the beginning."""
        if isinstance(self.body, Path):
            with self.body.open("rb") as file:
                yield file
        else:
            yield self.body


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a request is made again that fails for a moment: no answer, 503 or 429."""

    most: int = 4
    first_wait: float = 0.5  # seconds; each wait is twice the one before, unless Retry-After says

    def wait(self, tries: int, response: Response | None) -> float | None:
        """How many seconds to wait before the next try; None: there is none."""
        if tries > self.most or (response is not None and not _passes(response)):
            return None
        if response is not None and response.retry_after and response.retry_after.isdecimal():
            asked = float(response.retry_after)
            return asked if asked <= _LONGEST_WAIT else None
        # A part of it is each client's own: what failed together does not come back together.
        part = random.SystemRandom().uniform(0.75, 1)
        return min(self.first_wait * 2.0 ** (tries - 1), _LONGEST_WAIT) * part


def _passes(response: Response) -> bool:
    """Whether the answer is another one in a moment.

    Of a 429 the API says after how long, but for a code that was sent too often: that lasts.
    """
    if response.status == 429 and response.retry_after is None:
        return not _is_problem(response.body)
    return response.status in _AGAIN


def _is_problem(body: bytes) -> bool:
    try:
        Problem.model_validate_json(body)
    except ValidationError:
        return False
    return True


def path(*parts: str | int) -> str:
    """A path under /v1 from its parts, each spelled for a URL."""
    return "/v1/" + "/".join(quote(str(part), safe="+") for part in parts)


def given(**values: Any) -> dict[str, Any]:
    """What was given; the rest is left to the server."""
    return {name: value for name, value in values.items() if value not in (None, {}, [])}


def base(url: str) -> str:
    """The address of the API without what comes after it; raises ValueError for what is none."""
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"'{url}' is no address; write one like https://bot.example.org")
    return url.rstrip("/").removesuffix("/v1")
