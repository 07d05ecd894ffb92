"""What a command gives back, as a value: the verdict, what it rests on, and what to expect."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from quiesce.model import Look, Verdict
from quiesce.past import Outlook, Waiver


class Cost(Struct, frozen=True, kw_only=True):
    """What an answer has cost one source, over all looks: requests, bytes, seconds."""

    requests: int
    bytes: int
    seconds: float


class Answer(Struct, frozen=True, kw_only=True):
    """The verdict, the look it rests on last, and its cost.

    `costs` is by the name of the source. `looks` counts how many were taken. `outlook` is None
    where nobody has estimated anything. `waived` is by reference (`source/id`): the active runs
    that don't count, and why.
    """

    verdict: Verdict
    look: Look
    costs: dict[str, Cost]
    looks: int = 1
    outlook: Outlook | None = None
    waived: Mapping[str, Waiver] = field(default_factory=dict)
