"""One line for Nagios and its kin: the verdict, and the figures behind it.

Follows the Monitoring Plugins' guidelines: `label=value[unit];warn;crit;min;max` after a `|`.
"""

from __future__ import annotations

from datetime import datetime

from quiesce.answer import Answer
from quiesce.model import Question, VerdictName
from quiesce.render.beside import counted, waived
from quiesce.render.screen import Screen
from quiesce.render.sentences import conclusion, parts

WORDS: dict[VerdictName, str] = {"quiet": "OK", "active": "WARNING", "unknown": "UNKNOWN"}

LONGEST = 1000
"""How much text goes before the figures: old agents cut a line at 1,024 bytes or at 4,096."""


def nagios_line(
    answer: Answer, now: datetime, screen: Screen, filters: Question | None = None
) -> str:
    """`QUIESCE OK - … | active=0;;;0 gaps=0;;;0 parts=212;;;0 …`, ending in a newline."""
    look, runs = answer.look, counted(answer)
    text = conclusion(answer, now, screen, filters, foresee=False).replace("|", "/")
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}..."
    costs = answer.costs.values()
    figures = {
        "active": f"{len(runs)}",
        "gaps": f"{len(look.gaps)}",
        "parts": f"{parts(look.sources)[0]}",
        "requests": f"{sum(cost.requests for cost in costs)}",
        "seconds": f"{max((cost.seconds for cost in costs), default=0.0):.1f}s",
        "waived": f"{len(waived(answer))}",
    }
    data = " ".join(f"{label}={figure};;;0" for label, figure in figures.items())
    return f"QUIESCE {WORDS[answer.verdict.verdict]} - {text} | {data}\n"
