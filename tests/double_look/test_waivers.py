"""What holds of the judge where runs are waived: the rest is proven as if they were not there."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.double_look.looks import MARKS, any_looks, gap, law, pairs, quiet_look, running, verdict

from quiesce.model import Look, Run

WORDS = "until 2026-12-01 by bob: known zombie"


def active(looks: tuple[Look, ...]) -> list[Run]:
    return [run for look in looks for run in look.runs if run.state.active]


def without_active(look: Look) -> Look:
    """The same look, as if nothing that is active had been shown."""
    sources = (
        replace(source, runs=tuple(run for run in source.runs if not run.state.active))
        for source in look.sources
    )
    return replace(look, sources=tuple(sources))


def with_run(look: Look, *runs: Run) -> Look:
    return replace(look, sources=(replace(look.sources[0], runs=runs), *look.sources[1:]))


@law(any_looks)
def test_a_waiver_of_all_that_is_active_leaves_the_verdict_on_the_rest(
    looks: tuple[Look, ...],
) -> None:
    """Also what is claimed of it: a wedged run keeps nobody from a confirmed answer."""
    judged = verdict(looks, waived={run.reference: WORDS for run in active(looks)})
    rest = verdict([without_active(look) for look in looks])
    if any(source.absent for look in looks for source in look.sources):
        return  # a source that shows a run has what was asked for
    assert (judged.verdict, judged.confirmed, judged.settled, judged.idle_for) == (
        (rest.verdict, rest.confirmed, rest.settled, rest.idle_for)
    )


@law(any_looks)
def test_whatever_is_waived_is_named_in_the_reasons(looks: tuple[Look, ...]) -> None:
    """In whichever look it was shown: the second one may show marks alone."""
    judged = verdict(looks, waived={run.reference: WORDS for run in active(looks)})
    for run in active(looks):
        assert judged.reasons.count(f"{run.reference} is active and waived {WORDS}") == 1
    assert list(judged.waived) == [one for one in judged.reasons if " and waived " in one]


@law(any_looks)
def test_a_waiver_never_hides_a_gap(looks: tuple[Look, ...]) -> None:
    judged = verdict(looks, waived={run.reference: WORDS for run in active(looks)})
    if any(source.gaps for look in looks for source in look.sources):
        assert judged.verdict != "quiet"


@law(pairs())
def test_a_waiver_makes_no_mark_equal(pair: tuple[Look, Look]) -> None:
    """What changed between the looks may be another run than the waived one."""
    judged = verdict(pair, waived={run.reference: WORDS for run in active(pair)})
    assert judged.restless == verdict(pair).restless


@pytest.mark.parametrize("at", [{0}, {1}, {0, 1}])
def test_a_pair_with_a_waived_run_is_confirmed_and_says_so(at: set[int]) -> None:
    pair = [quiet_look(), quiet_look(5)]
    looks = [with_run(look, running()) if n in at else look for n, look in enumerate(pair)]
    judged = verdict(looks, waived={"gate/7": WORDS})
    assert (judged.verdict, judged.confirmed) == ("quiet", True)
    assert judged.reasons == (f"gate/7 is active and waived {WORDS}",)


@pytest.mark.parametrize("at", [0, 1])
def test_beside_a_waived_run_another_one_counts(at: int) -> None:
    pair = [quiet_look(), quiet_look(5)]
    pair[at] = with_run(pair[at], running(), running(number="8"))
    judged = verdict(pair, waived={"gate/7": WORDS, "mix/8": WORDS})
    assert (judged.verdict, judged.confirmed) == ("active", False)
    assert judged.reasons[0] == "1 run is active"


def test_beside_a_waived_run_marks_that_differ_are_active() -> None:
    pair = [with_run(quiet_look(a=MARKS[0]), running()), quiet_look(5, a=MARKS[1])]
    judged = verdict(pair, waived={"gate/7": WORDS})
    assert (judged.verdict, judged.restless, judged.confirmed) == ("active", True, False)


def test_a_run_that_is_waived_and_could_not_be_told_does_not_count_either() -> None:
    """If it were active it would not count; but nothing is confirmed beside it, and it is named."""
    look = quiet_look()
    doubtful = replace(look.sources[0], gaps=(gap("run 7"),))
    one = replace(look, sources=(doubtful,))
    assert verdict([one]).verdict == "unknown"
    judged = verdict([one], waived={"gate/7": WORDS})
    assert judged.verdict == "quiet"
    assert judged.reasons == (f"gate/7 can't be told and waived {WORDS}",)
    pair = verdict(
        [one, replace(one, sources=(replace(doubtful, started=10.0, finished=11.0),))],
        waived={"gate/7": WORDS},
    )
    assert (pair.verdict, pair.confirmed) == ("quiet", False)


@pytest.mark.parametrize("part", ["run 8", "memory", "eks/pipelines", "*"])
def test_no_other_gap_is_covered_by_a_waiver(part: str) -> None:
    look = quiet_look()
    doubtful = replace(look.sources[0], gaps=(gap("run 7"), gap(part)))
    judged = verdict([replace(look, sources=(doubtful,))], waived={"gate/7": WORDS})
    assert judged.verdict == "unknown"


def test_a_waiver_without_words_needs_none() -> None:
    judged = verdict([with_run(quiet_look(), running())], waived={"gate/7": ""})
    assert judged.reasons == ("gate/7 is active and waived",)
