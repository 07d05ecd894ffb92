"""How well the forecasts hold: `python -m bench.forecast`. See docs/forecast.md.

Everything is simulated, with a seed. The exit code is 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from bench.forecast import costs, sets, single, weeks


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.forecast")
    parser.add_argument("--seed", type=int, default=1, help="other pipelines and companies (1)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the cases")
    options = parser.parse_args(arguments)
    few = options.quick
    cells = single.measured(options.seed, 40 if few else 400)
    print("one run, looked at at a random instant; runs of history:")
    print("\n".join(single.table(cells)), flush=True)
    tallies = sets.measured(options.seed, 2 if few else 8, 100 if few else 150)
    print()
    print("\n".join(sets.table(tallies)), flush=True)
    print()
    print("\n".join(weeks.table(options.seed, 5 if few else 40)), flush=True)
    print()
    print("\n".join(costs.table(options.seed)))
    missed = [*single.missed(cells), *sets.missed(tallies)]
    print()
    print("\n".join(f"MISSED {each}" for each in missed) or "every goal is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
