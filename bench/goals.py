"""What is promised, and whether the figures keep it: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

HEAVY = ("aiohttp", "rich", "tomlkit", "cyclopts", "sqlalchemy", "alembic", "litestar")
"""Libraries that cost more than all of a bare Python."""

NEEDLESS: dict[str, tuple[str, ...]] = {
    "--version": HEAVY,
    "--help": ("aiohttp", "tomlkit", "sqlalchemy", "alembic", "litestar"),
    "check --no-store": ("tomlkit", "sqlalchemy", "alembic", "litestar"),
}
"""What a command does without."""


@dataclass(frozen=True)
class Goal:
    """One promise: `held` says whether `measured` keeps it."""

    name: str
    target: str
    measured: str
    held: bool


@dataclass(frozen=True)
class Figures:
    """All that was measured; seconds by what was run, one value a round.

    `look` and `check` are the fake Gate's stats after one such command, `script` after the
    script's; `busiest_*` is the largest number of requests that named one application.
    """

    seconds: dict[str, list[float]]
    memory: list[int]
    look: dict[str, Any]
    check: dict[str, Any]
    script: dict[str, Any]
    busiest_look: int
    busiest_check: int
    imports: dict[str, tuple[str, ...]]
    notes: list[str]

    def ratio(self, much: str, little: str) -> float:
        return median(self.seconds[much]) / median(self.seconds[little])


def judged(figures: Figures) -> list[Goal]:
    """Every goal with its figure, in the order of the promise."""
    size = total(figures.script, "bytes") / total(figures.look, "bytes")
    memory = max(figures.memory)
    return [
        _at_least("`ls` against the script, 32 at once", figures.ratio("script", "ls@32"), 10),
        _at_least("`ls` against the script, 64 at once", figures.ratio("script", "ls@64"), 15),
        _requests("`ls`: requests for an application", figures.busiest_look, figures.look, 2),
        _requests("`check`: requests for an application", figures.busiest_check, figures.check, 6),
        _at_least("bytes: the script against `ls`", size, 100),
        _at_most(
            "fetch and decode against the floor, 32", figures.ratio("survey@32", "floor@32"), 1.3
        ),
        _at_most(
            "fetch and decode against the floor, 64", figures.ratio("survey@64", "floor@64"), 1.3
        ),
        Goal("`ls`: peak memory", "< 100 MB", f"{memory / 1e6:.0f} MB", memory < 100e6),
        _at_most("`--version` against a bare Python", figures.ratio("--version", "pass"), 5),
        *(_imports(command, found) for command, found in figures.imports.items()),
    ]


def total(stats: dict[str, Any], what: str) -> int:
    return sum(stats[what].values())


def _at_least(name: str, measured: float, limit: float) -> Goal:
    return Goal(name, f"≥ {limit:g} ×", f"{measured:.1f} ×", measured >= limit)


def _at_most(name: str, measured: float, limit: float) -> Goal:
    return Goal(name, f"≤ {limit:g} ×", f"{measured:.2f} ×", measured <= limit)


def _requests(name: str, busiest: int, stats: dict[str, Any], limit: int) -> Goal:
    shown = f"{busiest} ({total(stats, 'requests')} in all)"
    return Goal(name, f"≤ {limit}", shown, busiest <= limit)


def _imports(command: str, found: Sequence[str]) -> Goal:
    needless = [name for name in found if name in NEEDLESS[command]]
    shown = ", ".join(needless) or "nothing"
    return Goal(f"`{command}`: imports without need", "nothing", shown, not needless)


def table(goals: Sequence[Goal]) -> str:
    """The goals, for people."""
    rows = [
        ("goal", "target", "measured", ""),
        *((g.name, g.target, g.measured, _word(g)) for g in goals),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _word(goal: Goal) -> str:
    return "held" if goal.held else "MISSED"
