"""Two senders, STOPs and new texts at once: nobody gets a text too many, and no number sends too fast.

Everything runs in threads and in real time. Claims are written down in the order of their commits: whoever
acts on a contact holds the lock of its row until then.
"""

import itertools
import random
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from convo.clock import system
from convo.endpoints import Events
from convo.errors import StartError
from convo.messages import Accepted, Inbound, Reason, Status
from convo.runtime import intake, sender, settling
from convo.runtime.library import Library
from convo.runtime.marketing import Agreement, record
from convo.runtime.pacing import Rates
from convo.runtime.starting import Start, start
from convo.runtime.turns import Line
from convo.settings import SIMULATOR, Account, Number, Settings
from convo.store import contacts, messages
from convo.store.engine import Store

OURS = "+15550009999"
PEOPLE, OFFERS, CAP, A_SECOND = 16, 5, 2, 20
DEADLINE = 60.0  # seconds; it takes about three
OFFER = """\
flow: offer
purpose: marketing
start: tell
needs: {what: text}
states:
  tell: {say: "Half price for {{ what }}! STOP ends this.", end: told}
"""


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> "Shop":
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "offer.yaml").write_text(OFFER)
    return Shop(store, tmp_path / "flows")


def test_caps_pace_and_consent_hold_whoever_sends(shop: "Shop") -> None:
    seed = secrets.randbits(32)
    shop.play(random.Random(seed))
    shop.check(f"seed {seed}")


class Shop:
    """A number with a pace and a cap, and people who agreed to its offers."""

    def __init__(self, store: Store, flows: Path) -> None:
        self.store = store
        number = Number.model_validate({"rate": f"{A_SECOND}/second", "caps": {"marketing": CAP}})
        self.settings = Settings.model_construct(
            database="",
            flows=flows,
            accounts={SIMULATOR: Account(provider=SIMULATOR)},
            numbers={OURS: number},
        )
        self.library = Library(flows)
        assert self.library.read() == []
        self.library.publish()
        self.rates = Rates(self.settings, {})
        self.people = [f"+1555010{place:04}" for place in range(PEOPLE)]
        self.claimed: dict[str, list[tuple[datetime, str]]] = defaultdict(list)  # by contact: when, and what
        self.stopped: dict[str, int] = {}  # by contact: how many claims there were when the STOP committed
        self._done = threading.Event()
        self._names = (f"in-{place}" for place in itertools.count())

    def line(self, connection: Connection) -> Line:
        return Line(connection, self.settings, self.library, system())

    def play(self, rng: random.Random) -> None:
        self.store.transact(lambda c: self.library.save(c, system()))
        for contact in self.people:
            self.store.transact(partial(self._agrees, contact=contact))
        ends_at = time.monotonic() + DEADLINE
        rngs = [random.Random(rng.random()) for _ in range(4)]
        with ThreadPoolExecutor(4) as threads:
            work = [threads.submit(self._send, one) for one in rngs[:2]]
            work += [threads.submit(self._offer, rngs[2]), threads.submit(self._stop, rngs[3])]
            for line in work[2:]:
                line.result()
            while self._still_to_leave():  # at its pace
                assert time.monotonic() < ends_at, "texts are left that nobody sends"
                time.sleep(0.05)  # the threads that send tell nobody
            self._done.set()
            for line in work[:2]:
                line.result()

    def check(self, where: str) -> None:
        every = sorted(at for each in self.claimed.values() for at, what in each if "price" in what)
        for first, after in zip(every, every[A_SECOND:], strict=False):
            assert after - first >= timedelta(seconds=1), where
        assert self.stopped, where
        for contact in self.people:
            offers = [what for _, what in self.claimed[contact] if "price" in what]
            assert len(offers) == len(set(offers)) <= CAP, f"{where}, {contact}"
            if contact in self.stopped:
                late = self.claimed[contact][self.stopped[contact] :]
                assert [what for _, what in late if "price" in what] == [], f"{where}, {contact}"
            for message in self._texts(contact):
                if message.status is Status.QUEUED:
                    assert message.reason is Reason.OVER_CAP, f"{where}: {message}"
                elif message.status is Status.WITHDRAWN:
                    assert message.reason in (Reason.STOPPED, Reason.OPTED_OUT), f"{where}: {message}"
                else:
                    assert message.status is Status.SENT, f"{where}: {message}"

    def _still_to_leave(self) -> bool:
        texts = itertools.chain.from_iterable(map(self._texts, self.people))
        return any(
            not each.status.final and each.status is not Status.SENT and each.reason is not Reason.OVER_CAP
            for each in texts
        )

    def _texts(self, contact: str) -> Iterator[messages.Stored]:
        for message in self.store.look(lambda c: messages.listed(c, contact, 0, 1000)):
            if "price" in message.text:
                yield message

    def _agrees(self, connection: Connection, contact: str) -> None:
        known = contacts.lock(connection, [contact], system())[contact]
        agreement = Agreement(OURS, OURS, known.id, contact, "yes", "test", "contact")
        record(connection, Events(), agreement, system())

    def _send(self, rng: random.Random) -> None:
        while not self._done.is_set():
            claims = self.store.transact(self._claim)
            results = []
            for each in claims:
                time.sleep(rng.uniform(0, 0.002))  # as long as a provider takes
                outcome = Accepted(f"sim-{each.outbound.key}")
                results.append(
                    settling.Result(each.outbound.id, each.contact_id, each.tries, system(), outcome)
                )
            if results:
                self.store.transact(partial(self._settle, results=results))
            else:
                time.sleep(0.005)  # nothing to claim: others have the database

    def _claim(self, connection: Connection) -> list[sender.Claim]:
        found = sender.claim(self.line(connection), self.rates, 64, lambda: secrets.token_hex(8))
        for each in found.claims:
            self.claimed[each.outbound.contact].append((each.at, each.outbound.text))
        return found.claims

    def _settle(self, connection: Connection, results: list[settling.Result]) -> None:
        settling.settle(self.line(connection), results)

    def _start(self, connection: Connection, contact: str, what: str) -> None:
        start(
            connection, self.settings, self.library, Start("offer", contact, OURS, {"what": what}), system()
        )

    def _offer(self, rng: random.Random) -> None:
        for place in range(OFFERS):
            for contact in rng.sample(self.people, PEOPLE):
                with suppress(StartError):  # they have opted out meanwhile
                    self.store.transact(partial(self._start, contact=contact, what=f"thing {place}"))
                time.sleep(rng.uniform(0, 0.004))  # at odd moments, among the others

    def _stop(self, rng: random.Random) -> None:
        for contact in rng.sample(self.people, PEOPLE // 2):
            time.sleep(rng.uniform(0, 0.08))  # at odd moments, among the others
            text = Inbound(SIMULATOR, next(self._names), contact, OURS, "STOP")
            self.store.transact(partial(self._take, text=text))

    def _take(self, connection: Connection, text: Inbound) -> None:
        intake.take(self.line(connection), [text])
        self.stopped[text.contact] = len(self.claimed[text.contact])
