"""What a construct of the language is, and the right side that several of them share."""

import re
import unicodedata
from abc import abstractmethod
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    Tag,
    model_validator,
)

from convo.clock import parse_duration
from convo.flow.plan import Action, StatePlan, in_order
from convo.flow.source import Path
from convo.flow.speech import locale

CONVOS_OUTCOMES = ("stopped", "never_started")  # how conversations end that their flow did not end
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_TAG = re.compile(r"\w[\w:.-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        like = _like(text, "pick_time")
        raise ValueError(f"'{text}' is not a name; write letters, digits, _ and -, like {like}")
    return text


def _variable(text: str) -> str:
    if not _VARIABLE.fullmatch(text):
        like = _like(text.replace("-", "_"), "first_name")
        raise ValueError(f"'{text}' is not a variable; write letters, digits and _, like {like}")
    return text


def _like(text: str, example: str) -> str:
    """A name as near to `text` as one can be: `pick_time` for `pick time`."""
    plain = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9-]+", "_", plain).strip("_-")
    return name if _NAME.fullmatch(name) else example


def _duration(text: str) -> str:
    parse_duration(text)
    return text


def _tag(text: str) -> str:
    if "," in text:
        raise ValueError(f"'{text}' is not a tag; write several as a list: [{text}]")
    if not _TAG.fullmatch(text):
        raise ValueError(
            f"'{text}' is not a tag; write letters, digits, _, -, : and ., like vip or plan:gold"
        )
    return text


def _language(text: str) -> str:
    locale(text)
    return text


def _outcome(text: str) -> str:
    if text in CONVOS_OUTCOMES:
        raise ValueError(f"'{text}' is convo's own word for an end; choose another, like {text}_by_us")
    return _name(text)


Outcome = Annotated[str, AfterValidator(_outcome)]
Name = Annotated[str, AfterValidator(_name)]  # of a state or a queue
Variable = Annotated[str, AfterValidator(_variable)]
Duration = Annotated[str, AfterValidator(_duration)]
Language = Annotated[str, AfterValidator(_language)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]  # a text to send, or an expression
Assigned = Annotated[dict[Variable, Words], Field(min_length=1)]  # `{variable: expression}`

# What the branches of a union are called in the place of an error; no key of a file can be called so.
BRANCH = "\x00"


def _shape(value: object) -> str:
    return BRANCH + type(value).__name__


_Text = Annotated[Words, Tag(BRANCH + "str")]
_PerLanguage = Annotated[dict[Language, Words], Field(min_length=1), Tag(BRANCH + "dict")]
_Wording = Annotated[_Text | _PerLanguage, Discriminator(_shape)]
_List = Annotated[list[_Wording], Field(min_length=1), Tag(BRANCH + "list")]
# A text, one per language, or a list of such, sent in order.
Said = Annotated[_Text | _PerLanguage | _List, Discriminator(_shape)]


OneTag = Annotated[str, AfterValidator(_tag)]
_Tags = Annotated[list[OneTag], Field(min_length=1)]
Tags = Annotated[  # one, or a list of them
    Annotated[OneTag, Tag(BRANCH + "str")] | Annotated[_Tags, Tag(BRANCH + "list")], Discriminator(_shape)
]


def listed(tags: str | list[str]) -> tuple[str, ...]:
    """One tag or several, as several."""
    return (tags,) if isinstance(tags, str) else tuple(tags)


class Step(RootModel[Any]):
    """A construct: the value of one key of a state."""

    model_config = ConfigDict(frozen=True)
    KEY: ClassVar[str]
    ORDER: ClassVar[int]  # among the constructs of a state: on entry, and for the same event
    LISTENS: ClassVar[bool] = False  # it waits for a reply

    @abstractmethod
    def build(self, state: StatePlan) -> None:
        """Write what this construct does into the plan."""


class Section(BaseModel):
    """A value with keys of its own; an unknown key is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Goto(Section):
    """The right side: a state's name, or `{say, set, tag, untag, then}`. Without `then` it stays."""

    say: Said | None = Field(
        None, description="What is said on the way: a text, one per language, or a list."
    )
    set: Assigned | None = Field(None, description="`{variable: expression}`, before anything is said.")
    tag: Tags | None = Field(None, description="Marks that the contact gains.")
    untag: Tags | None = Field(None, description="Marks that the contact loses.")
    then: Name | None = Field(
        None,
        description="The state to go to, `again` or `back`; without it the conversation stays where it is.",
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"then": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "Goto":
        if all(each is None for each in (self.say, self.set, self.tag, self.untag, self.then)):
            raise ValueError("this leads nowhere; write a state's name, or {say: …, then: …}")
        return self

    def action(self, state: StatePlan, path: Path, *, lapses: bool = False) -> Action | None:
        """What is done on the way: set, tag, then say. A text without `then` may lapse with its state."""
        assigned = state.assignments(self.set, (*path, "set"))
        phrases = state.phrases(self.say, (*path, "say"))
        gains, loses = listed(self.tag or []), listed(self.untag or [])
        stays = lapses and self.then is None
        return in_order(
            (lambda run: run.assign(assigned)) if assigned else None,
            (lambda run: run.tag(gains)) if gains else None,
            (lambda run: run.untag(loses)) if loses else None,
            (lambda run: run.say(phrases, lapses=stays)) if phrases else None,
        )

    def path(self, path: Path) -> Path:
        """Where the destination is written, below `path`."""
        return path if self.model_fields_set <= {"then"} else (*path, "then")
