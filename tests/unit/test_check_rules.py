"""What the rules of `convo check` find, and leave alone, beyond their own examples."""

from pathlib import Path

import pytest

from convo.errors import Problem, Severity
from convo.flow.project import Project, check

ROOT = Path(__file__).parents[2]
NEEDS = (
    "{name: text, n: integer, share: number, visit: datetime, day: date, at: time, long: duration, "
    "cost: money EUR, mail: email, sure: yes_no, size: one of small | large, many: list of text}"
)


def found(flow: str) -> list[Problem]:
    return check(Project({"sample.yaml": f"flow: sample\n{flow}".encode()}))


def codes(flow: str) -> set[str]:
    return {problem.code for problem in found(flow)}


def about(expression: str) -> set[str]:
    """The codes that a choice by this expression is told with."""
    quoted = expression.replace("'", "''")
    told = codes(
        f"start: ask\nneeds: {NEEDS}\nstates:\n  ask:\n    choose:\n      '{quoted}': bye\n      else: bye\n"
        "  bye: {end: done}\n"
    )
    return told & {"C034", "C035", "C039"}


@pytest.mark.parametrize(
    "expression",
    [
        "name < 5", "n >= '5'", "visit < day", "day > now", "cost > 5", "cost < cost", "name + n",
        "visit + 1",
        "visit + visit", "day - n", "cost + cost", "at - at", "1 < name",
    ],
)  # fmt: skip
def test_values_that_do_not_go_together(expression: str) -> None:
    assert about(expression) == {"C035"}


@pytest.mark.parametrize(
    "expression",
    [
        "n < 5", "share > n", "sure + n > 1", "name < 'm'", "visit < now", "visit - now < long",
        "day - day > long",
        "visit + long > now", "name + 'x' == mail", "many + many", "n * long > long", "reply.value > 3",
        "contact.tags | length > n", "size == 'large'", "n == 5", "n == share", "visits('ask') > 2",
        "name | length > 3", "unknown_thing > 3", "visit == now", "sure == 1", "n % 2 == 0", "now.hour < n",
    ],
)  # fmt: skip
def test_values_that_go_together(expression: str) -> None:
    assert about(expression) == set()


@pytest.mark.parametrize("expression", ["n == '5'", "size == 'huge'", "name == 5", "day == 'monday'"])
def test_a_comparison_that_is_never_true(expression: str) -> None:
    assert about(expression) == {"C039"}


@pytest.mark.parametrize(
    ("filtered", "wrong"),
    [
        ("n | day", True), ("name | day", True), ("day | time", True), ("day | day_time", True),
        ("n | money", True),
        ("name | plural('a', 'b')", True), ("visit | plural('a', 'b')", True), ("at | phone", True),
        ("visit | day", False), ("visit | time", False), ("at | time", False), ("now | day_time", False),
        ("n | money('EUR')", False), ("cost | money", False), ("contact.number | phone", False),
        ("n | plural('a', 'b')", False), ("visits('ask') | plural('a', 'b')", False), ("name | upper", False),
    ],
)  # fmt: skip
def test_filters_and_what_they_take(filtered: str, wrong: bool) -> None:
    told = codes(f'start: ask\nneeds: {NEEDS}\nstates:\n  ask: {{say: "{{{{ {filtered} }}}}", end: done}}\n')

    assert ("C034" in told) is wrong


@pytest.mark.parametrize(
    ("used", "wrong", "hint"),
    [
        ("contact.tgas | length", "'contact' has no 'tgas'", "Did you mean 'tags'?"),
        ("contact['langage']", "'contact' has no 'langage'", "Did you mean 'language'?"),
        ("contact.name | default('you')", "'contact' has no 'name'",
         "There is number, language, timezone, tags."),
        ("reply.txt", "'reply' has no 'txt'", "Did you mean 'text'?"),
        ("number.x", "'number' has no 'x'", "It is a text: write `number` alone."),
        ("here.hours", "'here' has no 'hours'", "Did you mean 'hour'?"),
        ("now.hour + now.minuet", "'now' has no 'minuet'", "Did you mean 'minute'?"),
        ("contact.tags | join(', ')", None, None), ("contact['number']", None, None),
        ("reply.text.lower()", None, None), ("reply.value", None, None),
        ("number.startswith('+44')", None, None), ("now.isoformat()", None, None),
        ("visit.x", None, None),
    ],
)  # fmt: skip
def test_a_part_that_a_given_name_does_not_have(used: str, wrong: str | None, hint: str | None) -> None:
    problems = found(f'start: a\nneeds: {NEEDS}\nstates:\n  a: {{say: "{{{{ {used} }}}}", end: done}}\n')

    told = [(each.message, each.hint) for each in problems if each.code == "C054"]
    assert told == ([(wrong, hint)] if wrong else [])


@pytest.mark.parametrize(
    "text",
    [
        "{% for contact in many %}{{ contact.nme }}{% endfor %}",  # a loop's own
        "{% for number in many %}{{ number.label }}{% endfor %} {{ number | phone }}",
        "{{ reply.txt }}",  # a variable's own
    ],
)
def test_a_name_that_is_the_flows_own_may_have_any_part(text: str) -> None:
    head = "start: a\nneeds: {many: list of text, reply: text}\n"

    assert "C054" not in codes(f'{head}states:\n  a: {{say: "{text}", end: done}}\n')


def test_what_a_call_brings_may_have_any_part() -> None:
    flow = (
        "start: a\nstates:\n  a: {call: {url: 'https://example.org', save: {nick: contact.nick},"
        ' done: b, failed: b}}\n  b: {say: "{{ nick }}", end: done}\n'
    )

    assert "C054" not in codes(flow)


@pytest.mark.parametrize(
    ("declared", "hint"),
    [
        ("money EUR = lots", "Give an amount in EUR, like 12.50."),
        ("duration = 5", "Give a duration, like 90 minutes, 1h30 or PT1H30M."),
    ],
)
def test_what_a_default_should_be_is_told_in_its_own_letters(declared: str, hint: str) -> None:
    problems = found(f'start: a\nvars: {{m: {declared}}}\nstates:\n  a: {{say: "{{{{ m }}}}", end: done}}\n')

    assert [each.hint for each in problems if each.code == "C033"] == [hint]


@pytest.mark.parametrize(
    ("said", "cut"),
    [
        ("Room # 5 please", True), ("See you. # 5 is the door", True), ("Press #", True),
        ("Hi {{ name }} # whoever", True), ("Coming # or not?", True),
        ("Room 5  # two blanks", False), ("See you! # the greeting", False), ('"Room # 5"', False),
        ("'Room # 5' # five", False), ("Room 5", False), ("Room#5", False),
        ("|\n      Room # 5", False), ("こんにちは。 # the greeting", False),
        ("كيف حالك؟ # the greeting", False),
        ("(Gracias.) # the greeting", False), ("Goodbye! #", False),
    ],
)  # fmt: skip
def test_a_text_that_a_number_sign_cuts_short(said: str, cut: bool) -> None:
    flow = f"start: a\nneeds: {{name: text}}\nstates:\n  a:\n    say: {said}\n    end: done\n"

    assert ("C055" in codes(flow)) is cut


def test_a_text_that_is_cut_short_in_one_language_or_in_a_list_is_told_at_its_place() -> None:
    flow = (
        "start: a\nstates:\n  a:\n    say:\n      - Hello\n      - en: Room # 5\n        fr: Salle 5\n"
        "    end: done\n"
    )

    (told,) = [problem for problem in found(flow) if problem.code == "C055"]
    assert (told.line, told.column, told.severity) == (7, 13, Severity.WARNING)
    assert told.message == "what follows the # is taken for a comment: this text ends with 'Room'"
    assert told.hint == 'If it belongs to the text, write: "Room # 5". If not, put two blanks before the #.'


ORDER = """\
start: ask
expires: 1 day
states:
  ask:
    say: Which order?
    replies:
      /(?P<order>[A-Z]{2})/: known
      no: other
    otherwise: {say: Like AB., then: other}
  known: {say: "Order {{ order }}.", end: known}
  other: {say: Bye., end: other}
"""


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("", "", False),
        ("no: other", "no: known", True),
        ("no: other", "no: {set: {order: \"'none'\"}, then: known}", False),
        ("Like AB., then: other", "Like AB., then: known", True),
        ("known: {say", "known: {set: {order: order | upper}, say", False),
        ("say: Bye.", 'say: "{{ order }}"', True),
        ("say: Bye.", "say: \"{{ order | default('none') }}\"", False),
        ("say: Bye.", 'say: "{% if order is defined %}{{ order }}{% endif %}"', False),
        ("say: Bye.", 'set: {order: "\'none\'"}, say: "{{ order }}"', False),
        ("start: ask", "start: ask\nvars: {order: text = none}", False),
    ],
)
def test_a_variable_is_followed_along_every_way(old: str, new: str, missing: bool) -> None:
    assert ("C036" in codes(ORDER.replace(old, new, 1) if old else ORDER)) is missing


def test_a_saved_variable_is_there_behind_its_then_alone() -> None:
    flow = (
        "start: ask\nexpires: 1 day\nstates:\n  ask:\n    say: When?\n    save: {when: time}\n"
        "    otherwise: {say: When?, then: BAD}\n    then: good\n"
        '  good: {say: "{{ when | time }}", end: good}\n  bad: {say: Bye., end: bad}\n'
    )

    assert "C036" not in codes(flow.replace("BAD", "bad"))
    assert "C036" in codes(flow.replace("BAD", "good"))


def test_a_long_text_tells_which_variable_makes_it_long() -> None:
    long = (
        "We look forward to seeing you at the clinic on the corner, and if you cannot come please tell us. "
    )
    text = f"{long}{{{{ name }}}}"
    flow = f'start: ask\nneeds: {{name: text 1-90}}\nstates:\n  ask: {{say: "{text}", end: done}}\n'

    (note,) = [problem for problem in found(flow) if problem.code == "C067"]
    assert note.severity is Severity.NOTE
    assert note.message == "this text takes 2 segments where 'name' has 90 characters (188 characters)"
    assert "C067" not in codes(flow.replace("1-90", "1-20"))


def test_each_language_is_counted_for_itself() -> None:
    long = "o" * 150
    flow = (
        f'start: ask\nstates:\n  ask:\n    say:\n      en: {long}\n      fr: "{long} l’été"\n    end: done\n'
    )

    told = [(problem.code, problem.line) for problem in found(flow)]
    assert ("C068", 7) in told
    assert not [code for code, line in told if line == 6]


def test_many_foreign_letters_are_a_language_and_no_slip() -> None:
    russian = "Здравствуйте, спасибо, что пришли сегодня, надеемся, что всё хорошо и что вы уже дома."
    assert "C068" not in codes(f"start: ask\nlanguage: ru\nstates:\n  ask: {{say: '{russian}', end: done}}\n")


SHIPPED = [
    file
    for folder in ("flows", "tests/scenarios", "convo/cli/_starter/flows")
    for file in sorted((ROOT / folder).glob("*.yaml"))
    if not file.name.endswith(".test.yaml")
]


def test_the_flows_that_come_with_convo_have_neither_errors_nor_warnings() -> None:
    told = check(Project({str(file): file.read_bytes() for file in SHIPPED}))

    assert [problem for problem in told if problem.severity is not Severity.NOTE] == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{{ name }} {{ n }} {{ size }} {{ mail }} {{ share }}", True),
        ("{{ visit | day }} {{ at | time }} {{ cost | money }} {{ many | join(', ') }}", True),
        ("{{ 'yes' if sure else 'no' }}", True),
        ("Hi {{ day }}", False),
        ("Hi {{ at }}, {{ name }}", False),
        ("{{ sure }}", False),
        ("{{ many }} and {{ visit | day }}", False),
        ("{% if sure %}{{ cost }}{% endif %}", False),
    ],
)
def test_a_value_is_written_as_people_read_it(text: str, written: bool) -> None:
    told = codes(f'start: ask\nneeds: {NEEDS}\nstates:\n  ask: {{say: "{text}", end: done}}\n')
    assert ("C048" not in told) is written


def test_a_state_that_takes_anything_misses_nothing() -> None:
    asks = "start: ask\nstates:\n  ask:\n    say: What?\n    after: {1 day: bye}\n    replies: {%s: bye}\n"
    assert "C022" in codes(asks % "<number>" + "  bye: {end: done}\n")
    assert "C022" not in codes(asks % "<anything>" + "  bye: {end: done}\n")


@pytest.mark.parametrize(
    ("word", "mend"),
    [
        ("cancel", 'flows from contacts outside the United States: leave = ["cancel"]'),
        ("remove", 'leave it to flows: leave = ["remove"]'),
        ("unsubscribe", "are read before any flow"),
        ("stop texting me", "are read before any flow"),
    ],
)
def test_a_reply_that_the_keyword_layer_takes_says_whether_it_can_be_left_to_flows(
    word: str, mend: str
) -> None:
    asks = "start: ask\nexpires: 1 day\nstates:\n  ask:\n    say: What?\n    replies: {%s: bye, no: bye}\n"
    told = found(asks % word + "    otherwise: {say: NO?, then: bye}\n  bye: {end: done}\n")

    (hint,) = [each.hint for each in told if each.code == "C021"]
    assert mend in hint
