"""What can go wrong between a client and a system, as values.

    box.faults.add(Fault(path="/applications/*/pipelines", kind="status", status=500, times=3))

A request meets the first planted fault that fits it and is not used up; `latency`, `stale` and
`age` fit beside others.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import Literal

from msgspec import Struct

Kind = Literal[
    "status",  # `status`, with `retry_after` and `body` where they are given
    "redirect",  # 302 to `location`
    "login-page",  # 200 with HTML
    "empty",  # 200 without a body
    "body",  # 200 with `body` as it stands, of `content_type`
    "truncated",  # the JSON ends after `size` bytes (or at its half); the length says so too
    "cut",  # the connection ends after `size` bytes (or at the half) of a longer answer
    "not-utf8",  # the right answer with bytes in it that are no UTF-8
    "huge",  # an endless-looking answer of `size` bytes
    "gzip-bomb",  # a small answer that unpacks to `size` bytes
    "hang",  # nothing at all comes
    "hang-mid-body",  # headers and half of the body come, and then nothing
    "reset",  # the connection is reset before any answer
    "latency",  # the answer takes `seconds` longer
    "stale",  # the answer shows the world of `seconds` ago
    "age",  # an `Age` header of `seconds`: it came out of a cache
]
System = Literal["gate", "mixpanel"]
BESIDE = frozenset({"latency", "stale", "age"})


class Fault(Struct, frozen=True, kw_only=True):
    """One thing that goes wrong, where, and how often.

    In `path`, `*` stands for anything within one segment, `**` for anything, and `[*]` for a
    star; with a `?` in it, the query counts too (`/status?*name=a*`). `after` lets so many
    fitting requests pass first; `times` is how often it happens then (None: for ever). `size`
    is in bytes.
    """

    kind: Kind
    path: str = "**"
    method: str | None = None
    system: System | None = None
    times: int | None = None
    after: int = 0
    status: int = 500
    retry_after: str | None = None
    location: str = "https://login.example.com/authorize?client_id=gate"
    body: bytes = b""
    content_type: str = "application/json;charset=UTF-8"
    size: int | None = None
    seconds: float = 1.0

    def fits(self, system: System, method: str, path: str) -> bool:
        """Whether this fault is meant for such a request."""
        if self.system not in {None, system} or self.method not in {None, method}:
            return False
        asked = path if "?" in self.path else path.partition("?")[0]
        return _pattern(self.path).fullmatch(asked) is not None


@lru_cache
def _pattern(path: str) -> re.Pattern[str]:
    translated = {"[*]": r"\*", "**": ".*", "*": "[^/]*"}
    parts = re.split(r"(\[\*\]|\*\*|\*)", path)
    return re.compile("".join(translated.get(part, re.escape(part)) for part in parts))


class Faults:
    """The faults that are planted, in order, and how often each one was met."""

    def __init__(self, *faults: Fault) -> None:
        self._lock = threading.Lock()
        self._planted: list[tuple[Fault, list[int]]] = []
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> Fault:
        """Plant a fault, behind the ones that are there; gives it back for `remove`."""
        with self._lock:
            self._planted.append((fault, [0]))
        return fault

    def remove(self, fault: Fault) -> None:
        with self._lock:
            self._planted = [entry for entry in self._planted if entry[0] is not fault]

    def clear(self) -> None:
        with self._lock:
            self._planted.clear()

    def met(self, fault: Fault) -> int:
        """How many fitting requests have come, the ones that were let pass included."""
        with self._lock:
            return next((met[0] for planted, met in self._planted if planted is fault), 0)

    def for_request(self, system: System, method: str, path: str) -> list[Fault]:
        """What happens to this request: what fits beside, and at most one that replaces."""
        chosen: list[Fault] = []
        with self._lock:
            for fault, met in self._planted:
                if not fault.fits(system, method, path):
                    continue
                if fault.kind not in BESIDE and any(one.kind not in BESIDE for one in chosen):
                    continue
                met[0] += 1
                if met[0] > fault.after and (
                    fault.times is None or met[0] <= fault.after + fault.times
                ):
                    chosen.append(fault)
        return chosen
