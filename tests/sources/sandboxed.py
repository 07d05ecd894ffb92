"""What the fakes of both kinds share: a sandbox that shows one world after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from msgspec import Struct

from quiesce.access import Access, Basic, Secret
from quiesce.model import State
from quiesce.sandbox.faults import Fault, System
from quiesce.sandbox.server import Sandbox, serve_in_thread
from quiesce.sandbox.site import Login
from quiesce.sandbox.world import World as Truth
from quiesce.source import Kind
from quiesce.testing import NOW, Asked, Trouble, World

MILLISECONDS = round(NOW.timestamp() * 1000)
USER = "quiesce"


class Sandboxed:
    """A `Fake` that is served by the simulated Gate or Mixpanel."""

    kind: Kind
    system: ClassVar[System]
    states: frozenset[State]
    marks = True
    secret = "tr0ub4dor-and-3"

    def __init__(self, box: Sandbox) -> None:
        self.box = box

    def access(self) -> Access:
        url = {"gate": self.box.gate_url, "mixpanel": self.box.mixpanel_url}[self.system]
        return Access(name="fake", url=url, auth=Basic(USER, Secret(self.secret)))

    def asked(self) -> Sequence[Asked]:
        return [Asked(one.method, one.path_qs.partition("?")[0]) for one in self.box.requests]

    def config(self) -> Struct:
        raise NotImplementedError

    def show(self, world: World) -> None:
        raise NotImplementedError

    def load(self, truth: Truth, world: World, path: str) -> None:
        """Show a world, with its troubles at `path`, where `{}` is the part's name."""
        self.box.load(truth)
        for name, part in world.parts.items():
            if part.trouble is not None:
                self.box.faults.add(self.fault(part.trouble, path.format(name)))

    def fault(self, trouble: Trouble, path: str) -> Fault:
        """A trouble, with the secret in whatever is said about it."""
        said = f'{{"message":"{trouble}: {USER}:{self.secret}"}}'.encode()
        details: dict[Trouble, dict[str, Any]] = {
            "refuses": {"kind": "status", "status": 403, "body": said},
            "fails": {"kind": "status", "status": 500, "body": said},
            "hangs": {"kind": "hang"},
            "babbles": {"kind": "body", "body": b'"neither here nor there"'},
        }
        return Fault(path=path, system=self.system, **details[trouble])


@contextmanager
def served(secret: str = Sandboxed.secret) -> Iterator[Sandbox]:
    """A sandbox whose clock stands still, with a Gate that wants to be signed in to."""
    box = Sandbox(
        Truth(lambda: MILLISECONDS),
        clock=lambda: MILLISECONDS,
        login=Login(username=USER, password=secret),
    )
    with serve_in_thread(box):
        yield box
