"""What is known of active runs beside what their systems say: estimates, and waivers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field

from quiesce.answer import Answer
from quiesce.model import Run
from quiesce.past import Estimate, Waiver


class Beside(Struct, frozen=True, kw_only=True):
    """By reference (`source/id`). `estimates` is None where nobody has estimated anything."""

    estimates: Mapping[str, Estimate] | None = None
    waivers: Mapping[str, Waiver] = field(default_factory=dict)

    def estimate(self, run: Run) -> Estimate | None:
        return (self.estimates or {}).get(run.reference)

    def waiver(self, run: Run) -> Waiver | None:
        return self.waivers.get(run.reference)


NOTHING = Beside()
"""Of runs about which nobody knows more."""


def beside(answer: Answer) -> Beside:
    """What an answer knows of its runs."""
    outlook = answer.outlook
    return Beside(
        estimates=None if outlook is None else outlook.runs,
        waivers=answer.waived,
    )


def counted(answer: Answer) -> list[Run]:
    """The active runs that nobody has waived."""
    return [
        run for run in answer.look.runs if run.state.active and run.reference not in answer.waived
    ]


def waived(answer: Answer) -> list[Run]:
    """The active runs that don't count."""
    return [run for run in answer.look.runs if run.state.active and run.reference in answer.waived]


def likely_at(estimate: Estimate) -> datetime | None:
    """When the end is expected."""
    return _after(estimate.at, estimate.likely)


def bound_at(estimate: Estimate) -> datetime | None:
    """Until when it has ended in 90 % of the cases; None also where that is no time to plan with.

    Then the note says what there is to say: `may take more than 50 min`.
    """
    return None if estimate.beyond is not None else _after(estimate.at, estimate.bound)


def _after(at: datetime, seconds: float | None) -> datetime | None:
    if seconds is None:
        return None
    try:
        return at + timedelta(seconds=seconds)
    except OverflowError:
        return None
