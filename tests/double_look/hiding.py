"""Runs of the soak that are seen once, and then are in no list any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from tests.double_look.clock import sleep
from tests.double_look.faces import id_of, seen
from tests.double_look.remembering import Kept, check, glance
from tests.double_look.world import Job, Place, World

from quiesce.answer import Answer

if TYPE_CHECKING:
    from tests.double_look.soak import Scene


async def with_memory(scene: Scene) -> Answer:
    """A look, after which some runs are hidden; perhaps another; and then the double look."""
    random, world = scene.random, scene.world
    failing = scene.fault == "the memory can't be read"
    kept = Kept(lambda: failing and random.random() < 0.4)
    places = [place for place in world.every() if place[0] != "mix"]  # it shows all it has
    jobs = [world.start(random.choice(places)) for _ in range(random.randint(1, 3)) if places]
    await glance(scene.system, kept)
    jobs = [job for job in jobs if world.has(job)]  # its part may have vanished meanwhile
    known = [job for job in jobs if (job.place[0], _id(job)) in kept.runs]
    for job in jobs:
        if job not in known:
            world.finish(job)  # nobody would know of it
    once_more = random.random() < 0.5
    for job in known:
        world.hide(job)
    if len(known) > 1 and not once_more and random.random() < 0.5:
        _relay(world, known, random, hops=random.randint(1, 40))
    else:
        for job in known:
            _live(world, job, random, comes_back=not once_more)
    if scene.fault == "a run is denied once":
        _deny(world, random, known)
    await sleep(random.choice([0.5, 4.0]))
    if once_more:
        await glance(scene.system, kept)
        await sleep(random.uniform(0.0, 2.0))
    return await check(scene.system, kept, settled=random.random() < 0.3)


def _id(job: Job) -> str:
    return id_of(job) if job.place[0] == "gate" else seen(job).id


def _live(world: World, job: Job, random: Random, *, comes_back: bool) -> None:
    """It ends, and may come back under its id (unless its end may be known) or be deleted."""
    later = asyncio.get_running_loop().call_later
    end = random.choice([random.uniform(0.0, 1.0), random.uniform(0.0, 8.0), 1000.0])
    later(end, _if_there, world, job, world.finish)
    if comes_back and random.random() < 0.3:
        again = end + random.uniform(0.0, 6.0)
        later(again, _if_there, world, job, world.resume)
        later(again + random.choice([0.01, 0.5, 5.0]), _if_there, world, job, world.finish)
    elif random.random() < 0.4:
        later(random.uniform(0.0, 8.0), _if_there, world, job, world.delete)


def _relay(world: World, jobs: list[Job], random: Random, hops: int) -> None:
    """One of them at every instant, until the last one ends."""
    active = jobs[0]
    for job in jobs[1:]:
        world.finish(job)

    def hop() -> None:
        nonlocal active, hops
        before, hops = active, hops - 1
        if not all(world.has(job) for job in jobs):
            return  # their part has vanished
        if hops > 0:
            active = random.choice([job for job in jobs if job is not before])
            world.resume(active)
            asyncio.get_running_loop().call_later(random.uniform(0.01, 0.4), hop)
        world.finish(before)

    asyncio.get_running_loop().call_later(random.uniform(0.0, 0.4), hop)


def _if_there(world: World, job: Job, what: Callable[[Job], object]) -> None:
    if world.has(job):
        what(job)


def _deny(world: World, random: Random, jobs: list[Job]) -> None:
    """Of each of these runs it is said once that it is not there, though it may be."""
    find = world.find
    to_deny = {job.reference for job in jobs if random.random() < 0.8}

    def denying(place: Place, number: int) -> Job | None:
        found = find(place, number)
        if (place, number) not in to_deny:
            return found
        to_deny.remove((place, number))
        return None

    world.find = denying  # type: ignore[method-assign]
