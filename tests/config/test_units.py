"""Times, sizes and rates are read as Go and people write them, and nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiesce.config import duration, duration_text
from quiesce.config.units import rate, read_duration, size, size_text
from quiesce.config.wording import Wrong
from quiesce.errors import ConfigError

UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "d": 86400.0, "w": 604800.0}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("2h30m", 9000),
        ("1.5h", 5400),
        (".5s", 0.5),
        ("1.s", 1),
        ("250ms", 0.25),
        ("10us", 1e-05),
        ("10µs", 1e-05),
        ("0s", 0),
        ("1d", 86400),
        (" 5m ", 300),
    ],
)
def test_a_duration_is_seconds(text: str, seconds: float) -> None:
    assert duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "60",
        "s",
        "1 h",
        "5mm",
        "1y",
        "1s--2s",
        "-5s",
        "+5s",
        "1.2.3s",
        "٣s",
        "1h 5m",
        "PT5S",
        60,
        1.5,
        True,
        None,
        [],
        {},
        "9" * 400 + "h",
        "1e3s",
        "infs",
        "5S",
        "1s\n2s",
    ],
)
def test_what_is_no_duration_is_refused(value: Any) -> None:
    with pytest.raises(Wrong):
        read_duration(value)


def test_a_bare_number_is_answered_with_a_question() -> None:
    with pytest.raises(ConfigError) as caught:
        duration("60")
    assert caught.value.message == (
        'expected a duration such as "90s" or "2h30m", not "60" without a unit'
    )
    assert caught.value.hint == 'did you mean "60s"?'


@given(st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(list(UNITS))), min_size=1))
def test_a_duration_is_the_sum_of_its_steps(steps: list[tuple[int, str]]) -> None:
    text = "".join(f"{count}{unit}" for count, unit in steps)
    assert duration(text) == pytest.approx(sum(count * UNITS[unit] for count, unit in steps))


@given(st.integers(0, 10**9))
def test_a_shown_duration_reads_as_the_same(milliseconds: int) -> None:
    seconds = milliseconds / 1000
    assert duration(duration_text(seconds)) == pytest.approx(seconds, abs=0.0011)


@given(st.text())
def test_any_text_is_a_duration_or_refused(text: str) -> None:
    said = ""
    try:
        seconds = duration(text)
    except ConfigError as error:
        seconds, said = 0.0, error.message
    assert seconds >= 0
    assert said.isprintable()


@pytest.mark.parametrize(
    ("value", "count"),
    [(4096, 4096), ("64MiB", 64 << 20), ("1.5KiB", 1536), ("2 GB", 2 * 10**9), ("100B", 100)],
)
def test_a_size_is_bytes(value: Any, count: int) -> None:
    assert size(value) == count


@pytest.mark.parametrize("value", ["", "64", "64 mib", "MiB", True, 1.5, "-1B", None, "1" * 99])
def test_what_is_no_size_is_refused(value: Any) -> None:
    with pytest.raises(Wrong):
        size(value)


@given(st.integers(0, 2**40))
def test_a_shown_size_reads_as_the_same(count: int) -> None:
    assert size(size_text(count)) == count


@pytest.mark.parametrize(
    ("value", "per_second"), [(5, 5), (0.5, 0.5), ("60/h", 1 / 60), ("120/m", 2), ("3 / s", 3)]
)
def test_a_rate_is_per_second(value: Any, per_second: float) -> None:
    assert rate(value) == pytest.approx(per_second)


@pytest.mark.parametrize("value", [0, -1, 10**400, 1e300, float("nan"), "5", "5/d", "", True, None])
def test_what_is_no_rate_is_refused(value: Any) -> None:
    with pytest.raises(Wrong):
        rate(value)
