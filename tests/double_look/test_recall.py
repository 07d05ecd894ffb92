"""Once active, active until its end is seen: what is made of what is told of a run by its id."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.double_look.looks import AT, MARKS, law, running, verdict
from tests.double_look.telling import (
    AGAIN,
    RUN,
    SEEN,
    Saying,
    Told,
    breaks,
    ended,
    failing,
    looked,
    lost,
    refused,
    remembering,
    shown,
    still_active,
)

from quiesce.errors import Absent, Refused, SourceError
from quiesce.model import Run, State
from quiesce.past import Remembered
from quiesce.source import LAST_SEEN, Findings, Recollection

# --- the four things that may be said -----------------------------------------------------------


def test_found_active_it_is_in_the_answer() -> None:
    look = looked(Told(still_active), remembering(RUN))
    assert [(run.id, run.state) for run in look.runs] == [("7", State.PAUSED)]
    assert not look.gaps
    assert verdict([look]).verdict == "active"


def test_found_finished_its_end_is_kept_and_it_is_not_in_the_answer() -> None:
    look = looked(Told(ended), remembering(RUN))
    (source,) = look.sources
    assert [(run.id, run.state, run.ended_at) for run in source.ended] == [("7", State.FAILED, AT)]
    assert not look.runs
    assert not look.gaps
    assert verdict([look]).verdict == "quiet"


def test_not_there_is_a_gap_at_first_that_says_all_that_is_known() -> None:
    look = looked(Told(lost), remembering(RUN))
    (source,) = look.sources
    assert (source.lost, source.gone, source.ended) == (("7",), (), ())
    (gap,) = look.gaps
    assert gap.part == "run 7"
    assert gap.why == (
        "p (a) was active at 2026-11-22 09:55:00 UTC and is in no list; gate says that it does not"
        " have it; told so again in another look, it is taken for gone"
    )
    judged = verdict([look])
    assert judged.verdict == "unknown"
    assert judged.reasons == ("gate: of 1 run that was active before nothing is known now",)


def test_not_there_again_is_gone_and_named() -> None:
    look = looked(Told(lost), remembering(AGAIN))
    (source,) = look.sources
    assert (source.lost, source.ended, look.runs, look.gaps) == ((), (), (), ())
    assert [(run.id, run.state, run.ended_at) for run in source.gone] == [("7", State.GONE, None)]
    assert source.gone[0].details[LAST_SEEN] == SEEN.isoformat()
    judged = verdict([look])
    assert judged.verdict == "quiet"
    assert judged.reasons == (
        "p (a) 7 is gone: active at 2026-11-22 09:55 UTC, its end was not seen",
    )


def test_of_very_many_that_are_gone_the_first_are_named_and_the_rest_counted() -> None:
    """A system whose history was cleared must not fill every look that is kept."""
    again = [replace(AGAIN, run=replace(RUN, id=f"{number:03}")) for number in range(50)]
    judged = verdict([looked(Told(lost), remembering(*again))])
    assert judged.verdict == "quiet"
    assert [reason[:10] for reason in judged.reasons[:20]] == [f"p (a) {n:03} " for n in range(20)]
    assert judged.reasons[20:] == ("30 more runs are gone, too",)
    assert judged.sources[0].reasons == judged.reasons


def reads_nothing(findings: Findings) -> None:
    findings.gap("a", Refused("no"))


@pytest.mark.parametrize("lists", [reads_nothing, breaks])
@pytest.mark.parametrize("one", [RUN, AGAIN])
def test_a_source_that_answers_little_else_is_not_believed(
    lists: Callable[[Findings], None], one: Remembered | Run
) -> None:
    """A wrong address says 404 to everything, and counts neither as the first time."""
    look = looked(Told(lost, lists=lists), remembering(one))
    (source,) = look.sources
    assert (source.lost, source.gone) == ((), ())
    assert "run 7" in {gap.part for gap in look.gaps}
    assert verdict([look]).verdict == "unknown"


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (Told(refused), "refused"),
        (Told(), "unavailable"),
        (Told(takes=60.0), "unavailable"),
        (Told(ends=Refused("no")), "refused"),
        (Told(ends=SourceError("odd")), "unexpected"),
        (Told(ends=KeyError("defect")), "unexpected"),
        (Told(ends=TimeoutError()), "unavailable"),
        (Told(ends=Absent("pipeline", "p")), "unexpected"),
        (Told(refused, lost), "refused"),
        (Told(lost, refused), "refused"),
    ],
    ids=[
        *("refused", "not answered for", "too late", "refused at all", "odd", "defect"),
        *("time-out of its own", "absent", "refused and lost", "lost and refused"),
    ],
)
@pytest.mark.parametrize("one", [RUN, AGAIN])
def test_whatever_else_comes_of_it_is_a_gap(
    source: Told, error: str, one: Remembered | Run
) -> None:
    look = looked(source, remembering(one))
    (only,) = look.sources
    assert [(gap.part, gap.error) for gap in look.gaps] == [("run 7", error)]
    assert "was active at 2026-11-22 09:55:00 UTC" in look.gaps[0].why
    assert (only.lost, only.gone, only.ended, only.memory) == ((), (), (), None)
    assert only.parts == {"a": MARKS[0]}, "what was read before is kept"
    assert verdict([look]).verdict == "unknown"


def test_what_was_said_before_the_time_ran_out_is_kept() -> None:
    def only_the_first(recollection: Recollection, run: Run) -> None:
        if run.id == "7":
            still_active(recollection, run)

    look = looked(Told(only_the_first, takes=60.0), remembering(RUN, running(number="8")))
    assert [run.id for run in look.runs] == ["7"]
    assert [gap.part for gap in look.gaps] == ["run 8"]
    assert "did not answer everything within 10 s" in look.gaps[0].why


SAYINGS = (still_active, ended, lost, refused, failing)


@law(st.lists(st.sampled_from(SAYINGS), min_size=1, max_size=4), st.booleans(), st.data())
def test_the_order_of_what_is_said_does_not_matter(
    says: list[Saying], missing: bool, data: st.DataObject
) -> None:
    """Active wins over all else; a gap is never lost, and is never taken for `lost`."""
    one = Remembered(run=RUN, seen_at=SEEN, missing=missing)
    first = shown(Told(*says), remembering(one))
    again = shown(Told(*data.draw(st.permutations(says))), remembering(one))
    assert first == again
    assert bool(first.runs) == (still_active in says)
    assert bool(first.ended) == (ended in says and still_active not in says)
    assert bool(first.gone) == (missing and set(says) == {lost})
    assert ("run 7" in {gap.part for gap in first.gaps}) == (
        refused in says or failing in says or (set(says) == {lost} and not missing)
    )
