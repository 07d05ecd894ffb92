"""Every goal in one go: `python -m bench`, or `make bench`. See README.md.

`python -m bench store` is the store alone, which may be as large as you like.

The exit code is 0 whatever the figures say: they are for people. It is 1 where the bench
itself failed, so that its figures would mean nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from bench.goals import Figures, Goal, judged, table
from bench.measure import Bench, capacity
from bench.process import BenchError, Surroundings, fake_gate


def main(arguments: Sequence[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["store"]:
        from bench.store import main as of_store

        return of_store(given[1:])
    parser = argparse.ArgumentParser(prog="python -m bench", description="Every goal as a ratio.")
    parser.add_argument("--rounds", type=int, default=3, help="how often all is repeated (3)")
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--json", action="store_true", help="everything as one JSON document")
    parser.add_argument("--applications", type=int, default=500, help="another world (500)")
    parser.add_argument("--executions", type=int, default=20, help="of each application (20)")
    parser.add_argument("--stored", type=int, default=500_000, help="runs in the store (500000)")
    options = parser.parse_args(given)
    rounds = 1 if options.quick else options.rounds
    world = [f"--applications={options.applications}", f"--executions={options.executions}"]
    try:
        with tempfile.TemporaryDirectory(prefix="quiesce-bench-") as home:
            surroundings = Surroundings(Path(home))
            with (
                fake_gate(surroundings, *world) as gate,
                fake_gate(surroundings, *world, "--quiet") as quiet_gate,
            ):
                bench = Bench(surroundings, gate, rounds, _say)
                figures = bench.figures(quiet_gate)
            _say("the fake Gate itself")
            power = capacity(surroundings)
            _say("the store")
            store = _store(surroundings, options.stored, rounds)
    except BenchError as error:
        print(f"the bench failed: {error}", file=sys.stderr)
        return 1
    goals = [*judged(figures), *(Goal(**goal) for goal in store["goals"])]
    conditions = (
        f"{options.applications} applications of {options.executions} executions,"
        f" 20 ms a request; {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    if options.json:
        print(_document(conditions, goals, figures, power, store["figures"]))
    else:
        print(f"{_report(conditions, goals, figures, power)}\n\n{store['report']}")
    return 0


def _say(what: str) -> None:
    print(f"  {what} …", file=sys.stderr, flush=True)


def _store(surroundings: Surroundings, stored: int, rounds: int) -> dict[str, Any]:
    """In a process of its own, as it imports much."""
    size = (f"--runs={stored}", f"--written={min(stored, 100_000)}", f"--rounds={rounds}")
    ran = surroundings.run([sys.executable, "-m", "bench.store", "--json", *size])
    return dict(json.loads(ran.output))


def _document(
    conditions: str,
    goals: Sequence[Goal],
    figures: Figures,
    power: Mapping[str, float],
    store: Mapping[str, Any],
) -> str:
    document = {
        "conditions": conditions,
        "goals": [asdict(goal) for goal in goals],
        "figures": asdict(figures),
        "fake_gate": power,
        "store": store,
    }
    return json.dumps(document, indent=2)


def _report(
    conditions: str, goals: Sequence[Goal], figures: Figures, power: Mapping[str, float]
) -> str:
    lines = [conditions, "", table(goals), "", "seconds: median (smallest to largest, how many)"]
    for name, values in sorted(figures.seconds.items()):
        spread = f"({min(values):.3f} to {max(values):.3f}, {len(values)})"
        lines.append(f"  {name:16} {median(values):7.3f}  {spread}")
    lines += ["", "bytes of the bodies, and requests:"]
    for name, stats in (
        ("script", figures.script),
        ("ls", figures.look),
        ("check", figures.check),
    ):
        shown = ", ".join(
            f"{kind} {size:,} in {stats['requests'][kind]}" for kind, size in stats["bytes"].items()
        )
        lines.append(f"  {name:16} {shown}")
    lines += [
        "",
        _powerful(power),
        *(f"note: {note}" for note in figures.notes),
    ]
    return "\n".join(lines)


def _powerful(power: Mapping[str, float]) -> str:
    return (
        f"the fake Gate: {power['requests_per_second']:,.0f} requests a second from bare sockets"
        f" on the same machine, {power['cpu_per_request'] * 1e6:.0f} µs of processor time each"
    )


if __name__ == "__main__":
    sys.exit(main())
