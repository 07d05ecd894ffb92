"""What is drawn is what was agreed on, by letter: a change shows as a difference in a file."""

from __future__ import annotations

import pytest
from tests.render.golden import FOLDER, drawn

from quiesce.render.fit import width

DRAWN = drawn()


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_drawing_is_as_agreed(name: str) -> None:
    assert DRAWN[name] == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_no_drawing_is_left_over() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(DRAWN)


@pytest.mark.parametrize(("name", "cells"), [("ls-40", 40), ("ls-80", 80), ("wide-200", 200)])
def test_the_rows_fit_the_screen(name: str, cells: int) -> None:
    rows = DRAWN[name].split("\n\n", 1)[0].splitlines()
    assert max(map(width, rows)) <= cells
