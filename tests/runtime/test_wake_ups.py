"""A wake-up may be planned too early, never too late: a talk is the same as with exact wake-ups."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convo.runtime import sessions
from convo.testing.world import Handset, World
from tests.runtime.house import ANA, NOW, OURS

TALK = """\
flow: talk
start: ask
triggers: {keyword: [talk]}
expires: 5 hours
states:
  ask:
    say: Well?
    replies: {yes: more, quiet: hush, person: desk, bye: done}
    otherwise: {say: YES?, tries: 3, then: more}
    after:
      1 hour: {say: Still there?}
      3 hours: more
  more:
    say: And now?
    replies: {yes: ask, quiet: hush, bye: done}
    otherwise: {say: YES?}
    after: {7 hours: done}
  hush: {replies: {yes: ask}, otherwise: {then: hush}, after: {90 minutes: {say: Hush.}}}
  desk: {say: A person will text you., hand_off: desk, then: ask}
  done: {say: Bye., end: done}
"""
PLAN = """\
flow: plan
start: ask
triggers: {keyword: [plan]}
expires: 2 hours
states:
  ask: {say: When?, replies: {yes: done}, otherwise: {say: WHEN?}, after: {40 minutes: {say: Still when?}}}
  done: {end: done}
"""
CODE = """\
flow: code
start: ask
when_busy: interrupt
triggers: {keyword: [code]}
expires: 1 hour
states:
  ask: {say: Is it you?, replies: {ok: done}, otherwise: {say: OK?}, after: {10 minutes: done}}
  done: {end: done}
"""
Step = tuple[Literal["text"], str] | tuple[Literal["wait"], int]
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("text"),
            st.sampled_from(["talk", "yes", "hm", "quiet", "person", "bye", "plan", "code", "ok", "stop"]),
        ),
        st.tuples(st.just("wait"), st.sampled_from([1, 9, 10, 30, 59, 60, 61, 121, 180, 299, 300, 420, 700])),
    ),
    min_size=1,
    max_size=14,
)


@pytest.fixture(scope="module")
def flows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flows")
    for name, source in {"talk": TALK, "plan": PLAN, "code": CODE}.items():
        (folder / f"{name}.yaml").write_text(source)
    return folder


def play(flows: Path, steps: list[Step]) -> list[object]:
    """What somebody would notice of this talk, with its moments; and where it stands."""
    with World(flows, NOW) as world:
        assert not world.problems
        phone = Handset(world, ANA, OURS)
        phone.text("talk")
        for what, value in steps:
            if what == "text":
                phone.text(str(value))
            else:
                world.wait(timedelta(minutes=int(value)))
        said = [(message.text, message.created_at, message.status) for message in world.history(ANA)]
        ended = [
            (one.flow, one.status, one.status_at, one.state, one.outcome, one.clock_from, one.vars,
             {**one.progress, "fired": [*one.progress["fired"]]}, one.ended_at)
            for one in world.conversations(ANA)
        ]  # fmt: skip
        return [*said, *ended]


def exact(planned: datetime | None, wanted: datetime | None, now: datetime) -> datetime | None:
    del planned, now
    return wanted


@given(steps=STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_talk_is_the_same_as_with_exact_wake_ups(flows: Path, steps: list[Step]) -> None:
    as_planned = play(flows, steps)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "_moved", exact)
        assert play(flows, steps) == as_planned


moments = st.integers(-200, 2000).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(planned=st.none() | moments, wanted=st.none() | moments, now=moments)
def test_a_wake_up_is_never_planned_after_the_clock(
    planned: datetime | None, wanted: datetime | None, now: datetime
) -> None:
    moved = sessions._moved(planned, wanted, now)

    assert (moved is None) == (wanted is None)
    if moved is not None and wanted is not None:
        assert moved <= wanted
        assert moved == wanted or moved > now  # one that does not wait wakes nobody again and again
