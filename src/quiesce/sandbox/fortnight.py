"""Two weeks of the made-up company, as they would have been seen: runs, not answers.

For a memory that is to have something in it: working days of builds that start deployments, a
long job each night, an export each hour, and weekends on which little happens.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import exp

from quiesce.model import Run, RunType, State
from quiesce.sandbox.company import APPLICATIONS, EXPORTS, PROJECT
from quiesce.sandbox.ids import ulid

DAYS = 14
_ENDS = [State.SUCCEEDED] * 17 + [State.FAILED] * 2 + [State.CANCELED]
_WORDS = {State.SUCCEEDED: "SUCCEEDED", State.FAILED: "TERMINAL", State.CANCELED: "CANCELED"}
_BUILD, _STAGING, _PRODUCTION, _SMOKE = 6.0, 4.0, 25.0, 3.0
"""Median lengths in minutes."""


def spinnaker_runs(source: str, now: datetime, *, seed: int) -> tuple[Run, ...]:
    """What has ended in the last two weeks, in the order in which it began."""
    chance = random.Random(seed)
    found = [run for day in _days(now) for run in _day(source, day, chance)]
    return _before(now, found)


def mixpanel_runs(source: str, now: datetime, *, seed: int) -> tuple[Run, ...]:
    """An export of each kind, every hour."""
    chance = random.Random(seed)
    found = [
        _run(
            source,
            str(PROJECT),
            export,
            day + timedelta(hours=hour),
            minutes=5.0,
            chance=chance,
            kind="job",
        )
        for day in _days(now)
        for hour in range(24)
        for export in EXPORTS
    ]
    return _before(now, found)


def _days(now: datetime) -> Iterator[datetime]:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (today - timedelta(days=ago) for ago in range(DAYS, -1, -1))


def _before(now: datetime, runs: list[Run]) -> tuple[Run, ...]:
    ended = [run for run in runs if run.ended_at is not None and run.ended_at < now]
    return tuple(sorted(ended, key=lambda run: (run.started_at or now, run.id)))


def _day(source: str, day: datetime, chance: random.Random) -> Iterator[Run]:
    """A working day of all applications; at the weekend nothing but the nightly job."""
    nightly = day + timedelta(hours=1)
    yield _run(
        source, "data-platform", "Build and bake", nightly, minutes=45.0, chance=chance, by="cron"
    )
    if day.weekday() >= 5:
        return
    for number, name in enumerate(APPLICATIONS):
        for _ in range(chance.randrange(1, 5)):
            at = day + timedelta(hours=chance.uniform(8, 17))
            build = _run(
                source, name, "Build and bake", at, minutes=_BUILD, chance=chance, by="git"
            )
            yield build
            yield from _started(source, number, name, build, chance)
        at = day + timedelta(hours=chance.uniform(9, 17))
        yield _run(
            source, name, "Deploy to production", at, minutes=_PRODUCTION, chance=chance, by="alice"
        )


def _started(
    source: str, number: int, name: str, build: Run, chance: random.Random
) -> Iterator[Run]:
    """What a build that went well starts: the deployment to staging, and that the tests."""
    before = build
    for pipeline, minutes in (("Deploy to staging", _STAGING), ("Smoke tests", _SMOKE)):
        ended = before.ended_at
        if before.state is not State.SUCCEEDED or ended is None:
            return
        if pipeline == "Smoke tests" and number % 3 != 2:
            return
        at = ended + timedelta(seconds=chance.uniform(0.5, 4))
        before = _run(
            source, name, pipeline, at, minutes=minutes, chance=chance,
            by=f"pipeline {before.pipeline}", parent=before.id,
        )  # fmt: skip
        yield before


def _run(
    source: str,
    application: str,
    pipeline: str,
    at: datetime,
    *,
    minutes: float,
    chance: random.Random,
    kind: RunType = "pipeline",
    by: str | None = None,
    parent: str | None = None,
) -> Run:
    """One run; lengths are log-normal around the median."""
    state = chance.choice(_ENDS)
    length = timedelta(minutes=minutes * exp(chance.gauss(0, 0.35)))
    native = state.value if kind == "job" else _WORDS[state]
    return Run(
        source=source,
        application=application,
        pipeline=pipeline,
        id=ulid(round(at.timestamp() * 1000), chance),
        type=kind,
        state=state,
        native_state=native,
        created_at=at,
        started_at=at,
        ended_at=at + length,
        started_by=by,
        parent=parent,
    )
