"""The parts of the page that change, rendered: texts, consent, conversation, flows, and trouble."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import structlog
from markupsafe import Markup
from sqlalchemy import Connection

from convo.app import App
from convo.console.phone import standing, thread
from convo.console.phone.forms import PREFIX, choices
from convo.console.phone.handset import Handset, simulator
from convo.console.phone.standing import Standing
from convo.console.phone.thread import Bubble
from convo.console.rendering import render
from convo.errors import ConvoError
from convo.store import consent, contacts, conversations

Regions = dict[str, Markup]  # by the id of their element
NAMES = ("trouble", "texts", "consent", "standing", "flows")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database holds on one phone."""

    opted_out: bool
    bubbles: list[Bubble]
    more: bool  # there are earlier texts
    standing: Standing | None


async def regions(app: App, handset: Handset) -> Regions:
    """The changing parts as they are now. After a failure only `trouble`, in words: the rest stays."""
    try:
        seen = await app.store.read(lambda connection: _look(app, connection, handset))
        return _rendered(app, handset, seen)
    except ConvoError as error:
        return {"trouble": render("phone/trouble.html", words=str(error))}
    except Exception:
        log.exception("phone.page_failed")
        words = "something in convo failed, and its log says what"
        return {"trouble": render("phone/trouble.html", words=words)}


def _look(app: App, connection: Connection, handset: Handset) -> Seen:
    now = app.clock()
    simulated = simulator(app, handset) is not None
    texts = thread.latest(connection, app.settings, handset, simulated=simulated)
    newest = conversations.latest(connection, handset.contact, handset.number)
    known = contacts.find(connection, handset.contact)
    stopped = consent.opted_out(connection, [known.id]) if known else set()
    return Seen(
        opted_out=known is not None and (handset.brand, known.id) in stopped,
        bubbles=thread.bubbles(texts[-thread.MOST_TEXTS :], now.astimezone().date()),
        more=len(texts) > thread.MOST_TEXTS,
        standing=standing.standing(connection, app.library, newest, now) if newest else None,
    )


def _rendered(app: App, handset: Handset, seen: Seen) -> Regions:
    zone = ZoneInfo(app.settings.number(handset.number).timezone)
    flows = render(
        "phone/flows.html",
        choices=choices(app.library.current, app.clock().astimezone(zone)),
        hindrance=_hindrance(seen),
        folder=str(app.settings.flows),
        handset=handset,
        prefix=PREFIX,
        simulated=simulator(app, handset) is not None,
    )
    return {
        "trouble": Markup(),
        "texts": render("phone/texts.html", seen=seen),
        "consent": render("phone/consent.html", opted_out=seen.opted_out),
        "standing": render("phone/standing.html", seen=seen),
        "flows": flows,
    }


def _hindrance(seen: Seen) -> str:
    """Why nothing can be started with this phone now, if so."""
    if seen.opted_out:
        return "This phone has opted out: nothing starts before it texts START."
    if seen.standing and not seen.standing.over:
        return (
            "A conversation is under way: another starts when it has ended, unless its flow says otherwise."
        )
    return ""
