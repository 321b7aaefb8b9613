"""What an author is told to write, where the flow shows what was meant."""

import pytest

from convo.flow.mending import mend
from convo.flow.project import Project, check

FLOW = """\
flow: sample
start: ask
states:
  ask:
    say: Hello
    then: bye
  bye: {end: done}
"""


def hint(text: str) -> str:
    return check(Project({"sample.yaml": text.encode()}))[0].hint


@pytest.mark.parametrize("indent", [4, 6, 9])
def test_a_list_that_begins_behind_its_key_is_told_to_begin_below(indent: int) -> None:
    wrong = FLOW.replace("say: Hello", f"say: - Hello\n{' ' * indent}- How are you?")

    assert "Write `- Hello` on a line of its own, right above `- How are you?`" in hint(wrong)
    assert mend("sample.yaml", wrong.encode())[0].decode() == wrong


def test_a_text_that_begins_with_a_dash_wants_quotes_where_no_list_follows() -> None:
    assert hint(FLOW.replace("say: Hello", "say: - Hello")) == 'Write: say: "- Hello"'
    assert hint("talk:\n  - us: - Hello\n  - them: hi") == 'Write: - us: "- Hello"'


def test_who_leads_to_an_end_is_told_how_a_conversation_ends() -> None:
    assert "`end: done`, or any other word, in place of `then: end`" in hint(
        FLOW.replace("then: bye", "then: end")
    )
    assert "lead to that state" in hint(FLOW.replace("then: bye", "after: {1 day: end}"))
    assert hint(FLOW.replace("then: bye", "then: end").replace("bye:", "ended:")) == "Did you mean 'ended'?"


@pytest.mark.parametrize("key", ["tag", "untag"])
def test_tags_with_a_comma_between_them_are_told_to_be_a_list(key: str) -> None:
    assert (
        hint(FLOW.replace("then:", f"{key}: vip, gold\n    then:")) == "Write several as a list: [vip, gold]."
    )


@pytest.mark.parametrize("line", ["set: {name: Bob}", "emit: {event: met, with: {name: Bob}}"])
def test_a_name_that_is_set_to_a_text_is_told_its_quotes(line: str) -> None:
    wrong = FLOW.replace("then:", f"{line}\n    then:")

    assert hint(wrong).endswith("""add Bob there. If it is a text, write "'Bob'".""")
    assert "there is no variable" not in str(
        check(Project({"sample.yaml": wrong.replace("Bob", "\"'Bob'\"").encode()}))
    )


def test_a_variable_that_a_longer_expression_lacks_is_no_text() -> None:
    assert "a text" not in hint(FLOW.replace("then:", "set: {n: Bob + 1}\n    then:"))


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("5", "integer = 5"),
        ("-4.5", "number = -4.5"),
        ("yes", "yes_no = yes"),
        ("Elm St", "text = Elm St"),
        ("integer 1-5", "integer 1-5 = …"),
    ],
)
def test_a_variable_without_a_default_is_shown_with_its_type(value: str, right: str) -> None:
    wrong = FLOW.replace("start: ask", f"vars: {{a: {value}}}\nstart: ask")

    assert hint(wrong) == f"Write it like `{right}`."
    assert "C003" not in str(check(Project({"sample.yaml": wrong.replace(value, right).encode()})))
