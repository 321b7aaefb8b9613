"""`convo check --fix`: what it mends, and what it leaves as it is."""

from pathlib import Path

import pytest

from convo.errors import Severity
from convo.flow.mending import mend
from convo.flow.project import Project, check
from convo.flow.quoting import goes_on
from convo.flow.steps import all_steps
from convo.flow.steps.at import AtGoto
from convo.flow.steps.otherwise import Answer

ROOT = Path(__file__).parents[2]
FLOW = """\
# why this is here
flow: sample   # the name

start: ask
expires: 1 day
states:
  ask:
    say:   "Coming?"   # blanks are kept
    replies:
      yes, y: confirmed
    otherwise: {say: "YES?", then: bye}
  confirmed: {say: 'See you!', end: done}
  bye: {end: done}
"""


def mended(text: str) -> str:
    return mend("sample.yaml", text.encode())[0].decode()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("    say:   ", "    sya:   "),
        ("otherwise: {say", "otherwize: {say"),
        ("expires: 1", "expire: 1"),
        ("{say: 'See", "{sayy: 'See"),
        ("yes, y: confirmed", "yes, y: confirmd"),
        ("start: ask", "start: asc"),
        ("then: bye", "then: bey"),
    ],
)
def test_a_slip_of_one_name_is_mended_and_nothing_else(right: str, wrong: str) -> None:
    assert mended(FLOW.replace(right, wrong, 1)) == FLOW


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("say:   Ready: yes or no?   # why", 'say:   "Ready: yes or no?"   # why'),
        ("say: {{ contact.number }}, coming?", 'say: "{{ contact.number }}, coming?"'),
        ("say: Order #3 is ready", 'say: "Order #3 is ready"'),
        ("say: *Coming?*", 'say: "*Coming?*"'),
    ],
)
def test_what_yaml_would_read_as_something_else_gets_quotes(wrong: str, right: str) -> None:
    line = 'say:   "Coming?"   # blanks are kept'

    assert mended(FLOW.replace(line, wrong)) == FLOW.replace(line, right)


def test_a_text_that_a_number_sign_cuts_short_gets_quotes_where_that_is_sure() -> None:
    cut, told = "say:   Room # 5? YES or NO", "say:   Coming # YES or NO"
    old = 'say:   "Coming?"   # blanks are kept'

    assert mended(FLOW.replace(old, cut)) == FLOW.replace(old, 'say:   "Room # 5? YES or NO"')
    for comment in (told, "say:   Coming? # 24h before", "say:   Goodbye. #"):
        assert mended(FLOW.replace(old, comment)) == FLOW.replace(old, comment)


def test_a_state_that_there_is_not_on_the_same_line_is_not_taken_for_the_doing_of_a_mend() -> None:
    flow = "flow: f\nstart: b\nstates:\n  b: {say: Hi, Bob, then: nowhere}\n  c: {end: done}\n"

    assert '{say: "Hi, Bob", then: nowhere}' in mended(flow)


def test_a_reply_in_braces_with_several_words_gets_quotes() -> None:
    block = "replies:\n      yes, y: confirmed\n"

    assert '{"yes, y": confirmed}' in mended(FLOW.replace(block, "replies: {yes, y: confirmed}\n"))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("replies:\n      yes, y:bye\n      no: bye", "replies:\n      yes, y: bye\n      no: bye"),
        (
            "replies:\n      no: bye\n      has another day:bye",
            "replies:\n      no: bye\n      has another day: bye",
        ),
        ("after:\n      1 day:bye\n      2 days: bye", "after:\n      1 day: bye\n      2 days: bye"),
        ("after: {1 day:bye}", "after: {1 day: bye}"),
        ("at: {2030-01-01 18:00:bye}", "at: {2030-01-01 18:00: bye}"),
        ("replies: {has day:bye, no: bye}", "replies: {has day: bye, no: bye}"),
    ],
)
def test_a_blank_that_is_missing_behind_a_colon_stands_between_key_and_destination(
    wrong: str, right: str
) -> None:
    block = "replies:\n      yes, y: confirmed\n"

    text, gone = mend("sample.yaml", FLOW.replace(block, f"{wrong}\n").encode())

    assert text.decode() == FLOW.replace(block, f"{right}\n")
    assert [problem.code for problem in gone] == ["R026"]
    assert "blank is missing" in gone[0].message


def test_the_only_line_of_a_key_may_lack_its_blank_too() -> None:
    [found] = check(Project({"sample.yaml": FLOW.replace("yes, y: confirmed", "yes, y:confirmed").encode()}))

    assert found.hint == "A blank is missing behind the colon: write `yes, y: confirmed`."


@pytest.mark.parametrize("text", ["Come, at 9:30", "Come, it is 9:30pm", "See, http://x.example"])
def test_a_time_and_an_address_in_a_text_lack_no_blank(text: str) -> None:
    assert mended(FLOW.replace('"YES?"', text)) == FLOW.replace('"YES?"', f'"{text}"')


@pytest.mark.parametrize(
    ("line", "word", "hint"),
    [
        ("    save: {n: integer 1-5, m}", "`m` has no type", "Write `m: text`"),
        ("    otherwise: {say: YES?, tries, then: bye}", "`tries` stands alone", "`tries: …`"),
        ("    otherwise: {say: YES?, then: bye, you}", "`you` stands alone", "`you: …`"),
        ("    otherwise: {\n      say: YES?, tries, then: bye}", "`tries` stands alone", "`tries: …`"),
        ("    otherwise: {end, say: YES?}", "`end` stands alone", "`end: …`"),
        ("    after: {1 day: bye, 2 days}", "`2 days` stands alone", "`2 days: …`"),
        ("    set: {asked: 1, m}", "`m` stands alone", "`m: …`"),
    ],
)
def test_a_key_without_a_colon_is_not_swallowed_by_the_text_before_it(
    line: str, word: str, hint: str
) -> None:
    wrong = FLOW.replace('    otherwise: {say: "YES?", then: bye}', line)
    found = check(Project({"sample.yaml": wrong.encode()}))[0]

    assert mended(wrong) == wrong
    assert word in found.message
    assert hint in found.hint


@pytest.mark.parametrize(
    "wrong",
    [
        FLOW.replace("start: ask", "needs: {name: text, visit}\nstart: ask"),
        FLOW.replace("{say: 'See you!', end: done}", "{say: See you, end}"),
        FLOW.replace('{say: "YES?", then: bye}', "{say: YES [x], tries, then: bye}"),
        FLOW.replace('{say: "YES?", then: bye}', "{after: {1 day: {say: [x] YES, tries, then: bye}}}"),
    ],
)
def test_no_mend_makes_a_text_of_a_key(wrong: str) -> None:
    assert mended(wrong) == wrong


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("otherwise: {say: Hi, you, then: bye}", 'otherwise: {say: "Hi, you", then: bye}'),
        ("set: {a: reply | replace(1, reply)}", 'set: {a: "reply | replace(1, reply)"}'),
        ("after: {1 day, 2 hours: bye}", 'after: {"1 day, 2 hours": bye}'),
    ],
)
def test_a_comma_in_a_text_or_a_time_is_mended(wrong: str, right: str) -> None:
    old = 'otherwise: {say: "YES?", then: bye}'

    assert mended(FLOW.replace(old, wrong)) == FLOW.replace(old, right)


def test_a_mend_that_brings_an_error_to_its_own_line_is_not_kept() -> None:
    wrong = FLOW.replace("start: ask", "vars: {clinic: Elm St, London}\nstart: ask")

    assert mended(wrong) == wrong


def test_what_may_stand_beside_a_text_is_known_where_texts_get_quotes() -> None:
    keys = {step.KEY for step in all_steps()}.union(*(each.model_fields for each in (AtGoto, Answer)))

    assert not [key for key in sorted(keys) if goes_on(key, "say", "ask")]


def test_several_mends_stand_on_one_another() -> None:
    wrong = (
        FLOW.replace("say:   ", "sya:   ")
        .replace("y: confirmed", "y: confirmd")
        .replace("'See you!'", "See: you!")
    )
    text, gone = mend("sample.yaml", wrong.encode())

    assert text.decode() == FLOW.replace("'See you!'", '"See: you!"')
    assert [problem.code for problem in gone] == ["R017", "C001", "C011"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_stay(begin: str, end: str) -> None:
    right = begin + FLOW.replace("\n", end)

    assert mended(right.replace("say:   ", "sya:   ")) == right


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("then: bye", "then: nowhere"),  # near to nothing
        ("    say:   ", "    zzz:   "),
        ("start: ask", "start: ask #bye"),  # a comment, not text: with quotes it would be no state
        ("  bye: {end", "  confirmee: {end: a}\n  confirmen: {end: a}\n  bye: {end"),
    ],
)
def test_what_needs_thought_is_left_alone(old: str, new: str) -> None:
    wrong = FLOW.replace(old, new).replace(
        "y: confirmed", "y: confirmex" if "confirmee" in new else "y: confirmed"
    )

    assert mended(wrong) == wrong


def test_a_key_is_not_mended_into_one_that_is_there_already() -> None:
    wrong = FLOW.replace("    replies:", "    sayy: Hello\n    replies:")

    assert mended(wrong) == wrong


def test_bytes_that_are_no_text_are_given_back() -> None:
    assert mend("sample.yaml", b"\xff\xfe") == (b"\xff\xfe", [])


@pytest.mark.parametrize("file", sorted((ROOT / "flows").glob("*.yaml")), ids=lambda file: file.stem)
def test_a_flow_that_is_fine_stays_byte_for_byte(file: Path) -> None:
    if file.name.endswith(".test.yaml"):
        return
    errors = [p for p in check(Project({file.name: file.read_bytes()})) if p.severity is Severity.ERROR]
    if not errors:
        assert mend(file.name, file.read_bytes()) == (file.read_bytes(), [])
