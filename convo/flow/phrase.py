"""What is said at one go: a text, in one language or in several of which the contact gets one."""

from collections.abc import Mapping
from dataclasses import dataclass

from convo.flow.language import chosen
from convo.flow.render import Text


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text to send, in every language in which it is written."""

    texts: Mapping[str, Text]
    own: str  # the flow's language
    only: Text | None = None  # what everybody gets, where it is written once

    def text_for(self, wanted: str | None) -> tuple[str, Text]:
        """The text for a contact who wants the language `wanted`, and its own language."""
        if self.only is not None:
            return self.own, self.only
        language = chosen(self.texts, wanted, self.own)
        return language, self.texts[language]
