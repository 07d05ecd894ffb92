"""A terminal of a given size, for the tests that look at its screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time
from collections.abc import Mapping
from pathlib import Path

import pyte
from tests.cli.program import COMMAND


class Terminal:
    """The command on a terminal of a given size."""

    def __init__(
        self,
        *words: str,
        cwd: Path,
        columns: int = 80,
        rows: int = 50,
        env: Mapping[str, str] | None = None,
        errors_too: bool = True,
    ) -> None:
        self.columns, self.rows, self.raw = columns, rows, b""
        self._fd, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [*COMMAND, *words],
            cwd=cwd,
            env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=other,
            stderr=other if errors_too else subprocess.DEVNULL,
        )
        os.close(other)

    def read(self, until: bytes | None = None) -> str:
        """All that comes, or all until a text has come `until`."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not (until is not None and until in self.raw):
            try:
                piece = os.read(self._fd, 65536)
            except OSError:  # nobody writes any more
                break
            if not piece:
                break
            self.raw += piece
        return self.raw.decode()

    def end(self) -> str:
        """What came until the command ended."""
        text = self.read()
        self.process.wait(20)
        os.close(self._fd)
        return text

    def lines(self) -> list[str]:
        """What stands on the screen in the end."""
        screen = pyte.Screen(self.columns, self.rows)
        # The synchronized output of DEC 2026 and OSC 8 are unknown to pyte.
        text = re.sub(r"\x1b\]8;;.*?\x1b\\", "", self.raw.decode())
        pyte.Stream(screen).feed(text)
        return [line.rstrip() for line in screen.display if line.strip()]
