"""A thousand conversations as their contacts hold them: what each one reads, says and does next.

Every contact knows from its own story which texts it has to read, in which order, and how its
conversations end. Nothing in here asks convo what it should have said.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.crash.application import Application

LANGUAGES = ("en", "fr", "es")
# How the bot's texts begin, in the three languages. The flow of reminders knows only one.
BOT = {
    "sign_in": ("Elm Bank: sign-in", "Elm Bank : connexion", "Elm Bank: acceso"),
    "approved": ("Elm Bank: approved", "Elm Bank : c'est validé", "Elm Bank: aprobado"),
    "denied": ("Elm Bank: refused", "Elm Bank : refusé", "Elm Bank: rechazado"),
    "yes_or_no": ("Please reply YES", "Répondez OUI", "Responda SI"),
    "menu": ("Hi, this is", "Bonjour, ici", "Hola, somos"),
    "hours": ("We answer", "Nous répondons", "Respondemos"),
    "1_2_3": ("Sorry, I only", "Désolé, je ne", "Lo siento, solo"),
    "order": ("What is your order", "Quel est votre num", "¿Qué pedido"),
    "no_order": ("Sorry, I need", "Désolé, il me faut", "Lo siento, necesito"),
    "problem": ("Order AB1234.", "Commande AB1234.", "Pedido AB1234."),
    "person": ("Thanks. ", "Merci, ", "Gracias. "),
    "closed": ("We are closed", "Nous sommes fermés", "Ahora no"),
    "noted": ("Thank you, ", "Merci, c'est noté", "Gracias, "),
    "settled": ("Glad to", "Avec plaisir", "Un placer"),
    "stopped": ("You have successfully been unsub", "Vous avez été correctement désab", "Ha cancelado"),
    "started": ("You have successfully been re-sub", "Vous avez été correctement réab", "Vuelve a recibir"),
}
THEM = {
    "yes": (("Yes!", "yes", "Yes, it's me"), ("Oui", "oui, c'est moi"), ("Sí", "si", "Sí, soy yo")),
    "no": (("NO", "That was not me!"), ("Non.", "Ce n'est pas moi !"), ("no", "No fui yo")),
    "what": (("who is this?",), ("ben alors ?",), ("¿quién es?",)),
    "hello": (("Hello", "Support"), ("Bonjour", "Assistance"), ("Buenas tardes", "Soporte")),
    "hours": (("2", "hours"), ("Horaires ?", "2"), ("2", "horario")),
    "order": (("1", "It's about my order"), ("C'est pour ma commande", "1"), ("pedido", "1")),
    "late": (("1", "it is late"), ("en retard, je crois",), ("llega tarde",)),
    "person": (("3", "AGENT"), ("conseiller", "3"), ("3", "agente")),
    "thanks": (("Thanks",), ("merci !",), ("Gracias",)),
    "stop": (("STOP", "unsubscribe", "Stop!"), ("Arrêt.", "STOP", "désabonner"), ("BAJA", "stop", "alto")),
}
SIGN_IN = {"service": "Elm Bank", "device": "Chrome", "place": "Leeds", "at": "2030-05-06T10:00"}
HELP = "We will send you another one."


@dataclass
class Ending:
    """How a conversation of this flow has to stand in the end: its outcome, or with whom it is."""

    flow: str
    outcome: str


class Contact:
    """One person with a phone."""

    def __init__(
        self, number: str, ours: str, language: str, *, open_now: bool,
        application: Application, hears: Callable[[dict[str, str]], None], rng: random.Random,
    ) -> None:  # fmt: skip
        self.number = number
        self.endings: list[Ending] = []  # in the order in which the conversations began
        self.read: list[str] = []
        self.said: list[str] = []
        self.waits_for: str | None = None
        self.at_once = False  # two texts were said in one breath: they come in any order
        self._ours = ours
        self._place = LANGUAGES.index(language)
        self._open = open_now
        self._application = application
        self._hears = hears
        self._rng = rng
        self._box: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._taken: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    # What happens to a contact.

    def told(self, item: dict[str, Any]) -> None:
        """A text has reached the phone, or one that it sent was taken."""
        if "taken" in item:
            self._taken[item["taken"]].set()
        else:
            self._box.put_nowait(item)

    def unread(self) -> list[str]:
        """What arrived and should not have."""
        return [self._box.get_nowait()["text"] for _ in range(self._box.qsize())]

    async def _next(self, *begins: str) -> dict[str, Any]:
        """The next text, which begins like one of these."""
        self.waits_for = " | ".join(begins)
        sent = await self._box.get()
        self.waits_for = None
        self.read.append(sent["text"])
        assert sent["text"].startswith(begins), f"{self.number} read {self.read}, not {begins}"
        return sent

    async def _reads(self, what: str) -> dict[str, Any]:
        return await self._next(BOT[what][self._place])

    def _says(self, what: str) -> str:
        """One of the ways to say this; the name of the text."""
        return self._texts(self._rng.choice(THEM[what][self._place]))

    def _texts(self, text: str) -> str:
        name = f"in-{self.number}-{len(self.said)}"
        self.said.append(text)
        self._hears({"id": name, "from": self.number, "to": self._ours, "text": text})
        return name

    async def _says_to_nobody(self, text: str) -> None:
        """What is not answered; convo has it when this returns."""
        await self._taken[self._texts(text)].wait()

    def _maybe(self) -> bool:
        return self._rng.random() < 0.3

    # What an application starts.

    async def _starts(self, flow: str, given: dict[str, str], key: str) -> tuple[int, dict[str, Any]]:
        return await self._application.starts({
            "flow": flow, "contact": self.number, "number": self._ours, "key": f"{self.number}-{key}",
            "vars": given, "language": LANGUAGES[self._place],
        })  # fmt: skip

    async def _begins(self, flow: str, given: dict[str, str], key: str) -> tuple[int, Ending]:
        status, shown = await self._starts(flow, given, key)
        assert status in (200, 201), shown
        if self._maybe():  # an application that asks twice
            again, same = await self._starts(flow, given, key)
            assert (again, same["id"]) == (200, shown["id"])
        return shown["id"], self._expects(flow)

    async def _is_reminded(self, key: str = "visit") -> tuple[int, Ending]:
        given = {"name": key, "clinic": "Elm Street", "visit": "2030-05-06T10:00"}
        return await self._begins("appointment-reminder", given, key)

    def _expects(self, flow: str) -> Ending:
        ending = Ending(flow, "?")
        self.endings.append(ending)
        return ending

    async def _signs_in(self) -> tuple[int, Ending, bool]:
        """Start a sign-in and read its question; at last whether that arrived."""
        number, ending = await self._begins("two-factor", SIGN_IN, "sign-in")
        return number, ending, await self._arrived(await self._reads("sign_in"), number, ending)

    async def _arrived(self, sent: dict[str, Any], number: int, ending: Ending) -> bool:
        """Whether this text of a sign-in arrived; one that did not ends it, as soon as convo knows."""
        if sent["failed"]:
            ending.outcome = "undelivered"
            await self._application.ended(number)
        return not sent["failed"]

    # The stories: what the contacts of each sort go through.

    async def visit(self, key: str = "visit") -> None:
        """A reminder, and whatever may be answered to it."""
        number, ending = await self._is_reminded(key)
        await self._next(f"Hi {key}, can you still make Elm Street")
        await self._answers_the_reminder(number, ending)

    async def _answers_the_reminder(self, number: int, ending: Ending) -> None:
        if self._maybe():
            self._texts("I will see")
            await self._next("Sorry, I only know YES, NO or MOVE.")
        word, ending.outcome, begins = self._rng.choice(
            [
                ("yes", "confirmed", "See you"),
                ("YES!", "confirmed", "See you"),
                ("No.", "released", "OK, your slot"),
                ("MOVE", "handed_off", "What day"),
            ]
        )
        self._texts(word)
        await self._next(begins)
        if word == "MOVE":
            self._texts("tomorrow 3pm")
            await self._next("Thanks")
            await self._is_helped(number, ending)

    async def _is_helped(self, number: int, ending: Ending) -> None:
        """A person answers, and hands back or closes; or has not come to it yet."""
        ending.outcome = self._rng.choice(["settled", "rebooked", "handed_off"])
        if ending.outcome == "handed_off":
            return
        await self._application.replies(number, HELP)
        await self._next(HELP)
        await self._says_to_nobody("How kind of you!")
        if ending.outcome == "rebooked":
            await self._application.closes(number, "rebooked")
            return
        await self._application.hands_back(number)
        if ending.flow == "support":
            await self._reads("settled")

    async def sign_in(self) -> None:
        """A sign-in in the contact's language, approved or refused."""
        number, ending, arrived = await self._signs_in()
        if arrived and self._maybe():
            self._says("what")
            arrived = await self._arrived(await self._reads("yes_or_no"), number, ending)
        if not arrived:
            return
        approves = self._rng.random() < 0.6
        self._says("yes" if approves else "no")
        ending.outcome = "approved" if approves else "denied"
        await self._reads(ending.outcome)

    async def interrupted(self) -> None:
        """A sign-in comes between a reminder and its answer."""
        number, ending = await self._is_reminded()
        await self._next("Hi visit, can you still make Elm Street")
        await self.sign_in()
        await self._answers_the_reminder(number, ending)

    async def two_visits(self) -> None:
        """The second reminder waits until the first one has its answer."""
        _, first = await self._is_reminded("first")
        second = await self._is_reminded("second")
        await self._next("Hi first, can you")
        self._texts("yes")
        first.outcome = "confirmed"
        # A text that has to be tried again holds up its own conversation only.
        sent = await self._next("See you", "Hi second, can you")
        await self._next("Hi second, can you" if sent["text"].startswith("See you") else "See you")
        await self._answers_the_reminder(*second)

    async def support(self) -> None:
        """A text that nobody asked for: support, which finds out what it is about."""
        ending = await self._is_at_the_menu()
        await self._gets_to_a_person(ending)
        if self._maybe():
            await self._is_helped(await self._application.inbox_has(self.number), ending)

    async def support_by_language(self) -> None:
        """Support in the language that a sign-in has told."""
        await self.sign_in()
        await self.support()

    async def thankful(self) -> None:
        """Helped by a person; the thanks need no answer."""
        ending = await self._is_at_the_menu()
        await self._gets_to_a_person(ending)
        number = await self._application.inbox_has(self.number)
        await self._application.hands_back(number)
        ending.outcome = "settled"
        await self._reads("settled")
        self._expects("support").outcome = "thanked"
        await self._says_to_nobody(self._rng.choice(THEM["thanks"][self._place]))

    async def _is_at_the_menu(self) -> Ending:
        ending = self._expects("support")
        self._says("hello")
        await self._reads("menu")
        if self._maybe():
            self._says("hours")
            await self._reads("hours")
        if self._maybe():
            self._says("what")
            await self._reads("1_2_3")
        return ending

    async def _gets_to_a_person(self, ending: Ending) -> None:
        if self._maybe():
            self._says("person")
        else:
            self._says("order")
            await self._reads("order")
            if self._maybe():
                self._texts("12")
                await self._reads("no_order")
            self._texts("ab 1234")
            await self._reads("problem")
            self._says("late")
        if self._open:
            await self._reads("person")
        else:
            await self._reads("closed")
            self._texts("My parcel is not there.")
            await self._reads("noted")
        ending.outcome = "handed_off"

    async def stops(self) -> None:
        """STOP in the middle of what we started."""
        await self._stops_a_start(self._rng.choice(["visit", "sign-in"]))
        await self._is_left_alone()

    async def stops_support(self) -> None:
        """STOP in the middle of support, or while a person has it; a sign-in has told the language."""
        await self.sign_in()
        ending = await self._is_at_the_menu()
        if self._maybe():
            await self._gets_to_a_person(ending)
        ending.outcome = "stopped"
        await self._stops()
        await self._is_left_alone()

    async def stops_and_starts(self) -> None:
        """STOP, then START: from there on it is as new."""
        await self._stops_a_start("visit")
        self._texts("START")
        await self._reads("started")
        await self.support()

    async def _stops_a_start(self, which: str) -> None:
        if which == "visit":
            _, ending = await self._is_reminded()
            await self._next("Hi visit")
            arrived = True
        else:
            _, ending, arrived = await self._signs_in()
        if arrived:
            ending.outcome = "stopped"
        await self._stops()

    async def _stops(self) -> None:
        self._says("stop")
        await self._reads("stopped")

    async def _is_left_alone(self) -> None:
        """Nothing can be started, and nothing is answered."""
        status, shown = await self._starts("two-factor", SIGN_IN, "refused")
        assert (status, shown.get("title")) == (409, "opted_out"), shown
        await self._says_to_nobody("Hello?")

    async def in_one_breath(self) -> None:
        """NO and STOP at once: whichever comes first, the confirmation is the last word."""
        self.at_once = True
        _, ending = await self._is_reminded()
        await self._next("Hi visit")
        answer = self._texts("no")
        self._texts("STOP")
        sent = await self._next("OK, your slot", BOT["stopped"][self._place])
        if sent["text"].startswith("OK"):
            ending.outcome = "released"
            await self._reads("stopped")
        await self._taken[answer].wait()
