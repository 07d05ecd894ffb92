"""When will it be quiet? Pure: values in, values out; the time is an argument.

    known = {key: learn(durations, children) for …}      once for each pipeline, then kept
    outlook(runs, known, now=now)                        each active run, and all together
    coverage(logged), calibration(logged)                how earlier predictions held
    windows(spells, runs, now=now, zone=zone, …)         when it usually is quiet

How it works and how well it holds is in `docs/forecast.md`.
"""

from quiesce.forecast.best import Ran, window_words, windows
from quiesce.forecast.joint import outlook
from quiesce.forecast.known import Child, Key, Known, learn
from quiesce.forecast.logged import (
    ENOUGH,
    Calibration,
    Coverage,
    Logged,
    calibration,
    coverage,
    coverage_by_source,
)
from quiesce.forecast.slower import pace
from quiesce.forecast.together import DEPTH

__all__ = [
    "DEPTH",
    "ENOUGH",
    "Calibration",
    "Child",
    "Coverage",
    "Key",
    "Known",
    "Logged",
    "Ran",
    "calibration",
    "coverage",
    "coverage_by_source",
    "learn",
    "outlook",
    "pace",
    "window_words",
    "windows",
]
