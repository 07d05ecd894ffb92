"""What holds of the notes that a survey takes, whatever a source says and in which order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

import pytest
from hypothesis import strategies as st
from tests.double_look.clock import now, simulate
from tests.double_look.faces import subject
from tests.double_look.looks import MARKS, law, parts, running, runs

from quiesce.errors import Absent, Refused, SourceError
from quiesce.model import REST, Look, Mark, Question, Run
from quiesce.source import Findings
from quiesce.survey import Notes, Progress, Subject, survey

Said = tuple[Literal["read", "gap", "run"], str, Mark | None, Run]

said = st.lists(
    st.tuples(
        st.sampled_from(["read", "gap", "run"]),
        parts,
        st.sampled_from([*MARKS, None]),
        runs("gate"),
    ),
    max_size=6,
)


def taken(sayings: list[Said]) -> Notes:
    notes = Notes(Progress())
    for what, part, mark, run in sayings:
        if what == "read":
            notes.read(part, mark)
        elif what == "gap":
            notes.gap(part, Refused("it was refused"))
        else:
            notes.run(run)
    return notes


@law(said)
def test_no_part_is_both_read_and_a_gap(sayings: list[Said]) -> None:
    notes = taken(sayings)
    assert not notes.parts.keys() & notes.gaps.keys()
    named = {part for what, part, _, _ in sayings if what != "run"}
    assert notes.parts.keys() | notes.gaps.keys() == named


@law(said)
def test_a_part_with_a_gap_stays_one(sayings: list[Said]) -> None:
    """However often and whenever it was read as well."""
    notes = taken(sayings)
    assert notes.gaps.keys() == {part for what, part, _, _ in sayings if what == "gap"}


@law(said, st.data())
def test_the_order_of_sightings_does_not_matter(sayings: list[Said], data: st.DataObject) -> None:
    shuffled = taken(data.draw(st.permutations(sayings)))
    notes = taken(sayings)
    assert (shuffled.runs, shuffled.parts, shuffled.gaps) == (notes.runs, notes.parts, notes.gaps)


@law(said)
def test_duplicates_do_not_matter(sayings: list[Said]) -> None:
    twice, once = taken(sayings * 2), taken(sayings)
    assert (twice.runs, twice.parts, twice.gaps) == (once.runs, once.parts, once.gaps)


@law(said)
def test_no_run_is_lost_and_the_active_sighting_wins(sayings: list[Said]) -> None:
    notes = taken(sayings)
    seen = [run for what, _, _, run in sayings if what == "run"]
    assert notes.runs.keys() == {run.id for run in seen}
    active = {run.id for run in seen if run.state.active}
    assert {number for number, run in notes.runs.items() if run.state.active} == active


@law(said)
def test_two_marks_for_one_part_are_none(sayings: list[Said]) -> None:
    """Whichever is right, the part did not hold still."""
    notes = taken(sayings)
    for part, kept in notes.parts.items():
        marks = {mark for what, name, mark, _ in sayings if what == "read" and name == part}
        assert kept == (marks.pop() if len(marks) == 1 else None)


# --- what a source does wrong is a gap, and costs nothing else ----------------------------------

Doing = Callable[[Findings], None]


class Scripted:
    """A source that reads `a`, sees a run, and then does something."""

    def __init__(self, does: Doing, takes: float = 1.0) -> None:
        self._does = does
        self._takes = takes

    async def survey(self, question: Question, findings: Findings) -> None:
        findings.read("a", MARKS[0])
        findings.run(running())
        await asyncio.sleep(self._takes)
        self._does(findings)
        findings.read("b", MARKS[0])

    async def aclose(self) -> None:
        """Nothing is open."""


def raising(error: BaseException) -> Doing:
    def does(_: Findings) -> None:
        raise error

    return does


def surveyed(*sources: Scripted) -> Look:
    subjects = [subject(f"s{index}", source, deadline=10.0) for index, source in enumerate(sources)]
    return simulate(survey_all(subjects))


async def survey_all(subjects: Sequence[Subject]) -> Look:
    return await survey(subjects, Question(marks=True), clock=now)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (Scripted(raising(Refused("no"))), "refused"),
        (Scripted(raising(SourceError("odd"))), "unexpected"),
        (Scripted(raising(KeyError("defect"))), "unexpected"),
        (Scripted(raising(TimeoutError())), "unavailable"),
        (Scripted(raising(RecursionError())), "unexpected"),
        (Scripted(lambda _: None, takes=11.0), "unavailable"),
    ],
    ids=["refused", "odd", "defect", "time-out of its own", "recursion", "deadline"],
)
def test_whatever_ends_a_source_keeps_what_was_found_and_is_a_gap(
    source: Scripted, error: str
) -> None:
    look = surveyed(source, Scripted(lambda _: None))
    broken, whole = look.sources
    assert broken.parts == {"a": MARKS[0]}
    assert [run.id for run in broken.runs] == ["7"]
    assert [(gap.part, gap.error) for gap in broken.gaps] == [(REST, error)]
    assert whole.parts.keys() == {"a", "b"}
    assert not whole.gaps


def test_a_name_that_is_not_there_is_no_gap() -> None:
    (source,) = surveyed(Scripted(raising(Absent("application", "x")))).sources
    assert source.absent is not None
    assert not source.gaps


def test_times_enclose_all_that_a_source_did() -> None:
    fast, slow = surveyed(Scripted(lambda _: None, 1.0), Scripted(lambda _: None, 4.0)).sources
    assert (fast.started, fast.finished) == (0.0, 1.0)
    assert (slow.started, slow.finished) == (0.0, 4.0)


def test_a_run_that_was_not_asked_for_is_left_out_whatever_a_source_says() -> None:
    other = running(number="8")

    async def asking() -> Look:
        source = Scripted(lambda findings: findings.run(other))
        asked = Question(application="b", marks=True)
        return await survey([subject("s", source)], asked, clock=now)

    assert not simulate(asking()).runs
