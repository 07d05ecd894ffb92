"""Runs the installed command as people do: another process, its own folder, its real streams."""

from __future__ import annotations

import atexit
import json
import os
import re
import socket
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from typing import Any

from tests.cli import ready

COMMAND = [sys.executable, "-m", "quiesce"]

_AT_START = re.compile("PYTHON|LC_|LANG|TZ$")
"""What Python reads from the environment when it starts."""

_begun: set[str] = set()


def quiesce(
    *words: str, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run it to its end: each command once from nothing, and then by `ready`, which is quicker."""
    command = next((word for word in words if not word.startswith("-")), "")
    environment = {**os.environ, **(env or {})}
    if command in _begun and not any(map(_AT_START.match, env or ())):
        return _ready().run(list(words), cwd, environment)
    _begun.add(command)
    return subprocess.run(
        [*COMMAND, *words],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@cache
def _ready() -> _Ready:
    made = _Ready()
    atexit.register(made.close)
    return made


class _Ready:
    """The process of `ready`, and the line to it."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.settimeout(60)
        self._process = subprocess.Popen(
            [sys.executable, str(ready.__file__), str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()

    def run(
        self, words: list[str], folder: Path, environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        request = json.dumps([words, str(folder), environment]).encode()
        assert len(request) < ready.MOST
        nothing = os.open(os.devnull, os.O_RDONLY)
        out, err = _Reader(), _Reader()
        socket.send_fds(self._line, [request], [nothing, out.end, err.end])
        for end in (nothing, out.end, err.end):
            os.close(end)
        code = int(self._line.recv(100))
        return subprocess.CompletedProcess([*COMMAND, *words], code, out.text(), err.text())

    def close(self) -> None:
        self._line.close()
        self._process.wait(10)


class _Reader(threading.Thread):
    """Reads a pipe, of which `end` is to be given away."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        begin, self.end = os.pipe()
        self._stream = os.fdopen(begin, encoding="utf-8")
        self._text = ""
        self.start()

    def run(self) -> None:
        with self._stream:
            self._text = self._stream.read()

    def text(self) -> str:
        self.join(60)
        return self._text


def document(answer: subprocess.CompletedProcess[str]) -> Any:
    """The one JSON document on stdout."""
    return json.loads(answer.stdout)
