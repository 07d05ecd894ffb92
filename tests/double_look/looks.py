"""Hypothesis strategies for looks and pairs of looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from quiesce.errors import Absent
from quiesce.model import FINISHED, Gap, Look, Mark, Run, SourceLook, State, Verdict
from quiesce.verdict import Expectation, judge

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NAMES = ("gate", "mix", "other")
PARTS = ("a", "b", "c", "*")
MARKS = (Mark("one"), Mark("two"))
ENDED = 20.0
"""When the last answer of every look here has come, at the latest."""

Test = TypeVar("Test", bound=Callable[..., None])


def law(*strategies: st.SearchStrategy[Any]) -> Callable[[Test], Test]:
    """`given`, on a machine that is as busy as it likes."""

    def decorate(test: Test) -> Test:
        unhurried = settings(suppress_health_check=[HealthCheck.too_slow])
        return cast("Test", unhurried(given(*strategies)(test)))

    return decorate


names = st.sampled_from(NAMES)
parts = st.sampled_from(PARTS)
active_states = st.sampled_from([state for state in State if state.active])
finished_states = st.sampled_from(sorted(FINISHED))


@st.composite
def runs(draw: st.DrawFn, source: str, states: st.SearchStrategy[State] | None = None) -> Run:
    state = draw(st.sampled_from(State) if states is None else states)
    return Run(
        source=source,
        application=draw(parts),
        pipeline="p",
        id=draw(st.sampled_from(["1", "2", "3"])),
        type="pipeline",
        state=state,
        native_state=state.upper(),
        ended_at=draw(st.sampled_from([None, AT])),
    )


def gap(part: str, why: str = "it was refused") -> Gap:
    return Gap(part=part, error="refused", why=why)


@st.composite
def source_looks(draw: st.DrawFn, name: str, begin: float, quiet: bool) -> SourceLook:
    """What one source has shown; `quiet` ones are whole and show nothing active."""
    if quiet:
        marks: list[Mark | None] = [*MARKS]
        least = 1
        shown = draw(st.lists(runs(name, finished_states), max_size=2))
        gaps: list[Gap] = []
        absent = None
    else:
        marks, least = [*MARKS, None], 0
        shown = draw(st.lists(runs(name), max_size=2))
        gaps = [gap(part) for part in draw(st.lists(parts, unique=True, max_size=2))]
        absent = Absent("application", "a") if draw(st.integers(0, 9)) == 0 else None
    read = draw(st.dictionaries(parts, st.sampled_from(marks), min_size=least))
    seconds = draw(st.floats(0, 5, allow_nan=False))
    return SourceLook(
        name=name,
        kind="spinnaker",
        started=begin,
        finished=begin + seconds,
        runs=tuple(shown),
        parts={part: mark for part, mark in read.items() if part not in {g.part for g in gaps}},
        gaps=tuple(gaps),
        absent=absent,
    )


@st.composite
def looks(draw: st.DrawFn, begin: float = 0.0) -> Look:
    quiet = draw(st.booleans())
    chosen = draw(st.lists(names, unique=True, min_size=int(quiet), max_size=2))
    sources = [draw(source_looks(name, begin, quiet)) for name in chosen]
    return Look(sources=tuple(sources), began_at=AT, ended_at=AT)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Look, Look]:
    """Two looks, of which the second is mostly the first one again."""
    first = draw(looks())
    if draw(st.integers(0, 4)) == 0:
        return first, draw(looks(begin=draw(st.sampled_from([2.0, 10.0]))))
    begin = draw(st.sampled_from([2.0, 6.0, 10.0]))
    again = tuple(
        replace(source, started=begin, finished=begin + 1.0, runs=()) for source in first.sources
    )
    return first, replace(first, sources=again)


any_looks = st.one_of(looks().map(lambda look: (look,)), pairs())
"""What `judge` takes: one look or a pair of them."""


def quiet_look(begin: float = 0.0, /, **marks: Mark | None) -> Look:
    """One source that has read some parts, and nothing else."""
    parts: dict[str, Mark | None] = marks or {"a": MARKS[0]}
    source = SourceLook(
        name="gate", kind="spinnaker", started=begin, finished=begin + 1, parts=parts
    )
    return Look(sources=(source,), began_at=AT, ended_at=AT)


def running(source: str = "gate", number: str = "7") -> Run:
    return Run(
        source=source,
        application="a",
        pipeline="p",
        id=number,
        type="pipeline",
        state=State.RUNNING,
        native_state="RUNNING",
    )


EXPECTED = Expectation(max_age=ENDED)


def verdict(
    looks: Sequence[Look], expected: Expectation = EXPECTED, waived: Mapping[str, str] | None = None
) -> Verdict:
    return judge(looks, expected, waived or {}, looks[-1].finished, AT)
