"""Who is asked for by its id, and what a memory that can't be read costs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

import pytest
from msgspec.structs import replace
from tests.double_look.looks import AT, MARKS, verdict
from tests.double_look.telling import (
    RUN,
    Saying,
    Told,
    breaks,
    ended,
    looked,
    refused,
    remembering,
    shown,
    still_active,
)

from quiesce.errors import Absent, Refused, StoreError
from quiesce.model import REST, Question, Run, State
from quiesce.past import Remembered
from quiesce.source import Findings, Recollection
from quiesce.survey import Remember

# --- who is asked for ----------------------------------------------------------------------------


def test_what_a_list_shows_as_active_is_not_asked_for() -> None:
    source = Told(lists=lambda findings: findings.run(RUN))
    assert shown(source, remembering(RUN)).runs == (RUN,)
    assert not source.asked


@pytest.mark.parametrize("past", [True, False])
def test_what_was_met_finished_is_not_asked_for_and_its_end_is_kept(past: bool) -> None:
    done = replace(RUN, state=State.SUCCEEDED)
    source = Told(lists=lambda findings: findings.run(done))
    look = shown(source, remembering(RUN), Question(past=past))
    assert look.ended == (done,)
    assert not source.asked
    assert not look.runs


def test_sources_are_asked_for_ends_wherever_there_is_a_memory() -> None:
    """Or a run would be asked for by its id in one look of a pair, and not in the other."""
    asked: list[Question] = []

    class Curious(Told):
        async def survey(self, question: Question, findings: Findings) -> None:
            asked.append(question)

    shown(Curious(), remembering())
    looked(Curious(), None)
    assert [question.past for question in asked] == [True, False]


def test_finished_runs_are_kept_for_the_memory_and_are_no_answer() -> None:
    done = replace(RUN, state=State.SUCCEEDED)
    other = replace(done, id="8", application="b")

    def lists(findings: Findings) -> None:
        findings.run(done)
        findings.run(other)

    nothing = remembering()
    assert shown(Told(lists=lists), nothing).ended == ()
    assert shown(Told(lists=lists), nothing, Question(past=True)).ended == (done, other)
    assert shown(Told(lists=lists), nothing, Question(past=True, application="A")).ended == (done,)
    named = shown(Told(lists=lists), nothing, Question(past=True, pipeline="p"))
    assert (named.runs, named.ended) == ((done, other), ())


def test_seen_active_and_finished_in_one_look_it_is_active() -> None:
    def lists(findings: Findings) -> None:
        findings.run(replace(RUN, state=State.SUCCEEDED, ended_at=AT))
        findings.run(RUN)

    look = shown(Told(lists=lists), remembering(), Question(past=True))
    assert (look.runs, look.ended) == ((RUN,), ())


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (Question(application="A"), True),
        (Question(application="b"), False),
        (Question(pipeline="p"), True),
        (Question(pipeline="q"), False),
    ],
)
def test_only_what_bears_on_the_question_is_asked_for(question: Question, asked: bool) -> None:
    source = Told(still_active)
    look = shown(source, remembering(RUN), question)
    assert bool(source.asked) == bool(look.runs) == asked


def test_a_run_that_is_asked_for_counts_wherever_it_says_that_it_belongs() -> None:
    """A pipeline that was moved: what was remembered of it decides, or it would be dropped."""

    def elsewhere(recollection: Recollection, run: Run) -> None:
        recollection.run(replace(run, application="b"))

    look = shown(Told(elsewhere), remembering(RUN), Question(application="a"))
    assert [run.id for run in look.runs] == ["7"]


def test_others_that_are_met_count_if_they_were_asked_about() -> None:
    def others(recollection: Recollection, run: Run) -> None:
        recollection.run(replace(run, id="8"))
        recollection.run(replace(run, id="9", application="b"))
        recollection.run(replace(run, id="10", state=State.SUCCEEDED))
        recollection.gap(replace(run, id="11"), Refused("no"))
        recollection.lost(replace(run, id="12"))

    look = shown(Told(others, ended), remembering(RUN), Question(application="a", past=True))
    assert [run.id for run in look.runs] == ["8"]
    assert sorted(run.id for run in look.ended) == ["10", "7"]
    assert [(gap.part, gap.why) for gap in look.gaps] == [
        ("run 11", "p (a): asking for it failed: no")
    ]
    assert look.lost == ()


def test_a_kind_without_the_power_has_no_memory() -> None:
    class Plain:
        async def survey(self, question: Question, findings: Findings) -> None:
            findings.read("a", MARKS[0])

        async def aclose(self) -> None:
            """Nothing is open."""

    def never(_: str) -> Awaitable[Sequence[Remembered]]:
        raise AssertionError

    assert not shown(Plain(), never).gaps


def test_after_a_source_that_failed_its_runs_are_asked_for_all_the_same() -> None:
    look = shown(Told(still_active, lists=breaks), remembering(RUN))
    assert [run.id for run in look.runs] == ["7"]
    assert [gap.part for gap in look.gaps] == [REST]


@pytest.mark.parametrize(("says", "word"), [(still_active, "active"), (refused, "unknown")])
def test_an_application_that_is_gone_does_not_take_its_runs_along(says: Saying, word: str) -> None:
    """It was deleted while they ran: that there is no such name says nothing of them."""

    def absent(_: Findings) -> None:
        raise Absent("application", "a")

    look = looked(Told(says, lists=absent), remembering(RUN), Question(application="a"))
    assert look.sources[0].absent is not None
    assert verdict([look]).verdict == word


def test_a_name_that_was_never_seen_is_absent_and_nothing_else() -> None:
    def absent(_: Findings) -> None:
        raise Absent("application", "x")

    source = Told(lists=absent)
    look = shown(source, remembering(RUN), Question(application="x"))
    assert look.absent is not None
    assert not look.gaps
    assert not source.asked


# --- a memory that can't be read -----------------------------------------------------------------


def broken(error: Exception) -> Remember:
    async def remember(_: str) -> Sequence[Remembered]:
        raise error

    return remember


@pytest.mark.parametrize(
    ("error", "says", "hint"),
    [
        (StoreError("the disk is full", hint="make room"), ": the disk is full", "make room; or "),
        (StoreError("it is lost"), ": it is lost", ""),
        (KeyError("secret"), " (KeyError)", ""),
    ],
)
def test_without_its_memory_nothing_is_quiet(error: Exception, says: str, hint: str) -> None:
    source = Told(lists=lambda findings: findings.run(RUN))
    look = looked(source, broken(error))
    (gap,) = look.gaps
    assert gap.part == "memory"
    assert gap.why == (
        "the memory of gate could not be read, so what was active before was not asked for" + says
    )
    assert gap.hint == f"{hint}use --no-store to do without"
    assert [run.id for run in look.runs] == ["7"], "what was seen without it still stands"
    judged = verdict([looked(Told(), broken(error))])
    assert judged.verdict == "unknown"
    # It is no part of the system, and not counted as one.
    assert judged.reasons == (
        "gate: the memory of gate could not be read, so what was active before is not known",
    )


def test_of_a_first_look_it_is_said_too_what_was_not_known_of_the_memory() -> None:
    first = looked(Told(), broken(StoreError("it is lost")))
    (reason,) = verdict([first, looked(Told(), None)]).reasons
    assert reason.endswith("so what was active before is not known (in the first look)")


def test_a_memory_that_hangs_costs_no_more_than_the_deadline() -> None:
    async def hangs(_: str) -> Sequence[Remembered]:
        await asyncio.sleep(3600)
        return ()

    look = shown(Told(), hangs)
    assert (look.finished, look.parts) == (10.0, {"a": MARKS[0]})
    assert [gap.part for gap in look.gaps] == ["memory"]
    assert look.gaps[0].why.endswith("was not asked for within 10 s")
