"""One person of the street, as they know it themselves, and what there is to say to and from them."""

from dataclasses import dataclass, field

from convo.messages import Inbound

CHAT, REMIND = (
    """\
flow: chat
start: ask
triggers: {keyword: [hi, hello]}
states:
  ask:
    say: Hi, how are you?
    replies: {person: desk, fine: glad}
    otherwise: {say: "Sorry?", tries: 20, then: glad}
    after:
      2 seconds: {say: "Still there?"}
      3 hours: glad
  desk: {say: "A person will text you.", hand_off: reception, then: glad}
  glad: {say: "Glad to hear it.", end: done}
""",
    """\
flow: remind
start: ask
states:
  ask:
    say: Remember your visit.
    replies: {ok: bye}
    otherwise: {say: "OK?", tries: 20, then: bye}
    after:
      1 second: {say: "Remember!"}
      1 hour: bye
  bye: {say: "See you.", end: done}
""",
)
STOPS = ("STOP", "stop.", "Unsubscribe", "arrêt", "baja", "please stop texting me")
STARTS = ("START", "unstop", "Start!")
HELPS = ("HELP", "aide")
CHATTER = ("hi", "hello", "fine", "person", "person", "what?", "ok", "I can't stop laughing", "👍")
WAITS = (0.1, 0.6, 1.5, 2.5, 20)  # seconds


@dataclass
class Person:
    """One contact, as they know it themselves."""

    number: str
    out: bool = False
    stops: int = 0  # that changed something, and so are confirmed
    starts: int = 0
    helps: int = 0
    ledger: list[str] = field(default_factory=list)  # the actions that the ledger has to hold
    texts: list[Inbound] = field(default_factory=list)  # all they said
    claimed: set[int] = field(default_factory=set)  # messages that left, as far as we can help it
    doomed: set[int] = field(default_factory=set)  # those that waited when they stopped
    before: set[int] = field(default_factory=set)  # all there was when they stopped last
    old: set[int] = field(default_factory=set)  # all there was, answers too, when they came back last
    phone: list[tuple[int, str, str]] = field(default_factory=list)  # message, key, words
