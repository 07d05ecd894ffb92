"""What holds of the judge, whatever the looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.double_look import looks as strategies
from tests.double_look.looks import (
    AT,
    ENDED,
    EXPECTED,
    any_looks,
    gap,
    law,
    quiet_look,
    verdict,
)

from quiesce.model import Look, SourceLook, State, Verdict
from quiesce.verdict import ORDER, Expectation, judge


def rank(judged: Verdict) -> int:
    return ORDER.index(judged.verdict)


def with_source(looks: Sequence[Look], index: int, source: SourceLook) -> list[Look]:
    """The same looks, where one of the sources has shown something else."""
    look = looks[index]
    sources = tuple(source if one.name == source.name else one for one in look.sources)
    return [replace(look, sources=sources) if at == index else at_ for at, at_ in enumerate(looks)]


@st.composite
def looks_and_one(draw: st.DrawFn) -> tuple[tuple[Look, ...], int, SourceLook]:
    """Looks, and one of their sources to add something to."""
    drawn = draw(any_looks.filter(lambda looks: any(look.sources for look in looks)))
    index = draw(st.sampled_from([at for at, look in enumerate(drawn) if look.sources]))
    return drawn, index, draw(st.sampled_from(drawn[index].sources))


# --- what is added never makes it quieter -----------------------------------------------------


@law(looks_and_one())
def test_a_gap_never_makes_it_quieter(chosen: tuple[tuple[Look, ...], int, SourceLook]) -> None:
    looks, index, source = chosen
    worse = replace(source, gaps=(*source.gaps, gap("something else")))
    after = verdict(with_source(looks, index, worse))
    assert rank(after) >= rank(verdict(looks))
    assert after.verdict != "quiet"


@law(looks_and_one(), strategies.parts)
def test_a_gap_in_place_of_a_part_is_never_quiet(
    chosen: tuple[tuple[Look, ...], int, SourceLook], part: str
) -> None:
    """The part is lost, and with it what its mark told; `quiet` can't come of that."""
    looks, index, source = chosen
    read = {name: mark for name, mark in source.parts.items() if name != part}
    worse = replace(source, parts=read, gaps=(*source.gaps, gap(part)))
    after = verdict(with_source(looks, index, worse))
    assert after.verdict != "quiet"
    assert not after.confirmed


@law(looks_and_one(), st.data())
def test_an_active_run_never_makes_it_quieter(
    chosen: tuple[tuple[Look, ...], int, SourceLook], data: st.DataObject
) -> None:
    looks, index, source = chosen
    run = data.draw(strategies.runs(source.name, strategies.active_states))
    after = verdict(with_source(looks, index, replace(source, runs=(*source.runs, run))))
    assert rank(after) >= rank(verdict(looks))
    assert not after.confirmed
    if any(one.name == source.name for one in looks[-1].sources):
        assert after.verdict == "active"


@law(looks_and_one(), st.data())
def test_a_finished_run_changes_nothing(
    chosen: tuple[tuple[Look, ...], int, SourceLook], data: st.DataObject
) -> None:
    looks, index, source = chosen
    run = data.draw(strategies.runs(source.name, strategies.finished_states))
    if source.absent is None:
        after = verdict(with_source(looks, index, replace(source, runs=(*source.runs, run))))
        assert after == verdict(looks)


# --- order, duplicates ------------------------------------------------------------------------


def essence(judged: Verdict) -> object:
    """All but the wording."""
    by_source = {source.name: source.verdict for source in judged.sources}
    flags = (judged.confirmed, judged.settled, judged.restless, judged.idle_for)
    return judged.verdict, flags, by_source, len(judged.reasons)


@law(any_looks, st.data())
def test_the_order_of_answers_does_not_matter(looks: tuple[Look, ...], data: st.DataObject) -> None:
    def shuffled(items: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(data.draw(st.permutations(items)))

    def otherwise(source: SourceLook) -> SourceLook:
        return replace(
            source,
            runs=shuffled(source.runs),
            gaps=shuffled(source.gaps),
            parts=dict(shuffled(list(source.parts.items()))),
        )

    again = [
        replace(look, sources=tuple(otherwise(source) for source in shuffled(look.sources)))
        for look in looks
    ]
    assert essence(verdict(again)) == essence(verdict(looks))


# --- active beats unknown beats quiet ----------------------------------------------------------


@law(any_looks)
def test_active_beats_unknown_and_unknown_beats_quiet(looks: tuple[Look, ...]) -> None:
    judged = verdict(looks)
    asked = [source.verdict for source in judged.sources]
    for name in asked:
        assert rank(judged) >= ORDER.index(name)
    running = [any(run.state.active for run in look.runs) for look in looks]
    if running[-1] or judged.restless:
        assert judged.verdict == "active"
    elif not any(running) and looks[-1].gaps:
        assert judged.verdict == "unknown"


@law(any_looks)
def test_what_is_not_quiet_has_a_reason_and_is_neither_confirmed_nor_settled(
    looks: tuple[Look, ...],
) -> None:
    judged = verdict(looks)
    if judged.verdict != "quiet":
        assert judged.reasons
        assert not judged.confirmed
    if not judged.confirmed:
        assert not judged.settled
        assert judged.idle_for is None
        assert judged.instant is None


@law(any_looks)
def test_a_source_without_parts_is_unknown(looks: tuple[Look, ...]) -> None:
    judged = {source.name: source.verdict for source in verdict(looks).sources}
    for source in looks[-1].sources:
        if not source.parts and source.absent is None:
            assert judged[source.name] != "quiet"
            assert verdict(looks).verdict != "quiet"


def test_no_source_at_all_is_unknown() -> None:
    nothing = Look(sources=(), began_at=AT, ended_at=AT)
    assert verdict([nothing]).verdict == "unknown"
    assert verdict([nothing, nothing]).verdict == "unknown"


@pytest.mark.parametrize("count", [0, 3])
def test_a_verdict_takes_one_look_or_two(count: int) -> None:
    with pytest.raises(ValueError, match="one look or a pair"):
        judge([quiet_look()] * count, EXPECTED, {}, 0.0, AT)


# --- age, number of parts -------------------------------------------------------------


@law(any_looks, st.floats(-5, 100, allow_nan=False))
def test_an_old_quiet_is_unknown_and_an_old_active_stays(
    looks: tuple[Look, ...], age: float
) -> None:
    expected = Expectation(max_age=2.0)
    fresh = judge(looks, expected, {}, looks[-1].finished, AT)
    now = looks[-1].finished + age
    later = judge(looks, expected, {}, now, AT)
    if fresh.verdict == "quiet" and not 0 <= now - looks[-1].finished <= 2:
        assert later.verdict == "unknown"
        assert not later.confirmed
    else:
        assert later.verdict == fresh.verdict


@pytest.mark.parametrize(
    ("age", "word"), [(-0.1, "unknown"), (0.0, "quiet"), (2.0, "quiet"), (2.1, "unknown")]
)
def test_a_quiet_holds_for_as_long_as_it_may(age: float, word: str) -> None:
    """A clock that went backwards says nothing about the age, so that is unknown as well."""
    pair = [quiet_look(), quiet_look(5)]
    judged = judge(pair, Expectation(max_age=2.0), {}, pair[1].finished + age, AT)
    assert (judged.verdict, judged.confirmed) == (word, word == "quiet")


@law(any_looks, strategies.names, st.integers(0, 6))
def test_fewer_parts_than_expected_are_never_quiet(
    looks: tuple[Look, ...], name: str, least: int
) -> None:
    expected = Expectation(max_age=ENDED, at_least={name: least})
    judged = verdict(looks, expected)
    assert rank(judged) >= rank(verdict(looks))
    for source in looks[-1].sources:
        if source.name == name and source.absent is None and len(source.parts) < least:
            assert judged.verdict != "quiet"


def test_every_state_but_the_finished_ones_is_active() -> None:
    assert {state for state in State if not state.active} == {
        *(State.SUCCEEDED, State.FAILED, State.CANCELED, State.TIMED_OUT),
        *(State.SKIPPED, State.RETRIED, State.GONE),
    }
