"""What `convo check` says, and does not say, about the constructs beyond its rules' own examples."""

import pytest

from convo.errors import Problem
from convo.flow.project import Project, check


def found(flow: str) -> list[Problem]:
    return check(Project({"sample.yaml": f"flow: sample\n{flow}".encode()}))


def told(flow: str) -> list[tuple[str, str]]:
    return [(problem.code, problem.message) for problem in found(flow)]


EVERYTHING = """\
about: Every construct at once.
language: en
needs: {name: text, age: integer}
vars: {asked: integer = 0, note: text = none}
start: ask
purpose: verification
when_busy: queue
start_within: 10 minutes
expires: 2 days
afterwards: anew
on_error: sorry
anywhere:
  agent, human: desk
  hours: {say: {en: 9 to 5., fr: De 9 h à 17 h.}}
  look: looking
states:
  ask:
    set: {asked: asked + 1}
    say:
      - {en: "Hi {{ name }}", fr: "Bonjour {{ name }}"}
      - "{{ asked }}"
    replies:
      <number 1-5>: {set: {note: reply.value}, then: rated}
      /(?P<order>[A-Z]{2}\\d{4})/: ordered
      👍, 👌, yes: bye
    save: {wanted: datetime}
    otherwise: {say: {en: "Sorry?", fr: "Pardon ?"}, then: desk}
    after: {1 day: {say: {en: "Still there?", fr: "Toujours là ?"}}}
    undelivered: lost
    choose:
      wanted > now: bye
      else: ask
  rated:
    choose:
      note > 3: bye
      else: desk
  ordered: {say: "{{ order }}", then: bye}
  desk:
    hand_off: reception
    choose:
      age >= 18: bye
      else: lost
  looking:
    say: {en: One moment., fr: Un instant.}
    call:
      action: find
      with: {name: name}
      save: {note: "places[0]", at: at}
      done: {set: {asked: asked + 1}, then: seen}
      failed: {set: {at: now}}
    choose:
      asked > 90: lost
      else: seen
  seen: {say: "{{ at | day_time }}", then: ask}
  lost: {hand_off: phone, then: bye}
  sorry: {say: {en: Sorry., fr: Désolé.}, then: desk}
  anew: {say: {en: Anything else?, fr: Autre chose ?}, replies: {no: bye}, otherwise: {then: desk}}
  bye: {end: done}
"""


def test_a_flow_of_every_construct_has_nothing_wrong_with_it() -> None:
    assert told(EVERYTHING) == []


def changed(old: str, new: str) -> list[tuple[str, str]]:
    """What this change to the flow of every construct makes wrong."""
    assert old in EVERYTHING
    return told(EVERYTHING.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("on_error: sorry", "on_error: sory", "C011", "there is no state 'sory'"),
        ("afterwards: anew", "afterwards: anw", "C011", "there is no state 'anw'"),
        ("agent, human: desk", "agent, human: dsk", "C011", "there is no state 'dsk'"),
        ("undelivered: lost", "undelivered: losst", "C011", "there is no state 'losst'"),
        ("wanted > now: bye", "wanted > now: by", "C011", "there is no state 'by'"),
        ("else: lost", "else: loss", "C011", "there is no state 'loss'"),
        ("value}, then: rated", "value}, then: rate", "C011", "there is no state 'rate'"),
        ("on_error: sorry\n", "", "C012", "nothing leads to the state 'sorry'"),
        ("afterwards: anew\n", "", "C012", "nothing leads to the state 'anew'"),
        ("asked + 1", "askd + 1", "C030", "there is no variable 'askd'"),
        ("wanted > now", "wantd > now", "C030", "there is no variable 'wantd'"),
        ("(?P<order>", "(?P<ordr>", "C030", "there is no variable 'order'"),
        ("Bonjour {{ name }}", "Bonjour {{ nom }}", "C030", "there is no variable 'nom'"),
        ("age >= 18: bye", "asked >= 18: bye", "C031",
         "nothing uses the variable 'age'"),
        ("asked + 1", "asked +", "C005", "this expression cannot be read: it breaks off"),
        ('wanted > now', 'wanted >', "C005", "this expression cannot be read: it breaks off"),
        ("[A-Z]{2}", "[A-Z", "C005", "RE2"),
        ("hours: {say", "<hours>: {say", "C005", "'<hours>' is not a pattern"),
        ("hours: {say", "help: {say", "C021", "'help' never gets here: it is taken as HELP"),
        ("      else: ask\n", "", "C025", "'ask' has nothing to choose where none of these is true"),
        ("1 day:", "3 days:", "C024", "this is too late: the flow expires 2 days after the last text"),
        ("{en: Sorry., fr: Désolé.}", "{fr: Désolé.}", "C040", "this text is not written in 'en'"),
        ("{en: Sorry., fr: Désolé.}", "Sorry.", "C041", "this text is not written in fr, as others"),
        ('fr: "Toujours là ?"', 'es: "¿Hola?"', "C041", "this text is not written in fr, as others"),
        ("hours: {say", "hours, agent: {say", "C020", "'agent' is never reached: 'agent, human' above"),
        ("👍, 👌, yes: bye", "<number 2-3>: bye", "C020", "'<number 2-3>' is never reached"),
        ("👍, 👌, yes: bye", "<anything>: bye", "C020", "this `save` is never reached: '<anything>' takes"),
        ("undelivered: lost", "undelivered: ask", "C014", "as long as no text arrives this goes round"),
        ("sorry: {say", "sorry: {undelivered: lost, say", "C016", "'sorry' does not wait"),
        ("bye: {end: done}", "bye: {end: done, choose: {else: ask, x: y}}", "C003", "never reached"),
        ("bye: {end: done}", "bye: {end: done, choose: {name: ask, else: bye}}", "C016", "'bye' ends"),
        ("rated:\n", "rated:\n    then: bye\n", "C016", "'rated' has a `then` beside its `choose`"),
        ("{no: bye}, otherwise", "{no: bye}, choose: {name: bye, else: ask}, otherwise", "C016",
         "'anew' waits, so its `choose` is never taken"),
        ("else: desk", "else: rated", "C014", None),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_construct_is_found(old: str, new: str, code: str, said: str | None) -> None:
    problems = changed(old, new)

    if said is None:  # there is a way out of the round trip
        assert code not in {each for each, _ in problems}
    else:
        assert [message for each, message in problems if each == code and said in message], problems


def test_a_text_that_starts_a_flow_is_checked_against_the_keywords() -> None:
    flow = "start: bye\ntriggers: {keyword: [stop, book], exactly: [Help!]}\nstates:\n  bye: {end: done}\n"

    assert [message for code, message in told(flow) if code == "C021"] == [
        "'stop' never gets here: it is taken as STOP",
        "'Help!' never gets here: it is taken as HELP",
    ]


def test_what_stands_in_many_states_is_told_once() -> None:
    problems = changed("hours: {say: {en: 9", "help: {say: {en: '{{ nobody }}', it: x").count

    assert problems(("C021", "'help' never gets here: it is taken as HELP")) == 1
    assert problems(("C030", "there is no variable 'nobody'")) == 1


def test_a_state_may_take_before_anywhere_what_anywhere_takes() -> None:
    assert "C020" not in {code for code, _ in changed("👍, 👌, yes: bye", "agent: bye")}


def test_a_region_more_or_less_is_no_missing_language() -> None:
    texts = "[{en: Hi, fr-CA: Salut}, {en-GB: Bye, fr: Ciao}]"
    flow = f"start: a\nlanguage: en-GB\nstates:\n  a: {{say: {texts}, end: x}}\n"

    assert told(flow) == []


def test_a_missing_translation_is_told_with_every_language_in_the_words_of_the_file() -> None:
    texts = "[{en: Hi, fr: Salut, es: Hola}, {en: Bye}, Thanks]"
    flow = f"start: a\nlanguage: en-GB\nstates:\n  a: {{say: {texts}, end: x}}\n"

    problems = [each for each in found(flow) if each.code == "C041"]

    assert len(problems) == 2
    assert {each.hint for each in problems} == {"Write it for each language: {en: …, es: …, fr: …}."}
    assert {each.message for each in problems} == {
        "this text is not written in es and fr, as others of this flow are"
    }


@pytest.mark.parametrize("text", ["{{ 1 }}", "👍", "12:30", "{% if 1 %}1{% endif %}"])
def test_what_has_no_words_needs_no_translation(text: str) -> None:
    assert told(f'start: a\nstates:\n  a: {{say: [{{en: Hi, fr: Salut}}, "{text}"], end: x}}\n') == []


@pytest.mark.parametrize(
    ("after", "late"),
    [
        ("{2 days: bye}", True), ("{47 hours: bye}", False), ("{3 days: bye}", True),
        ("{1 day: {say: Hi}, 60 hours: bye}", False), ("{1 day: {say: Hi}, 3 days: bye}", True),
        ("{1 day: {set: {n: '1'}}, 60 hours: bye}", True),
    ],
)  # fmt: skip
def test_a_clock_may_come_after_the_expiry_where_a_text_put_that_off(after: str, late: bool) -> None:
    flow = f"start: a\nexpires: 2 days\nstates:\n  a: {{say: Hm, after: {after}}}\n  bye: {{end: x}}\n"

    assert ("C024" in {code for code, _ in told(flow)}) is late


@pytest.mark.parametrize("state", ["after: {2 days: bye}", "say: Hm, hand_off: desk, after: {9 days: bye}"])
def test_a_clock_that_can_still_go_off_is_not_late(state: str) -> None:
    flow = f"start: a\nexpires: 2 days\nstates:\n  a: {{{state}}}\n  bye: {{end: x}}\n"

    assert "C024" not in {code for code, _ in told(flow)}


def test_a_loop_of_choices_with_no_way_out_is_found() -> None:
    flow = """\
start: a
states:
  a: {choose: {visits('a') > 3: b, else: c}}
  b: {then: a}
  c: {then: b}
"""

    assert [message for code, message in told(flow) if code == "C014"] == [
        "this goes round without waiting: a → b → a"
    ]
