"""The store's goals: `python -m bench store`, with ten million runs `--runs 10000000`.

A process of its own, as it imports what `bench.process` must not.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from bench.goals import Goal, table
from bench.store_build import build
from bench.store_read import CALLS, measure, percentile
from bench.store_world import ACTIVE, APPLICATIONS, PIPELINES
from bench.store_write import looks, plain, recorded

BUSY = 1.0
"""A load for each processor, with this one, from which times by the clock are doubtful."""

WRITTEN = 100_000
"""Runs of each round of writing."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench store", description=__doc__)
    parser.add_argument("--runs", type=int, default=500_000, help="in the store (500000)")
    parser.add_argument("--written", type=int, default=WRITTEN, help="in a round of writing")
    parser.add_argument("--rounds", type=int, default=3, help="of writing (3)")
    parser.add_argument("--directory", type=Path, help="for the files, 440 bytes a run")
    parser.add_argument("--json", action="store_true", help="everything as one JSON document")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="quiesce-bench-", dir=options.directory) as folder:
        writing = _writing(Path(folder), options.written, options.rounds)
        path = Path(folder) / "large.db"
        built = build(path, options.runs, _say)
        _say("reading")
        reading = measure(path, min(CALLS, options.runs // 50))
        size = path.stat().st_size
    figures = {
        "runs": options.runs,
        "bytes": size,
        "built_per_second": options.runs / built,
        "load": os.getloadavg()[0],
        "writing": writing,
        "reading": {
            what: {
                "p50": median(took.wall for took in those),
                "p99": percentile([took.wall for took in those], 99),
                "p99_computing": percentile([took.cpu for took in those], 99),
                "calls": len(those),
            }
            for what, those in reading.items()
        },
    }
    goals = judged(figures)
    if options.json:
        document = {
            "goals": [asdict(goal) for goal in goals],
            "figures": figures,
            "report": report(figures),
        }
        print(json.dumps(document, indent=2))
    else:
        print(f"{table(goals)}\n\n{report(figures)}")
    return 0


def judged(figures: dict[str, Any]) -> list[Goal]:
    """What is promised of the store, whatever its size."""
    ratio = median(one["plain"].wall / one["recorded"].wall for one in figures["writing"])
    reading = figures["reading"]
    return [
        Goal("store: writing against plain sqlite3", "≥ 0.7 ×", f"{ratio:.2f} ×", ratio >= 0.7),
        _within("store: latest 50 of a name, p99", reading["latest 50 of a name"]["p99"], 5),
        _within("store: counts of a name, p99", reading["counts of a name"]["p99"], 5),
        _within(f"store: {ACTIVE} active runs, median", reading["active runs"]["p50"], 1),
    ]


def report(figures: dict[str, Any]) -> str:
    """All that was measured of the store, for people."""
    world = (
        f"store: {figures['runs']:,} runs ({figures['bytes'] / 1e9:.2f} GB) of {PIPELINES:,}"
        f" pipelines in {APPLICATIONS} applications, the k-th with a share of 1 / k"
    )
    lines = [world, f"  filled with {figures['built_per_second']:,.0f} runs a second"]
    lines += [
        f"  {what:28} p50 {those['p50'] * 1e3:8.2f} ms, p99 {those['p99'] * 1e3:8.2f} ms,"
        f" of which computing {those['p99_computing'] * 1e3:8.2f} ms ({those['calls']} calls)"
        for what, those in figures["reading"].items()
    ]
    lines += [
        f"  writing {one['runs']:,} runs: looks {one['runs'] / one['recorded'].wall:,.0f} a second,"
        f" shown again {one['runs'] / one['again'].wall:,.0f};"
        f" plain sqlite3 {one['runs'] / one['plain'].wall:,.0f};"
        f" computing alone {one['plain'].cpu / one['recorded'].cpu:.2f} ×"
        for one in figures["writing"]
    ]
    if figures["load"] > BUSY * (os.cpu_count() or 1):
        lines.append(
            f"  note: other work was going on (load {figures['load']:.1f}): the p99 is how long"
            " this process had to wait for it; what it computed itself is the store's"
        )
    return "\n".join(lines)


def _writing(folder: Path, count: int, rounds: int) -> list[dict[str, Any]]:
    those = looks(count)
    found = []
    for number in range(rounds):
        _say(f"writing, round {number + 1} of {rounds}")
        baseline = plain(folder / f"plain-{number}.db", those)
        once, again = recorded(folder / f"looks-{number}.db", those)
        found.append({"runs": count, "plain": baseline, "recorded": once, "again": again})
    return found


def _within(name: str, seconds: float, limit: float) -> Goal:
    shown = f"{seconds * 1e3:.2f} ms"
    return Goal(name, f"< {limit:g} ms", shown, seconds * 1e3 < limit)


def _say(what: str) -> None:
    print(f"  store: {what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
