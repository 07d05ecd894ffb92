"""Text from outside, made harmless for where it is shown.

Whatever a system calls its pipelines, what is shown of it is one line without control
characters, terminal escapes (CVE-2021-25743, CWE-150), bidirectional or invisible
characters, and no spreadsheet takes it for a formula (CWE-1236).
"""

from __future__ import annotations

import re
from unicodedata import category

MOST_MARKS = 4
"""How many combining marks may sit on one character: more would paint over other lines."""

_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}

_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE0F)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
"""Letters and marks that show nothing (Default_Ignorable_Code_Point), which Unicode does not
count as controls; the emoji selector U+FE0F is left, as everyday names have it."""

_FORMULA = re.compile("(^|;)([\\s\"']*[=+\\-@\t\r\0|%\uff1d\uff0b\uff0d\uff20])")
"""What a spreadsheet may take for a formula, also after quotes, spaces and a separator, and in
the full-width forms that some locales accept."""

_SPECIAL = re.compile(r'[",;\r\n]|^\s|\s$')


def harmless(char: str) -> bool:
    """Whether a character shows as itself and changes nothing around it."""
    return (char.isprintable() and char not in _INVISIBLE) or category(char) == "Zs"


def escaped(char: str) -> str:
    r"""A character in visible notation: `\n`, `\x1b`, `\u202e` or `\U000e0001`."""
    code = ord(char)
    if char in _NAMED:
        return _NAMED[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def clean(text: str) -> str:
    """The text as one harmless line; what can't be shown is escaped visibly."""
    if text.isascii() and text.isprintable():
        return text
    shown = []
    marks = 0
    for char in text:
        marks = marks + 1 if category(char) in {"Mn", "Me"} else 0
        shown.append(char if marks <= MOST_MARKS and harmless(char) else escaped(char))
    return "".join(shown)


def to_ascii(text: str) -> str:
    r"""A clean text for a screen that knows ASCII only: `é` becomes `\xe9`."""
    return text.encode("ascii", "backslashreplace").decode("ascii")


def csv_cell(text: str) -> str:
    """One cell of a CSV file (RFC 4180), cleaned and guarded against formulas by a `'`."""
    guarded = _FORMULA.sub(r"\1'\2", clean(text))
    if _SPECIAL.search(guarded):
        return '"' + guarded.replace('"', '""') + '"'
    return guarded
