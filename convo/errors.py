"""The errors that convo raises, and the problems that it finds in files.

ConvoError
├── FlowError            a flow file is wrong; carries its problems
├── SettingsError        a setting is wrong; says which and how to mend it
│   └── ListError        a list of contacts cannot be read as one
├── CodedError           what somebody asked for cannot be done; `code` says why, in one word
│   ├── StartError       a conversation cannot be started
│   ├── ReminderError    a reminder cannot be set or cancelled
│   ├── HandBackError    a person cannot hand a conversation back like this
│   ├── InboxError       a person cannot do this with a conversation
│   ├── EventError       an event cannot be told again like this
│   ├── CampaignError    a campaign cannot be made, or cannot do this now
│   ├── QueueError       an operator cannot do this with a text
│   ├── ReviewError      a person cannot decide this about a STOP
│   ├── ConsentError     consent cannot be changed or told like this
│   ├── ContactError     a contact cannot be created, changed or erased like this
│   ├── InsightError     figures cannot be told like this
│   ├── VerificationError  a code cannot be sent, checked or canceled
│   └── TokenError       a token of the API cannot be made or revoked like this
├── ActionFailed         an action of yours cannot do what it was asked for; raise it yourself
├── CallError            a try of a call failed; says whether another one may do
├── InvalidSignature     a request is not from whom it says (401)
├── UnreadablePayload    a request's body cannot be read (400)
└── StoreUnavailable     the database cannot store now (503)
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Severity(StrEnum):
    """How bad a problem is: an error keeps a flow from running, a warning does not, a note is to be known."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Mend:
    """What mends a problem without anybody's thought: at this place `old` becomes `new`."""

    line: int
    column: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in a file, for a person to mend. Lines and columns count from 1."""

    code: str
    file: str
    line: int
    column: int
    severity: Severity
    message: str
    hint: str = ""
    mend: Mend | None = field(default=None, compare=False)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        mend = f"\n  {self.hint}" if self.hint else ""
        return f"{where}: {self.severity} {self.code}: {self.message}{mend}"

    def as_dict(self) -> dict[str, str | int]:
        return {name: value for name, value in asdict(self).items() if name != "mend"}


class ConvoError(Exception):
    """Anything that convo itself reports; its text is for people."""


class FlowError(ConvoError):
    """A flow file cannot be used; `problems` says where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = list(problems)


class SettingsError(ConvoError):
    """A setting is missing or wrong."""


class CodedError(ConvoError):
    """What somebody asked for cannot be done; `code` is a stable word for programs."""

    def __init__(self, code: str, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.after = after  # so long, and it may be done; None where waiting does not help
        self.writes: Callable[[Connection], None] | None = None  # by itself, where all else is rolled back


class StartError(CodedError):
    """A conversation cannot be started; `code` is a stable word for programs."""

    @property
    def conflict(self) -> bool:
        """Whether nothing is wrong with what was asked: it cannot be done now, with this contact."""
        return self.code in ("opted_out", "no_consent", "busy", "key_reused")


class ReminderError(CodedError):
    """A reminder cannot be set or cancelled; `code` is a stable word for programs."""


class InsightError(CodedError):
    """Figures cannot be told like this: `bad_timezone`, `bad_span`."""


class HandBackError(CodedError):
    """A conversation cannot go on as a person asked; `code` is a stable word for programs.

    `unknown_state`, `nowhere` (no state was given, and the flow names none), `unknown_variable`,
    `wrong_variable`.
    """


class InboxError(CodedError):
    """A person cannot do this with a conversation; `code` is a stable word for programs.

    `not_found`, `ended`, `not_handed_off`, `handed_off`, `not_running`, `opted_out`, `cannot_go_on`,
    `bad_text`, `bad_outcome`, `bad_queue`, `key_reused`.
    """


class EventError(CodedError):
    """An event cannot be told again like this; `code` is a stable word for programs.

    `not_found`, `unknown_endpoint` (the settings have none of that name), `nobody` (it was for nobody whom
    the settings name).
    """


class ActionFailed(ConvoError):
    """An action cannot do what it was asked for, and another try would not either.

    For the authors of actions. Its text is kept as the reason, and the flow goes on where `failed` says.
    """


class CallError(ConvoError):
    """One try of a call failed."""

    def __init__(self, why: str, *, again: bool, after: timedelta | None = None) -> None:
        super().__init__(why)
        self.again = again  # another try may do
        self.after = after  # that long, says whoever was asked


class ReviewError(CodedError):
    """A person cannot decide this about a STOP by a phrase; `code` is a stable word for programs.

    `not_found`, `undone`, `bad_reason`.
    """


class ConsentError(CodedError):
    """What is asked about consent cannot be done; `code` is a stable word for programs.

    `bad_contact`, `no_brand`, `unknown_brand`, `bad_reason`, `too_young`.
    """


class ListError(SettingsError):
    """A list cannot be read: it is no CSV and no JSON Lines, or not there."""


class CampaignError(CodedError):
    """A campaign cannot be made, or cannot do this now; `code` is a stable word for programs.

    `not_found`, `unknown_flow`, `no_number`, `unknown_number`, `several_brands`, `bad_region`, `bad_name`,
    `name_taken`, `changed`, `missing_columns`, `unknown_variable`, `wrong_variable`, `busy`, `over`,
    `not_loaded`, `empty`, `past`, `begun`, `not_running`, `not_paused`.
    """


class QueueError(CodedError):
    """An operator cannot do this with a text; `code` is a stable word for programs.

    `not_found`, `not_queued`, `not_failed`, `not_uncertain`, `may_have_gone`, `sent_anew`, `out_of_date`,
    `opted_out`, `bad_note`.
    """


class ContactError(CodedError):
    """A contact cannot be created, changed or erased like this; `code` is a stable word for programs.

    `not_found`, `exists`, `bad_contact`, `bad_language`, `bad_timezone`, `bad_tag`, `being_sent`, `no_key`.
    """


class VerificationError(CodedError):
    """A code cannot be sent, checked or canceled; `code` is a stable word for programs.

    What was asked is wrong: `bad_contact`, `not_a_mobile`, `no_number`, `unknown_number`, `unknown_brand`,
    `bad_brand`, `bad_digits`, `bad_purpose`, `bad_language`, `bad_payment`, `bad_origin`, `bad_client_ip`,
    `bad_code`. It may not be done: `country_not_allowed`, `opted_out`, `too_many_sends`, `limited`,
    `prefix_rests`, `locked`.
    It is over: `approved`, `canceled`, `expired`, `failed`, `max_attempts`. There is none: `not_found`.
    """


class TokenError(CodedError):
    """A token of the API cannot be made or revoked like this; `code` is a stable word for programs.

    `bad_name`, `taken`, `unknown_scope`, `not_found`.
    """


class InvalidSignature(ConvoError):
    """A webhook's signature or secret does not fit its bytes."""


class UnreadablePayload(ConvoError):
    """A webhook's body is not in the provider's format at all."""


class StoreUnavailable(ConvoError):
    """The database cannot be written now; the same request may succeed later."""
