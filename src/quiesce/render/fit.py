"""How wide a text is on a terminal, and cutting it to a width."""

from __future__ import annotations


def width(text: str) -> int:
    """How many cells a clean text takes."""
    if text.replace("…", ".").isascii():
        return len(text)
    from wcwidth import wcswidth

    return int(wcswidth(text))


def padded(text: str, cells: int) -> str:
    """The text with spaces up to that many cells."""
    return text + " " * (cells - width(text))


def cut_end(text: str, cells: int, ellipsis: str) -> str:
    """The text in at most that many cells, its end left out if need be."""
    if width(text) <= cells:
        return text
    return _head(text, cells - width(ellipsis)) + ellipsis if cells > width(ellipsis) else ""


def cut_middle(text: str, cells: int, ellipsis: str) -> str:
    """The text in at most that many cells, its middle left out if need be."""
    if width(text) <= cells:
        return text
    room = cells - width(ellipsis)
    if room < 2:
        return cut_end(text, cells, ellipsis)
    head = _head(text, (room + 1) // 2)
    return head + ellipsis + _tail(text, room - width(head))


def _head(text: str, cells: int) -> str:
    if text.isascii():
        return text[:cells]
    # A clean text has at most 5 characters for a cell, so the rest need not be measured.
    head = text[: cells * 6]
    while width(head) > cells:
        head = head[:-1]
    return head


def _tail(text: str, cells: int) -> str:
    if text.isascii():
        return text[len(text) - cells :]
    tail = text[max(0, len(text) - cells * 6) :]
    while width(tail) > cells:
        tail = tail[1:]
    return tail
