"""The exit codes, each in one place; `quiesce help exit-codes` says what to do at which."""

from __future__ import annotations

from enum import IntEnum

from quiesce.errors import ConfigError, QuiesceError


class ExitCode(IntEnum):
    """How a command ends. Scripts rely on these numbers: none ever changes its meaning."""

    QUIET = 0
    ACTIVE = 1
    USAGE = 2
    UNKNOWN = 3
    OUT_OF_TIME = 124
    INTERRUPTED = 130
    ENDED = 143


def code_of(error: QuiesceError) -> ExitCode:
    """What ends with this error: wrong usage can be repaired by who called, the rest is unknown."""
    return ExitCode.USAGE if isinstance(error, ConfigError) else ExitCode.UNKNOWN
