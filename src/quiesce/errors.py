"""Every error that quiesce raises on purpose, named by what the reader does next.

QuiesceError
├── ConfigError            fix the command line or the file (exit 2)
├── StoreError             the memory can't be used: mend it, or do without (--no-store)
├── Absent                 no such application or pipeline in this source: check the name
└── SourceError            a system could not be asked, or not be believed; becomes a gap
    ├── Refused            sign in, or ask for the right that is missing
    ├── Unavailable        try again, or see why the system does not answer
    ├── Misunderstood      the answer can't be read: report it
    └── Truncated          there is more than was given: raise the limit

A foreign error is wrapped once, where it enters (`http`, `config`), with `from`.
Texts in these errors are already redacted and free of control characters: whoever raises
one with words from outside passes them through `quiesce.http.Redactor` first.
"""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

ErrorName = Literal["refused", "unavailable", "misunderstood", "truncated", "unexpected"]
"""The closed list of what a gap can be, as it stands in the JSON documents."""


class Known(NamedTuple):
    """A name that a source has, and where."""

    name: str
    where: str = ""


class QuiesceError(Exception):
    """The base of the tree.

    `message` is one sentence without a full stop; `hint` says what to do, and may be empty.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ConfigError(QuiesceError):
    """The command line or the configuration can't be used as it is; exit 2."""


class StoreError(QuiesceError):
    """The store can't be read or written; what was seen without it still stands."""


class Absent(QuiesceError):
    """A source was asked about a name that it does not have.

    `what` is `application` or `pipeline`; `known` holds the names that it does have, each
    with where it is (an application, or nothing), from which the nearest ones are offered.
    Not a gap: the source was read, the name is wrong.
    """

    def __init__(
        self, what: Literal["application", "pipeline"], name: str, known: tuple[Known, ...] = ()
    ) -> None:
        super().__init__(f"no {what} named `{name}`")
        self.what = what
        self.name = name
        self.known = known


class SourceError(QuiesceError):
    """Something was asked of a system and not had.

    `asked` is the request (`GET https://…`), `cause` the system's own words (redacted, at
    most 200 characters), `status` the HTTP status where there was one.
    """

    name: ClassVar[ErrorName] = "unexpected"

    def __init__(
        self,
        message: str,
        *,
        asked: str = "",
        cause: str = "",
        hint: str = "",
        status: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.asked = asked
        self.cause = cause
        self.status = status


class Refused(SourceError):
    """401, 403 or a login page: which right is missing is in the message."""

    name = "refused"


class Unavailable(SourceError):
    """No usable answer: a time-out, a 5xx, a reset, a name that does not resolve."""

    name = "unavailable"


class Misunderstood(SourceError):
    """An answer came and can't be read."""

    name = "misunderstood"


class Truncated(SourceError):
    """More exists than the system gave, and it would not give more."""

    name = "truncated"
