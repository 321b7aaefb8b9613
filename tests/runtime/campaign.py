"""A campaign in a house: its list, its loading, and its turns, as the commands and the launcher do them."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from convo.messages import Outbound
from convo.runtime import campaigns, launching, loading
from convo.runtime.campaigns import Standing, Wanted
from convo.runtime.loading import Books, Listener
from convo.runtime.queue import Operator
from convo.runtime.spreadsheets import sheet
from convo.store import campaign_contacts
from convo.store.campaign_contacts import Member
from convo.store.campaigns import File
from tests.runtime.house import House

BY = Operator("operator:test")


class Office:
    """Somebody who sends campaigns."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder
        self.bad: list[tuple[int, str]] = []
        self.number = 0

    def makes(self, flow: str = "invite", *, name: str = "list", **given: Any) -> int:
        house = self.house
        wanted = Wanted(flow, name, **given)
        new, flows = campaigns.checked(house.settings, house.library, wanted, house.clock())
        made, _ = house.do(lambda c: campaigns.make(c, new, flows, house.clock()))
        self.number = made.id
        return made.id

    def loads(self, content: str | bytes, file: str = "list.csv") -> File:
        """Load a list of this content."""
        house, path = self.house, self.folder / file
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        campaign = house.do(lambda c: campaigns.standing(c, self.number)).campaign
        flows = house.do(lambda c: house.library.version(c, campaign.version))
        self.bad = []
        tell = Listener(lambda row, why: self.bad.append((row.line, why)))
        books = Books(house.do, house.do)
        return loading.load(books, house.settings, flows, campaign, sheet(path), tell, house.clock)

    def starts(self, content: str, flow: str = "invite", **given: Any) -> None:
        """Make, load and start a campaign."""
        self.makes(flow, **given)
        self.loads(content)
        self.start()

    def start(self, at: datetime | None = None) -> Standing:
        house = self.house
        return house.do(lambda c: campaigns.start(c, self.number, at, house.clock()))

    def pause(self) -> Standing:
        house = self.house
        return house.do(lambda c: campaigns.pause(c, house.settings, self.number, house.clock()))

    def resume(self) -> Standing:
        house = self.house
        return house.do(lambda c: campaigns.resume(c, house.settings, self.number, house.clock()))

    def cancel(self) -> int:
        house = self.house
        return campaigns.cancel(house.store, house.settings, house.library, self.number, BY, house.clock())

    def launches(self) -> int:
        """Every turn that the launcher gives now; how many contacts had theirs."""
        house, total = self.house, 0
        while count := house.do(lambda c: launching.launch(house.line(c), self.number, house.rates)):
            total += count
        return total

    def leaves(self) -> list[Outbound]:
        """Everything that may leave now."""
        sent: list[Outbound] = []
        while claims := self.house.claim():
            self.house.settle(*map(self.house.result, claims))
            sent += [claimed.outbound for claimed in claims]
        return sent

    def stands(self) -> Standing:
        return self.house.do(lambda c: campaigns.standing(c, self.number))

    def members(self) -> Mapping[str, Member]:
        rows = self.house.do(lambda c: campaign_contacts.listed(c, self.number, 0, 10_000))
        return {row.contact: row for row in rows}
