"""When will it be quiet? Pure: values in, values out; the time is an argument.

    known = {key: learn(durations, children) for …}      once for each pipeline, then kept
    outlook(runs, known, now=now)                        each active run, and all together

How it works and how well it holds is in `docs/forecast.md`.
"""

from quiesce.forecast.durations import Durations
from quiesce.forecast.estimate import estimate
from quiesce.forecast.known import Child, Key, Known, learn
from quiesce.forecast.late import overdue
from quiesce.forecast.outlook import outlook
from quiesce.forecast.posterior import Posterior, posterior
from quiesce.forecast.remaining import Remaining
from quiesce.forecast.together import Everything, Tree, everything

__all__ = [
    "Child",
    "Durations",
    "Everything",
    "Key",
    "Known",
    "Posterior",
    "Remaining",
    "Tree",
    "estimate",
    "everything",
    "learn",
    "outlook",
    "overdue",
    "posterior",
]
