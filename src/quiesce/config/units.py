"""Times, sizes and rates as people write them: `2h30m`, `64MiB`, `60/h`.

Times follow Go's grammar, with `d` and `w` beside it, and always carry a unit: whether `60`
means seconds or minutes is a guess, and a guess about a deadline is a wrong answer later.
"""

from __future__ import annotations

import math
import re

from quiesce.config.wording import Wrong, got
from quiesce.errors import ConfigError

# durationpy also takes `mm` (months) and text between the numbers, so its input is checked.
DURATION = r"(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h|d|w))+"
SIZE = r"([0-9]+(?:\.[0-9]+)?) ?(B|kB|KB|MB|GB|KiB|MiB|GiB)"
RATE = r"([0-9]+(?:\.[0-9]+)?) ?/ ?(s|m|min|h)"

BYTES = {
    "B": 1,
    "kB": 1000,
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
}
SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600}

A_DURATION = 'a duration such as "90s" or "2h30m"'
A_SIZE = 'a size such as "64MiB", or a whole number of bytes'
A_RATE = 'requests per second such as 5 or 0.5, or a text such as "60/h"'


def duration(text: str) -> float:
    """The seconds of a text such as `90s` or `2h30m` from a command line; raises `ConfigError`."""
    try:
        return read_duration(text)
    except Wrong as wrong:
        raise ConfigError(f"expected {wrong.expected}, not {wrong.got}", hint=wrong.hint) from None


def read_duration(value: object) -> float:
    """The seconds of a value of the configuration; raises `Wrong`."""
    import durationpy

    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise Wrong(A_DURATION, f"the bare number {got(value)}", _with_a_unit(got(value)))
    if not isinstance(value, str):
        raise Wrong(A_DURATION, got(value))
    text = value.strip()
    if re.fullmatch(DURATION, text, re.ASCII):
        try:
            seconds: float = durationpy.from_str(text).total_seconds()
        except durationpy.DurationError:  # centuries
            raise Wrong(A_DURATION, "so long a time") from None
        return seconds
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text, re.ASCII) and len(text) <= 24:
        raise Wrong(A_DURATION, f'"{text}" without a unit', _with_a_unit(text))
    raise Wrong(A_DURATION, "another text" if text else got(text))


def _with_a_unit(number: str) -> str:
    return f'did you mean "{number}s"?' if re.fullmatch(r"[0-9.]+", number) else ""


def duration_text(seconds: float) -> str:
    """A text that `read_duration` reads as these seconds again."""
    import datetime

    import durationpy

    if seconds == 0:
        return "0s"
    text: str = durationpy.to_str(datetime.timedelta(seconds=seconds))
    return text


def size(value: object) -> int:
    """The bytes of a text such as `64MiB`, or of a whole number; raises `Wrong`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise Wrong(A_SIZE, got(value))
    found = re.fullmatch(SIZE, value.strip(), re.ASCII)
    if not found or len(value) > 24:
        raise Wrong(A_SIZE, "another text" if value else got(value))
    return int(float(found[1]) * BYTES[found[2]])


def size_text(count: int) -> str:
    """The bytes in the largest unit that divides them."""
    for unit in ("GiB", "MiB", "KiB"):
        if count and count % BYTES[unit] == 0:
            return f"{count // BYTES[unit]}{unit}"
    return f"{count}B"


def rate(value: object) -> float:
    """Requests per second, from a number or a text such as `60/h`; raises `Wrong`."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        per_second = float(value) if abs(value) < 1e9 else math.inf
    elif isinstance(value, str) and len(value) <= 24:
        found = re.fullmatch(RATE, value.strip(), re.ASCII)
        if not found:
            raise Wrong(A_RATE, "another text")
        per_second = float(found[1]) / SECONDS[found[2]]
    else:
        raise Wrong(A_RATE, got(value))
    if not 0 < per_second <= 10_000:
        raise Wrong(f"{A_RATE}, above 0 and at most 10000", got(value))
    return per_second
