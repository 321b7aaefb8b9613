"""Where a text goes: to the keyword layer, a person, a conversation, a flow that it starts, or nowhere."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from convo import phone, segments
from convo.errors import ConvoError, StartError
from convo.flow.advance import reopened_session, understands
from convo.flow.codes import attempt, masked, may_say_one, says
from convo.flow.compile import Bundle
from convo.flow.match import Reply
from convo.flow.model import WhenBusy
from convo.flow.session import Checked, Phase, Reopened, Replied
from convo.keywords import classify
from convo.messages import Direction, Inbound, Kind, Purpose, Status, storable
from convo.reactions import is_reaction, is_thanks
from convo.runtime import codes
from convo.runtime import consent as consenting
from convo.runtime.beginning import Start, begin, blank
from convo.runtime.events import hearers, received
from convo.runtime.marketing import refuse
from convo.runtime.sessions import decode, encode, flows_of
from convo.runtime.turns import Line, Turns
from convo.store import consent, conversations, receipts
from convo.store.contacts import Known
from convo.store.conversations import Stored
from convo.store.messages import Draft

AFTERWARDS = timedelta(days=1)  # how long after its end a flow still answers what no trigger takes

log = structlog.get_logger(__name__)


class Texts:
    """The new texts of one transaction, each routed in its turn. Their contacts are locked."""

    def __init__(self, line: Line, known: dict[str, Known], texts: Sequence[Inbound]) -> None:
        self._line = line
        self._known = known
        self._texts = texts
        self._turns = Turns(line, numbers=2 * len(texts))  # a text may try two conversations
        rows = [known[text.contact].id for text in texts]
        self._out = consent.opted_out(line.connection, rows)
        self._turns.know(rows)
        self._veiled: Kind | None = None  # of the text at hand, where it goes to a `verify`
        self._typed = ""  # that text, before a code was taken out of it
        digits = {known[text.contact].id for text in texts if may_say_one(text.text)}
        self._codes = codes.at_hand(line.connection, line.settings, digits, line.now)
        self._hear = hearers(line.settings.events, in_process=line.texts_are_heard)

    def run(self) -> None:
        """Store them all, and everything that follows."""
        history = self._turns.history
        poisoned: list[tuple[receipts.Key, str]] = []
        veiled: list[receipts.Key] = []
        for given in self._texts:
            known, self._typed = self._known[given.contact], given.text
            text = self._without_code(given, known)
            brand = self._line.settings.brand(text.number)
            out = (brand, known.id) in self._out
            words = self._line.settings.number(text.number).words_from(text.contact)
            keyword = consenting.heard(given, classify(given.text, opted_out=out, words=words), opted_out=out)
            if text is not given:
                veiled.append((text.account, text.provider_id))
            if keyword is not None:
                if text is not given:
                    keyword = replace(keyword, normalised=masked(keyword.normalised))
                self._keyword(consenting.Said(text, known, keyword, out, self._language(text, known)))
                continue
            place, told, conversation = len(history), len(self._turns.told), None
            try:
                conversation = None if out else self._route(text, known)
                self._turns.begin_asked()
            except SQLAlchemyError:
                raise  # the transaction is broken, not the text
            except Exception as error:
                log.exception("text.poisoned", account=text.account, provider_id=text.provider_id)
                poisoned.append(((text.account, text.provider_id), storable(f"{error}")))
            draft = self._draft(text, known, brand, conversation)
            if self._veiled is not None and (kept := masked(given.text)) != given.text:
                draft = draft._replace(text=kept, kind=self._veiled)
                veiled.append((text.account, text.provider_id))
            self._veiled = None
            history.insert(place, draft)
            if self._hear:
                self._turns.told.insert(told, received(draft, self._hear, opted_out=out))
        self._turns.flush()
        receipts.blame(self._line.connection, poisoned)
        receipts.veil(self._line.connection, veiled)

    def _without_code(self, text: Inbound, known: Known) -> Inbound:
        """The text; where it says a code that its contact was told, nobody is to read that anywhere."""
        told = any(says(text.text, code) for code in self._codes.get(known.id, ()))
        return replace(text, text=masked(text.text)) if told else text

    def _keyword(self, said: consenting.Said) -> None:
        line, known, text = self._line, said.known, said.inbound
        stored = self._turns.running(known.id, text.number)
        brand = line.settings.brand(text.number)
        said = replace(said, conversation=stored.id if stored else None)
        draft = self._draft(text, known, brand, said.conversation)
        self._turns.history.append(draft._replace(kind=Kind.KEYWORD))
        self._turns.flush()
        if consenting.apply(line.connection, line.settings, said, line.now):
            self._out.add((brand, known.id))
        else:
            self._out.discard((brand, known.id))
        self._turns.forget(known.id)

    def _language(self, text: Inbound, known: Known) -> str | None:
        """What the contact is talked to in, or was; None where nobody ever did and the number has no flow."""
        line = self._line
        talk = self._turns.running(known.id, text.number)
        talk = talk or conversations.latest(line.connection, text.contact, text.number)
        default = line.settings.number(text.number).flow
        try:
            flows = (
                line.library.version(line.connection, talk.version)
                if talk
                else line.library.current.get(default or "")
            )
        except ConvoError:
            return None  # what a STOP does must not depend on a flow that still loads
        if flows is None:
            return None
        talks, _ = flows.find(talk.state if talk else "")
        return talks.flow.language

    def _route(self, text: Inbound, known: Known) -> int | None:
        """First match wins; the conversation that the text belongs to, None for none."""
        running = self._turns.running(known.id, text.number)
        if is_reaction(text.text):
            return running.id if running else None
        if running is not None and running.status == Phase.HANDED_OFF:
            self._touch(running)
            return running.id
        reply = Reply.of(text.text, text.media)
        called = self._line.library.triggered(reply, text.number)
        if running is not None:
            return self._answer(running, Replied(text.text, text.media), called, text, known)
        flows = called or self._line.library.caught(text.number)
        if flows is not None and (started := self._start(flows, text, known)) is not None:
            return started
        return self._unexpected(text, known)

    def _answer(
        self, running: Stored, replied: Replied, called: Bundle | None, text: Inbound, known: Known
    ) -> int | None:
        """A text while a conversation is live: its own where it understands, or nobody else takes it."""
        line = self._line
        try:
            flows = line.library.version(line.connection, running.version)
        except ConvoError as error:
            return self._turns.call_person(running, str(error)).id
        if running.status == Phase.CALLING:  # what it is an answer to is known when the result is there
            return self._turns.step(running, replied).id
        flow, name = flows.find(running.state)
        state = flow.plan.states[name]
        if state.verifies is not None:
            typed = attempt(self._typed, state.verifies.digits)
            if typed is not None:
                self._veiled = Kind.CODE
                verdict = codes.check(
                    line.connection, line.settings, running.id, running.state, typed, line.now
                )
                return self._turns.step(running, Checked(verdict)).id
            self._veiled, replied = Kind.TEXT, replace(replied, text=masked(text.text))
        others = (
            called is not None or not state.answers
        )  # who would take it where this one does not understand
        if others and not (state.listens and understands(flows, decode(running), replied, line.now)):
            taken = self._start(called, text, known)
            if taken is None and not state.answers:
                caught = self._start(line.library.caught(text.number), text, known)
                told = replace(text, text=replied.text)  # without what may be a code
                taken = caught or self._unexpected(told, known, behind=running)
            if taken is not None:
                return taken
        self._turns.step(running, replied)
        return running.id

    def _unexpected(self, text: Inbound, known: Known, behind: Stored | None = None) -> int | None:
        """A text that no trigger and no conversation takes; `behind` is live and has no answer to it."""
        line = self._line
        before = self._last_ended(known, text.number)
        if before is not None:
            try:
                flows = line.library.version(line.connection, before.version)
            except ConvoError as error:
                log.warning("flow.not_reopened", conversation=before.id, error=str(error))
            else:
                if flows.root.flow.afterwards is None and is_thanks(text.text):
                    return None
                # A text cannot wait in line: it is answered at once or not at all.
                if flows.root.flow.afterwards is not None and (
                    behind is None or flows.root.when_busy is WhenBusy.INTERRUPT
                ):
                    return self._reopen(before, flows, text, known, behind)
        default = line.settings.number(text.number).flow
        taken = self._start(line.library.current.get(default or ""), text, known)
        if taken is None and behind is None:
            log.info("text.unanswered", account=text.account, number=phone.mask(text.number))
        return taken

    def _last_ended(self, known: Known, number: str) -> Stored | None:
        """The conversation that ended here within a day, and after which nobody stopped or came back."""
        connection, now = self._line.connection, self._line.now
        found = self._turns.ended(known.id, number)
        if found is not None:
            return found
        found = conversations.last_ended(connection, known.id, number, now - AFTERWARDS)
        changed = consent.since(connection, self._line.settings.brand(number), known.id)
        gone = found is not None and found.ended_at and changed and found.ended_at <= changed
        return None if gone else found

    def _reopen(
        self, before: Stored, flows: Bundle, text: Inbound, known: Known, behind: Stored | None
    ) -> int:
        line = self._line
        session = reopened_session(decode(before), line.now)
        new = blank(line.settings, known, text.number, flows, self._turns.number(), line.now)
        after = self._turns.begin(new, session, flows, Reopened(text.text, text.media))
        if behind is not None and after.status != Phase.ENDED:
            self._turns.suspend(behind)
        return after.id

    def _start(self, flows: Bundle | None, text: Inbound, known: Known) -> int | None:
        """A conversation that a text starts; None without a flow, and where it may not or is open already."""
        line = self._line
        here = self._turns.open(known.id, text.number)
        if flows is None or any(flows.name in flows_of(one) for one in here):
            return None
        if flows.root.flow.purpose is Purpose.MARKETING:
            try:
                refuse(
                    line.connection,
                    flows.root.flow.purpose,
                    line.settings.brand(text.number),
                    known.id,
                    text.contact,
                    flows.name,
                )
            except StartError as error:
                log.info("text.starts_nothing", flow=flows.name, reason=error.code)
                return None
        wanted = Start(flows.name, text.contact, text.number, answers=True)
        started = begin(self._turns, line.settings, flows, known, wanted, line.now)
        return started.id if started else None

    def _touch(self, stored: Stored) -> None:
        """A text to the person who has the conversation keeps it from expiring."""
        session = replace(decode(stored), last_text_at=self._line.now)
        self._turns.put(stored, encode(stored, session, stored.wake_at, self._line.now))

    def _draft(self, text: Inbound, known: Known, brand: str, conversation: int | None) -> Draft:
        return Draft(
            direction=Direction.IN,
            account=text.account,
            number=text.number,
            brand=brand,
            contact_id=known.id,
            text=text.text,
            media=text.media or None,
            segments=segments.parts(self._typed),
            status=Status.RECEIVED,
            created_at=self._line.now,
            conversation_id=conversation,
            provider_id=text.provider_id,
        )
