"""`source/application/pipeline/id`: a run in one word, which every command accepts back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from quiesce.model import Run
from quiesce.render.clean import harmless

_ESCAPED = frozenset("/%'\"\\$`&|;<>()*?[]{}!#~")
"""What separates the pieces, or what a shell would act on if it is not quoted."""


class RunName(NamedTuple):
    """The four pieces of a run's name, as its system spells them."""

    source: str
    application: str
    pipeline: str
    id: str


def name_of(run: Run, *, ascii_only: bool = False) -> str:
    """The name of a run: slashes, spaces and whatever is not harmless are percent-encoded."""
    pieces = (run.source, run.application, run.pipeline, run.id)
    return "/".join(_encoded(piece, ascii_only=ascii_only) for piece in pieces)


def parse_name(name: str) -> RunName | None:
    """The pieces of a name that `name_of` made, or None if it is not one."""
    pieces = name.split("/")
    if len(pieces) != 4:
        return None
    try:
        source, application, pipeline, ident = (_decoded(piece) for piece in pieces)
    except UnicodeDecodeError:
        return None
    return RunName(source, application, pipeline, ident)


def name_lines(runs: Iterable[Run], *, ascii_only: bool = False) -> str:
    """One name a line."""
    return "".join(name_of(run, ascii_only=ascii_only) + "\n" for run in runs)


def _encoded(piece: str, *, ascii_only: bool) -> str:
    shown = "".join(
        char if _plain(char, ascii_only=ascii_only) else _percent(char) for char in piece
    )
    # A name that begins with a dash would be taken for an option.
    return f"%2D{shown[1:]}" if shown.startswith("-") else shown


def _plain(char: str, *, ascii_only: bool) -> bool:
    if char in _ESCAPED or char.isspace():
        return False
    return (char.isascii() and char.isprintable()) or (not ascii_only and harmless(char))


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _decoded(piece: str) -> str:
    return unquote_to_bytes(piece).decode("utf-8", "surrogatepass")
