"""What `convo check` says of flows that run others, beyond the examples of its rules."""

import hashlib

import pytest

from convo.errors import FlowError, Problem
from convo.flow.compile import FlowFile
from convo.flow.mending import mend
from convo.flow.project import Project, check, load, look

VERIFY = """\
flow: verify
start: ask
needs: {mobile: phone}
vars:
  tries: integer = 3
  by: one of text | call = text
  until: datetime = 2030-01-01 09:00
  sure: yes_no = no
states:
  ask:
    say: "{{ mobile }} {{ tries }} {{ by }} {{ until | day }} {{ sure }}"
    replies: {ok: good, no: bad}
    otherwise: {then: bad}
    after: {1 day: bad}
  good: {end: approved}
  bad: {end: refused}
"""
SIGN_UP = """\
flow: sample
start: ask
vars:
  n: integer = 1
  day: date = 2030-01-01
  price: money EUR = 5
  many: list of text = a, b
  at: time = 09:00
states:
  ask:
    say: "{{ n }} {{ day | day }} {{ price | money }} {{ many | join(', ') }} {{ at | time }}"
    run:
      flow: verify
      with: {mobile: "'+15550002222'"}
      outcomes:
        approved: bye
        refused: bye
  bye: {end: done}
"""


def told(flow: str = SIGN_UP, verify: str | None = VERIFY, **others: str) -> list[Problem]:
    beside = {**({"verify": verify} if verify else {}), **others}
    looked = {f"{name}.yaml": look(f"{name}.yaml", text.encode()) for name, text in beside.items()}
    return check(Project({"sample.yaml": flow.encode()}, beside=looked))


def codes(flow: str = SIGN_UP, verify: str | None = VERIFY, **others: str) -> list[str]:
    return [problem.code for problem in told(flow, verify, **others)]


def test_a_flow_that_runs_another_has_nothing_wrong_with_it() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("variable", "value", "fits"),
    [
        ("tries", "n", True), ("tries", "'5'", True), ("tries", "day", False), ("tries", "price", False),
        ("tries", "many", False), ("tries", "n > 1", False), ("tries", "visits('ask')", True),
        ("by", "n", True), ("by", "many", False),
        ("until", "day", True), ("until", "now", True), ("until", "n", False), ("until", "at", False),
        ("sure", "n > 1", True), ("sure", "n", False), ("sure", "'yes'", True),
        ("mobile", "contact.number", True), ("mobile", "price", False),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_told_where_that_is_certain(variable: str, value: str, fits: bool) -> None:
    given = {"mobile": "\"'+15550002222'\"", variable: f'"{value}"'}
    written = ", ".join(f"{name}: {each}" for name, each in given.items())
    flow = SIGN_UP.replace("{mobile: \"'+15550002222'\"}", f"{{{written}}}")

    assert ("C090" in codes(flow)) is not fits


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("flow: verify\n", "flow: verfy\n", "C090", "there is no flow 'verfy'"),
        ("{mobile:", "{moble:", "C090", "verify has no variable 'moble' to set"),
        ("{mobile:", "{tries:", "C090", "verify needs mobile, which nobody gives it here"),
        ("refused: bye", "else: bye", None, ""),
        ("        refused: bye\n", "", "C092", "when verify ends as 'refused'"),
        ("refused: bye", "refused: bye\n        refusd: bye", "C093", "verify never ends as 'refusd'"),
        ("refused: bye", "refused: bye\n        stopped: bye", "C093", "verify never ends as 'stopped'"),
        ("refused: bye", "refused: bye\n        failed: bye\n        expired: bye", None, ""),
        ("approved: bye", "approved: {say: Hm.}", "C003", "nothing is waited for here"),
        ("approved: bye", "approved: by", "C011", "there is no state 'by'"),
        ("approved: bye", "else: bye", "C003", "what stands below `else` is never reached"),
        ("approved: bye", "approved: {say: '{{ outcome }}', then: bye}", None, ""),
        ("approved: bye", "approved: {set: {n: returned.tries}, then: bye}", None, ""),
        ("approved: bye", "approved: {set: {n: returned.tris}, then: bye}", "C095", "no variable 'tris'"),
        ("bye: {end", "bye: {say: '{{ outcome }}', end", None, ""),
        ("bye: {end", "bye: {say: '{{ returned.tries }}', end", "C036", "'returned' need not have a value"),
        ('say: "', 'say: "{{ outcome }} ', "C036", "'outcome' need not have a value here"),
        ("bye: {end", "bye: {say: '{{ outcom }}', end", "C030", "there is no variable 'outcom'"),
        ("    run:", "    replies: {yes: bye}\n    run:", "C016", "runs another flow, which has the replies"),
        ("    run:", "    after: {1 day: bye}\n    run:", "C016", "runs another flow, which has the replies"),
        ("    run:", "    undelivered: bye\n    run:", "C016", "runs another flow, which has the replies"),
        ("    run:", "    hand_off: desk\n    run:", "C016", "runs another flow, which has the replies"),
        ("    run:", "    end: over\n    run:", "C016", "runs another flow, which has the replies"),
        ("    run:", "    then: bye\n    run:", "C016", "'ask' goes on by its `outcomes`"),
        ("    run:", "    split: {bye: 1, ask: 1}\n    run:", "C016", "'ask' goes on by its `outcomes`"),
        ("        approved: bye\n        refused: bye\n", "        {}\n", "C003", "nothing stands in here"),
        ("      flow: verify\n", "", "C002", "the key 'flow' is missing"),
        ("      flow: verify\n", "      flw: verify\n", "C001", "unknown key 'flw'"),
        ("approved: bye", "approved: {thn: bye}", "C001", "unknown key 'thn'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_run_is_told(old: str, new: str, code: str | None, said: str) -> None:
    assert old in SIGN_UP
    found = told(SIGN_UP.replace(old, new, 1))

    if code is None:
        assert found == []
    else:
        assert [each.message for each in found if each.code == code and said in each.message], found


def test_an_unknown_key_below_run_names_the_keys_that_there_are() -> None:
    slips = {"with": ("with:", "wth:"), "then": ("approved: bye", "approved: {thn: bye}")}
    for meant, slip in slips.items():
        (found,) = [each for each in told(SIGN_UP.replace(*slip)) if each.code == "C001"]
        assert found.hint == f"Did you mean '{meant}'?"


def test_a_flow_that_runs_none_has_no_outcome() -> None:
    flow = "flow: sample\nstart: a\nstates:\n  a: {say: '{{ outcome }} {{ returned.x }}', end: x}\n"

    assert codes(flow) == ["C030", "C030"]


@pytest.mark.parametrize(
    ("old", "new", "may"),
    [
        ("    after: {1 day: bad}\n", "", True),
        ("after: {1 day: bad}", "after: {1 day: {say: Hm}}", True),
        ("after: {1 day: bad}", "after: {1 day: again}", True),
        ("after: {1 day: bad}", "at: {until: bad}", False),
        ("good: {end: approved}", "good: {hand_off: desk, then: bad}\n  fine: {end: approved}", True),
    ],
)
def test_a_sub_flow_that_may_expire_is_told_of(old: str, new: str, may: bool) -> None:
    verify = VERIFY.replace(old, new)
    assert verify != VERIFY
    assert ("C094" in codes(verify=verify)) is may
    assert "C094" not in codes(SIGN_UP.replace("refused: bye", "refused: bye\n        expired: bye"), verify)


QUICK = "flow: quick\nstart: a\nstates:\n  a: {then: b}\n  b: {end: over}\n"
ROUND = """\
flow: sample
start: ask
states:
  ask: {run: {flow: quick, outcomes: {over: next}}}
  next: {say: Again., then: ask}
  bye: {end: done}
"""


def test_a_round_trip_through_a_flow_that_never_waits_is_found() -> None:
    (found,) = [each for each in told(ROUND, quick=QUICK) if each.code == "C014"]
    assert found.message == "this goes round without waiting: ask → next → ask"

    through = (
        "flow: through\nstart: a\nstates:\n  a: {run: {flow: quick, outcomes: {over: b}}}\n  b: {end: over}\n"
    )
    assert "C014" in codes(ROUND.replace("quick", "through"), quick=QUICK, through=through)


def test_one_that_may_wait_or_be_left_is_no_round_trip() -> None:
    slow = QUICK.replace("a: {then: b}", "a: {after: {1 hour: b}}")
    assert "C014" not in codes(ROUND, quick=slow)
    out = ROUND.replace("{over: next}", "{over: next, failed: bye}")
    assert "C014" not in codes(out, quick=QUICK)


def test_a_state_is_reached_and_left_through_a_sub_flow() -> None:
    assert not {"C012", "C013", "C015"} & set(codes())
    trap = SIGN_UP.replace("approved: bye", "approved: again").replace("refused: bye", "else: again")
    assert "C013" in codes(trap)


# The files.


def test_a_file_that_cannot_be_read_is_not_called_missing() -> None:
    (found,) = told(verify="flow: verify\n\tstart: ask\n")

    assert (found.code, found.line) == ("C007", 13)
    assert found.message == "the flow 'verify', which this runs, has errors of its own"


def test_an_error_deep_down_is_told_in_every_flow_above() -> None:
    flows = {
        "sample.yaml": ROUND.replace("then: ask", "then: bye"),
        "quick.yaml": QUICK.replace("{then: b}", "{run: {flow: last, outcomes: {else: b}}}"),
        "last.yaml": "flow: last\nstart: aa\nstates:\n  a: {end: x}\n",
    }
    found = check(Project({file: text.encode() for file, text in flows.items()}))

    assert {(each.file, each.code) for each in found if each.severity == "error"} == {
        ("sample.yaml", "C007"), ("quick.yaml", "C007"), ("last.yaml", "C010"),
    }  # fmt: skip


def test_what_stands_beside_is_known_and_not_checked() -> None:
    assert told(SIGN_UP, VERIFY.replace("approved", "aproved")) == told(
        SIGN_UP, VERIFY.replace("approved", "aproved"), other="flow: other\n"
    )
    assert {each.file for each in told(SIGN_UP, VERIFY.replace("start: ask", "start: x"))} == {"sample.yaml"}


@pytest.mark.parametrize("key", ["run", "begin"])
def test_the_name_of_a_flow_beside_is_no_slip_of_one_s_own(key: str) -> None:
    text = {
        "begin": "flow: verif\nstart: a\nstates:\n  a: {begin: verify, end: x}\n",
        "run": "flow: verif\nstart: a\nstates:\n  a: {run: {flow: verify, outcomes: {else: b}}}\n"
        "  b: {end: x}\n",
    }[key]
    verify = VERIFY.replace("needs: {mobile: phone}\nvars:", "vars:\n  mobile: phone = +15550002222")
    beside = {"verify.yaml": look("verify.yaml", verify.encode())}

    assert mend("verif.yaml", text.encode(), beside) == (text.encode(), [])


@pytest.mark.parametrize(
    ("old", "new", "code"), [("flow: verify", "flow: verfy", "C090"), ("refused: bye", "refusd: bye", "C093")]
)
def test_the_one_name_that_was_meant_is_mended(old: str, new: str, code: str) -> None:
    beside = {"verify.yaml": look("verify.yaml", VERIFY.encode())}
    better, mended = mend("sample.yaml", SIGN_UP.replace(old, new).encode(), beside)

    assert (better.decode(), [each.code for each in mended]) == (SIGN_UP, [code])


def test_a_version_is_the_sum_of_all_sources() -> None:
    def version(*files: tuple[str, str]) -> str:
        (_, first), *others = files
        beside = {name: FlowFile(f"{name}.yaml", text.encode()) for name, text in others}
        return load("sample.yaml", first.encode(), beside).version

    own, verify = ("sample", SIGN_UP), ("verify", VERIFY)
    found = version(own, verify)
    assert found == version(own, verify, ("other", QUICK))
    assert found != version(own, ("verify", VERIFY + "# a word\n"))
    assert found != version(("sample", SIGN_UP + "# a word\n"), verify)
    alone = "flow: sample\nstart: a\nstates:\n  a: {end: x}\n"
    assert version(("sample", alone), verify) == hashlib.sha256(alone.encode()).hexdigest()


def test_without_the_flow_that_it_runs_none_runs() -> None:
    with pytest.raises(FlowError, match="C090: there is no flow 'verify'"):
        load("sample.yaml", SIGN_UP.encode())
