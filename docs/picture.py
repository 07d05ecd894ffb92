"""Draws docs/terminal.svg: what `quiesce check` really prints on the sandbox, at 96 columns.

Run by `make picture`; needs the development tools.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from quiesce.cli.demo import remembered
from quiesce.sandbox import Sandbox, serve_in_thread
from quiesce.sandbox.company import PROJECT

COLUMNS = 96
MOST_LINES = 9
"""So many runs are shown; a picture of forty says no more."""
FONT_FACES = re.compile(r"@font-face \{.*?\}", re.DOTALL)


def _printed(folder: Path, store: Path, *arguments: str) -> str:
    """What the command prints on a terminal of that width, in a folder with a quiesce.toml."""
    keeper, terminal = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    environment["QUIESCE_STORE"] = str(store)
    with subprocess.Popen(
        [sys.executable, "-m", "quiesce", *arguments],
        stdout=terminal,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment,
    ) as process:
        os.close(terminal)
        chunks: list[bytes] = []
        while True:
            try:
                chunk = os.read(keeper, 65536)
            except OSError:
                break  # Linux says so when the other side has closed
            if not chunk:
                break
            chunks.append(chunk)
        code = process.wait()
    os.close(keeper)
    lines = b"".join(chunks).decode().replace("\r\n", "\n").splitlines()
    if len(lines) > MOST_LINES + 3:
        lines = [*lines[:MOST_LINES], "…", *lines[-3:]]
    return "\n".join([*lines, f"exit {code}", ""])


def main() -> None:
    """Write the picture beside this file."""
    console = Console(width=COLUMNS, record=True, file=Path(os.devnull).open("w"))  # noqa: SIM115 - open to the end
    with (
        serve_in_thread(Sandbox("busy", seed=1, speed=10.0)) as box,
        TemporaryDirectory() as name,
    ):
        folder = Path(name)
        (folder / "quiesce.toml").write_text(
            f'[sources.prod]\nkind = "spinnaker"\nurl = "{box.gate_url}"\n'
            f'[sources.exports]\nkind = "mixpanel"\nurl = "{box.mixpanel_url}"\n'
            f"project_id = {PROJECT}\n"
        )
        sources = (f"spinnaker+{box.gate_url}", f"mixpanel+{box.mixpanel_url}?project_id={PROJECT}")
        past = remembered(folder / "past.db", sources, seed=1)
        for scenario in ("busy", "restarted-gate", "quiet"):
            box.load(scenario)
            store = Path(copyfile(past, folder / f"{scenario}.db"))  # another world has no memory
            console.print(Text.from_ansi(f"$ quiesce check\n{_printed(folder, store, 'check')}"))
    svg = console.export_svg(title="quiesce check")
    target = Path(__file__).with_name("terminal.svg")
    target.write_text(FONT_FACES.sub("", svg).replace("Fira Code", "ui-monospace, Menlo, Consolas"))


if __name__ == "__main__":
    main()
