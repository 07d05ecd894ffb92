"""Simulated systems that really live, to try, to show and to test with; on loopback only.

    async with Sandbox("busy", seed=1, speed=10.0) as box:
        ...  # ask box.gate_url and box.mixpanel_url
        box.world.active()  # the truth
        box.faults.add(Fault(path="/applications/*/tasks", kind="status", status=500, times=3))
        box.load("bouncing")  # another world, at the same address

Without a running loop, `with serve_in_thread(Sandbox("quiet")) as box:` serves from a thread. A
world of one's own is a `World` with applications, pipelines and runs put into it.
"""

from quiesce.sandbox.faults import Fault, Faults
from quiesce.sandbox.recorded import measured
from quiesce.sandbox.scenarios import SCENARIOS, Scenario
from quiesce.sandbox.server import Sandbox, serve_in_thread
from quiesce.sandbox.site import Asked, Login
from quiesce.sandbox.world import World

__all__ = [
    "SCENARIOS",
    "Asked",
    "Fault",
    "Faults",
    "Login",
    "Sandbox",
    "Scenario",
    "World",
    "measured",
    "serve_in_thread",
]
