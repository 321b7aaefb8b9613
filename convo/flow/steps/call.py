"""`call`: slow work, which is done outside while the conversation waits for its result."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from convo.clock import parse_duration
from convo.flow.calling import Calling
from convo.flow.plan import DONE, FAILED, Action, StatePlan, in_order
from convo.flow.source import Path
from convo.flow.steps.base import Assigned, Duration, Goto, Section, Step, Variable, Words

WITHIN, TRIES = "5 seconds", 3
LONGEST = timedelta(minutes=1)
_ACTION = re.compile(r"[A-Za-z][\w.-]{0,63}", re.ASCII)
# The host is the author's own word: what a contact says must not choose who is asked.
_URL = re.compile(
    r"(?i:https?)://(?P<host>[\w.-]+|\[[0-9a-f:.]+\])(?P<port>:\d{1,5})?(?P<rest>[/?].*)?", re.ASCII
)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "idempotency-key"})
_SECRET = frozenset({"authorization", "proxy-authorization", "cookie"})


class Method(StrEnum):
    """How a request is made; with GET, `with` goes into the query, else into a body of JSON."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


def _action(text: str) -> str:
    if not _ACTION.fullmatch(text):
        raise ValueError(f"'{text}' is not the name of an action; write one like free_slots")
    return text


def _url(text: str) -> str:
    if not _URL.fullmatch(text):
        raise ValueError(
            f"'{text[:80]}' is not an address; write its host in full, like "
            "https://api.example.org/slots/{{ clinic }}"
        )
    return text


def _header(text: str) -> str:
    if not _HEADER.fullmatch(text) or text.lower() in _OURS:
        raise ValueError(f"'{text}' is not a header that a flow can set; write another one, like Accept")
    if text.lower() in _SECRET:
        raise ValueError(
            f"'{text}' is a secret, and no part of a flow; set it in convo.toml, under calls.hosts"
        )
    return text


def _within(text: str) -> str:
    if parse_duration(text) > LONGEST:
        raise ValueError(f"nobody waits {text} for an answer; write 1 minute or less")
    return text


def _count(value: object) -> object:
    if isinstance(value, str) and not value.isdecimal():
        raise ValueError(f"'{value}' is not a number of tries; write one from 1 to 5")
    return value


class Task(Section):
    """What is to be done, and where it leads: the name of an action or an address alone, or these keys."""

    action: Annotated[str, AfterValidator(_action)] | None = Field(
        None, description="The action: a function in Python that is marked with `@action`."
    )
    url: Annotated[str, Field(max_length=2000), AfterValidator(_url)] | None = Field(
        None,
        description="Instead of an action, where a request goes. What stands in `{{ … }}` is quoted.",
    )
    method: Method = Field(Method.GET, description="How the request is made.")
    headers: dict[Annotated[str, AfterValidator(_header)], Words] | None = Field(
        None, description="Headers of the request, each a text. Secrets stand in the settings."
    )
    given: Assigned | None = Field(
        None,
        alias="with",
        description="What it is given: `{name: expression}`. An action gets arguments, a `GET` a query, any "
        "other request a body of JSON.",
    )
    save: Annotated[dict[Variable, Words], Field(min_length=1)] | None = Field(
        None,
        description="What is kept of the result: `{variable: expression}`. The result's keys are names, and "
        "`result` is the whole.",
    )
    within: Annotated[Duration, AfterValidator(_within)] = Field(
        WITHIN, description="How long one try may take, 1 minute at most."
    )
    tries: Annotated[int, BeforeValidator(_count), Field(ge=1, le=5)] = Field(
        TRIES, description="How often it is tried in all, 1 to 5."
    )
    done: Goto | None = Field(None, description="Where to with the result; as the state goes on unless said.")
    failed: Goto | None = Field(
        None, description="Where to when every try failed; without it the flow has failed."
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return {"url" if "://" in value else "action": value}

    @model_validator(mode="after")
    def _one_of_two(self) -> "Task":
        if (self.action is None) == (self.url is None):
            raise ValueError(
                "this calls nothing, or two things; write either `action: free_slots` or `url: https://…`"
            )
        if self.action is not None and self.model_fields_set & {"method", "headers"}:
            raise ValueError("an action has no `method` and no `headers`; take them out")
        return self

    @property
    def name(self) -> str:
        """The action, or the host and path of the address as they are written."""
        return self.action or (self.url or "").partition("://")[2].partition("?")[0]

    @property
    def host(self) -> tuple[str, int] | None:
        """The host of the address and its port; None for an action."""
        found = _URL.fullmatch(self.url or "")
        if found is None:
            return None
        usual = 443 if found[0].lower().startswith("https") else 80
        return found["host"].lower(), int(found["port"][1:]) if found["port"] else usual


class CallOut(Step):
    """An action in Python or an HTTP request: `{action: free_slots, save: {slot: "slots[0]"}, done: offer}`

    Texts that come meanwhile are kept, and answered once the result is there.
    """

    KEY: ClassVar[str] = "call"
    ORDER: ClassVar[int] = 75

    root: Task

    def build(self, state: StatePlan) -> None:
        task, path = self.root, (*state.path, self.KEY)
        calling = Calling(
            name=task.name,
            url=state.plan.text(task.url, (*path, "url"), url=True) if task.url else None,
            method=task.method.value,
            headers=tuple(
                (name, state.plan.text(text, (*path, "headers", name)))
                for name, text in (task.headers or {}).items()
            ),
            given=state.expressions(task.given, (self.KEY, "with")),
            save=state.expressions(task.save, (self.KEY, "save")),
            within=parse_duration(task.within),
            tries=task.tries,
        )
        state.calls = calling
        state.plan.assigned.update(name for name in task.save or () if name not in state.plan.types)
        state.on_enter.append(lambda run: run.call(calling))
        keep: Action | None = (lambda run: run.keep_result(calling)) if calling.save else None
        self._outcome(state, DONE, task.done or Goto.model_construct(), keep)
        if task.failed is not None:
            self._outcome(state, FAILED, task.failed, None)

    def _outcome(self, state: StatePlan, trigger: str, goto: Goto, keep: Action | None) -> None:
        path: Path = (self.KEY, trigger)
        dest = goto.then or state.then
        chooses = dest is None and state.goes_on
        at = goto.path(path)
        if not goto.model_fields_set:
            at = ("then",) if state.then else (self.KEY,)
        state.arrow(
            trigger,
            dest,
            at,
            trigger,
            do=in_order(keep, goto.action(state, path), (lambda run: run.choose()) if chooses else None),
        )
