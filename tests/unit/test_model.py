"""What is wrong with a flow's keys and values: code, line, column, one sentence, and a mend."""

from datetime import timedelta

import pytest

from convo.errors import FlowError, Problem
from convo.flow import model
from convo.flow.model import WhenBusy
from convo.flow.project import load
from convo.flow.source import read
from convo.flow.steps.otherwise import Otherwise
from convo.flow.steps.replies import Replies

GOOD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask:
    say: Coming, {{ name }}?
    replies:
      yes: bye
    otherwise: {say: YES?, tries: 2, then: bye}
    after:
      1 day: bye
  bye: {end: done}
"""


def problems(source: str) -> list[Problem]:
    with pytest.raises(FlowError) as error:
        model.parse(read(source.encode(), "sample.yaml"))
    return error.value.problems


def only(old: str, new: str) -> Problem:
    """The one problem that this change to the good flow makes."""
    assert old in GOOD
    (problem,) = problems(GOOD.replace(old, new, 1))
    return problem


def test_the_good_flow_is_good() -> None:
    flow = model.parse(read(GOOD.encode(), "sample.yaml"))

    assert (flow.flow, flow.start, list(flow.states)) == ("sample", "ask", ["ask", "bye"])


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("needs: {name: text}", "needs: name", "Write it like `needs: {name: text, visit: datetime}`."),
        ("needs: {name: text}", "needs: [name]", "Write it like `needs: {name: text, visit: datetime}`."),
        ("      yes: bye\n", "      - yes: bye\n", "Take the - in front of each line below `replies` out."),
        ("otherwise: {say: YES?, tries: 2, then: bye}", "otherwise: YES?", "Write it like `otherwise: {say"),
        ("  bye: {end: done}", "  bye: the end", "Write it like `bye: {say: Goodbye!, end: done}`."),
        ("{end: done}", "{run: nope}", "Write it like `run: {flow: verify-phone, "),
        ("{end: done}", "{verify: {outcomes: bye}}", "Write it like `outcomes: {approved: welcome, "),
        ("yes: bye", "yes: [bye]", "Write a state's name, like `yes: bye`, or {say: …, then: …}."),
        ("yes: bye", "yes: []", "Write a state's name, like `yes: confirmed`, or {say"),
        ("1 day: bye", "1 day: [a, b]", "Write a state's name, like `1 day: confirmed`, or {say"),
        ("needs: {name: text}", "vars: {name: [text]}", "Write it like `name: text = Elm St`."),
    ],
)
def test_what_should_be_lines_is_shown_as_lines(old: str, new: str, hint: str) -> None:
    problem = only(old, new)
    assert (problem.code, problem.message) == ("C003", "this must be lines of `key: value`")
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("    otherwise: {say: YES?, tries: 2, then: bye}\n    after:\n      1 day: bye\n  bye: {end: done}",
         "    otherwise: {say: YES?, then: bye}\n  after: {1 day: bye}\n  bye: {end: done}",
         "`after` stands among the states: move it, and what is below it, two blanks to the right."),
        ("  bye: {end: done}", "    bye: {end: done}", "If `bye` is a state, move it two"),
    ],
)  # fmt: skip
def test_a_line_a_step_too_far_left_or_right_is_told_so(old: str, new: str, hint: str) -> None:
    assert only(old, new).hint.startswith(hint)


def test_a_key_with_a_slip_is_not_missing_as_well() -> None:
    assert only("states:", "steps:").message == "unknown key 'steps'"


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("end: done", "end: all done!", "all_done"),
        ("end: done", "end: così", "cosi"),
        ("end: done", "end: 3 days", "pick_time"),
        ("{name: text}", "{first-name: text}", "first_name"),
    ],
)
def test_a_name_is_offered_in_place_of_what_is_none(old: str, new: str, name: str) -> None:
    assert only(old, new).hint.endswith(f"like {name}.")


@pytest.mark.parametrize(
    ("old", "new", "place", "message", "hint"),
    [
        ("start: ask", "strat: ask\nstart: ask", (2, 1), "unknown key 'strat'", "Did you mean 'start'?"),
        ("    replies:", "    reply: x\n    replies:", (7, 5), "unknown key 'reply'",
         "Did you mean 'replies'?"),
        ("tries: 2", "trys: 2", (9, 28), "unknown key 'trys'", "Did you mean 'tries'?"),
        ("yes: bye", "yes: {sya: Fine., then: bye}", (8, 13), "unknown key 'sya'", "Did you mean 'say'?"),
        ("start: ask", "triggers: {keywrd: [x]}\nstart: ask", (2, 12), "unknown key 'keywrd'",
         "Did you mean 'keyword'?"),
        ("start: ask", "zzz: ask\nstart: ask", (2, 1), "unknown key 'zzz'", "There is flow, about"),
        ("start: ask", "anywhere: {x: {sya: Hi}}\nstart: ask", (2, 16), "unknown key 'sya'",
         "Did you mean 'say'?"),
        ("{end: done}", "{verify: {digts: 5, outcomes: {approved: ask, else: ask}}}", (12, 18),
         "unknown key 'digts'", "Did you mean 'digits'?"),
        ("{end: done}", "{verify: {outcomes: {approved: ask, faild: ask, else: ask}}}", (12, 44),
         "unknown key 'faild'", "Did you mean 'failed'?"),
        ("1 day: bye", "1 day: {sat: {}, then: bye}", (11, 15), "unknown key 'sat'", "Did you mean 'set'?"),
    ],
)  # fmt: skip
def test_an_unknown_key(old: str, new: str, place: tuple[int, int], message: str, hint: str) -> None:
    problem = only(old, new)

    assert (problem.code, problem.line, problem.column) == ("C001", *place)
    assert problem.message == message
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(
    ("old", "key", "hint"),
    [
        ("flow: sample\n", "flow", "Write the file's own name"),
        ("start: ask\n", "start", "Write the name of the first state"),
    ],
)
def test_a_missing_key(old: str, key: str, hint: str) -> None:
    problem = only(old, "")

    assert (problem.code, problem.line, problem.column) == ("C002", 1, 1)
    assert problem.message == f"the key '{key}' is missing"
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(
    ("new", "hint"),
    [
        ("{run: {outcomes: {else: ask}}}", "Write `flow: …` here."),
        ("{verify: {digits: 6}}", "Write `outcomes: {approved: welcome, else: bye}` here."),
    ],
)
def test_a_key_that_is_missing_further_down(new: str, hint: str) -> None:
    assert only("{end: done}", new).hint == hint


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("start: ask", "start: [ask]", (2, 8), "this must be a text"),
        ("needs: {name: text}", "needs: name", (3, 8), "this must be lines of `key: value`"),
        ("needs: {name: text}", "needs: {name: txt}", (3, 15), "'txt' is not a type"),
        ("needs: {name: text}", "needs: {first-name: text}", (3, 9), "'first-name' is not a variable"),
        ("start: ask", "start: first state", (2, 8), "'first state' is not a name"),
        ("start: ask", "language: klingon\nstart: ask", (2, 11), "'klingon' is not a language"),
        ("start: ask", "expires: soon\nstart: ask", (2, 10), "'soon' is not a duration"),
        ("1 day: bye", "someday: bye", (11, 7), "'someday' is not a duration"),
        ("tries: 2", "tries: some", (9, 35), "'some' is not a number of tries"),
        ("tries: 2", "tries: 21", (9, 35), "this number is too large"),
        ("tries: 2", "tries: 0", (9, 35), "this number is too small"),
        ("end: done", "end: all done", (12, 14), "'all done' is not a name"),
        ("yes: bye", "yes: {}", (8, 12), "this leads nowhere"),
        ("say: Coming, {{ name }}?", "say: ''", (6, 10), "this text is empty"),
        ("start: ask", "triggers: {keyword: [two words]}\nstart: ask", (2, 21), "'two words' is not one"),
        ("start: ask", "triggers: {}\nstart: ask", (2, 11), "nothing triggers this"),
        ("start: ask", "vars: {day: text}\nstart: ask", (2, 13), "'text' has no default"),
        ("start: ask", "purpose: fun\nstart: ask", (2, 10), "'transactional', 'marketing' or 'verification'"),
        ("start: ask", "when_busy: wait\nstart: ask", (2, 12), "one of 'queue', 'interrupt' or 'skip'"),
        ("start: ask", "start_within: soon\nstart: ask", (2, 15), "'soon' is not a duration"),
        ("start: ask", "on_error: an error\nstart: ask", (2, 11), "'an error' is not a name"),
        ("start: ask", "anywhere: {}\nstart: ask", (2, 11), "there is no reply here"),
        ("start: ask", "anywhere: {help: {}}\nstart: ask", (2, 18), "this leads nowhere"),
        ("say: Coming, {{ name }}?", "say: []", (6, 10), "nothing stands in here"),
        ("say: Coming, {{ name }}?", "say: {}", (6, 10), "nothing stands in here"),
        ("say: Coming, {{ name }}?", "say: [Hi, '']", (6, 15), "this text is empty"),
        ("say: Coming, {{ name }}?", "say: [[Hi]]", (6, 11), "a text, or one text for each language"),
        ("say: Coming, {{ name }}?", "say: {klingon: Hi}", (6, 11), "'klingon' is not a language"),
        ("say: Coming, {{ name }}?", "say: {en: [Hi]}", (6, 15), "this must be a text"),
        ("say: Coming, {{ name }}?", "say: [{en: Hi, fr: ''}]", (6, 24), "this text is empty"),
        ("say: YES?", "say: [YES?, {en: ''}]", (9, 34), "this text is empty"),
        ("yes: bye", "yes: {say: {en: ''}}", (8, 23), "this text is empty"),
        ("yes: bye", "yes: {set: {}}", (8, 18), "nothing stands in here"),
        ("yes: bye", "yes: {set: {no-name: '1'}}", (8, 19), "'no-name' is not a variable"),
        ("{end: done}", "{set: {n: ''}, end: done}", (12, 18), "this text is empty"),
        ("{end: done}", "{choose: {}}", (12, 17), "there is nothing to choose by"),
        ("{end: done}", "{choose: {else: ask}}", (12, 17), "there is nothing to choose by"),
        ("{end: done}", "{choose: {a: {then: ask}}}", (12, 21), "this must be a text"),
    ],
)  # fmt: skip
def test_a_wrong_value(old: str, new: str, place: tuple[int, int], said: str) -> None:
    problem = only(old, new)

    assert problem.code == "C003"
    assert (problem.line, problem.column) == place
    assert said in problem.message
    assert "Value error" not in problem.message


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("needs: {name: text}", "needs: {name: colour}", "The types are text, "),
        ("1 day: bye", "someday: bye", "Write it like '30 minutes' or '4 hours'."),
        ("yes: bye", "yes: {}", "Write a state's name, or {say: …, then: …}."),
        ("end: done", "end: all done", "Write letters, digits, _ and -, like all_done."),
        ("end: done", "end: stopped", "Choose another, like stopped_by_us."),
        ("tries: 2", "tries: 0", "Write 1 or more."),
        ("tries: 2", "tries: 99", "Write 20 or less."),
        ("{end: done}", "{verify: {digits: 3, outcomes: {approved: bye, else: bye}}}", "Write 4 or more."),
        ("{end: done}", "{call: {action: look, tries: 9}}", "Write 5 or less."),
        ("{end: done}", "{then: [ask]}", "Write it without brackets: `then: ask`."),
        ("{end: done}", "{then: [ask, bye]}", "Write one text behind `then:`."),
        ("{end: done}", "{end: done, tag: [[vip]]}", "Write it without brackets: `- vip`."),
        ("{end: done}", "{end: done, tag: {vip: yes}}", "Write one, like vip."),
        ("say: YES?", "say: ''", "Write one, or take its key out."),
        ("say: YES?", "say: []", "Write something, or take its key out."),
        ("say: YES?", "say: [[YES?]]", "Write {en: Hi, fr: Salut}."),
        ("start: ask", "purpose: promo\nstart: ask", "Write it like `purpose: transactional`."),
        ("start: ask", "purpose: marketng\nstart: ask", "Did you mean 'marketing'?"),
        ("start: ask", "when_busy: wait\nstart: ask", "Write it like `when_busy: queue`."),
    ],
)
def test_a_wrong_value_comes_with_its_mend(old: str, new: str, hint: str) -> None:
    problem = only(old, new)
    assert problem.hint.startswith(hint)
    assert "Input should" not in problem.message


def test_everything_that_is_wrong_is_told_at_once_from_top_to_bottom() -> None:
    source = GOOD.replace("start: ask", "start: no name").replace("1 day", "someday").replace("tries", "trys")
    found = problems(source)

    assert [(problem.code, problem.line) for problem in found] == [("C003", 2), ("C001", 9), ("C003", 11)]


def test_a_flow_without_states_is_refused() -> None:
    (problem,) = problems("flow: sample\nstart: ask\nstates: {}\n")

    assert (problem.line, problem.message) == (3, "a flow has at least one state")


@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "off", "1", "0417", "+447700900123", "12:30", "1.10", "null"]
)
def test_a_word_is_taken_as_it_was_typed_as_key_and_as_value(word: str) -> None:
    source = GOOD.replace("      yes: bye", f"      {word}: bye").replace("say: YES?", f"say: {word}")
    flow = model.parse(read(source.encode(), "sample.yaml"))
    state = flow.states["ask"]

    replies, otherwise = state.step(Replies), state.step(Otherwise)
    assert replies is not None
    assert otherwise is not None
    assert list(replies.root) == [word]
    assert otherwise.root.say == word


def test_when_a_flow_says_nothing_of_it_it_waits_its_turn_and_a_verification_does_not() -> None:
    def busy(head: str) -> WhenBusy:
        return model.parse(read(f"{head}{GOOD}".encode(), "sample.yaml")).busy

    assert busy("") is WhenBusy.QUEUE
    assert busy("purpose: marketing\n") is WhenBusy.QUEUE
    assert busy("purpose: verification\n") is WhenBusy.INTERRUPT
    assert busy("purpose: verification\nwhen_busy: skip\n") is WhenBusy.SKIP
    assert busy("when_busy: interrupt\n") is WhenBusy.INTERRUPT


def test_a_compiled_flow_knows_its_times_and_its_languages() -> None:
    head = "start_within: 20 minutes\nexpires: 2 days\nlanguage: en-GB\n"
    text = (head + GOOD).replace("say: YES?", "say: [{en: YES?, fr: 'OUI ?'}, {en-GB: Y, es: S}]")
    compiled = load("sample.yaml", text.encode()).root

    assert (compiled.start_within, compiled.expires) == (timedelta(minutes=20), timedelta(days=2))
    assert compiled.languages == ("en-GB", "fr", "es")


def test_the_schema_of_a_flow_can_be_written_for_editors() -> None:
    schema = model.Flow.model_json_schema()

    assert {"flow", "anywhere", "on_error", "afterwards", "when_busy"} <= set(schema["properties"])
    assert {"say", "set", "choose", "undelivered"} <= set(schema["$defs"]["State"]["properties"])
