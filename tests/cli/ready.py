"""A process that has imported the command and forks itself for each run.

Starting Python and importing aiohttp costs more than most of the runs do. A run is still a
process of its own, with its own folder, environment and streams, and ends as `entry` ends it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import socket
import sys
from typing import NoReturn

MODULES = (
    "app",
    "app.outlook",
    "config",
    "http",
    "render",
    "sources",
    "store.writing.write",
    "store.reading.chronicle",
)
"""What most commands import when they are used."""

MOST = 1 << 17


def main(number: int) -> None:
    """Serve until whoever asks has gone."""
    from quiesce.cli.commands import COMMANDS

    for name in (*(f"quiesce.{one}" for one in MODULES), "quiesce.cli.run"):
        importlib.import_module(name)
    for where, _ in COMMANDS.values():
        importlib.import_module(where.partition(":")[0])
    gc.freeze()
    with socket.socket(fileno=number) as line:
        while True:
            request, streams, _, _ = socket.recv_fds(line, MOST, 3)
            if not request:
                return
            child = os.fork()
            if child == 0:
                line.close()
                _run(request, streams)
            for stream in streams:
                os.close(stream)
            line.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _run(request: bytes, streams: list[int]) -> NoReturn:
    from quiesce.cli.main import entry

    words, folder, environment = json.loads(request)
    for stream, number in zip(streams, range(3), strict=True):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["quiesce", *words]
    entry()


if __name__ == "__main__":
    main(int(sys.argv[1]))
