"""What `wait` says on the way: a line when something changes, and one every five minutes."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from quiesce.cli.screen import remark
from quiesce.model import Answer
from quiesce.render import progress_line

AT_LEAST_EVERY = 300.0


class Narrator:
    """Tells the answers of a wait to stderr, each change once."""

    def __init__(self) -> None:
        self._before: tuple[object, ...] = ()
        self._told = 0.0

    def tell(self, answer: Answer) -> None:
        active = frozenset((run.source, run.id, run.state) for run in answer.look.runs)
        state = (answer.verdict.verdict, active, len(answer.look.gaps))
        now = time.monotonic()
        if state == self._before and now - self._told < AT_LEAST_EVERY:
            return
        self._before, self._told = state, now
        remark(f"{progress_line(answer, datetime.now(UTC))}\n")
