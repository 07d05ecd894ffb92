"""The commands by name. Import paths, not functions: only what a command needs is imported."""

from __future__ import annotations

COMMANDS = {
    "ls": ("quiesce.cli.ls:command", "Every active run, in every system."),
    "check": ("quiesce.cli.check:command", "Is it quiet? Exit 0 quiet, 1 active, 3 unknown."),
    "wait": ("quiesce.cli.wait:command", "Wait until it is quiet, and has settled."),
    "status": ("quiesce.cli.status:command", "How the recent runs of a pipeline ended."),
    "collect": (
        "quiesce.cli.collect:command",
        "Look again and again, and remember.",
    ),
    "history": ("quiesce.cli.history:command", "When it was quiet, active, unknown."),
    "pipelines": ("quiesce.cli.pipelines:command", "All pipelines that are known."),
    "windows": ("quiesce.cli.windows:command", "The best times for a maintenance."),
    "waive": ("quiesce.cli.waive:command", "Decide that a run does not count until a time."),
    "waivers": ("quiesce.cli.waivers:command", "Which runs don't count, until when, and why."),
    "unwaive": ("quiesce.cli.unwaive:command", "Take a waiver back."),
    "store": (
        "quiesce.cli.store:command",
        "The store: upgrade, restore, info, prune, export.",
    ),
    "init": (
        "quiesce.cli.init:command",
        "Write a quiesce.toml, from ~/.spin/config if it is there.",
    ),
    "sources": (
        "quiesce.cli.sources:command",
        "The configured systems; `sources test` tries them.",
    ),
    "open": ("quiesce.cli.open:command", "Open a run in its own system's pages."),
    "config": (
        "quiesce.cli.config:command",
        "Which file is used, what it says, and whether it is right.",
    ),
    "doctor": (
        "quiesce.cli.doctor:command",
        "Facts about this installation, to paste into a report.",
    ),
    "schema": ("quiesce.cli.schema:command", "The JSON Schema of what `-o json` prints."),
    "completion": ("quiesce.cli.completion:command", "A completion script for bash, zsh or fish."),
    "sandbox": ("quiesce.cli.sandbox:command", "A simulated Spinnaker and Mixpanel on loopback."),
    "demo": ("quiesce.cli.demo:command", "Try it without any system."),
    "help": (
        "quiesce.cli.help:command",
        "Topics: exit-codes, environment, output, config, sources.",
    ),
}
"""Each command: where it is, and its line in the overview."""

OVERVIEW = """\
quiesce: is anything still running, anywhere?

  quiesce ls    -s spinnaker+https://gate.example.com:8084    every active run
  quiesce check -s spinnaker+https://gate.example.com:8084    exit 0 quiet, 1 active, 3 unknown
  quiesce wait --timeout 2h && ./upgrade.sh                   until it is quiet
  quiesce status "Deploy prod" --summary                      how the recent runs ended
  quiesce init                                                write a quiesce.toml

`quiesce demo` to try it without any system, `quiesce --help` for all commands.
"""
