"""The kinds of events that convo itself tells an application of: one row a kind.

What flows `emit` has names of its own, which never begin with a word of OUR_OWN. The rows are also what
docs/events.md is made from.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from convo.kinds.campaigns import CAMPAIGNS
from convo.kinds.kind import ANA, ENVELOPE, EventKind
from convo.kinds.verifications import VERIFICATIONS

__all__ = [
    "ENVELOPE",
    "EVERY",
    "KINDS",
    "LONGEST_NAME",
    "NAME",
    "OUR_OWN",
    "EventKind",
    "did_you_mean",
    "fits",
    "is_always_kept",
    "refused",
]

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+){0,7}")
LONGEST_NAME = 100
EVERY = "*"  # the pattern that every kind fits
# What convo itself tells of begins so; an author's event must not pass for one.
OUR_OWN = frozenset(
    {"campaign", "consent", "contact", "conversation", "convo", "flow", "message", "verification"}
)


_SAID: Mapping[str, str] = MappingProxyType(
    {
        "entry": "the id of its line in the consent ledger",
        "text": "what the contact wrote, or the reason that was given; empty where the provider told of it",
        "rule": "why it was taken for this: `word:` or `own:` and the word, `phrase:` and which one, which "
        "somebody should look at, `provider:` and what that said, `review:` and the entry that was undone, "
        "or who wrote it: `operator`, `api`, `import`",
        "language": "of the word, or else of the contact or the flow (BCP 47); null where it is not known",
        "actor": "`contact`; `provider` where that refused a text because of an opt-out, or has it on its "
        "list; `operator`, `api` with the name of its token (`api:crm`), or `import`",
        "changed": "whether it changed anything: false for a second STOP, and a START of who was not out",
        "opted_out": "whether the contact is opted out of the brand from now on",
        "answer": "what convo answers; null where it stays silent, or where the provider has answered",
    }
)
_OF_TEXT: Mapping[str, str] = {
    "id": "of the message",
    "text": "what it says; where a one-time code goes, a placeholder stands",
    "reason": "why it failed or is uncertain; null elsewhere",
}
_OF_TALK: Mapping[str, str] = {
    "flow": "its flow",
    "version": "the SHA-256 of the version it runs on",
    "state": "where it stands",
    "vars": "its variables",
}


def _kept(*rows: EventKind) -> Mapping[str, EventKind]:
    return MappingProxyType({row.name: row for row in rows})


KINDS = _kept(
    EventKind(
        "consent.stopped",
        "A contact has said STOP, or a provider told that they have opted out. Nothing is sent to them any "
        "more. Every STOP is told, with `changed` false where they were out already.",
        _SAID,
        {
            **ANA,
            "entry": 93,
            "text": "Stop.",
            "rule": "word:stop",
            "language": "en",
            "actor": "contact",
            "changed": True,
            "opted_out": True,
            "answer": "You have successfully been unsubscribed to messages from this number. "
            "Reply START to resubscribe.",
        },
    ),
    EventKind(
        "consent.started",
        "A contact has said START. They can be texted again. Every START is told, with `changed` false where "
        "they were not out.",
        _SAID,
        {
            **ANA,
            "conversation": None,
            "entry": 94,
            "text": "START",
            "rule": "word:start",
            "language": "en",
            "actor": "contact",
            "changed": True,
            "opted_out": False,
            "answer": "You have successfully been re-subscribed to messages from this number. "
            "Reply STOP to unsubscribe.",
        },
    ),
    EventKind(
        "consent.help",
        "A contact has asked for HELP. `changed` is always false.",
        _SAID,
        {
            **ANA,
            "entry": 95,
            "text": "help",
            "rule": "word:help",
            "language": "en",
            "actor": "contact",
            "changed": False,
            "opted_out": False,
            "answer": "Elm Street Clinic: visit reminders. Call 555 0100. Reply STOP to opt out.",
        },
    ),
    EventKind(
        "consent.agreed",
        "A contact has agreed to the brand's marketing. STOP takes it back, and is told as "
        "`consent.stopped`.",
        {
            "entry": _SAID["entry"],
            "text": "what the contact wrote, or the reason that was given",
            "rule": "`flow:` with the flow and the state that took it, or `operator`, `api`, `import`",
            "actor": "`contact`, `operator`, `api` with the name of its token (`api:crm`), or `import`",
            "asked": "our text that they answered; null where it is not known",
            "changed": "whether it changed anything: false where they had agreed before",
            "marketing": "whether the brand's marketing may reach the contact from now on: false for consent "
            "from before a STOP, which an import may bring",
        },
        {
            **ANA,
            "entry": 96,
            "text": "Yes!",
            "rule": "flow:newsletter-opt-in:joined",
            "actor": "contact",
            "asked": "Elm Street Clinic: offers by text, about 4 a month? YES or NO.",
            "changed": True,
            "marketing": True,
        },
    ),
    EventKind(
        "consent.reviewed",
        "Somebody has decided about a STOP by a phrase. Where one that is undone brings consent back, "
        "`consent.started` is told as well, before this.",
        {
            "entry": "the id of the STOP's line in the consent ledger",
            "text": "what the contact wrote",
            "rule": "the phrase that it was taken for: `phrase:` and which one",
            "decision": "`kept` or `undone`",
            "reason": "why, in the words of who decided; null where none was given",
            "actor": "`operator`, or `api` with the name of its token: `api:crm`",
            "opted_out": "whether the contact is opted out of the brand from now on",
        },
        {
            **ANA,
            "conversation": None,
            "entry": 93,
            "text": "please stop texting me at my old number",
            "rule": "phrase:en:texting",
            "decision": "undone",
            "reason": "has a new number, wants reminders there",
            "actor": "operator",
            "opted_out": False,
        },
    ),
    EventKind(
        "message.received",
        "A contact has texted, and it was no STOP, START or HELP: those are told as `consent.…`, so that "
        "every text is told once. Answers to a flow and texts to a person are told, texts that nobody waits "
        "for, reactions of phones, and texts of contacts who are opted out. A text that the provider "
        "delivers twice is told once.",
        {
            "id": "of the message",
            "text": "what the contact wrote; where it answers a `verify`, each digit is a •",
            "media": "the kinds of what came with it, like `image/jpeg`",
            "segments": "how many SMS segments it takes",
            "reaction": "whether a phone wrote it for its owner, like `Liked “See you on Monday”`",
            "opted_out": "whether the contact is opted out: nothing answers, and nothing may be sent",
        },
        {
            **ANA,
            "id": 4711,
            "text": "yes",
            "media": [],
            "segments": 1,
            "reaction": False,
            "opted_out": False,
        },
        always=False,
    ),
    *CAMPAIGNS,
    *VERIFICATIONS,
    *(
        EventKind(
            name,
            about,
            _OF_TEXT,
            {**ANA, "id": 4712, "text": "Can you come?", "reason": reason},
            always=False,
        )
        for name, about, reason in (
            ("message.sent", "A provider has accepted a text of ours.", None),
            ("message.delivered", "A text of ours was reported as delivered.", None),
            (
                "message.failed",
                "A text of ours failed for good: its provider refused it, or reported it as undelivered.",
                "unreachable",
            ),
            (
                "message.uncertain",
                "A text of ours may have gone: its provider's answer was lost. Its report may tell.",
                "unknown",
            ),
        )
    ),
    EventKind(
        "conversation.started",
        "A conversation has begun. One that waits behind another has not.",
        _OF_TALK,
        {**ANA, "flow": "visit", "version": "5d41c0", "state": "ask", "vars": {"name": "Ana"}},
        always=False,
    ),
    EventKind(
        "conversation.handed_off",
        "A conversation was handed to people.",
        {
            **_OF_TALK,
            "queue": "who are to answer",
            "trouble": "what failed, where the flow did not ask for people; null elsewhere",
        },
        {
            **ANA,
            "flow": "visit",
            "version": "5d41c0",
            "state": "desk",
            "queue": "reception",
            "trouble": None,
            "vars": {"name": "Ana"},
        },
        always=False,
    ),
    EventKind(
        "conversation.ended",
        "A conversation is over, because its flow, a person or a STOP ended it, or because it expired.",
        {**_OF_TALK, "outcome": "how it ended: the word of the flow's `end`, or `stopped`, `expired`"},
        {
            **ANA,
            "flow": "visit",
            "version": "5d41c0",
            "state": "confirmed",
            "outcome": "confirmed",
            "vars": {"name": "Ana"},
        },
        always=False,
    ),
    EventKind(
        "convo.ping",
        "Somebody tries an endpoint out with `convo events ping`. It is told at once and not stored.",
        {"endpoint": "its name in the settings"},
        {"endpoint": "default"},
    ),
)


def is_always_kept(kind: str) -> bool:
    """Whether an event is stored where nobody wants it yet; what flows emit is."""
    return kind not in KINDS or KINDS[kind].always


def fits(pattern: str, kind: str) -> bool:
    """Whether `kind` is meant by `pattern`: its name, `consent.*`, or `*`."""
    return pattern in (EVERY, kind) or (pattern.endswith(".*") and kind.startswith(pattern[:-1]))


def refused(pattern: str) -> str | None:
    """What is wrong with a pattern, as a sentence with its mend; None where it may mean something."""
    if pattern == EVERY:
        return None
    plain = pattern.removesuffix(".*")
    if len(plain) > LONGEST_NAME or not NAME.fullmatch(plain):
        return f"'{pattern}' names no events; write a name like consent.stopped, or consent.*, or *"
    if plain.partition(".")[0] not in OUR_OWN or any(fits(pattern, kind) for kind in KINDS):
        return None
    return f"there is no event '{pattern}'; {did_you_mean(pattern, KINDS)}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint at what a name that is not known may have meant."""
    listed = sorted(known)
    near = difflib.get_close_matches(name, listed, n=1)
    return f"did you mean '{near[0]}'?" if near else f"known are {', '.join(listed)}"
