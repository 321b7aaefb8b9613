"""A person at /phone, who clicks, types and reads."""

from urllib.parse import urlencode

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.browser.serving import OURS


class Player:
    def __init__(self, page: Page, address: str, contact: str) -> None:
        self.page = page
        self.address = address
        self.contact = contact
        self.strangers: list[str] = []  # requests that left the origin
        self._heard: list[str] = []
        self._refusals: list[str] = []
        page.on("request", lambda request: self._requested(request.url))
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._heard.append(str(error)))

    def open(self) -> None:
        query = urlencode({"contact": self.contact, "number": OURS})
        self.page.goto(f"{self.address}/phone?{query}")
        # htmx takes up the forms a moment after the page has loaded; till then they reload it.
        expect(self.page.locator("#flows form[data-htmx-powered]").first).to_be_attached()

    @property
    def field(self) -> Locator:
        return self.page.get_by_label(f"Text as {self.contact}")

    @property
    def texts(self) -> Locator:
        """The bubbles, oldest first."""
        return self.page.get_by_role("log", name="Texts").locator(".bubble")

    @property
    def standing(self) -> Locator:
        return self.page.get_by_role("region", name="The conversation")

    def text(self, text: str) -> None:
        """Type, press Enter, and see it among the texts."""
        before = self.page.locator(".theirs").count()
        self.field.fill(text)
        self.field.press("Enter")
        expect(self.page.locator(".theirs")).to_have_count(before + 1)

    def reads(self, *texts: str) -> None:
        """The newest texts of the bot, in order."""
        for place, text in enumerate(reversed(texts), start=1):
            expect(self.page.locator(".bots .bubble").nth(-place)).to_contain_text(text)

    def start(self, **values: str) -> None:
        """Start the reminder with these values in the place of the examples."""
        form = self.page.locator("#flow-appointment-reminder")
        for name, value in values.items():
            form.get_by_label(name).fill(value)
        form.get_by_role("button", name="Start").click()

    def expect_refusal(self, status: int) -> None:
        """Take one answer of this status for what it is: chromium complains about each."""
        self._refusals.append(f"the server responded with a status of {status} ")

    @property
    def complaints(self) -> list[str]:
        """Errors of scripts and of the policy that nobody expected, and what was expected in vain."""
        left, missing = list(self._heard), []
        for refusal in self._refusals:
            found = next((heard for heard in left if refusal in heard), None)
            if found is None:
                missing.append(f"expected: {refusal}")
            else:
                left.remove(found)
        return left + missing

    def _requested(self, url: str) -> None:
        if not url.startswith((f"{self.address}/", "data:")):
            self.strangers.append(url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._heard.append(message.text)
