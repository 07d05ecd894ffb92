"""The nouns of memory and of forecasts: frozen values without I/O.

What was seen before (`Remembered`, `Spell`, `Pipeline`, `Durations`), what is to be expected
(`Estimate`, `Outlook`, `Window`), and what people have decided (`Waiver`). Times are aware and in
UTC, lengths are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct, field

from quiesce.model import Run, State, VerdictName

Basis = Literal["pipeline", "application", "source", "nothing"]
"""Whose past an estimate rests on."""

Lack = Literal["runs", "state", "resuming", "begin"]
"""Why a run has no estimate: too few runs have ended, its state means nothing that is known,
somebody must resume it first, or nobody knows when it began."""


class Remembered(Struct, frozen=True, kw_only=True):
    """A run that was active when it was last seen.

    `seen_at` is when that was. `missing` says that its system was asked for it since, and
    said that it has no such run: told so a second time, it is `State.GONE`.
    """

    run: Run
    seen_at: datetime
    missing: bool = False


class Waiver(Struct, frozen=True, kw_only=True):
    """A decision that runs which match a pattern don't count until a time.

    `pattern` is matched against `source/application/pipeline/id` (shell wildcards), and equals
    `source/id` where one run is meant. There is no waiver without an end.
    """

    id: int
    pattern: str
    reason: str
    until: datetime
    by: str
    made_at: datetime


class Durations(Struct, frozen=True, kw_only=True):
    """How long ended runs have taken, in seconds, whatever their end.

    `own` are the newest of one pipeline, in the order in which they began. `application` and
    `source` are samples of the other pipelines of its application, and of the other
    applications of its source, one pipeline after another.
    """

    own: tuple[float, ...] = ()
    application: tuple[float, ...] = ()
    source: tuple[float, ...] = ()


class Estimate(Struct, frozen=True, kw_only=True):
    """How long something that is active will go on, from `at` on.

    `likely` is the median of what remains and `bound` what it stays below in 90 % of the
    cases, in seconds; both are None where they can't be said (`lacks` is why, of one run),
    and `bound` alone where it can't be trusted. Where it is too far off to plan with, all that
    is worth saying is that more than `beyond` seconds may pass. `runs` is how many ended
    runs of the same pipeline it rests on, `typical` their median duration, `similar` between
    what most runs of the pipelines around it take. `rough` is below 10 runs. `factor` is by
    what `bound` was corrected, because of how earlier ones have held.

    `overdue`: longer than 95 % of its like, that is than the share `shorter` of `like` runs.
    `longest`: longer than all of them. `stuck`: overdue, and nothing in it has changed for
    long, for `still` seconds. `unstarted`: it waits to start, nobody knows for how long; then
    it `takes` from so many seconds to so many, None where the latter can't be said.
    """

    at: datetime
    likely: float | None = None
    bound: float | None = None
    basis: Basis = "nothing"
    runs: int = 0
    typical: float | None = None
    rough: bool = False
    overdue: bool = False
    stuck: bool = False
    factor: float = 1.0
    lacks: Lack | None = None
    beyond: float | None = None
    similar: tuple[float, float] | None = None
    shorter: float = 0.0
    like: int = 0
    longest: bool = False
    still: float | None = None
    unstarted: bool = False
    takes: tuple[float, float] | None = None


class Outlook(Struct, frozen=True, kw_only=True):
    """What is to be expected of everything that is active.

    `runs` is by reference (`source/id`). `quiet` is about all of them together, with what
    they are likely to start; None where nothing is active. `unknown` are the pipelines among
    the latter (source, application, name) of which no run has ended yet: there is no number
    then. `learnt` is how many earlier predictions there are to correct `quiet` by, and `slower`
    how many times their usual length runs take just now.
    """

    runs: Mapping[str, Estimate] = field(default_factory=dict)
    quiet: Estimate | None = None
    unknown: tuple[tuple[str, str, str], ...] = ()
    learnt: int = 0
    slower: float = 1.0


class Spell(Struct, frozen=True, kw_only=True):
    """A stretch of time with one verdict. `looks` counts what it rests on; none is unknown."""

    verdict: VerdictName
    since: datetime
    until: datetime
    looks: int = 0
    confirmed: int = 0
    reason: str = ""


class Pipeline(Struct, frozen=True, kw_only=True):
    """What is known of one pipeline.

    `counts` is over all runs that are kept. `strip` holds the newest runs' states, the newest
    last. `success` is the share of `succeeded` among the newest runs that succeeded, failed
    or timed out, None without any. `typical` is the median duration of the newest ended runs.
    """

    source: str
    application: str
    name: str
    counts: Mapping[State, int]
    last: Run | None = None
    strip: tuple[State, ...] = ()
    success: float | None = None
    typical: float | None = None


class Window(Struct, frozen=True, kw_only=True):
    """A time of the week that is good for a maintenance.

    `start` and `end` are its next occurrence. `quiet` of `weeks` such times were quiet as
    long as that; `claim` is the share that this supports at 90 % confidence, `likely` what
    is expected of it. `waited` is how long one would have waited for quiet on average,
    `runs` what usually runs then, most often first.
    """

    start: datetime
    end: datetime
    quiet: int
    weeks: int
    claim: float
    likely: float
    waited: float | None = None
    runs: tuple[str, ...] = ()
