"""Texts: dates as people read them, names that must exist, and a sandbox that nobody gets out of."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from convo.flow.render import SPEECH, RenderError, Speech, Texts, locale
from convo.flow.sandbox import Sandbox
from convo.messages import Contact

VISIT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
EVENING = datetime(2026, 7, 3, 21, 5, tzinfo=UTC)


def said(source: str, language: str = "en-GB", zone: str = "UTC", **names: object) -> str:
    speech = Speech(language, ZoneInfo(zone))
    return Texts().compile(source).render({SPEECH: speech, "contact": Contact("+15550001111"), **names})


@pytest.mark.parametrize(
    ("language", "moment", "text"),
    [
        ("en-GB", VISIT, "Tue 1 Dec, 09:30"),
        ("en-US", VISIT, "Tue Dec 1, 9:30 AM"),
        ("fr", VISIT, "mar. 1 déc., 09:30"),
        ("en-US", EVENING, "Fri Jul 3, 9:05 PM"),
        ("fr", EVENING, "ven. 3 juil., 21:05"),
    ],
)
def test_a_day_and_time_as_people_write_it(language: str, moment: datetime, text: str) -> None:
    assert said("{{ visit | day_time }}", language, visit=moment) == text


def test_a_moment_is_told_in_the_contacts_time_zone() -> None:
    assert said("{{ visit | time }}", zone="America/New_York", visit=VISIT) == "04:30"
    assert said("{{ visit | day }}", zone="Pacific/Auckland", visit=EVENING) == "Sat 4 Jul"


@pytest.mark.parametrize("language", ["en-US", "fr", "es", "en", "fr-CA"])
def test_no_hard_blank_makes_a_text_dearer(language: str) -> None:
    text = said("{{ visit | day_time }}", language, visit=VISIT)

    assert not set(text) & {"\u202f", "\u00a0", "\u2009"}


@pytest.mark.parametrize("value", ["tomorrow", "", 7, None])
def test_what_is_no_moment_is_not_told_as_one(value: object) -> None:
    with pytest.raises(RenderError):
        said("{{ visit | day_time }}", visit=value)


@pytest.mark.parametrize(
    "source",
    ["Hi {{ nmae }}", "Hi {{ name.foo }}", "{{ name.foo.bar }}", "{{ contact.secret }}", "{{ visit | day }}",
     "{% if nobody %}x{% endif %}", "{{ 1 / 0 }}", "{{ name + 1 }}"],
)  # fmt: skip
def test_a_text_with_a_name_that_is_not_there_is_never_said_by_half(source: str) -> None:
    with pytest.raises(RenderError) as error:
        said(source, name="Ana")

    assert source in str(error.value)


@pytest.mark.parametrize(
    "source", ["Hi {{ name", "{% if x %}", "{{ name | shout }}", "{{ 1 + }}", "{% include 'x"]
)
def test_a_text_that_does_not_parse_is_refused_in_an_authors_words(source: str) -> None:
    with pytest.raises(ValueError, match="this text cannot be read"):
        Texts().compile(source)


@pytest.mark.parametrize(
    "escape",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ contact.__class__.__mro__ }}",
        "{{ contact.__init__.__globals__ }}",
        "{{ contact['__class__'] }}",
        "{{ contact | attr('__class__') }}",
        "{{ self._TemplateReference__context }}",
        "{{ self.__init__.__globals__ }}",
        "{{ visits.__globals__ }}",
        "{{ visits.__code__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ lipsum.__globals__['os'] }}",
        "{{ joiner.__init__.__globals__ }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ '{0.__class__}'.format(contact) }}",
        "{{ '{c.__class__.__mro__}'.format_map({'c': contact}) }}",
        "{{ ('{0.__class__}' | format(contact)).__class__ }}",
        "{{ range(999999999) | list }}",
        "{{ tags.append('x') }}",
        "{{ names.update({'x': 1}) }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}{{ os }}",
        "{% extends '/etc/passwd' %}",
        "{{ now.__reduce__() }}",
        "{{ [].__class__.__base__.__subclasses__() }}",
        "{{ (1).__class__.__base__ }}",
        "{{ ().__class__ }}",
    ],
)
def test_nobody_gets_out_of_the_sandbox(escape: str) -> None:
    given: dict[str, Any] = {"visits": lambda state: 0, "now": VISIT, "tags": [], "names": {}}
    with pytest.raises((RenderError, ValueError)):
        said(f"{escape}", **given)


def test_a_text_from_outside_is_a_value_and_never_a_template() -> None:
    assert said("Hi {{ name }}", name="{{ 7 * 7 }}") == "Hi {{ 7 * 7 }}"
    assert said("Hi {{ name }}", name="<b>&</b>") == "Hi <b>&</b>"


def test_blanks_at_the_edges_are_not_sent() -> None:
    assert said("  Hello \n") == "Hello"
    assert said("{% if name %}Hi{% endif %}\n", name="") == ""


@pytest.mark.parametrize("language", ["klingon", "", "e", "en_GB!", "xx-YY"])
def test_a_language_that_is_none_is_refused(language: str) -> None:
    with pytest.raises(ValueError, match="is not a language"):
        locale(language)


@pytest.mark.parametrize(
    "source",
    ["Hi {{ name }}!", "{{ n }}{{ name }}", " {{name}} \n",
     "{# quiet #}{{ name }} {% raw %}{{ n }}{% endraw %}", "{{ name }}, {{ tags }} {{ when }} {{ price }}"],
)  # fmt: skip
def test_words_and_plain_names_read_as_jinja_itself_would_say_them(source: str) -> None:
    values = {"name": "Zoë {{ n }}", "n": 4, "tags": ("a", "b"), "price": Decimal("1.50"), "when": VISIT}

    assert Texts().compile(source).render(values) == Sandbox().from_string(source).render(values).strip()


def test_a_loop_knows_the_filters_of_texts() -> None:
    text = Texts().compile("{% for n in many %}{{ n | plural('one', 'more') }} {% endfor %}{{ last }}")

    assert text.names == {"many", "last"}
