"""What the terminal can do, and writing to it: results to stdout, everything else to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TextIO

from quiesce.errors import QuiesceError
from quiesce.render import Screen


def wants_json(words: Sequence[str]) -> bool:
    """Whether the words ask for JSON, even if they can't be parsed otherwise."""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word in ("-o", "--output") and following == "json":
            return True
        if word in ("-ojson", "--output=json"):
            return True
    return False


def screen(stream: TextIO, *, color: str = "auto") -> Screen:
    """The facts about a stream. `COLUMNS` wins over what the terminal says."""
    terminal = stream.isatty()
    width = _width(stream) if terminal else None
    encoding = (stream.encoding or "").lower().replace("-", "")
    dumb = os.environ.get("TERM") == "dumb"
    return Screen(
        width=width,
        color=_color(terminal and not dumb, color),
        unicode=encoding == "utf8" and not dumb,
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
    """Put a result on stdout; a reader who has gone away changes nothing."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads any more: the exit code is what is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def remark(text: str) -> None:
    """Put anything that is not a result on stderr."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def complain(error: QuiesceError, code: int, *, json: bool, source: str | None = None) -> int:
    """Say what is wrong on stderr, in lines or as one JSON object, and give the code back."""
    from quiesce.render.complaint import complaint, to_line, to_text

    shown = complaint(error, source)
    remark(to_line(shown, code) if json else to_text(shown))
    return code
