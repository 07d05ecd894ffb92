"""Named worlds to look at, each with what is true in it and what an honest look says of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from quiesce.model import VerdictName
from quiesce.sandbox import company, plays
from quiesce.sandbox.bouncing import Bouncing
from quiesce.sandbox.faults import Fault
from quiesce.sandbox.history import alike, past_jobs, past_run, past_runs
from quiesce.sandbox.life import Life
from quiesce.sandbox.recorded import measured
from quiesce.sandbox.world import Clock, World, wall_clock

PREROLL = 900
"""Seconds of its own time that a life has behind it when it is first looked at."""


class Scenario(Struct, frozen=True, kw_only=True):
    """A world, what goes wrong on the way to it, and the right verdict on it.

    `truth` is what nobody outside can know; `verdict` is what a complete and honest look says.
    `settles` tells a world whose truth becomes `quiet` by itself.
    """

    name: str
    world: World
    truth: VerdictName
    verdict: VerdictName
    faults: tuple[Fault, ...] = ()
    settles: bool = False


class Builder(Protocol):
    """What makes a scenario. Its docstring says what is to be seen."""

    __name__: str

    def __call__(self, *, seed: int, clock: Clock = ..., speed: float = ...) -> Scenario: ...


def _company(seed: int, clock: Clock, speed: float, *, works: bool, long: bool = False) -> World:
    world = World(clock, seed=seed)
    now = world.now()
    configs = company.founded(world)
    company.remembered(world, now)
    if long:
        company.long_running(world, now)
    if works:
        company.at_work(
            Life(world, begin=now - round(PREROLL * 1000 / speed), speed=speed), configs
        )
    return world


def busy(*, seed: int, clock: Clock = wall_clock, speed: float = 1.0) -> Scenario:
    """A working day in 12 applications: always active, also where most lists do not look."""
    world = _company(seed, clock, speed, works=True, long=True)
    return Scenario(name="busy", world=world, truth="active", verdict="active")


def quiet(*, seed: int, clock: Clock = wall_clock, speed: float = 1.0) -> Scenario:
    """The same company on a free day: a long past, and nothing that runs or starts."""
    world = _company(seed, clock, speed, works=False)
    return Scenario(name="quiet", world=world, truth="quiet", verdict="quiet")


def winding_down(*, seed: int, clock: Clock = wall_clock, speed: float = 1.0) -> Scenario:
    """The end of a day: a chain of runs through three applications, about 40 s in all."""
    world = _company(seed, clock, speed, works=False)
    now = world.now()
    life = Life(world, begin=now, speed=speed)
    names = ("checkout", "payments", "search")
    chain = [
        world.spinnaker.add_config(
            name, "Last deploy", stages=company.stages("wait", waitTime=13, fails=0.0)
        )
        for name in names
    ]
    for before, after in pairwise(chain):
        following = replace(after, triggers=[{"type": "pipeline", "pipeline": before.id}])
        world.spinnaker.put_config(following)
    life.spawn(plays.run(life, chain[0]))
    return Scenario(
        name="winding-down", world=world, truth="active", verdict="active", settles=True
    )


def bouncing(
    *, seed: int, clock: Clock = wall_clock, speed: float = 1.0, mixpanel: bool = True
) -> Scenario:
    """Active at every instant, and never where one looks: it hops as soon as one asks.

    Without `mixpanel` all its hops are within Spinnaker, for whoever asks only that.
    """
    world = World(clock, seed=seed)
    now = world.now()
    names = company.APPLICATIONS[:5]
    for config in company.founded(world, names):
        past_runs(world, config, 6, days=10, now=now)
    places = [f"{name}/{what}" for name in names for what in ("pipelines", "tasks")]
    if mixpanel:
        places.append(str(company.PROJECT))
    Bouncing(world, places, begin=now, speed=speed)
    name = "bouncing" if mixpanel else "bouncing-gate"
    return Scenario(name=name, world=world, truth="active", verdict="active")


def bouncing_gate(*, seed: int, clock: Clock = wall_clock, speed: float = 1.0) -> Scenario:
    """The same within Spinnaker alone: between applications, and to ad-hoc tasks and back."""
    return bouncing(seed=seed, clock=clock, speed=speed, mixpanel=False)


def restarted_gate(*, seed: int, clock: Clock = wall_clock, speed: float = 1.0) -> Scenario:
    """Gate was restarted while Front50 fails: `/applications` is `200 []`, a search is a 500.

    Much is running; a reader who believes the empty list says quiet.
    """
    world = _company(seed, clock, speed, works=False, long=True)
    world.spinnaker.cold = True
    world.spinnaker.front50_up = False
    return Scenario(name="restarted-gate", world=world, truth="active", verdict="unknown")


def orca_down(*, seed: int, clock: Clock = wall_clock, speed: float = 1.0) -> Scenario:
    """Orca is down: the applications and Gate's health are there, all else is a 500."""
    world = _company(seed, clock, speed, works=False, long=True)
    world.spinnaker.up = False
    return Scenario(name="orca-down", world=world, truth="active", verdict="unknown")


def login_page(*, seed: int, clock: Clock = wall_clock, speed: float = 1.0) -> Scenario:
    """Gate wants a sign-in: every answer is `200` with a page, or sends to another host."""
    world = _company(seed, clock, speed, works=False, long=True)
    faults = (
        Fault(kind="redirect", path="/applications", system="gate"),
        Fault(kind="login-page", system="gate"),
    )
    return Scenario(
        name="login-page", world=world, faults=faults, truth="active", verdict="unknown"
    )


def slow(*, seed: int, clock: Clock = wall_clock, speed: float = 1.0) -> Scenario:
    """Nothing runs, and Gate takes a second and a half for each answer (less at more speed)."""
    world = _company(seed, clock, speed, works=False)
    fault = Fault(kind="latency", seconds=1.5 / speed, system="gate")
    return Scenario(name="slow", world=world, faults=(fault,), truth="quiet", verdict="quiet")


def huge(
    *,
    seed: int,
    clock: Clock = wall_clock,
    speed: float = 1.0,  # noqa: ARG001 - every scenario is made alike
) -> Scenario:
    """500 applications with 20 executions each, of which 3 are active."""
    world = World(clock, seed=seed)
    now = world.now()
    for number in range(500):
        name = f"app-{number:03}"
        world.spinnaker.add_application(name)
        for pipeline in ("Build", "Deploy"):
            config = world.spinnaker.add_config(name, pipeline)
            alike(world, past_run(world, config, now - 3_600_000, 300), 10, days=12)
    for name in world.chance.sample([f"app-{number:03}" for number in range(500)], 3):
        world.start(world.spinnaker.configs(now, name)[0], age=60)
    world.mixpanel.add_pipeline(company.PROJECT, company.EXPORTS[0])
    past_jobs(world, company.PROJECT, company.EXPORTS[0], 120, now=now)
    return Scenario(name="huge", world=world, truth="active", verdict="active")


def as_measured(
    *,
    seed: int,  # noqa: ARG001 - see `speed`
    clock: Clock = wall_clock,
    speed: float = 1.0,  # noqa: ARG001 - every scenario is made alike
) -> Scenario:
    """The world in which a real Gate was measured: 24 active, of which lists show 10 to 21."""
    world = measured(clock)
    return Scenario(name="measured", world=world, truth="active", verdict="active")


SCENARIOS: dict[str, Builder] = {
    "busy": busy,
    "quiet": quiet,
    "winding-down": winding_down,
    "bouncing": bouncing,
    "bouncing-gate": bouncing_gate,
    "restarted-gate": restarted_gate,
    "orca-down": orca_down,
    "login-page": login_page,
    "slow": slow,
    "huge": huge,
    "measured": as_measured,
}
