"""Text from outside is harmless, whatever it is."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.render.samples import HOSTILE, unguarded

from quiesce.render.clean import MOST_MARKS, clean, csv_cell, harmless, to_ascii
from quiesce.render.encode import to_json

anything = st.text(st.characters(exclude_categories=())) | st.sampled_from(list(HOSTILE.values()))
FORMULA = "=+-@|%\uff1d\uff0b\uff0d\uff20\t\r\0"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Deploy prod (eu-west-1) é 日本", "Deploy prod (eu-west-1) é 日本"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x1b[31m\x9b\x7f\x00", r"\x1b[31m\x9b\x7f\x00"),
        ("\u202e\u200f\u2028\ufeff", r"\u202e\u200f\u2028\ufeff"),
        ("\ud800\U000e0041", r"\ud800\U000e0041"),
        ("a\u3164\u034f\ufe01\U000e0100", r"a\u3164\u034f\ufe01\U000e0100"),
        ("\u26a0\ufe0f deploy", "\u26a0\ufe0f deploy"),
        ("C:\\new", "C:\\new"),
    ],
)
def test_what_can_not_be_shown_is_escaped_visibly(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(anything)
def test_a_clean_text_is_one_line_of_harmless_characters(text: str) -> None:
    shown = clean(text)
    assert shown.splitlines() in ([], [shown])
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert all(map(harmless, shown))


@given(anything)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(anything)
def test_a_clean_text_can_be_told_to_any_screen(text: str) -> None:
    assert to_ascii(clean(text)).isascii()
    clean(text).encode()


def test_marks_are_not_stacked_over_other_lines() -> None:
    shown = clean("Z" + "\u0301" * 100 + "a\u0301")
    assert shown.count("\u0301") == MOST_MARKS + 1


@given(anything)
def test_a_cell_survives_a_csv_reader(text: str) -> None:
    (row,) = csv.reader(io.StringIO(f"{csv_cell(text)},end\n"), strict=True)
    assert row[1] == "end"
    assert unguarded(row[0]) == clean(text)


@given(
    anything, st.sampled_from(["", " ", '"', "'", ' "', "a;", "\u3000"]), st.sampled_from(FORMULA)
)
def test_no_cell_is_a_formula(text: str, before: str, start: str) -> None:
    cell = csv_cell(before + start + text)
    (row,) = csv.reader(io.StringIO(cell + "\n"), strict=True)
    for piece in row[0].split(";"):
        assert piece.lstrip(' \u3000"')[:1] not in set(FORMULA)


def test_guards_are_seen_before_formulas_of_every_kind() -> None:
    assert csv_cell("=1+1") == "'=1+1"
    assert csv_cell('"=1') == '"\'""=1"'
    assert csv_cell("a;=1") == '"a;\'=1"'
    assert csv_cell("\uff1d1") == "'\uff1d1"
    assert csv_cell("a=1") == "a=1"


@given(anything)
def test_json_harms_no_terminal_and_keeps_the_value(text: str) -> None:
    for ascii_only in (False, True):
        shown = to_json({"name": text, text: [text]}, ascii_only=ascii_only)
        assert all(map(harmless, shown))
        assert shown.isascii() or not ascii_only
        # Only a lone surrogate can't be carried by JSON, and is escaped visibly.
        kept = "".join(clean(char) if unicodedata.category(char) == "Cs" else char for char in text)
        assert json.loads(shown) == {"name": kept, kept: [kept]}
