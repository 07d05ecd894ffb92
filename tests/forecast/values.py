"""Histories and active runs to forecast from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from quiesce.forecast import Child, Key, Known, learn
from quiesce.model import Run, State
from quiesce.past import Durations

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEPLOY: Key = ("gate", "eks", "Deploy")
TEST: Key = ("gate", "eks", "Test")

seconds = st.floats(1, 1e5)
histories = st.lists(seconds, max_size=40).map(tuple)
anything = st.lists(st.floats() | st.sampled_from((0.0, 60.0)), max_size=40).map(tuple)
ages = st.floats(0, 1e6)


def spread(count: int, middle: float = 600.0, seed: int = 1) -> tuple[float, ...]:
    """So many durations about a middle, always the same."""
    rng = Random(seed)
    return tuple(middle * rng.lognormvariate(0, 0.3) for _ in range(count))


def known(*own: float, children: tuple[Child, ...] = (), similar: tuple[float, ...] = ()) -> Known:
    return learn(Durations(own=own, application=similar), children)


def active(
    ident: str = "1",
    age: float | None = 60,
    *,
    state: State = State.RUNNING,
    key: Key = DEPLOY,
    created: float | None = None,
) -> Run:
    source, application, pipeline = key
    return Run(
        source=source,
        application=application,
        pipeline=pipeline,
        id=ident,
        type="pipeline",
        state=state,
        native_state=state.upper(),
        created_at=None if created is None else NOW - timedelta(seconds=created),
        started_at=None if age is None else NOW - timedelta(seconds=age),
    )
