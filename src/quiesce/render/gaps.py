"""What could not be seen, for people: each gap on a line, with what to do about it."""

from __future__ import annotations

from quiesce.model import Look
from quiesce.render.complaint import detail_lines
from quiesce.render.screen import RED, Screen
from quiesce.render.words import count

MOST_GAPS = 20
"""So many gaps are listed for people; the JSON documents have all of them."""


def gap_lines(look: Look, screen: Screen) -> str:
    """`gap: <source> <part>: <why>`; what was asked, the cause and the hint once for all alike."""
    gaps = [(source.name, gap) for source in look.sources for gap in source.gaps]
    told: set[tuple[str, str, str]] = set()
    lines: list[str] = []
    for source, gap in gaps[:MOST_GAPS]:
        lead = screen.paint("gap:", RED)
        lines.append(f"{lead} {screen.text(f'{source} {gap.part}: {gap.why}')}")
        alike = (source, gap.cause, gap.hint)
        if (gap.cause or gap.hint) and alike not in told:
            told.add(alike)
            details = detail_lines(gap.asked, gap.cause, gap.hint)
            lines += [screen.text(line) for line in details]
    if len(gaps) > MOST_GAPS:
        lines.append(f"and {count(len(gaps) - MOST_GAPS, 'more gap')}: see them all with -o json")
    return "".join(f"{line}\n" for line in lines)
