"""What history says of a pipeline, made once and used for all its active runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from quiesce.forecast.dirichlet import Posterior, posterior
from quiesce.forecast.durations import clean
from quiesce.past import Basis, Durations

Key = tuple[str, str, str]
"""Source, application, pipeline."""


class Child(Struct, frozen=True, kw_only=True):
    """A pipeline that ended runs of another one have started after their own end.

    `share` is in how many of them, 0 to 1; `delay` how many seconds after the end it
    usually began. What is started before the end is a run of its own by then.
    """

    key: Key
    share: float
    delay: float = 0.0


class Known(Struct, frozen=True, kw_only=True):
    """What is known of one pipeline. Made by `learn`; to be kept while its history is the same.

    `similar` is from where to where most runs of the pipelines around it take (10 to 90 %), in
    seconds, and `around` which circle that is.
    """

    whole: Posterior
    children: tuple[Child, ...] = ()
    similar: tuple[float, float] | None = None
    around: Basis = "nothing"


def learn(durations: Durations, children: Iterable[Child] = ()) -> Known:
    """From the history of a pipeline what its next runs are judged by.

    Takes about a millisecond for 1,000 runs; an estimate for one run, microseconds.
    """
    similar, around = _similar(durations)
    return Known(
        whole=posterior(durations),
        children=tuple(child for child in children if child.share > 0),
        similar=similar,
        around=around,
    )


def _similar(durations: Durations) -> tuple[tuple[float, float] | None, Basis]:
    application, source = clean(durations.application), clean(durations.source)
    if application:
        return _most(application), "application"
    if source:
        return _most(source), "source"
    return None, "nothing"


def _most(seconds: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(seconds)
    tenth = (len(ordered) - 1) // 10
    return ordered[tenth], ordered[-1 - tenth]
