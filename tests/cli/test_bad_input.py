"""What an author reads of a flow that would do harm: the line, what is wrong in plain words, and a mend."""

import time

import pytest

from tests.cli.folder import Folder

LUNCH = """\
flow: lunch
needs: {name: text}
start: ask
states:
  ask:
    say: Hi {{ name }}, lunch at noon?
    replies:
      yes, y: coming
      no, n: another_day
    otherwise: {say: "YES or NO?", tries: 2, then: another_day}
    after: {3 hours: another_day}
  coming: {say: See you!, end: coming}
  another_day: {say: Another time., end: not_today}
"""
LAUGHS = "\n".join(
    f"{after}: &{after} [*{before}, *{before}]" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)

READ = {
    "a text that tries to leave the sandbox": (
        "{{ name }}", "{{ name.__class__.__mro__ }}",
        """\
flows/lunch.yaml:6:10: error C049: '__mro__' is nothing that a flow may ask for
    6 |     say: Hi {{ name.__class__.__mro__ }}, lunch at noon?
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Use the flow's variables and its filters, like {{ name | upper }}.""",
    ),
    "a text that reads another file": (
        "{{ name }}", "{{ name }}{% include '/etc/passwd' %}",
        """\
flows/lunch.yaml:6:10: error C049: another file is nothing that a flow may ask for
    6 |     say: Hi {{ name }}{% include '/etc/passwd' %}, lunch at noon?
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  Use the flow's variables and its filters, like {{ name | upper }}.""",
    ),
    "a text that counts to a thousand million": (
        "{{ name }}", "{{ name }}{% for n in range(1000000000) %}x{% endfor %}",
        """\
flows/lunch.yaml:6:10: error C030: there is no variable 'range'
    6 |     say: Hi {{ name }}{% for n in range(1000000000) %}x{% endfor %}, lunch at noon?
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  There is contact, here, name, now, number, reply, visits. Variables stand under `needs` or `vars`, or in a \
`save` or `set`; add range there.""",
    ),
    "a pattern that looks back, and so could run for ever": (
        "yes, y: coming", "/(a+)+\\1$/: coming",
        """\
flows/lunch.yaml:8:7: error C005: /(a+)+\\1$/ is not a pattern that RE2 knows: \\1 means nothing there
    8 |       /(a+)+\\1$/: coming
      |       ^^^^^^^^^^
  Write the letters themselves.""",
    ),
    "a YAML bomb": (
        "needs: {name: text}\n", f"needs: {{name: text}}\na: &a [ha, ha]\n{LAUGHS}\n",
        """\
flows/lunch.yaml:3:4: error R009: The anchor &a is not used here: what stands in two places is written twice.
    3 | a: &a [ha, ha]
      |    ^^^^^^^^^^^
  Take &a out, and write what it stands for wherever *a does.""",
    ),
    "states that go round without a wait": (
        "coming: {say: See you!, end: coming}", "coming: {say: See you!, then: told}\n  told: {then: coming}",
        """\
flows/lunch.yaml:12:33: error C014: this goes round without waiting: coming → told → coming
   12 |   coming: {say: See you!, then: told}
      |                                 ^^^^
  Wait for a reply or a clock in one of these states, or end.""",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), READ.values(), ids=READ)
def test_what_would_do_harm_is_refused_in_plain_words(folder: Folder, old: str, new: str, said: str) -> None:
    assert old in LUNCH
    folder.write("flows/lunch.yaml", LUNCH.replace(old, new, 1))

    ran = folder.run("check", "flows/lunch.yaml")

    assert ran.code == 1
    assert ran.out == f"{said}\n\n1 flow: 1 error, 0 warnings\n"
    # And it does not run, whatever command is tried.
    for command in ("chat", "explore"):
        refused = folder.run(command, "flows/lunch.yaml")
        assert refused.code != 0
        assert said.splitlines()[0] in refused.err


def test_a_pattern_that_takes_others_for_ever_is_matched_at_once(folder: Folder) -> None:
    """RE2 looks at each letter once, whatever the pattern."""
    folder.write("flows/lunch.yaml", LUNCH.replace("yes, y: coming", "/(a+)+b/: coming"))
    folder.write(
        "flows/lunch.test.yaml",
        f"flow: lunch\ngiven: {{name: Ana}}\ntests:\n  a thousand letters:\n    - bot: ...\n"
        f"    - them: {'a' * 1000}\n    - bot: YES or NO?\n",
    )

    began = time.process_time()
    ran = folder.run("test")

    assert ran.code == 0, ran.out
    assert time.process_time() - began < 5


def test_a_text_that_would_fill_the_memory_calls_a_person_and_says_why(folder: Folder) -> None:
    """What only comes out when it is said is bounded then."""
    folder.write("flows/lunch.yaml", LUNCH.replace("{{ name }}", "{{ name * 100000 }}"))
    folder.write(
        "flows/lunch.test.yaml",
        "flow: lunch\ngiven: {name: Ana}\ntests:\n  a long name:\n"
        "    - hands_off: errors\n    - ends: coming\n",
    )

    ran = folder.run("test")

    assert ran.code == 1
    assert (
        "handed off to errors\n            the text 'Hi {{ name * 100000 }}, lunch at noon?' failed"
        in ran.out
    )
    assert "this comes to more than 10000 characters" in ran.out
