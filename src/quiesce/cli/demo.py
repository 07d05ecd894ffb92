"""`quiesce demo`: the main job on a simulated Spinnaker and Mixpanel, without any system."""

from __future__ import annotations

import os
import shlex
import sys

import click

from quiesce.cli.codes import ExitCode
from quiesce.cli.screen import write

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
        ["status", "{pipeline}", "--summary"],
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
)
"""Scenario, what is to be seen, the command, and the exit code that is true."""


@click.command("demo", help=TEXT, short_help="Try it without any system.")
@click.option("--seed", default=1, show_default=True, help="Another seed, another world.")
def command(seed: int) -> int:
    from quiesce.cli.run import run
    from quiesce.sandbox import Sandbox, serve_in_thread
    from quiesce.sandbox.company import PROJECT

    failed = 0
    # The demo must not sign in anywhere with what the shell happens to hold.
    for name in [name for name in os.environ if name.startswith("QUIESCE_")]:
        del os.environ[name]
    with serve_in_thread(Sandbox("busy", seed=seed, speed=10.0)) as box:
        write(
            "This is simulated: a Gate and a Mixpanel that run inside this process.\n"
            f"  gate      {box.gate_url}\n  mixpanel  {box.mixpanel_url}\n"
        )
        sources = [
            *("-s", f"spinnaker+{box.gate_url}"),
            *("-s", f"mixpanel+{box.mixpanel_url}?project_id={PROJECT}"),
        ]
        scenario = "busy"
        for wanted, what, words, true_code in STEPS:
            if wanted != scenario:
                box.load(wanted)
                scenario = wanted
            write(f"\n# {what}\n")
            filled = [PIPELINE if word == "{pipeline}" else word for word in words]
            shown = shlex.join(["quiesce", *filled])
            write(f"$ {shown} -s spinnaker+… -s mixpanel+…\n")
            sys.stdout.flush()
            code = run([*filled, *sources])
            write(f"(exit {code})\n")
            if code in (ExitCode.INTERRUPTED, ExitCode.ENDED):
                return code
            failed += code != true_code
    write(
        "\nNext: `quiesce sandbox` keeps such a world running to play with, and\n"
        "`quiesce ls -s spinnaker+https://your-gate:8084` asks a real one.\n"
    )
    return ExitCode.UNKNOWN if failed else ExitCode.QUIET


PIPELINE = "Deploy to production"
