"""Choosing, ordering, grouping and counting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from quiesce.model import Question, Run, State
from quiesce.summary import (
    by_state,
    count,
    latest,
    matches,
    newest_first,
    oldest_first,
    select,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def make_run(ident: str = "1", *, state: State = State.RUNNING, began: int | None = 0) -> Run:
    return Run(
        source="gate",
        application="Eks",
        pipeline="Deploy",
        id=ident,
        type="pipeline",
        state=state,
        native_state=state.upper(),
        started_at=None if began is None else NOON + timedelta(minutes=began),
    )


runs = st.lists(
    st.builds(
        make_run,
        st.text(max_size=3),
        state=st.sampled_from(State),
        began=st.none() | st.integers(-5, 5),
    ),
    unique_by=lambda run: run.id,
    max_size=12,
)


@given(runs, st.integers(1, 5))
def test_a_limit_cuts_what_is_finished_and_never_what_is_active(
    given: list[Run], limit: int
) -> None:
    shown = latest(given, limit)
    assert shown == newest_first(shown)
    assert {run.id for run in shown if run.state.active} == {
        run.id for run in given if run.state.active
    }
    finished = newest_first(run for run in given if not run.state.active)
    assert tuple(run for run in shown if not run.state.active) == finished[:limit]


def test_without_filters_everything_matches() -> None:
    assert matches(make_run(), Question())


def test_applications_are_compared_without_case_and_pipelines_with() -> None:
    assert matches(make_run(), Question(application="eKS"))
    assert not matches(make_run(), Question(application="ek"))
    assert matches(make_run(), Question(pipeline="Deploy"))
    assert not matches(make_run(), Question(pipeline="deploy"))


def test_several_states_are_alternatives() -> None:
    wanted = Question(states=frozenset({State.PAUSED, State.RUNNING}))
    assert matches(make_run(), wanted)
    assert not matches(make_run(state=State.FAILED), wanted)


def test_an_empty_name_is_a_name() -> None:
    assert not matches(make_run(), Question(application=""))
    assert not matches(make_run(), Question(pipeline=""))


def test_the_oldest_come_first_and_those_without_a_begin_last() -> None:
    given_runs = [make_run("a", began=None), make_run("b", began=5), make_run("c", began=-5)]
    assert [run.id for run in oldest_first(given_runs)] == ["c", "b", "a"]
    assert [run.id for run in newest_first(given_runs)] == ["b", "c", "a"]


def test_groups_stand_in_the_order_of_states_with_the_newest_first() -> None:
    groups = by_state(
        [
            make_run("a", state=State.FAILED, began=1),
            make_run("b", state=State.FAILED, began=2),
            make_run("c", state=State.PENDING),
        ]
    )
    assert list(groups) == [State.PENDING, State.FAILED]
    assert [run.id for run in groups[State.FAILED]] == ["b", "a"]


def test_a_state_that_was_asked_for_has_a_group_though_it_is_empty() -> None:
    assert by_state([], [State.PAUSED]) == {State.PAUSED: ()}
    assert count([], [State.PAUSED]) == {State.PAUSED: 0}


@given(runs, st.randoms())
def test_the_order_of_the_input_does_not_matter(some: list[Run], random: Random) -> None:
    shuffled = list(some)
    random.shuffle(shuffled)
    assert oldest_first(shuffled) == oldest_first(some)
    assert newest_first(shuffled) == newest_first(some)
    assert by_state(shuffled) == by_state(some)


@given(runs, st.frozensets(st.sampled_from(State)))
def test_nothing_is_lost_or_doubled(some: list[Run], states: frozenset[State]) -> None:
    kept = select(some, Question(states=states))
    left_out = [run for run in some if not matches(run, Question(states=states))]
    assert sorted(map(repr, [*kept, *left_out])) == sorted(map(repr, some))
    assert sum(count(some).values()) == len(some)
