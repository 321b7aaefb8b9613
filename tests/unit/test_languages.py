"""What is said in which language, and in which language a reply is read."""

import pytest

from convo.flow.language import chosen, read_in, spoken
from convo.flow.session import Replied, Say, TimedOut
from convo.messages import Contact
from tests.unit.talk import HOUR, Talk, source

GREETS = source(
    """\
  ask:
    say:
      - {en: Hello, fr: Bonjour}
      - One
      - {en: "{{ visit | day_time }}", fr: "Le {{ visit | day_time }}", es: "El {{ visit | day_time }}"}
    replies:
      yes: {say: {en: Good, fr: Bien}, then: bye}
    otherwise: {say: [{en: "YES?", fr: "OUI ?"}, Two], tries: 1}
    after:
      1 hour: {say: {en: Still there?, fr: Toujours là ?}}
      2 hours: bye
  bye: {end: done}
""",
    "vars: {visit: datetime = 2026-12-01 15:30}\n",
)


def speaks(language: str | None) -> Talk:
    return Talk(GREETS, contact=Contact("+15550001111", language))


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (None, ["Hello", "One", "Tue Dec 1, 3:30 PM"]),
        ("en", ["Hello", "One", "Tue Dec 1, 3:30 PM"]),
        ("en-GB", ["Hello", "One", "Tue 1 Dec, 15:30"]),
        ("fr", ["Bonjour", "One", "Le mar. 1 déc., 15:30"]),
        ("fr-FR", ["Bonjour", "One", "Le mar. 1 déc., 15:30"]),
        ("FR-fr", ["Bonjour", "One", "Le mar. 1 déc., 15:30"]),
        ("es", ["Hello", "One", "El mar 1 dic, 15:30"]),
        ("de", ["Hello", "One", "Tue Dec 1, 3:30 PM"]),
        ("fr-nowhere-at-all", ["Bonjour", "One", "Le mar. 1 déc., 15:30"]),
        ("", ["Hello", "One", "Tue Dec 1, 3:30 PM"]),
    ],
)
def test_each_contact_gets_the_texts_of_their_language(language: str | None, texts: list[str]) -> None:
    assert speaks(language).starts() == texts


def test_texts_in_order_and_the_last_one_starts_the_clock() -> None:
    talk = speaks("fr")
    talk.starts()

    assert [said.starts_clock for said in talk.effects if isinstance(said, Say)] == [False, False, True]
    talk.accept(HOUR)
    assert talk.wakes() == 2 * HOUR


def test_every_place_that_speaks_speaks_the_contacts_language() -> None:
    talk = speaks("fr")
    talk.starts()

    assert talk.feed(Replied("hm")) == ["OUI ?", "Two"]
    assert talk.feed(TimedOut("after 1 hour")) == ["Toujours là ?"]
    assert talk.feed(Replied("yes")) == ["Bien"]


def test_the_language_of_the_flow_stands_for_its_region_too() -> None:
    flow = source(
        '  ask: {say: {fr: "{{ v | day }}", en: "{{ v | day }}"}, end: done}\n',
        "language: en-GB\nvars: {v: datetime = 2026-12-01 15:30}\n",
    )

    assert Talk(flow).starts() == ["Tue 1 Dec"]
    assert Talk(flow, contact=Contact("+15550001111", "en")).starts() == ["Tue 1 Dec"]


WHEN = """\
  ask: {say: SAID, save: {wanted: datetime}, otherwise: {say: "When?"}, then: bye}
  bye: {say: "{{ wanted.strftime('%b %-d %H:%M') }}", end: done}
"""


@pytest.mark.parametrize(
    ("said", "language", "reply", "understood"),
    [
        ("{en: When, fr: Quand}", "fr", "mardi 15h", True),
        ("{en: When, fr: Quand}", "fr-CA", "mardi 15h", True),
        ("{en: When, fr: Quand}", "en", "tue 3pm", True),
        ("{en: When, fr: Quand}", "es", "martes a las 3 de la tarde", False),  # the flow has no Spanish text
        ("{en: When, fr: Quand}", "es", "tue 3pm", True),
        ("When", "fr", "mardi 15h", False),
        ("When", "fr", "tue 3pm", True),
    ],
)
def test_a_reply_is_read_in_the_language_that_the_contact_was_asked_in(
    said: str, language: str, reply: str, understood: bool
) -> None:
    talk = Talk(source(WHEN.replace("SAID", said)), contact=Contact("+15550001111", language))
    talk.starts()
    answer = talk.feed(Replied(reply))

    assert answer == (["Dec 1 15:00"] if understood else ["When?"])


@pytest.mark.parametrize(("language", "said"), [("en-US", "Jan 12"), ("en-GB", "Dec 1"), (None, "Jan 12")])
def test_the_order_of_day_and_month_is_that_of_the_contacts_region(language: str | None, said: str) -> None:
    talk = Talk(source(WHEN.replace("SAID", "When")), contact=Contact("+15550001111", language))
    talk.starts()

    assert talk.feed(Replied("1/12 at 9:00")) == [f"{said} 09:00"]


@pytest.mark.parametrize(
    ("written", "wanted", "tag"),
    [
        (["en", "fr"], None, "en"), (["en", "fr"], "fr", "fr"), (["en", "fr"], "fr-CA", "fr"),
        (["en", "fr-FR", "fr-CA"], "fr-CA", "fr-CA"), (["en", "fr-FR", "fr-CA"], "fr-BE", "fr-FR"),
        (["en", "fr-CA"], "fr", "fr-CA"), (["en", "fr"], "FR", "fr"), (["en", "fr"], "frr", "en"),
        (["en", "fr"], "de", "en"),
    ],
)  # fmt: skip
def test_the_same_tag_wins_then_the_same_language_then_the_flows_own(
    written: list[str], wanted: str | None, tag: str
) -> None:
    assert chosen(written, wanted, "en") == tag


@pytest.mark.parametrize(
    ("written", "wanted", "locale"),
    [("en", "en-GB", "en-GB"), ("en-GB", "en", "en-GB"), ("en-GB", "en-US", "en-US"), ("en", "fr-CA", "en"),
     ("fr", None, "fr"), ("fr", "fr-XX1", "fr"), ("fr-FR", "fr-CA", "fr-CA")],
)  # fmt: skip
def test_a_text_speaks_with_the_contacts_region(written: str, wanted: str | None, locale: str) -> None:
    assert spoken(written, wanted) == locale
    assert read_in((written,), wanted, written) == locale
