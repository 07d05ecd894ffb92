"""What holds of the judge where it has two looks to compare."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.double_look import looks as strategies
from tests.double_look.looks import (
    ENDED,
    MARKS,
    any_looks,
    gap,
    law,
    pairs,
    quiet_look,
    running,
    verdict,
)

from quiesce.errors import Absent
from quiesce.model import Look, Mark, SourceLook
from quiesce.verdict import Expectation


def may_confirm(first: Look, second: Look, lag: float) -> bool:
    """The conditions of the theorem, said once more and in another way."""
    if {s.name for s in first.sources} != {s.name for s in second.sources} or not first.sources:
        return False
    for before in first.sources:
        (after,) = (source for source in second.sources if source.name == before.name)
        gone = before.absent is not None and after.absent is not None
        if before.gaps or after.gaps or (not before.parts and not gone):
            return False
        if before.parts != after.parts or None in before.parts.values():
            return False
        if (before.absent is None) != (after.absent is None):
            return False
    if any(run.state.active for look in (first, second) for run in look.runs):
        return False
    last_list = max(source.finished for source in first.sources)
    first_mark = min(source.started for source in second.sources)
    return first_mark - last_list >= lag


@law(pairs(), st.sampled_from([0.0, 1.0, 7.0]))
def test_only_what_meets_every_condition_is_confirmed(pair: tuple[Look, Look], lag: float) -> None:
    judged = verdict(pair, Expectation(max_age=ENDED, lag=lag))
    if judged.confirmed:
        assert may_confirm(*pair, lag)
    elif not any(source.absent for look in pair for source in look.sources):
        assert not may_confirm(*pair, lag), judged.reasons


@law(any_looks, st.floats(0, 10, allow_nan=False))
def test_settled_is_confirmed_and_idle_for_long_enough(
    looks: tuple[Look, ...], settle: float
) -> None:
    judged = verdict(looks, Expectation(max_age=ENDED, settle=settle))
    long_enough = judged.idle_for is not None and judged.idle_for >= settle
    assert judged.settled == (judged.confirmed and long_enough)


@law(strategies.looks())
def test_one_look_is_never_confirmed(look: Look) -> None:
    judged = verdict([look])
    assert not judged.confirmed
    assert not judged.restless


@law(pairs())
def test_idle_for_is_from_the_last_answer_to_the_first_request(pair: tuple[Look, Look]) -> None:
    """Measured so that it can only be too short."""
    judged = verdict(pair)
    if judged.idle_for is not None:
        assert judged.idle_for >= 0
        for before in pair[0].sources:
            for after in pair[1].sources:
                assert judged.idle_for <= after.started - before.finished


def test_a_look_that_begins_before_the_other_has_ended_confirms_nothing() -> None:
    first, second = quiet_look(), quiet_look(0.5)
    judged = verdict([first, second])
    assert (judged.verdict, judged.confirmed) == ("quiet", False)
    assert judged.reasons == ("not confirmed: the second look began before the first had ended",)


def test_answers_that_may_be_older_than_the_pause_confirm_nothing() -> None:
    judged = verdict([quiet_look(), quiet_look(4)], Expectation(max_age=9, lag=5))
    assert (judged.verdict, judged.confirmed) == ("quiet", False)
    assert "answers may be 5 s old" in judged.reasons[0]
    assert verdict([quiet_look(), quiet_look(6)], Expectation(max_age=9, lag=5)).confirmed


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [("ab", "a", "b vanished"), ("a", "ab", "b appeared"), ("a", "b", "a vanished")],
)
def test_parts_that_are_not_the_same_in_both_looks_are_unknown(
    before: str, after: str, word: str
) -> None:
    first = quiet_look(**dict.fromkeys(before, MARKS[0]))
    judged = verdict([first, quiet_look(5, **dict.fromkeys(after, MARKS[0]))])
    assert judged.verdict == "unknown"
    assert any(word in reason for reason in judged.reasons)


def test_marks_that_differ_are_restless_and_active() -> None:
    judged = verdict([quiet_look(a=MARKS[0]), quiet_look(5, a=MARKS[1])])
    assert (judged.verdict, judged.restless, judged.confirmed) == ("active", True, False)
    assert judged.sources[0].verdict == "active"
    assert judged.reasons == ("something keeps starting: a of gate changed between two looks",)


@pytest.mark.parametrize("marks", [(None, None), (None, MARKS[0]), (MARKS[0], None)])
def test_a_part_without_a_mark_is_not_confirmed_and_says_why(
    marks: tuple[Mark | None, Mark | None],
) -> None:
    judged = verdict([quiet_look(a=marks[0]), quiet_look(5, a=marks[1])])
    assert (judged.verdict, judged.confirmed, judged.restless) == ("quiet", False, False)
    assert judged.reasons == ("not confirmed: gate gives no mark for a",)


def test_a_gap_in_the_first_look_is_unknown_however_whole_the_second_is() -> None:
    first = quiet_look()
    source = replace(first.sources[0], gaps=(gap("b"),))
    judged = verdict([replace(first, sources=(source,)), quiet_look(5)])
    assert judged.verdict == "unknown"


@pytest.mark.parametrize("missing", [0, 1])
def test_a_source_that_was_asked_in_one_look_only_is_unknown(missing: int) -> None:
    pair = [quiet_look(), quiet_look(5)]
    beside = replace(pair[missing].sources[0], name="mix", started=5.0, finished=6.0)
    pair[missing] = replace(pair[missing], sources=(*pair[missing].sources, beside))
    judged = verdict(pair)
    assert judged.verdict == "unknown"
    assert any(reason.startswith("mix was not asked") for reason in judged.reasons)


def test_an_active_run_of_the_first_look_counts_although_the_second_reads_marks_only() -> None:
    first = quiet_look()
    source = replace(first.sources[0], runs=(running(),))
    judged = verdict([replace(first, sources=(source,)), quiet_look(5)])
    assert judged.verdict == "active"


def test_one_run_in_both_looks_is_one_run() -> None:
    pair = [
        replace(look, sources=(replace(look.sources[0], runs=(running(),)),))
        for look in (quiet_look(), quiet_look(5))
    ]
    assert verdict(pair).reasons == ("1 run is active",)


# --- sources that don't have what was asked for ------------------------------------------------


def absent(begin: float = 0.0) -> SourceLook:
    return SourceLook(
        name="mix",
        kind="mixpanel",
        started=begin,
        finished=begin + 1,
        absent=Absent("application", "a"),
    )


def test_a_source_that_lacks_what_was_asked_for_has_no_say() -> None:
    pair = [
        replace(look, sources=(*look.sources, absent(begin)))
        for look, begin in ((quiet_look(), 0), (quiet_look(5), 5))
    ]
    assert verdict(pair).confirmed
    alone = replace(pair[0], sources=(absent(),))
    assert verdict([alone]).verdict == "unknown"


@pytest.mark.parametrize("later", [0, 1])
def test_a_source_that_lacks_it_in_one_look_only_is_unknown(later: int) -> None:
    """An application that is gone a moment later has taken its runs with it."""
    pair = [quiet_look(), quiet_look(5)]
    there = replace(absent(), absent=None, parts={"a": MARKS[0]})
    pair[later] = replace(pair[later], sources=(*pair[later].sources, absent(5.0 * later)))
    there = replace(there, started=5.0 - 5.0 * later, finished=6.0 - 5.0 * later)
    pair[1 - later] = replace(pair[1 - later], sources=(*pair[1 - later].sources, there))
    judged = verdict(pair)
    assert (judged.verdict, judged.confirmed) == ("unknown", False)
    assert judged.reasons == ("mix had what was asked for in one of the two looks only",)


def test_a_source_that_could_not_be_read_whole_can_not_say_that_it_lacks_it() -> None:
    """The name may be the one that could not be read."""
    look = quiet_look()
    doubtful = replace(absent(), gaps=(gap("applications"),))
    assert verdict([replace(look, sources=(*look.sources, doubtful))]).verdict == "unknown"
