"""Asks every source at once and keeps everything that was found.

    asking.py     survey(): each source under its own deadline; errors become gaps
    notes.py      Notes: the `Findings` that a source is given, and what is kept of them
    haste.py      cutting a look short
    memory.py     what was active before and no list shows any more is asked for by its id

The one place that turns errors into gaps: a source that raises, hangs or breaks costs its
own gap and nothing else. It knows what a source is, not which ones exist.
"""

from quiesce.survey.asking import Subject, awake_clock, survey
from quiesce.survey.haste import Haste
from quiesce.survey.memory import Remember
from quiesce.survey.notes import Notes, Progress, as_gap

__all__ = ["Haste", "Notes", "Progress", "Remember", "Subject", "as_gap", "awake_clock", "survey"]
