"""One question to a world that is never idle."""

from __future__ import annotations

from typing import Literal

from tests.double_look.adversary import ACTIVE_RUNS, Hopper, Manner, system
from tests.double_look.casts import Maker
from tests.double_look.clock import now, simulate
from tests.double_look.world import Place, World

from quiesce.answer import Answer
from quiesce.app import check, look, wait

What = Literal["look", "check", "settled", "wait"]


def play(
    what: What,
    maker: Maker,
    places: list[Place],
    manner: Manner,
    begin: Place,
    *,
    patience: int = 1,
) -> Answer:
    """One question to a world that is never idle, and whether it really was not."""

    async def playing() -> Answer:
        world = World(*places)
        for place in places:
            world.finish(world.start(place))  # something to restart
        hopper = Hopper(world, begin, manner, patience)
        asked = system(*maker(world))
        began = now()
        if what == "look":
            answer = await look(asked, ACTIVE_RUNS)
        elif what == "wait":
            answer = await wait(asked, ACTIVE_RUNS, timeout=300)
        else:
            answer = await check(asked, ACTIVE_RUNS, settled=what == "settled")
        assert world.never_idle(began, now())
        assert hopper.hops or answer.verdict.verdict == "active"
        if answer.verdict.verdict == "quiet":
            assert answer.verdict.confirmed == (what != "look")
        return answer

    return simulate(playing())
