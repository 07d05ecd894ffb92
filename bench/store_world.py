"""Made-up runs for the store: many pipelines, of which a few have most of the runs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

APPLICATIONS = 200
PIPELINES = 2_000
SOURCES = ("prod", "stage")
ACTIVE = 100
"""So many of the newest runs are active."""

_BEGIN = 1_700_000_000_000_000
_YEAR = 365 * 24 * 3_600 * 1_000_000
_ENDS = (("succeeded", 0.85), ("failed", 0.1), ("canceled", 0.04), ("timed_out", 0.01))

Place = tuple[str, str, str]


def places() -> list[Place]:
    """Source, application and pipeline of each; every application has one named `deploy`."""
    found = []
    for number in range(PIPELINES):
        application = number % APPLICATIONS
        kind = number // APPLICATIONS
        name = "deploy" if kind == PIPELINES // APPLICATIONS // 2 else f"step-{kind}-{application}"
        found.append((SOURCES[application % 2], f"app-{application:03}", name))
    return found


def chosen(count: int, chance: random.Random) -> list[Place]:
    """So many pipelines, each as often as it has runs."""
    known = places()
    shares = list(accumulate(1 / (rank + 1) for rank in range(len(known))))
    return chance.choices(known, cum_weights=shares, k=count)


def rows(count: int, seed: int = 1) -> Iterator[tuple[Any, ...]]:
    """Rows of `runs` (its columns, and `missing_at`) in the order of time, over one year.

    The k-th pipeline has a share of 1 / k (Zipf): of 10 million the largest has 1.2 million,
    the smallest 600. One run in five has a parent.
    """
    chance = random.Random(seed)
    words = [word for word, _ in _ENDS]
    ends = list(accumulate(share for _, share in _ENDS))
    which = chosen(count, chance)
    ended = chance.choices(words, cum_weights=ends, k=count)
    step = _YEAR // count
    for number, (place, word) in enumerate(zip(which, ended, strict=True)):
        source, application, pipeline = place
        active = number >= count - ACTIVE
        began = _BEGIN + number * step
        took = int(chance.lognormvariate(5 + len(pipeline) % 7 / 3, 0.6) * 1_000_000)
        end = None if active else began + took
        seen = began if end is None else end
        # fmt: off
        yield (
            source, f"01{number:024X}", application, pipeline, "pipeline",
            "running" if active else word, "RUNNING" if active else word.upper(), active,
            began, began - 1_000_000, began, end, seen, began, seen,
            f"01{number - 1:024X}" if number % 5 == 4 else None,
            f"https://spinnaker.example/#/applications/{application}/executions/01{number:024X}",
            "alice@example.com", None, None, None,
        )
        # fmt: on
