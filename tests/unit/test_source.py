"""What an author is told of a file that cannot be read, and where every value of a good one is."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from convo.errors import FlowError, Problem, Severity
from convo.flow.decoding import MAX_BYTES
from convo.flow.source import Data, Position, Source, read

REMINDER = """\
# yaml-language-server: $schema=../.convo/flow.schema.json
flow: appointment-reminder
about: Ask whether a patient keeps tomorrow's visit.
language: en-GB
needs: {name: text, clinic: text, visit: datetime}
start: ask

states:
  ask:
    say: Hi {{ name }}, can you still make {{ clinic }} on {{ visit | day_time }}? Reply YES or NO.
    replies:
      yes, y, ok: confirmed
      no, n: released
      move, change, has another day: pick_time
    otherwise: {say: "Sorry, I only know YES, NO or MOVE.", tries: 2, then: front_desk}
    after:
      4 hours: {say: "{{ name }}, still coming? YES, NO or MOVE."}
      20 hours: no_answer

  pick_time:
    say:
      - What day and time suit you better?
      - For example TUE 3PM.
    save: {wanted: datetime}
    then: front_desk

  confirmed: {say: "See you {{ visit | day_time }}!", end: confirmed}
  no_answer: {end: no_answer}
"""


def problems(text: str | bytes) -> list[Problem]:
    with pytest.raises(FlowError) as caught:
        read(text, "flow.yaml")
    return caught.value.problems


def told_of(text: str | bytes) -> list[Problem]:
    try:
        return list(read(text, "flow.yaml").findings)
    except FlowError as error:
        return error.problems or [Problem("none", "", 0, 0, Severity.ERROR, "nothing is told")]


def value(text: str) -> Data:
    return read(f"a: {text}", "flow.yaml").data["a"]


def state(source: Source, name: str) -> dict[str, Data]:
    states = source.data["states"]
    assert isinstance(states, dict)
    found = states[name]
    assert isinstance(found, dict)
    return found


# A file that is fine.


def test_the_reminder_reads_without_a_finding() -> None:
    source = read(REMINDER, "flows/appointment-reminder.yaml")
    assert source.findings == ()
    assert source.file == "flows/appointment-reminder.yaml"
    assert list(state(source, "ask")) == ["say", "replies", "otherwise", "after"]
    assert state(source, "ask")["replies"] == {
        "yes, y, ok": "confirmed",
        "no, n": "released",
        "move, change, has another day": "pick_time",
    }
    assert state(source, "pick_time")["say"] == [
        "What day and time suit you better?",
        "For example TUE 3PM.",
    ]


@pytest.mark.parametrize(
    ("path", "key", "at"),
    [
        ((), (2, 1), (2, 1)),
        (("flow",), (2, 1), (2, 7)),
        (("needs", "visit"), (5, 35), (5, 42)),
        (("states", "ask"), (9, 3), (10, 5)),
        (("states", "ask", "replies", "yes, y, ok"), (12, 7), (12, 19)),
        (("states", "ask", "otherwise", "tries"), (15, 61), (15, 68)),
        (("states", "ask", "after", "4 hours", "say"), (17, 17), (17, 22)),
        (("states", "pick_time", "say", 1), (23, 9), (23, 9)),
        (("states", "confirmed", "end"), (27, 55), (27, 60)),
    ],
)
def test_every_value_knows_its_place(
    path: tuple[str | int, ...], key: tuple[int, int], at: tuple[int, int]
) -> None:
    source = read(REMINDER, "flow.yaml")
    assert source.key_at(path) == Position(*key)
    assert source.at(path) == Position(*at)


def test_an_unknown_place_is_the_nearest_known_one() -> None:
    source = read(REMINDER, "flow.yaml")
    assert source.at(("states", "ask", "replies", "maybe", "then")) == Position(12, 7)
    assert source.key_at(("states", "ask", "replies", "maybe")) == Position(11, 5)
    assert source.at(("nothing",)) == Position(2, 1)


def test_a_check_names_a_place_by_its_path() -> None:
    source = read(REMINDER, "flow.yaml")
    path = ("states", "confirmed", "end")
    told = source.problem("C001", path, "No.", "Yes.", key=True, severity=Severity.WARNING)
    assert str(told) == "flow.yaml:27:55: warning C001: No.\n  Yes."
    assert source.problem("C001", path, "No.").column == 60


@pytest.mark.parametrize(
    "typed",
    ["yes", "no", "on", "off", "null", "~", "1", "0417", "+447700900123", "12:30", "1.10"],
)
def test_everything_stays_as_it_was_typed(typed: str) -> None:
    source = read(f"{typed}: {typed}\nlist: [{typed}]\nbraces: {{{typed}: {typed}}}\n", "f")
    assert source.data == {typed: typed, "list": [typed], "braces": {typed: typed}}
    assert source.findings == ()


@pytest.mark.parametrize(
    "typed", ["50% off", "a#b", "it's", "👍", "a & b", "http://x.y/?a=b", "-5", "1e3", "2026-12-01"]
)
def test_signs_within_a_text_need_no_quotes(typed: str) -> None:
    assert value(typed) == typed


def test_quotes_and_blocks_are_texts_too() -> None:
    assert value('""') == ""
    assert value("'it''s #1'") == "it's #1"
    assert value('"a\\nb"') == "a\nb"
    assert value("|\n  one #two\n  three: four\n") == "one #two\nthree: four\n"
    assert value(">-\n  one\n  two\n") == "one two"


def test_a_byte_order_mark_and_foreign_line_ends_do_not_count() -> None:
    source = read(b"\xef\xbb\xbfflow: x\r\nstart: y\r\n", "f")
    assert source.data == {"flow": "x", "start": "y"}
    assert source.at(("start",)) == Position(2, 8)


# Traps: the text, and the code, line, column and some words of the mend.

STOPS = [
    ("a: b\nsay: {{ name }}, hello", "R014", 2, 6, 'Write: say: "{{ name }}, hello"'),
    ("say: {{ name }}", "R014", 1, 6, 'say: "{{ name }}"'),
    ("{{ name }}: x", "R014", 1, 1, '"{{ name }}": x'),
    ("a:\n  - {{ name }} hi", "R014", 2, 5, '- "{{ name }} hi"'),
    ("a: {say: {{ n }}: hi, end: x}", "R014", 1, 10, '{say: "{{ n }}: hi", end: x}'),
    ('say: "Hi" there', "R015", 1, 6, "say: '\"Hi\" there'"),
    ('say: "She said "hi" to you"', "R015", 1, 6, "'She said \"hi\" to you'"),
    ("say: 'It's me'", "R015", 1, 6, 'say: "It\'s me"'),
    ('a: {b: "x" y, c: d}', "R015", 1, 12, "{b: '\"x\" y', c: d}"),
    ("say: *bold* text", "R009", 1, 6, 'say: "*bold* text"'),
    ("say: *bold", "R009", 1, 6, 'say: "*bold"'),
    ("say: &co here", "R009", 1, 6, 'say: "&co here"'),
    ("*, star: x\nb: c", "R009", 1, 1, '"*, star": x'),
    ("a: {b: *c}", "R009", 1, 8, '{b: "*c"}'),
    ("say: !important", "R010", 1, 6, 'say: "!important"'),
    ("say: ! x", "R010", 1, 6, 'say: "! x"'),
    ("a: !!python/object/apply:os.system [x]", "R010", 1, 4, '"!!python'),
    ("say: %off today", "R016", 1, 6, 'say: "%off today"'),
    ("say: @home", "R016", 1, 6, 'say: "@home"'),
    ("say: `code`", "R016", 1, 6, 'say: "`code`"'),
    ("say: [urgent] come", "R016", 1, 6, 'say: "[urgent] come"'),
    ("say: {name} come", "R016", 1, 6, 'say: "{name} come"'),
    ("say: > hi", "R016", 1, 6, 'say: "> hi"'),
    ("say: - hi", "R016", 1, 6, 'say: "- hi"'),
    ("%YAML 1.1\n---\na: b", "R016", 1, 1, "Take the line out"),
    ("say: Note: bring ID", "R017", 1, 10, 'say: "Note: bring ID"'),
    ("say: Note: bring ID # why", "R017", 1, 10, 'say: "Note: bring ID" # why'),
    ("a: {say: Note: x}", "R017", 1, 14, '{say: "Note: x"}'),
    ("a: {say: Hi [you], end: x}", "R018", 1, 13, '{say: "Hi [you]", end: x}'),
    ("a: {say: Hi {{ n }}, end: x}", "R018", 1, 13, '{say: "Hi {{ n }}", end: x}'),
    ("a: {1 day: {say: Hi [x]}, 2 days: b}", "R018", 1, 21, '{1 day: {say: "Hi [x]"}, 2 days'),
    ("a: {\n  say: Hi [you],\n  b: c\n}", "R018", 2, 11, 'say: "Hi [you]",'),
    ("a: {b: c}}", "R018", 1, 10, "a: {b: c}"),
    ("a: {say: Hi, you, end: x}", "R019", 1, 14, '{say: "Hi, you", end: x}'),
    ("replies: {yes, y, ok: confirmed}", "R019", 1, 11, "`yes, y, ok: confirmed`"),
    ('replies: {"yes", y: ok}', "R019", 1, 11, "`yes, y: ok`"),
    ('a:\n  "yes", y: ok', "R020", 2, 3, "yes, y: ok"),
    ('a:\n  b: c\n  "yes", y: ok', "R020", 3, 3, "yes, y: ok"),
    ("a:\n\tb: c", "R021", 2, 1, "blanks"),
    ("a:\tb", "R021", 1, 3, "blanks"),
    ("s:\n  a: {end: x}\n   b: {end: y}", "R022", 3, 4, "column 3"),
    ("s:\n    a: x\n   b: y", "R022", 3, 4, "column 5"),
    ("s:\n  say: Hi\n    replies:\n      yes: x", "R022", 3, 5, "column 3"),
    ("a: b\n- c", "R022", 2, 1, "key of its own"),
    ("a:\n  - us: Hi\n  them: yoga", "R022", 3, 3, "Write `- them: yoga`"),
    ("a: b\n  # why\n  more", "R022", 3, 3, "comment"),
    (
        "s:\n  a:\n    say: x\n  replies:\n      y: z\n    after:\n      1 day: z\n    save: {a: b}",
        "R022",
        4,
        3,
        "column 5",
    ),
    (
        "s:\n  a:\n   replies:\n      y: z\n    after:\n      1 day: z\n    save: {a: b}",
        "R022",
        3,
        4,
        "column 5",
    ),
    ("s:\n  a:\n   say: x\n    replies:\n      y: z\n    save: {a: b}", "R022", 3, 4, "column 5"),
    ("s:\n  a:\n      say: x\n    replies:\n      y: z\n    save: {a: b}", "R022", 3, 7, "column 5"),
    (
        "s:\n  a:\n    replies:\n      y: z\n   save: {a: b}\n  c:\n    after: {1 day: z}",
        "R022",
        5,
        4,
        "column 5",
    ),
    ("s:\n  a: {end: x}\nb: {end: y}\n  c: {end: z}", "R022", 3, 1, "column 3"),
    ('say: "Hi', "R023", 1, 6, "Close it"),
    ('say: "Hi\nafter: {1 day: "x"}', "R023", 1, 6, "Close it"),
    ("a: {say: Hi\nb: c", "R024", 1, 4, "Close it"),
    ("a: [b", "R024", 1, 4, "Close it"),
    ('a: "/\\d{4}/": b', "R025", 1, 6, ""),
    ('a: "\\d{4}"', "R025", 1, 5, "a: '\\d{4}'"),
    ("s:\n  say: Hi\n  replies\n  x: y", "R026", 3, 3, "a colon"),
    ("s:\n  say:Hi\n  x: y", "R026", 2, 3, "Write: say: Hi"),
    ("a: {say:Hi}", "R026", 1, 5, "{say: Hi}"),
    ("a: {say: gate #4, end: x}\nb: c", "R030", 1, 15, '{say: "gate #4", end: x}'),
    ("after: 3 hours: x", "R017", 1, 15, "after: {3 hours: x}"),
    ("replies: yes, y: x", "R017", 1, 16, 'replies: {"yes, y": x}'),
    ("replies:\n  yes, y x\n  no: z", "R026", 2, 3, "yes, y: x"),
    ("replies:\n  yes, y -> x\n  no: z", "R026", 2, 3, "yes, y: x"),
    ("s:\n  say Hi you\n  end: z", "R026", 2, 3, "say: Hi you"),
    ("s:\n  say = Hi\n  end: z", "R026", 2, 3, "say: Hi"),
    ("needs: {name}", "R019", 1, 9, "`name: text`"),
    ("a: {say: “Hi, you”, end: x}", "R027", 1, 10, '{say: "Hi, you", end: x}'),
    ("say: “Note: bring ID”", "R027", 1, 6, 'say: "Note: bring ID"'),
    ("a:\n  - “Note: bring ID”", "R027", 2, 5, '- "Note: bring ID"'),
    ("s:\n\u00a0 say: Hi", "R002", 2, 1, "Type the blanks again"),
]


@pytest.mark.parametrize(("text", "code", "line", "column", "mend"), STOPS)
def test_a_trap_is_told_with_its_mend(text: str, code: str, line: int, column: int, mend: str) -> None:
    told = problems(text)[0]
    assert (told.code, told.line, told.column) == (code, line, column)
    assert mend in told.hint
    assert told.severity is Severity.ERROR
    assert not any(word in str(told) for word in ("mapping", "scalar", "token", "sequence"))


@pytest.mark.parametrize("text", [row[0] for row in STOPS])
def test_a_line_that_is_offered_as_the_mend_can_be_read(text: str) -> None:
    told = problems(text)[0]
    lines = text.split("\n")
    before = lines[told.line - 1]
    indent = before[: len(before) - len(before.lstrip())]
    if told.hint.startswith("Write: "):
        lines[told.line - 1] = indent + told.hint.removeprefix("Write: ")
        assert read("\n".join(lines), "flow.yaml").data


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "words"),
    [
        ("", "R005", 1, 1, "flow: my-flow"),
        ("# only a comment\n---\n", "R005", 1, 1, "flow: my-flow"),
        ("hello", "R006", 1, 1, "a text"),
        ("- a\n- b", "R006", 1, 1, "a list"),
        ("a: b\n---\nc: d", "R007", 2, 1, "---"),
        ("a: b\nc: d\n'a': e", "R008", 3, 1, "first on line 1"),
        ("s: {x: {end: a}, x: {end: b}}", "R008", 1, 18, "first on line 1"),
        ("say:\nend: x", "R011", 1, 1, "two blanks to the right"),
        ("a: {b: , c: d}", "R011", 1, 5, '""'),
        ("a:\n  - b\n  -\n", "R011", 3, 4, "take it out"),
        ("[a, b]: c", "R012", 1, 1, "quotes"),
        (": c", "R012", 1, 1, "Write a key"),
        ("? a\n: b", "R012", 1, 1, "question mark"),
        ("a:\n  <<: b", "R013", 2, 3, "Write the entries out"),
        ("a:\n  \u00a0b: c", "R002", 2, 3, "Type the blanks again"),
        ("a: b\nc: d\x00e", "R002", 2, 5, "U+0000"),
        ("a: b\u2028c", "R002", 1, 5, "U+2028"),
        ('a: "\\u0007"', "R002", 1, 4, "U+0007"),
        ('a: "\\ud83d"', "R002", 1, 4, "write an emoji as itself"),
        ('a: b\nc: "\\U00110000"', "R099", 2, 1, "backslash"),
    ],
)
def test_what_is_no_flow_is_refused(text: str, code: str, line: int, column: int, words: str) -> None:
    told = problems(text)[0]
    assert (told.code, told.line, told.column) == (code, line, column)
    assert words in f"{told.message} {told.hint}"


def test_bytes_that_are_not_utf8_are_told_with_their_place() -> None:
    (told,) = problems("a: b\nc: d\u00e9".encode("latin-1"))
    assert (told.code, told.line, told.column) == ("R001", 2, 5)
    assert "E9" in told.message
    assert "UTF-8" in told.hint


@pytest.mark.parametrize("text", ["x" * 2**20, b"x" * 2**20, "é" * (MAX_BYTES // 2 + 1)])
def test_too_big_a_file_is_not_read_at_all(text: str | bytes) -> None:
    (told,) = problems(text)
    assert (told.code, told.line) == ("R003", 1)
    assert "Split it" in told.hint


@pytest.mark.parametrize("opening", ["[", "{a: ", "{", "- ", "? ", "- - ? ["])
def test_a_hundred_thousand_brackets_are_refused(opening: str) -> None:
    assert problems("a:\n  " + opening * (100_000 // len(opening)))


def test_twenty_levels_are_enough() -> None:
    def nested(levels: int) -> str:
        return "a: " + "{a: " * (levels - 1) + "x" + "}" * (levels - 1)

    assert read(nested(20), "f").data
    (told,) = problems(nested(21))
    assert (told.code, told.column) == ("R004", 1 + 3 + 4 * 19)
    assert "Split it" in told.hint


def test_all_traps_of_a_file_are_told_at_once() -> None:
    told = problems("a: {{ x }}\nb: Note: y\nc: @z\nd: {say: a [b], c: {{ d }}}\ne: gate #4\nd: 1\nf:\ng: 'x")
    assert [(one.line, one.code) for one in told] == [
        (1, "R014"),
        (2, "R017"),
        (3, "R016"),
        (4, "R018"),
        (5, "R030"),
        (6, "R008"),
        (7, "R011"),
        (8, "R023"),
    ]


# Findings: the file can be read, but perhaps not as it was meant.


def test_curly_quotes_around_a_text_are_noticed_where_they_do_no_harm_to_yaml() -> None:
    """They would be sent."""
    (told,) = read("say: “See you!”", "flow.yaml").findings
    assert (told.code, told.line, told.column, told.severity) == ("R027", 1, 6, Severity.WARNING)
    assert told.hint == 'Write: say: "See you!"'
    assert read("say: She said “yes” to me\nand: “Yes” she said", "flow.yaml").findings == ()


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("say: Meet at gate #4 today\na: b", 1, 19, 'say: "Meet at gate #4 today"'),
        ("a: b\n#yes: confirmed", 2, 1, "a blank behind the #"),
        ("a:\n  b: c\n  #1, one: confirmed\n  d: e", 3, 3, "`#1, one: confirmed`"),
        ('a: "b" #c', 1, 8, "a blank behind the #"),
        ("a: b #👍\nc: d", 1, 6, 'a: "b #👍"'),
    ],
)
def test_a_hash_without_a_blank_is_noticed(text: str, line: int, column: int, words: str) -> None:
    (told,) = read(text, "flow.yaml").findings
    assert (told.code, told.line, told.column) == ("R030", line, column)
    assert told.severity is Severity.WARNING
    assert words in f"{told.message} {told.hint}"


@pytest.mark.parametrize(
    "text",
    [
        "#!/usr/bin/env convo\na: b",
        "####\n# a #b\n#\na: b # c\n#-----\n#===",
        "a: b#c",
        'a: "b #c"',
        "a: 'b #c'",
        "a: |\n  b #c\n  #d\n",
        "a: {b: 'c #d', e: f#g} # h #i",
        "r:\n  yes: a\n  # 1, one: confirmed\n  no: b",
        "a: is it?\nb: ?x",
    ],
)
def test_an_ordinary_comment_is_no_finding(text: str) -> None:
    assert read(text, "flow.yaml").findings == ()


@pytest.mark.parametrize("key", ["replies", "choose", "after"])
def test_several_ways_out_want_lines_of_their_own(key: str) -> None:
    (told,) = read(f"states:\n  a:\n    {key}: {{x: b, y: c}}", "f").findings
    assert (told.code, told.line, told.column) == ("R031", 3, 7 + len(key))
    assert told.severity is Severity.WARNING
    assert "line of its own" in told.hint
    assert read(f"states:\n  a:\n    {key}: {{x: b}}", "f").findings == ()
    assert read(f"states:\n  {key}: {{say: b, end: c}}", "f").findings == ()


# Nothing but FlowError, whatever is typed.

SIGNS = ["{{ x }}", "{", "}", "[", "]", ": ", ":", ", ", "- ", "? ", " #", "#", "\n", "\n  "]
SIGNS += ["&", "*", "!", "|", ">", "'", '"', "%", "@", "`", "\\", "\t", "\r", "yes", "<<", "---"]
SIGNS += ["...", '"\\U00110000"', '"\\ud800"', "%YAML 1.1", "!!x", "|\n", "\ufeff", "é👍", "\x00"]


@settings(max_examples=300, deadline=None)
@given(st.text() | st.lists(st.sampled_from(SIGNS), max_size=25).map("".join) | st.binary())
@example("a: *" + "x" * 5000)
@example("a: [" * 30)
def test_whatever_is_typed_is_read_or_told(text: str | bytes) -> None:
    assert all(one.line >= 1 and one.column >= 1 for one in told_of(text))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(REMINDER)), st.integers(0, 3), st.sampled_from(SIGNS))
def test_one_slip_in_a_good_flow_is_read_or_told(at: int, gone: int, sign: str) -> None:
    text = REMINDER[:at] + sign + REMINDER[at + gone :]
    last = text.count("\n") + text.count("\r") + 1
    assert all(1 <= one.line <= last for one in told_of(text))
