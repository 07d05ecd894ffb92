"""How much a store grows in a day of collecting: `python -m bench.store_growth --help`.

The same looks are kept twice as `quiesce collect` keeps them: once with the same runs all the
time, which is what looking costs, and once with runs that end and others that begin. What they
differ by is what runs cost, with their changes of state and the predictions about them.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from quiesce.app import Memory
from quiesce.model import Look, Mark, Run, SourceLook, SourceVerdict, State, Verdict
from quiesce.past import Estimate, Outlook
from quiesce.store.identity import Identity

GATE = Identity(name="gate", kind="spinnaker", address="https://spinnaker.example.com")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Site(Struct, frozen=True, kw_only=True):
    """So many runs are active at every moment, and each takes about `minutes`."""

    active: int
    pipelines: int
    minutes: float
    every: float
    hours: float


class Grown(Struct, frozen=True, kw_only=True):
    """What was kept, and the bytes of the file afterwards."""

    looks: int
    runs: int
    predictions: int
    bytes: int


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.store_growth", description=__doc__)
    parser.add_argument("--active", type=int, default=200, help="runs at every moment (200)")
    parser.add_argument("--pipelines", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=20.0, help="that a run takes (20)")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between looks (10)")
    parser.add_argument("--hours", type=float, default=4.0, help="that are kept (4)")
    site = Site(**vars(parser.parse_args(arguments)))
    with tempfile.TemporaryDirectory(prefix="quiesce-bench-") as folder:
        still = grown(Path(folder) / "still.db", site, moving=False)
        moving = grown(Path(folder) / "moving.db", site, moving=True)
    print(report(site, still, moving))
    return 0


def grown(place: Path, site: Site, *, moving: bool) -> Grown:
    """Collect for as long as the site says."""
    memory = Memory(str(place), {GATE.name: GATE})
    for at, active, ended in looks(site, moving=moving):
        source = SourceLook(
            name=GATE.name,
            kind=GATE.kind,
            started=0.0,
            finished=1.5,
            runs=active,
            ended=ended,
            parts=dict.fromkeys(map(str, range(site.pipelines)), Mark("")),
            requests=1002,
        )
        why = (f"{len(active)} runs are active",)
        verdict = Verdict(
            verdict="active",
            at=at,
            reasons=why,
            sources=(SourceVerdict(name=GATE.name, verdict="active", reasons=why),),
        )
        memory.note(Look(sources=(source,), began_at=at, ended_at=at), verdict, scope=None)
        memory.over([GATE.name], {run.reference for run in active}, at, all_seen=True)
        memory.foretold(foreseen(active, at), at, [GATE.name])
        memory.flush()
    memory.close()
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("looks", "runs", "predictions")
        ]
    return Grown(looks=counts[0], runs=counts[1], predictions=counts[2], bytes=place.stat().st_size)


def looks(
    site: Site, *, moving: bool
) -> Iterator[tuple[datetime, tuple[Run, ...], tuple[Run, ...]]]:
    """When, what was active, and what had ended since the look before."""
    chance = random.Random(1)
    begun = 0
    going_on: list[tuple[datetime, Run]] = []
    for number in range(round(site.hours * 3600 / site.every)):
        at = BEGIN + timedelta(seconds=number * site.every)
        over = [run for end, run in going_on if moving and end <= at]
        going_on = [(end, run) for end, run in going_on if not moving or end > at]
        while len(going_on) < site.active:
            begun += 1
            minutes = site.minutes * chance.uniform(0.1, 1.9)
            going_on.append((at + timedelta(minutes=minutes), run(site, begun, at)))
        ended = tuple(
            replace(run, state=State.SUCCEEDED, native_state="SUCCEEDED", ended_at=at)
            for run in over
        )
        yield at, tuple(run for _, run in going_on), ended


def run(site: Site, number: int, at: datetime) -> Run:
    """As long as those of Spinnaker are."""
    pipeline = number % site.pipelines
    application = f"application-{pipeline // 10:03}"
    name = f"01{number:024X}"
    return Run(
        source=GATE.name,
        application=application,
        pipeline=f"Deploy to region {pipeline % 10}",
        id=name,
        type="pipeline",
        state=State.RUNNING,
        native_state="RUNNING",
        created_at=at - timedelta(seconds=1),
        started_at=at,
        changed_at=at,
        url=f"{GATE.address}/#/applications/{application}/executions/{name}",
        started_by="alice@example.com",
        parent=f"01{number - 1:024X}" if number % 5 == 4 else None,
        details={"stage": "Deploy 2 of 4", "pipeline_config_id": f"{pipeline:08}-" + 27 * "f"},
    )


def foreseen(active: Sequence[Run], at: datetime) -> Outlook:
    """That something is said of each; what, costs the same."""
    said = Estimate(at=at, likely=612.3, bound=1834.5, basis="pipeline", runs=73)
    return Outlook(runs={run.reference: said for run in active}, quiet=said)


def report(site: Site, still: Grown, moving: Grown) -> str:
    """For people. What the tables of an empty store take is in the cost of looking."""
    a_look = still.bytes / still.looks
    a_run = (moving.bytes - still.bytes) / (moving.runs - still.runs)
    days = DAY / timedelta(hours=site.hours)
    return (
        f"{site.active} active runs of {site.pipelines} pipelines, {site.minutes:g} min each,"
        f" a look every {site.every:g} s\n"
        f"  in {site.hours:g} h: {moving.looks:,} looks, {moving.runs:,} runs,"
        f" {moving.predictions:,} predictions, {moving.bytes / 1e6:.1f} MB\n"
        f"  a look {a_look:,.0f} bytes, a run with all that belongs to it {a_run:,.0f} bytes\n"
        f"  a day: {moving.looks * days:,.0f} looks, {moving.runs * days:,.0f} runs,"
        f" {moving.bytes * days / 1e6:.1f} MB"
    )


if __name__ == "__main__":
    sys.exit(main())
