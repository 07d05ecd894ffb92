"""One random world, asked once, and whether what was said of it was true: by a seed.

`python -m tests.double_look.soak SEED` plays one again and tells what happened.
"""

from __future__ import annotations

import asyncio
import random as jitter
import re
import sys
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from tests.double_look.activity import HAND_OVER, Activity, Temper
from tests.double_look.adversary import ACTIVE_RUNS, claimed
from tests.double_look.clock import VirtualLoop, now, simulate, sleep
from tests.double_look.faces import Order, Plain, gate, project, subject
from tests.double_look.faults import FAULTS, Fault, Faulty
from tests.double_look.hiding import with_memory
from tests.double_look.world import Place, World

from quiesce.answer import Answer
from quiesce.app import System, check, look, unseen, wait
from quiesce.errors import ConfigError
from quiesce.model import Verdict
from quiesce.source import Source
from quiesce.survey import Subject
from quiesce.verdict import Expectation

Command = Literal["look", "check", "check --settled", "wait", "check with a memory"]

LAG = 5.0
SUBTLE: tuple[Fault, ...] = (
    "a part appears",
    "a part vanishes",
    "we sleep",
    "it has no marks",
    "the lag is not waited for",
)
OF_THE_MEMORY: tuple[Fault, ...] = ("the memory can't be read", "a run is denied once")
OFTEN: tuple[Fault, ...] = (*FAULTS, *SUBTLE)
"""Those whose effect is seen only now and then are tried more often."""

REASONS: dict[str, str] = {
    r"run is active|runs are active": "active: runs",
    r"keeps starting": "active: something keeps starting",
    r"was refused": "unknown: a part is refused",
    r"the memory of \w+ could not be read": "unknown: the memory can't be read",
    r"nothing is known now|was active at": "unknown: a remembered run is not to be had",
    r"is gone": "named: a run is gone",
    r"could not be read": "unknown: some parts could not be read",
    r"does not answer": "unknown: a source is down",
    r"showed no parts": "unknown: no parts at all",
    r"not foreseen": "unknown: a source is defective",
    r"did not answer everything": "unknown: past the deadline",
    r"vanished": "unknown: a part vanished",
    r"appeared": "unknown: a part appeared",
    r"are expected": "unknown: fewer parts than expected",
    r"old before it could": "unknown: too old",
    r"before the first look": "unknown: the time ran out in the first look",
    r"had been idle for long enough": "unknown: not idle for long enough",
    r"had what was asked for in one of": "unknown: the name is gone",
    r"no application named": "usage: the name is gone",
    r"was asked for remembered runs in one": "seldom: asked for in one look only",
    r"gives no mark": "unconfirmed: no mark",
    r"answers may be": "unconfirmed: the lag",
}
"""What a reason is counted as. One that fits nothing here is an error: name it."""

OUTCOMES = (
    *(label for label in REASONS.values() if not label.startswith(("usage", "seldom"))),
    "quiet: unconfirmed",
    "quiet: confirmed",
    "quiet: settled",
    "asked by: look",
    "asked by: check",
    "asked by: check --settled",
    "asked by: wait",
    "asked by: check with a memory",
    "quiet: confirmed with a memory",
    *(f"fault: {fault}" for fault in FAULTS),
)
"""What the soak must reach: each rare one, so that none of them goes untested."""


@dataclass
class Outcome:
    """What was said, whether it was true, and what the world was like."""

    seed: int
    said: str
    labels: set[str]
    false_confirmed: bool = False
    false_settled: bool = False
    world: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join([f"seed {self.seed}: {self.said}", *self.world, *sorted(self.labels)])


class Scene:
    """A world, its sources, what goes on and what goes wrong in it: all from one seed."""

    def __init__(self, seed: int, hand_over: float) -> None:
        self.random = random = Random(seed)
        self.command: Command = random.choices(
            ("look", "check", "check --settled", "wait", "check with a memory"), (2, 5, 2, 3, 4)
        )[0]
        self.fault: Fault | None = random.choice(OFTEN) if random.random() < 0.6 else None
        if self.fault in OF_THE_MEMORY:
            self.command = "check with a memory"
        idle = 20 if self.fault in SUBTLE else 5  # else something active hides it
        self.temper: Temper = random.choices(
            ("idle", "ending", "busy", "flickering"), (idle, 4, 2, 2)
        )[0]
        kinds = random.sample(["plain", "gate", "mix"], random.randint(1, 3))
        self.world = World(*(place for kind in kinds for place in _places(kind, random)))
        for place in self.world.every():
            for _ in range(random.randint(0, 3)):
                self.world.finish(self.world.start(place))
        self.lag = LAG if random.random() < 0.25 or self.fault == "the lag is not waited for" else 0
        if self.lag:
            self.world.lags[random.choice(kinds)] = lambda: random.uniform(0, LAG)
        sources = [self._source(kind) for kind in kinds]
        at_least: dict[str, int] = {}
        if self.fault == "fewer parts than expected":
            at_least = {kinds[0]: 7}
        pause = HAND_OVER + self.lag + 1
        self.system = System(
            subjects=tuple(sources),
            expectation=Expectation(at_least=at_least, lag=self.lag, settle=pause),
            clock=self._clock,
            sleep=self._sleep,
        )
        self.activity = Activity(self.world, random, self.temper, hand_over)

    def _source(self, kind: str) -> Subject:
        random = self.random
        slow = random.choice([0.05, 0.4])

        def latency() -> float:
            return random.uniform(0.001, slow)

        source: Source
        if kind == "gate":
            source = gate(kind, self.world, latency)
        elif kind == "mix":
            source = project(kind, self.world, latency)
        else:
            order: Order = random.choice(("one answer", "mark, list"))
            if self.lag:
                order = "one answer"  # the only reading that stands stale answers
            source = Plain(
                kind,
                self.world,
                latency=latency,
                order=order,
                parallel=random.random() < 0.5,
            )
        if self.fault is not None:
            source = Faulty(source, self.fault, random, self._between)
        return subject(kind, source)

    def _clock(self) -> float:
        """Ours; while a machine sleeps, the world's time goes on."""
        if self.fault == "we sleep" and self.random.random() < 0.5:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            loop.pass_by(20.0)
        return now()

    async def _sleep(self, seconds: float) -> None:
        await sleep(seconds / 20 if self.fault == "the lag is not waited for" else seconds)

    def _between(self) -> None:
        """What happens to the parts themselves once they have been read."""
        place = self.random.choice(self.world.every())
        new = (place[0], f"new{place[1]}")
        if self.fault == "a part appears" and new not in self.world.every():
            self.world.create(new)
        elif self.fault == "a part vanishes" and len(self.world.places(place[0])) > 1:
            self.world.remove(place)

    async def ask(self) -> Answer:
        match self.command:
            case "look":
                return await look(self.system, ACTIVE_RUNS)
            case "check":
                return await check(self.system, ACTIVE_RUNS)
            case "check --settled":
                return await check(self.system, ACTIVE_RUNS, settled=True)
            case "check with a memory":
                return await with_memory(self)
            case "wait":
                seconds = self.random.choice([0.3, 15.0, 300.0, 300.0])
                try:
                    return await wait(self.system, ACTIVE_RUNS, timeout=seconds, interval=5.0)
                except ConfigError as error:
                    return unseen(error.message)


def _places(kind: str, random: Random) -> list[Place]:
    count = random.randint(1, 3)
    if kind == "gate":
        places = [(kind, f"app{index}/pipelines") for index in range(count)]
        return places + [(kind, f"app{index}/tasks") for index in range(count)]
    return [(kind, f"part{index}") for index in range(count)]


def play(seed: int, hand_over: float = HAND_OVER) -> Outcome:
    """Everything about one seed; the same each time. Hand-overs may take longer than is known."""
    jitter.seed(seed)  # `wait` looks again after a time that is not always the same
    return simulate(_play(seed, hand_over))


async def _play(seed: int, hand_over: float) -> Outcome:
    scene = Scene(seed, hand_over)
    answer = await scene.ask()
    verdict = answer.verdict
    reasons = [*verdict.reasons, *(gap.why for gap in answer.look.gaps)]
    labels = {_label(reason) for reason in reasons}
    labels |= {f"asked by: {scene.command}"} | _claims(verdict)
    labels |= {f"fault: {scene.fault}"} if scene.fault else set()
    if verdict.confirmed and scene.command == "check with a memory":
        labels.add("quiet: confirmed with a memory")
    outcome = Outcome(seed, f"{scene.command}: {verdict.verdict} {verdict.reasons}", labels)
    outcome.world = [
        f"{scene.temper} world, fault: {scene.fault}, lag {scene.lag} s, {answer.looks} looks"
    ]
    if verdict.confirmed:
        begin, end = claimed(answer)
        world, lag = scene.world, scene.lag
        moments = world.moments(begin - lag, end)
        outcome.world += [f"claimed: idle from {begin:.2f} to {end:.2f}", *map(str, moments)]
        if lag:
            outcome.false_confirmed = world.never_idle(begin - lag, end)
        else:
            outcome.false_confirmed = not world.idle_throughout(begin, end)
        if verdict.settled:
            closed = not scene.activity.outside
            over = world.over_at(end) if closed else world.calm_between(begin, end)
            outcome.false_settled = not over
    return outcome


def _claims(verdict: Verdict) -> set[str]:
    if verdict.settled:
        return {"quiet: settled", "quiet: confirmed"}
    if verdict.confirmed:
        return {"quiet: confirmed"}
    return {"quiet: unconfirmed"} if verdict.verdict == "quiet" else set()


def _label(reason: str) -> str:
    for pattern, label in REASONS.items():
        if re.search(pattern, reason):
            return label
    raise AssertionError(f"a reason that the soak does not know: {reason}")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(play(int(argument)))
