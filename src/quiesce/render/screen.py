"""What there is to draw on, as a value, and what comes out of drawing."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from quiesce.model import State
from quiesce.render.clean import clean, to_ascii

Format = Literal[
    "table", "wide", "plain", "json", "jsonl", "csv", "name", "raw", "nagios", "mixpanel"
]


class Rendered(Struct, frozen=True):
    """Text for standard output and for standard error; each is empty or ends in a newline."""

    out: str
    err: str = ""


class Screen(Struct, frozen=True, kw_only=True):
    """The facts of a terminal, or of a pipe (`width` None).

    With `unicode` False nothing but ASCII comes out, in any format.
    """

    width: int | None = None
    color: bool = False
    unicode: bool = True
    hyperlinks: bool = False

    @property
    def dot(self) -> str:
        return " · " if self.unicode else " - "

    @property
    def arrow(self) -> str:
        return "→" if self.unicode else ">"

    @property
    def ellipsis(self) -> str:
        return "…" if self.unicode else ".."

    def text(self, text: str) -> str:
        """A text from outside, as it may be shown here."""
        shown = clean(text)
        return shown if self.unicode else to_ascii(shown)

    def glyph(self, word: State | Literal["quiet", "active", "unknown"]) -> str:
        return GLYPHS[word][0 if self.unicode else 1]

    def paint(self, text: str, color: str) -> str:
        """The text in one of the 16 ANSI colours, whose shade the reader's theme decides."""
        return f"\x1b[{color}m{text}\x1b[0m" if self.color and color and text else text


GLYPHS: dict[str, tuple[str, str]] = {
    State.PENDING: ("◷", "o"),
    State.RUNNING: ("●", "*"),
    State.PAUSED: ("‖", "="),
    State.WAITING: ("☝", "!"),
    State.STOPPING: ("◌", "v"),
    State.UNKNOWN: ("?", "?"),
    State.SUCCEEDED: ("✔", "+"),
    State.FAILED: ("✖", "x"),
    State.CANCELED: ("⊘", "-"),
    State.TIMED_OUT: ("⧖", "t"),
    State.SKIPPED: ("»", ">"),
    State.RETRIED: ("↻", "~"),
    State.GONE: ("·", "."),
    "quiet": ("✔", "+"),
    "active": ("●", "*"),
}
"""A shape for each word, in Unicode and in ASCII: colour alone never carries a meaning."""

BOLD = "1"
RED, GREEN, YELLOW, MAGENTA, CYAN = "31", "32", "33", "35", "36"
"""Of the 16 ANSI colours those that can be read on light and dark alike; never a background,
white, black or grey."""

COLORS: dict[str, str] = {
    State.RUNNING: CYAN,
    State.PAUSED: MAGENTA,
    State.WAITING: YELLOW,
    State.STOPPING: YELLOW,
    State.UNKNOWN: RED,
    State.FAILED: RED,
    State.TIMED_OUT: YELLOW,
    "quiet": GREEN,
    "active": CYAN,
}
"""Red is for failed and unknown alone, green for quiet alone."""
