"""Each run exactly as its system gave it, one JSON a line.

Nothing is read and written anew, so numbers keep their digits and objects their order. Only
white space between values goes where it would break the line, and characters that would harm
a terminal are escaped: the value stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from quiesce.model import Run
from quiesce.render.document import run_document
from quiesce.render.encode import disarmed, to_json

_TOKEN = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")|\s+')


def raw_lines(runs: Iterable[Run], *, ascii_only: bool = False) -> str:
    """One run a line."""
    return "".join(raw_line(run, ascii_only=ascii_only) + "\n" for run in runs)


def raw_line(run: Run, *, ascii_only: bool = False) -> str:
    """The system's JSON for a run; where there is none that is valid, our document of it."""
    try:
        msgspec.json.decode(run.raw, type=msgspec.Raw)
        text = run.raw.decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return to_json(run_document(run), ascii_only=ascii_only)
    if any(space in text for space in "\n\r\t"):
        text = _TOKEN.sub(lambda match: match.group(1) or "", text)
    return disarmed(text, ascii_only=ascii_only)
