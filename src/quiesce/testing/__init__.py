"""For whoever writes a source: promises that every source keeps, as tests to inherit.

    world.py      World, Part, Past: what a system is to show, in words of no vendor
    fake.py       Fake: what your test provides; FakeServer: the quickest way to one
    contract.py   SourceContract: inherit it, provide a `fake` fixture, run pytest
    recalling.py  its part for sources that can ask for runs by their ids
    looking.py    one look through the real client and the real survey

`docs/adding-a-system.md` shows all of it with a complete toy. The simulated Gate and Mixpanel
are here too: `Sandbox`, with its worlds and faults.

pytest is not needed to import this, only to run the contract.
"""

from quiesce.sandbox import Fault, Login, Sandbox, measured, serve_in_thread
from quiesce.testing.contract import SourceContract
from quiesce.testing.fake import Asked, Fake, FakeServer
from quiesce.testing.looking import Seen, look, seen
from quiesce.testing.world import NOW, Part, Past, Trouble, World

__all__ = [
    "NOW",
    "Asked",
    "Fake",
    "FakeServer",
    "Fault",
    "Login",
    "Part",
    "Past",
    "Sandbox",
    "Seen",
    "SourceContract",
    "Trouble",
    "World",
    "look",
    "measured",
    "seen",
    "serve_in_thread",
]
