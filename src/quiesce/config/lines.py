"""On which line each key of a TOML document stands.

`tomllib` keeps no positions, so a document that it has accepted is walked a second time.
Only valid TOML comes here, so nothing is checked again; what the walk does not recognise it
steps over, and a key without a line is named without one.
"""

from __future__ import annotations

import re
import tomllib

KeyPath = tuple[str, ...]

BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
BARE = re.compile(r"[A-Za-z0-9_-]+")
# Longest first: a multi-line string begins like an empty one.
STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
PLAIN = re.compile(r"[^,\[\]{}#\n\"']+")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, from 1, on which each key or table is first named."""
    return _Walk(text).document()


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.counted = 0
        self.lines: dict[KeyPath, int] = {}

    def document(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self.blank()
        while self.at < len(self.text):
            if self.take("["):
                self.take("[")
                table = self.key(())
                self.take("]")
                self.take("]")
            else:
                self.pair(table)
            self.blank()
        return self.lines

    def pair(self, table: KeyPath) -> None:
        """One `key = value`, with the keys inside its value."""
        before = self.at
        path = self.key(table)
        self.take("=")
        self.value(path)
        if self.at == before:
            self.at += 1

    def key(self, table: KeyPath) -> KeyPath:
        """A dotted key; each of its steps is noted."""
        path = table
        while True:
            self.blank()
            if bare := BARE.match(self.text, self.at):
                name = bare[0]
                self.at = bare.end()
            elif quoted := STRING.match(self.text, self.at):
                name = tomllib.loads(f"name = {quoted[0]}")["name"]
                self.at = quoted.end()
            else:
                return path
            path = (*path, name)
            self.lines.setdefault(path, self.here())
            if not self.take("."):
                return path

    def value(self, path: KeyPath) -> None:
        self.blank()
        if self.take("{"):
            while self.at < len(self.text) and not self.take("}"):
                self.pair(path)
                self.take(",")
        elif self.take("["):
            self.array()
        else:
            self.scalar()

    def array(self) -> None:
        """Steps over a list: what is inside is named by the key of the list."""
        depth = 1
        while depth and self.at < len(self.text):
            if self.take("[") or self.take("{"):
                depth += 1
            elif self.take("]") or self.take("}"):
                depth -= 1
            elif not self.take(","):
                self.scalar()

    def scalar(self) -> None:
        self.blank()
        found = STRING.match(self.text, self.at) or PLAIN.match(self.text, self.at)
        self.at = found.end() if found else self.at + 1

    def blank(self) -> None:
        found = BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def take(self, char: str) -> bool:
        self.blank()
        taken = self.text.startswith(char, self.at)
        self.at += taken
        return taken

    def here(self) -> int:
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line
