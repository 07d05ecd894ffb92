"""The entry point: what must be instant is answered here, the rest in `run.py`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from quiesce import __version__
from quiesce.cli.codes import ExitCode
from quiesce.cli.commands import OVERVIEW


def entry() -> NoReturn:
    """The installed command: `main`, and then an end that waits for nobody.

    A name look-up that hangs runs in a thread that can't be cancelled, and the interpreter
    would wait for it long after the verdict was printed.
    """
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed: `run` has said so
            stream.flush()
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and give back the exit code; never raises on foreseeable things."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words in (["--version"], ["-V"]):  # before anything is imported: it must be instant
        return _said(f"quiesce {__version__}\n")
    if not words and "_QUIESCE_COMPLETE" not in os.environ:  # a shell asks with no words, too
        return _said(OVERVIEW)
    try:
        from quiesce.cli.run import run

        return run(words)
    except KeyboardInterrupt:  # too early for anybody to say more
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - Python would end with 1, which means active
        print(f"error: quiesce can't run here: {error!r}", file=sys.stderr)
        return ExitCode.UNKNOWN


def _said(text: str) -> int:
    try:
        print(text, end="", flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return ExitCode.QUIET if isinstance(error, BrokenPipeError) else ExitCode.UNKNOWN
    return 0
