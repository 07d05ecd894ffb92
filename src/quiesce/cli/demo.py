"""`quiesce demo`: the main job on a simulated Spinnaker and Mixpanel, without any system."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from quiesce.cli.codes import ExitCode
from quiesce.cli.screen import write

if TYPE_CHECKING:
    from quiesce.sandbox import Sandbox

TEXT = """The main job, on a simulated Spinnaker and Mixpanel: nothing is asked outside.

\b
Examples:
  quiesce demo
  quiesce demo --seed 7

\b
Exit codes: 0 when every step gave the answer that is true, 3 if one did not."""

STEPS = (
    (
        "busy",
        "Some pipelines are running, queued, paused, or waiting on a person.",
        ["ls"],
        ExitCode.QUIET,
    ),
    ("busy", "The gate for a script: exit 1, as something is active.", ["check"], ExitCode.ACTIVE),
    (
        "busy",
        "How did the recent runs of one pipeline end?",
        ["status", "{pipeline}", "--limit", "5"],
        ExitCode.QUIET,
    ),
    (
        "restarted-gate",
        "A Gate that was just restarted lists nothing. A script that counts would print 0.",
        ["check"],
        ExitCode.UNKNOWN,
    ),
    (
        "quiet",
        "And when nothing runs: two looks, then quiet.",
        ["check", "--stats"],
        ExitCode.QUIET,
    ),
    (
        "quiet",
        "When would be a good time for a maintenance of half an hour?",
        ["windows", "--length", "30m", "--timezone", "UTC"],
        ExitCode.QUIET,
    ),
)
"""Scenario, what is to be seen, the command, and the exit code that is true."""


@click.command("demo", help=TEXT, short_help="Try it without any system.")
@click.option("--seed", default=1, show_default=True, help="Another seed, another world.")
def command(seed: int) -> int:
    from quiesce.sandbox import Sandbox, serve_in_thread

    # The demo must not sign in anywhere with what the shell happens to hold.
    for name in [name for name in os.environ if name.startswith("QUIESCE_")]:
        del os.environ[name]
    with (
        TemporaryDirectory(prefix="quiesce-demo-") as folder,
        serve_in_thread(Sandbox("busy", seed=seed, speed=10.0)) as box,
    ):
        write(
            "This is simulated: a Gate and a Mixpanel that run inside this process, and a store\n"
            "with two weeks of a past that was made up, too.\n"
            f"  gate      {box.gate_url}\n  mixpanel  {box.mixpanel_url}\n"
        )
        code = _played(box, Path(folder), seed)
    if code in (ExitCode.INTERRUPTED, ExitCode.ENDED):
        return code
    write(
        "\nNext: `quiesce sandbox` keeps such a world running to play with, and\n"
        "`quiesce ls -s spinnaker+https://your-gate:8084` asks a real one.\n"
    )
    return code


def _played(box: Sandbox, folder: Path, seed: int) -> int:
    """Every step in its world; the exit code of the demo."""
    from quiesce.cli.run import run
    from quiesce.sandbox.company import PROJECT

    sources = [
        *("-s", f"spinnaker+{box.gate_url}"),
        *("-s", f"mixpanel+{box.mixpanel_url}?project_id={PROJECT}"),
    ]
    past = remembered(folder / "past.db", sources[1::2], seed)
    scenario, failed = "", 0
    for wanted, what, words, true_code in STEPS:
        if wanted != scenario:  # another world, of which nothing but the past is remembered
            os.environ["QUIESCE_STORE"] = str(copyfile(past, folder / f"{wanted}.db"))
            box.load(wanted)
            scenario = wanted
        write(f"\n# {what}\n")
        filled = [PIPELINE if word == "{pipeline}" else word for word in words]
        write(f"$ {shlex.join(['quiesce', *filled])} -s spinnaker+… -s mixpanel+…\n")
        sys.stdout.flush()
        code = run([*filled, *sources])
        write(f"(exit {code})\n")
        if code in (ExitCode.INTERRUPTED, ExitCode.ENDED):
            return code
        failed += code != true_code
    return ExitCode.UNKNOWN if failed else ExitCode.QUIET


def remembered(path: Path, sources: Sequence[str], seed: int) -> Path:
    """A store with two weeks of looks, so that there is something to estimate from."""
    from quiesce.app.backdate import backdate
    from quiesce.app.memory import identity_of
    from quiesce.cli.session import Selection, configured
    from quiesce.sandbox.fortnight import mixpanel_runs, spinnaker_runs
    from quiesce.store import open_store

    now = datetime.now(UTC)
    config = configured(Selection(sources=tuple(sources)))
    store = open_store(str(path), create=True)
    with store.writing() as connection:
        for source in config.sources:
            past = spinnaker_runs if source.kind == "spinnaker" else mixpanel_runs
            backdate(connection, identity_of(source), past(source.name, now, seed=seed), now)
    store.close()
    return path


PIPELINE = "Deploy to production"
