"""From the store to estimates: the past of pipelines, what they start, how earlier ones held."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quiesce.app.outlook import foreseen
from quiesce.forecast import DEPTH
from quiesce.model import Mark, Run, SourceLook, State
from quiesce.past import Estimate, Outlook
from quiesce.render.estimates import quiet_note
from quiesce.store import Identity, Store, open_store
from quiesce.store.writing import write

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
GATE = Identity(name="gate", kind="spinnaker", address="https://gate")
NAMES = {"gate": "gate"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "memory.db"), create=True) as store:
        with store.writing() as connection:
            write.keys(connection, [GATE])
        yield store


def ran(number: int, minutes: float, ago: float, pipeline: str = "Deploy", **more: str) -> Run:
    """A run that took so long and ended so many minutes ago."""
    ended = NOW - timedelta(minutes=ago)
    return Run(
        source="gate",
        application="eks",
        pipeline=pipeline,
        id=f"{pipeline}-{number}",
        type="pipeline",
        state=State.SUCCEEDED,
        native_state="SUCCEEDED",
        started_at=ended - timedelta(minutes=minutes),
        ended_at=ended,
        parent=more.get("parent"),
    )


def running(minutes: float, pipeline: str = "Deploy") -> Run:
    return Run(
        source="gate",
        application="eks",
        pipeline=pipeline,
        id="now",
        type="pipeline",
        state=State.RUNNING,
        native_state="RUNNING",
        started_at=NOW - timedelta(minutes=minutes),
    )


def keep(store: Store, *runs: Run, at: datetime = NOW, verdict: str = "active") -> None:
    look = SourceLook(
        name="gate", kind="spinnaker", started=0, finished=1, ended=runs, parts={"a": Mark("")}
    )
    part = write.Surveyed(
        key="gate",
        look=look,
        began_at=at,
        ended_at=at,
        scope=None,
        verdict="quiet" if verdict == "quiet" else "active",
        confirmed=False,
        settled=False,
        reasons=(),
        waived=0,
    )
    with store.writing() as connection:
        write.record(connection, f"{at.isoformat()} {len(runs)}", [part])


def outlook(store: Store, *runs: Run) -> Outlook:
    with store.reading() as connection:
        return foreseen(connection, NAMES, runs, NOW)


def together(store: Store, *runs: Run) -> Estimate:
    found = outlook(store, *runs).quiet
    assert found is not None
    return found


def said(store: Store, *runs: Run) -> str:
    return quiet_note(outlook(store, *runs), runs)


def test_an_estimate_rests_on_the_past_of_the_pipeline(store: Store) -> None:
    keep(store, *(ran(number, 10 + number % 3, 200 * number + 300) for number in range(30)))
    found = outlook(store, running(4)).runs["gate/now"]
    assert (found.runs, found.basis) == (30, "pipeline")
    assert found.likely is not None
    assert found.bound is not None
    assert 5 * 60 < found.likely < 9 * 60
    assert found.likely < found.bound < 15 * 60


def test_without_a_past_there_is_no_number(store: Store) -> None:
    found = together(store, running(4))
    assert (found.likely, found.bound) == (None, None)
    assert said(store, running(4)) == "no estimate: no runs so far"


def test_what_a_run_usually_starts_makes_it_later(store: Store) -> None:
    parents = [ran(number, 10, 500 * number + 400) for number in range(30)]
    keep(store, *parents)
    alone = together(store, running(4)).likely
    children = [
        ran(number, 20, 500 * number + 380, "Smoke tests", parent=parent.id)
        for number, parent in enumerate(parents)
    ]
    keep(store, *children, at=NOW + timedelta(seconds=1))
    later = together(store, running(4)).likely
    assert alone is not None
    assert later is not None
    assert later > alone + 15 * 60


@pytest.mark.parametrize("generations", [1, DEPTH])
def test_what_is_started_is_followed_as_far_as_a_forecast_goes(
    generations: int, store: Store
) -> None:
    """Each generation takes 20 minutes more, and the last one counts as the first does."""
    line = [ran(number, 10, 500 * number + 400) for number in range(30)]
    keep(store, *line)
    before = together(store, running(4)).likely
    for generation in range(1, generations + 1):
        line = [
            ran(number, 20, 500 * number + 400 - 20 * generation, f"{generation}", parent=parent.id)
            for number, parent in enumerate(line)
        ]
        keep(store, *line, at=NOW + timedelta(seconds=generation))
    after = together(store, running(4)).likely
    assert before is not None
    assert after is not None
    assert after == pytest.approx(before + generations * 20 * 60, abs=120)


def test_predictions_that_were_too_short_make_the_next_one_longer(store: Store) -> None:
    """Sixty times it was said to be over in a minute or two, and each time it took ten."""
    keep(store, *(ran(number, 10, 200 * number + 300) for number in range(60)))
    before = together(store, running(4))
    short = Estimate(at=NOW, likely=60.0, bound=120.0, basis="pipeline", runs=9)
    with store.writing() as connection:
        for number in range(60):
            begun = NOW - timedelta(minutes=200 * number + 310)
            write.predicted(connection, NAMES, Outlook(quiet=short), begun)
    keep(store, at=NOW, verdict="quiet")
    after = together(store, running(4))
    assert before.bound is not None
    assert after.bound is not None
    assert after.factor == 5.0  # 600 s of 120 s
    assert after.bound == pytest.approx(5 * before.bound)
    assert "corrected by 60 earlier predictions" in said(store, running(4))


def test_slow_times_are_said(store: Store) -> None:
    usual = (ran(number, 8 + number * 7 % 5, 200 * number + 300) for number in range(40))
    keep(store, *usual)
    assert "slower" not in said(store, running(4))
    keep(store, *(ran(100 + number, 25, 10 * number + 1) for number in range(5)))
    assert "slower than usual now: 2.5 times" in said(store, running(4))


def test_a_source_that_the_store_does_not_know_has_no_past(store: Store) -> None:
    with store.reading() as connection:
        found = foreseen(connection, {}, [running(4)], NOW)
    assert found.runs["gate/now"].likely is None
