"""Where a falling function crosses zero."""

from __future__ import annotations

import math

from quiesce.forecast.crossing import crossing


def test_a_function_that_never_falls_is_endless_and_holds_nobody_up() -> None:
    assert crossing(lambda _: 1.0, 5.0) == math.inf


def test_it_is_never_too_early_and_hardly_too_late() -> None:
    for zero in (0.01, 3.0, 7e9):
        assert zero <= crossing(lambda at, zero=zero: zero - at, 0.0) <= zero * 1.0002  # type: ignore[misc]
