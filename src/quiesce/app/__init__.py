"""The composition root: the only place that wires configuration, client, sources, store, judge.

system.py      opening what is asked        inspection.py  looking, looking twice, waiting
memory.py      the store of one command     standing.py    what an answer is worth when printed
outlook.py     from the past to estimates  collect.py     again and again
pace.py        how often
"""

from __future__ import annotations

from quiesce.app.inspection import check, look, recent, wait
from quiesce.app.memory import Memory, memory_of, not_kept
from quiesce.app.standing import by_source, complete, must_exist, must_exist_in, still_fresh, unseen
from quiesce.app.system import System, expectation, narrowed, opened, settle_of

__all__ = [
    "Memory",
    "System",
    "by_source",
    "check",
    "complete",
    "expectation",
    "look",
    "memory_of",
    "must_exist",
    "must_exist_in",
    "narrowed",
    "not_kept",
    "opened",
    "recent",
    "settle_of",
    "still_fresh",
    "unseen",
    "wait",
]
