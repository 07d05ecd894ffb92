"""What `wait` says on the way: a line when something changes, and one every five minutes."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from msgspec.structs import replace

from quiesce.answer import Answer
from quiesce.cli.judged import forgotten
from quiesce.cli.screen import remark, screen
from quiesce.errors import StoreError
from quiesce.model import Run
from quiesce.render import progress_line, survivor_lines, waited_line

AT_LEAST_EVERY = 300.0


class Narrator:
    """Tells the answers of a wait to stderr, each change once, over a progress line if any."""

    def __init__(self, *, over: str = "") -> None:
        self._over = over
        self._before: tuple[object, ...] = ()
        self._told = 0.0
        self._began = time.monotonic()
        self._seen: dict[tuple[str, str], Run] = {}
        self._troubles: set[str] = set()

    def tell(self, answer: Answer) -> None:
        self._note(answer)
        active = frozenset((run.source, run.id, run.state) for run in answer.look.runs)
        state = (answer.verdict.verdict, active, len(answer.look.gaps))
        now = time.monotonic()
        if state == self._before and now - self._told < AT_LEAST_EVERY:
            return
        self._before, self._told = state, now
        surface = replace(screen(sys.stderr), width=None)
        remark(f"{self._over}{progress_line(answer, datetime.now(UTC).astimezone(), surface)}\n")

    def end(self, answer: Answer) -> None:
        """Say how long it took and for what; where runs are left, where each can be seen."""
        self._note(answer)
        took = time.monotonic() - self._began
        surface = replace(screen(sys.stderr), width=None)
        remark(f"{self._over}{waited_line(answer, list(self._seen.values()), took, surface)}\n")
        remark("".join(f"{line}\n" for line in survivor_lines(answer, surface)))

    def trouble(self, error: StoreError) -> None:
        """Say once that what is seen can't be remembered, and why."""
        if error.message not in self._troubles:
            self._troubles.add(error.message)
            forgotten(error)

    def _note(self, answer: Answer) -> None:
        """Remember what is active; what was seen last stands last."""
        for run in answer.look.runs:
            if run.state.active:
                self._seen.pop((run.source, run.id), None)
                self._seen[run.source, run.id] = run
