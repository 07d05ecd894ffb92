"""What a forecast costs: processor time on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from quiesce.forecast import Child, Key, Known, learn, outlook
from quiesce.forecast.single import estimate
from quiesce.model import Run, State
from quiesce.past import Durations

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def table(seed: int) -> Iterator[str]:
    rng = Random(seed)

    def seconds(count: int) -> tuple[float, ...]:
        return tuple(rng.lognormvariate(6, 0.5) for _ in range(count))

    history = Durations(own=seconds(1000), application=seconds(200), source=seconds(200))
    known = learn(history)
    yield f"{'processor time':44}{'ms':>10}"
    yield _line("learn a pipeline of 1,000 runs", lambda: learn(history), 30)
    run = _run(("s", "a", "p"), 0, 300)
    yield _line("estimate one run of it", lambda: estimate(run, known, now=NOW), 1000)
    child = "s", "a", "child"
    keys: list[Key] = [("s", "a", f"p{each}") for each in range(500)]
    alone = {key: learn(Durations(own=seconds(100))) for key in keys}
    family = {
        key: Known(whole=each.whole, children=_children(child)) for key, each in alone.items()
    }
    family[child] = known
    for count in (50, 5000):
        runs = [_run(keys[each % 500], each, rng.uniform(0, 600)) for each in range(count)]
        for words, those in (("", alone), (", each with a child", family)):
            yield _line(
                f"outlook of {count:,} active runs{words}",
                lambda runs=runs, those=those: outlook(runs, those, now=NOW),  # type: ignore[misc]
                1,
            )


def _children(key: Key) -> tuple[Child, ...]:
    return (Child(key=key, share=0.7, delay=5),)


def _run(key: Key, number: int, age: float) -> Run:
    source, application, pipeline = key
    return Run(
        source=source,
        application=application,
        pipeline=pipeline,
        id=str(number),
        type="pipeline",
        state=State.RUNNING,
        native_state="RUNNING",
        started_at=NOW - timedelta(seconds=age),
    )


def _line(words: str, call: Callable[[], object], times: int) -> str:
    began = time.process_time()
    for _ in range(times):
        call()
    return f"{words:44}{(time.process_time() - began) / times * 1000:10.3f}"
