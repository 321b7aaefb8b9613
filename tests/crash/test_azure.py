"""Killed in the middle of its work with Azure, convo says everything once and knows what became of it.

Three programs: convo, which dies by `kill -9`; the one that plays Azure with its faults; and this
test, whose contacts hold a thousand conversations of the three flows, each by a story of its own. In the
end the books of Azure, what the contacts read and said, and what the API tells have to be the same.
"""

import asyncio
import random
import secrets
import shutil
from collections import defaultdict
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from convo.clock import system
from tests.crash.application import TOKEN, Application, Azure
from tests.crash.contacts import LANGUAGES, Contact, Ending
from tests.crash.parrots import Server

Tale = Callable[[Contact], Coroutine[Any, Any, None]]

CONVERSATIONS = 1000
# How many contacts go through a story, the conversations that each of them has in it, and the languages.
MIX: tuple[tuple[Tale, int, int, tuple[str, ...]], ...] = (
    (Contact.visit, 230, 1, LANGUAGES),
    (Contact.sign_in, 150, 1, LANGUAGES),
    (Contact.interrupted, 80, 2, LANGUAGES),
    (Contact.two_visits, 30, 2, LANGUAGES),
    (Contact.support, 100, 1, ("en",)),
    (Contact.support_by_language, 60, 2, ("fr", "es")),
    (Contact.thankful, 20, 2, ("en",)),
    (Contact.stops, 60, 1, LANGUAGES),
    (Contact.stops_support, 20, 2, LANGUAGES),
    (Contact.stops_and_starts, 10, 2, LANGUAGES),
    (Contact.in_one_breath, 20, 1, LANGUAGES),
)
KILL_AT = (500, 1000, 1500, 2000)  # accepted texts, of some 2,900
WITHIN = 120.0  # seconds, if all is slow
DAY, NIGHT = "+15550009999", "+15550008888"  # where it is noon now, and where support is closed
SECRET, KEY = "a-secret-of-the-webhook", "c2VjcmV0LW9mLXRoZS1hY2NvdW50"
RATES = {
    "lose": 0.06, "halve": 0.03, "throttle": 0.03, "fail": 0.03, "early": 0.3, "late": 0.2,
    "twice": 0.2, "undelivered": 0.05, "doubt": 0.1, "silent": 0.1,
}  # fmt: skip
SETTINGS = """\
api_token = "{token}"

[accounts.acs]
provider = "azure"
connection_string = "endpoint={azure}/;accesskey={key}"
webhook_secret = ["{secret}"]

[numbers."{day}"]
account = "acs"
flow = "support"
timezone = "{noon}"

[numbers."{night}"]
account = "acs"
flow = "support"
timezone = "{evening}"
"""
STATUS = {
    "delivered": ("delivered", None),
    "4002": ("failed", "bad_number"),
    "4006": ("failed", "unreachable"),
}

# What became of a text that was never accepted: a STOP overtook it, perhaps after a try that went wrong.
UNSAID = {
    ("withdrawn", "stopped"),
    ("withdrawn", "opted_out"),
    ("uncertain", "stopped"),
    ("uncertain", "opted_out"),
}


def test_each_text_is_accepted_under_one_id_and_its_status_is_right(tmp_path: Path) -> None:
    story = Story(tmp_path)
    asyncio.run(story.run())
    story.check()


def zone(hour: int, now: datetime) -> str:
    """A time zone in which it is this hour now."""
    ahead = (hour - now.hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+}"  # whose signs are the other way round


class Story:
    """A thousand conversations, four deaths, and what became of it all."""

    def __init__(self, folder: Path) -> None:
        self.seed = secrets.randbits(32)
        print(f"seed {self.seed}")  # pytest shows it where the test fails
        self._folder = folder
        self._now = system()  # convo runs as a process of its own, by the machine's clock
        self._contacts: dict[str, Contact] = {}
        self._accepted = 0
        self._more = asyncio.Event()
        self._kills = 0
        self._books: dict[str, Any] = {}
        self._messages: list[dict[str, Any]] = []
        self._conversations: list[dict[str, Any]] = []

    # What happens.

    async def run(self) -> None:
        """Hold all conversations while convo dies again and again; return when all is settled."""
        shutil.copytree(Path(__file__).parents[2] / "flows", self._folder / "flows")
        server = Server(self._folder, f"sqlite:///{self._folder / 'convo.db'}", 0)
        options = RATES | {
            "key": KEY, "seed": self.seed, "webhook": f"{server.address}/webhooks/acs?code={SECRET}",
        }  # fmt: skip
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http,
            Azure.at_work(options, http) as azure,
        ):
            self._write_settings(azure.address)
            application = Application(server.address, http)
            try:
                await server.start()
                async with asyncio.timeout(WITHIN):
                    await self._talk(server, azure, application)
            except TimeoutError:
                stuck = {one.number: one.waits_for for one in self._contacts.values() if one.waits_for}
                raise AssertionError(f"still waiting after {WITHIN} s: {stuck}") from None
            finally:
                await server.stop()

    def _write_settings(self, azure: str) -> None:
        settings = SETTINGS.format(
            token=TOKEN, azure=azure, key=KEY, secret=SECRET, day=DAY, night=NIGHT,
            noon=zone(12, self._now), evening=zone(21, self._now),
        )  # fmt: skip
        (self._folder / "convo.toml").write_text(settings)

    async def _talk(self, server: Server, azure: Azure, application: Application) -> None:
        """Every contact at once, each by its story, while convo dies and comes back."""
        async with asyncio.TaskGroup() as background:
            tasks = [
                background.create_task(azure.listen()),
                background.create_task(azure.tell(self._happens)),
            ]
            async with asyncio.TaskGroup() as talks:
                talks.create_task(self._kill(server))
                for contact, tale in self._people(azure, application):
                    talks.create_task(tale(contact))
            assert self._kills == len(KILL_AT), "all was said before the last kill"
            await self._settled(azure, application)
            for task in tasks:
                task.cancel()

    def _people(self, azure: Azure, application: Application) -> list[tuple[Contact, Tale]]:
        rng = random.Random(self.seed)
        weekday = self._now.astimezone(ZoneInfo(zone(12, self._now))).weekday()
        tales = [(tale, languages) for tale, contacts, _, languages in MIX for _ in range(contacts)]
        rng.shuffle(tales)
        people = []
        for place, (tale, languages) in enumerate(tales, start=1):
            ours = rng.choice([DAY, NIGHT])
            contact = Contact(
                f"+1555000{place:04}", ours, rng.choice(languages),
                open_now=ours == DAY and weekday < 5, application=application, hears=azure.hears,
                rng=random.Random(f"{self.seed}-{place}"),
            )  # fmt: skip
            self._contacts[contact.number] = contact
            people.append((contact, tale))
        return people

    def _happens(self, item: dict[str, Any]) -> None:
        self._contacts[item["contact"]].told(item)
        self._accepted += "text" in item
        self._more.set()

    async def _kill(self, server: Server) -> None:
        for accepted in KILL_AT:
            while self._accepted < accepted:
                self._more.clear()
                await self._more.wait()
            server.kill()
            self._kills += 1
            await server.start()

    async def _settled(self, azure: Azure, application: Application) -> None:
        """Wait until both sides have nothing left to do, and keep what they tell."""
        while True:
            self._messages = await application.all("messages")
            if not any(message["status"] in ("queued", "sending") for message in self._messages):
                self._books = await azure.books()
                if not self._books["waiting"]:
                    break
            await asyncio.sleep(0.3)  # late and repeated events, of which nobody is told
        self._messages = await application.all("messages")
        self._conversations = await application.all("conversations")

    # What became of it.

    def check(self) -> None:
        """The books of Azure, the contacts and convo tell the same; nothing is lost or twice."""
        assert self._books["wrong"] == []
        assert self._books["moved"] == 0, "a repeat told another moment as that of the first try"
        accepted = list(self._books["accepted"].values())
        for fault in ("lost", "halved", "429", "500"):
            assert self._books["answers"].get(fault), f"{fault} never happened"
        assert any(sent["times"] > 1 for sent in accepted), "nothing was ever repeated"
        self._check_contacts(accepted)
        self._check_messages(accepted)
        self._check_conversations()

    def _check_contacts(self, accepted: list[dict[str, Any]]) -> None:
        """Everyone read what the story says, in the order in which it was stored, and nothing else."""
        for number, contact in self._contacts.items():
            assert contact.unread() == [], f"{number} read {contact.read} before that"
        arrived: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for sent in accepted:
            arrived[sent["contact"]].append(sent)
        assert arrived.keys() == self._contacts.keys()
        for number, texts in arrived.items():
            assert [sent["text"] for sent in texts] == self._contacts[number].read

    def _check_messages(self, accepted: list[dict[str, Any]]) -> None:
        """Each message of convo was accepted once, with the status that was reported, and each text taken."""
        left = {str(one["id"]): one for one in self._messages if one["direction"] == "out"}
        assert len({sent["tag"] for sent in accepted}) == len(accepted), "a message under two ids"
        last: dict[int, int] = {}  # of each conversation
        for sent in accepted:
            message = left.pop(sent["tag"])
            if message["conversation"] is not None:
                before = last.get(message["conversation"], 0)
                assert before < message["id"], f"accepted after {before}, and stored before it: {message}"
                last[message["conversation"]] = message["id"]
            same = ("contact", "number", "text")
            assert [message[name] for name in same] == [sent[name] for name in same]
            assert (message["status"], message["reason"]) in _right(sent), f"{message} {sent}"
        for message in left.values():  # what was still queued when a STOP came
            assert self._contacts[message["contact"]].at_once, f"never accepted: {message}"
            assert (message["status"], message["reason"]) in UNSAID, message
        said = defaultdict(list)
        for message in self._messages:
            if message["direction"] == "in":
                said[message["contact"]].append(message["text"])
        for number, contact in self._contacts.items():
            known, told = said.pop(number, []), contact.said
            assert known == told or (contact.at_once and sorted(known) == sorted(told)), (known, told)
        assert not said

    def _check_conversations(self) -> None:
        """Each ended with what its contact's answers call for, or is with a person."""
        stand: defaultdict[str, list[Ending]] = defaultdict(list)
        for one in sorted(self._conversations, key=lambda one: one["id"]):
            stand[one["contact"]].append(Ending(one["flow"], one["outcome"] or one["status"]))
        for number, contact in self._contacts.items():
            if contact.at_once and contact.read[-2].startswith("Hi "):  # no answer to the NO was read
                (ending,) = contact.endings
                ending.outcome = stand[number][0].outcome
                assert ending.outcome in ("stopped", "released"), number
            assert stand[number] == contact.endings, number
        assert len(self._conversations) == sum(many * each for _, many, each, _ in MIX) == CONVERSATIONS


def _right(sent: dict[str, Any]) -> set[tuple[str, str | None]]:
    """What convo may say of a text that was accepted: what its report says.

    Without one it is sent. If convo never got the answer, and a STOP, which may have come while it was on its
    way, or a change of state kept it from asking again, it cannot know.
    """
    if sent["reported"]:
        return {STATUS[sent["status"]]}
    return {("sent", None), *(("uncertain", reason) for reason in ("stopped", "opted_out", "left_state"))}
