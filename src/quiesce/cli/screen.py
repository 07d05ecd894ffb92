"""What the terminal can do, and writing to it: results to stdout, everything else to stderr."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from itertools import takewhile
from typing import TextIO

from quiesce.errors import QuiesceError, SourceError
from quiesce.render import Screen
from quiesce.render.clean import to_ascii


def wants_json(words: Sequence[str]) -> bool:
    """Whether the words ask for JSON, even if they can't be parsed otherwise."""
    options = list(takewhile(lambda word: word != "--", words))
    for word, following in zip(options, [*options[1:], ""], strict=True):
        if re.fullmatch("-[hw]*o|--output", word) and following == "json":
            return True
        if re.fullmatch("-[hw]*ojson|--output=json", word):
            return True
    return False


def open_closed_streams() -> None:
    """Give a closed standard stream (`>&-`) a file again, so that no socket takes its number.

    What is written to standard output fails then, as it must: nobody has seen the verdict.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for good


def screen(stream: TextIO, *, color: str = "auto") -> Screen:
    """The facts about a stream. `COLUMNS` wins over what the terminal says."""
    terminal = stream.isatty()
    width = _width(stream) if terminal else None
    encoding = (stream.encoding or "").lower().replace("-", "")
    dumb = os.environ.get("TERM") == "dumb"
    return Screen(
        width=width,
        color=_color(terminal and not dumb, color),
        # Python writes UTF-8 in the C locale, too; who asks for that one has a terminal without.
        unicode=encoding == "utf8" and not dumb and os.environ.get("LC_ALL") not in ("C", "POSIX"),
        hyperlinks=terminal and not dumb and "NO_COLOR" not in os.environ,
    )


def _width(stream: TextIO) -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


def _color(able: bool, wish: str) -> bool:
    if wish != "auto":
        return wish == "always"
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE")
    return able or forced not in (None, "", "0")


def write(text: str) -> None:
    """Put a result on stdout; a reader who has gone away changes nothing.

    Raises `QuiesceError` where it can't be written otherwise, as on a full disk: a code
    without its answer would be believed.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon(sys.stdout)
    except OSError as error:
        _abandon(sys.stdout)
        raise QuiesceError(f"the answer can't be written: {error.strerror}") from error


def remark(text: str) -> None:
    """Put anything that is not a result on stderr, if it can be had: the code does not need it."""
    if not screen(sys.stderr).unicode:
        text = to_ascii(text)
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _abandon(sys.stderr)


def _abandon(stream: TextIO) -> None:
    """Send what is left nowhere, or the interpreter would complain of it on its way out."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def complain(error: QuiesceError, code: int, *, json: bool, source: str | None = None) -> int:
    """Say what is wrong on stderr, in lines or as one JSON object, and give the code back."""
    from quiesce.render.complaint import complaint, to_line, to_text

    shown = complaint(error, source)
    remark(to_line(shown, code) if json else to_text(shown))
    return code


def unforeseen(error: Exception) -> SourceError:
    """What is said of a defect of our own; with QUIESCE_DEBUG the traceback goes before it."""
    if "QUIESCE_DEBUG" in os.environ:
        from traceback import format_exception

        remark("".join(format_exception(error)))
    return SourceError(
        f"quiesce failed in a way that was not foreseen ({type(error).__name__})",
        hint="this is a defect: please report it, with QUIESCE_DEBUG=1 for the details",
    )
