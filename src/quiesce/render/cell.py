"""One cell of a table."""

from __future__ import annotations

from msgspec import Struct


class Cell(Struct, frozen=True):
    """A clean text, with the glyph before it, its colour, and where it links to."""

    text: str
    glyph: str = ""
    color: str = ""
    link: str = ""
