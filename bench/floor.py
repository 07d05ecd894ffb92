"""Fetching alone, and fetching with decoding: `python -m bench.floor URL AT_ONCE TIMES < targets`.

The floor asks with our own client for the same request targets (a JSON list on standard
input), all of them at once, and throws the bodies away. Against it stands the survey of the
Spinnaker source, which has to learn the applications before it can ask for anything else.
Both in turn, in one process, so that a slow second of the machine hits both.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, unquote, urlsplit

from quiesce.access import Access
from quiesce.http import Client
from quiesce.model import Question
from quiesce.sources.spinnaker import KIND
from quiesce.survey import Notes, Progress

Work = Callable[[Client], Awaitable[int]]
Request = tuple[tuple[str, ...], dict[str, str | int]]


def as_request(target: str) -> Request:
    """What `Client.get` takes, so that it sends this target."""
    address = urlsplit(target)
    path = tuple(unquote(segment) for segment in address.path.strip("/").split("/"))
    return path, dict(parse_qsl(address.query))


async def _timed(access: Access, work: Work) -> tuple[float, int]:
    client = Client(access)
    try:
        began = time.perf_counter()
        count = await work(client)
        return time.perf_counter() - began, count
    finally:
        await client.aclose()


async def measure(access: Access, targets: list[str], times: int) -> dict[str, list[float]]:
    """Seconds of each floor and each survey, and how many runs the surveys found."""
    requests = [as_request(target) for target in targets]

    async def floor(client: Client) -> int:
        bodies = await asyncio.gather(*(_thrown_away(client, request) for request in requests))
        return len(bodies)

    async def survey(client: Client) -> int:
        notes = Notes(Progress())
        await KIND.open("gate", KIND.config(), client).survey(Question(), notes)
        return sum(run.state.active for run in notes.runs.values())

    await _timed(access, lambda client: _thrown_away(client, requests[0]))  # wakes everything up
    measured: dict[str, list[float]] = {"floor": [], "survey": [], "found": []}
    for number in range(times):
        for name in ("floor", "survey") if number % 2 else ("survey", "floor"):
            seconds, count = await _timed(access, floor if name == "floor" else survey)
            measured[name].append(seconds)
            if name == "survey":
                measured["found"].append(count)
    return measured


async def _thrown_away(client: Client, request: Request) -> int:
    await client.get(*request)
    return 0


def main() -> None:
    url, at_once, times = sys.argv[1:]
    access = Access(name="gate", url=url, concurrency=int(at_once))
    print(json.dumps(asyncio.run(measure(access, json.load(sys.stdin), int(times)))))


if __name__ == "__main__":
    main()
