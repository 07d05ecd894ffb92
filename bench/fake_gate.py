"""A fake Gate, far faster than any client: `python -m bench.fake_gate --help`.

One process, one thread, one selector. An answer is looked up by the bytes of its request
target, ready with its headers; only a target that was never asked before is taken apart. No
header is read. The latency is the same for all, so a queue stands in for a heap of timers.

It prints its port as JSON, and ends when its standard input is closed. `/__stats` says what
it was asked since `/__reset`, `/__log` says it target by target.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import selectors
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from bench.world import SEEN_BY_THE_SCRIPT, Body, Size, World, listed, make

END = b"\r\n\r\n"
REMEMBERED = 20_000
"""How many answers are kept ready: all that are the same in every look."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent for one request target. `kind` is what it counts as."""

    kind: str
    sent: bytes
    size: int


def _answer(kind: str, body: bytes, status: str = "200 OK") -> Answer:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json;charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return Answer(kind, head.encode() + body, len(body))


def _not_found() -> Answer:
    return _answer("unknown", b'{"status":404,"error":"Not Found"}', "404 Not Found")


class Answers:
    """From a request target to its answer: every one of Gate's rules that a look meets."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._search = sorted(world.searchable(), key=lambda body: -body.built_at)

    def __call__(self, target: bytes) -> Answer:
        address = urlsplit(target.decode("ascii", "replace"))
        path = [unquote(segment) for segment in address.path.strip("/").split("/")]
        query = dict(parse_qsl(address.query))
        match path:
            case ["applications"]:
                return _answer("applications", self._world.applications())
            case ["applications", name] if name in self._world.pipelines:
                return _answer("application", json.dumps({"name": name}).encode())
            case ["applications", name, "pipelines"]:
                return _answer("pipelines", self._pipelines(name, query))
            case ["applications", name, "tasks"]:
                found = _filtered(self._world.tasks.get(name, []), query)
                return _answer("tasks", listed(found, expand=True))
            case ["applications", name, "executions", "search"]:
                return _answer("search", self._searched(name, query))
        return _not_found()

    def _pipelines(self, name: str, query: dict[str, str]) -> bytes:
        found = _filtered(self._world.pipelines.get(name, []), query)
        return listed(found, expand=query.get("expand") != "false")

    def _searched(self, name: str, query: dict[str, str]) -> bytes:
        found = [body for body in _filtered(self._search, query) if name in {"*", body.application}]
        start = int(query.get("startIndex", 0))
        found = found[start : start + int(query.get("size", 10))]
        return listed(found, expand=query.get("expand") == "true")


def _filtered(bodies: list[Body], query: dict[str, str]) -> list[Body]:
    statuses = query["statuses"].upper().split(",") if "statuses" in query else None
    since = int(query.get("triggerTimeStartBoundary", 0))
    until = int(query.get("triggerTimeEndBoundary", 2**63))
    return [
        body
        for body in bodies
        if (statuses is None or body.status in statuses) and since <= body.built_at <= until
    ]


@dataclass
class Asked:
    """What has been asked since the last reset."""

    requests: Counter[str] = field(default_factory=Counter)
    sizes: Counter[str] = field(default_factory=Counter)
    targets: list[bytes] = field(default_factory=list)
    at_once: int = 0


@dataclass(slots=True)
class Caller:
    """One connection: what came in without an end, and what could not go out yet."""

    socket: socket.socket
    came: bytes = b""
    left: deque[memoryview] = field(default_factory=deque)
    gone: bool = False


class FakeGate:
    """The server. `run` returns when standard input is closed."""

    def __init__(self, world: World, latency: float, port: int = 0) -> None:
        self._world = world
        self._latency = latency
        self._find: Callable[[bytes], Answer] = Answers(world)
        self._ready: dict[bytes, Answer] = {}
        self._waiting: deque[tuple[float, Caller, Answer]] = deque()
        self._asked = Asked()
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]

    def run(self) -> None:
        selector, waiting = self._selector, self._waiting
        selector.register(self._listener, selectors.EVENT_READ, None)
        selector.register(sys.stdin, selectors.EVENT_READ, None)
        while True:
            wait = max(0.0, waiting[0][0] - time.perf_counter()) if waiting else None
            for key, events in selector.select(wait):
                if key.data is None:
                    if key.fileobj is sys.stdin:
                        return
                    self._accept()
                elif events & selectors.EVENT_READ:
                    self._read(key.data)
                else:
                    self._go_on(key.data)
            now = time.perf_counter()
            while waiting and waiting[0][0] <= now:
                _, caller, answer = waiting.popleft()
                self._send(caller, answer.sent)

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                connection, _ = self._listener.accept()
                connection.setblocking(False)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
                self._selector.register(connection, selectors.EVENT_READ, Caller(connection))

    def _read(self, caller: Caller) -> None:
        try:
            data = caller.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(caller)
            return
        if caller.came:
            data = caller.came + data
        *requests, caller.came = data.split(END)
        asked, ready = self._asked, self._ready
        due = time.perf_counter() + self._latency
        for request in requests:
            target = request[4 : request.find(b" ", 4)]  # after `GET `
            answer = ready.get(target)
            if answer is None:
                if target.startswith(b"/__"):
                    self._send(caller, self._control(target).sent)
                    continue
                answer = self._prepare(target)
            asked.requests[answer.kind] += 1
            asked.sizes[answer.kind] += answer.size
            asked.targets.append(target)
            self._waiting.append((due, caller, answer))
        asked.at_once = max(asked.at_once, len(self._waiting))

    def _prepare(self, target: bytes) -> Answer:
        if len(self._ready) >= REMEMBERED:
            self._ready.clear()
        answer = self._ready[target] = self._find(target)
        return answer

    def _send(self, caller: Caller, data: bytes) -> None:
        if caller.gone:
            return
        if not caller.left:
            try:
                sent = caller.socket.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self._drop(caller)
                return
            if sent == len(data):
                return
            both = selectors.EVENT_READ | selectors.EVENT_WRITE
            self._selector.modify(caller.socket, both, caller)
            caller.left.append(memoryview(data)[sent:])
        else:
            caller.left.append(memoryview(data))

    def _go_on(self, caller: Caller) -> None:
        """Send what is left, now that the connection takes more."""
        left = caller.left
        try:
            while left:
                sent = caller.socket.send(left[0])
                if sent < len(left[0]):
                    left[0] = left[0][sent:]
                    return
                left.popleft()
        except BlockingIOError:
            return
        except OSError:
            self._drop(caller)
            return
        self._selector.modify(caller.socket, selectors.EVENT_READ, caller)

    def _drop(self, caller: Caller) -> None:
        caller.gone = True
        self._selector.unregister(caller.socket)
        caller.socket.close()

    def _control(self, target: bytes) -> Answer:
        asked = self._asked
        if target == b"/__reset":
            self._asked = Asked()
            return _answer("control", b"{}")
        if target == b"/__log":
            return _answer("control", json.dumps([t.decode() for t in asked.targets]).encode())
        stats = {
            "requests": asked.requests,
            "bytes": asked.sizes,
            "at_once": asked.at_once,
            "applications": len(self._world.names),
            "active_for_the_script": self._world.active(SEEN_BY_THE_SCRIPT),
            "active": self._world.everything_active(),
            "cpu_seconds": time.process_time(),
        }
        return _answer("control", json.dumps(stats).encode())


def main() -> None:
    size = Size()
    parser = argparse.ArgumentParser(description="A fake Gate for measuring")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.02, help="seconds (0.02)")
    parser.add_argument("--applications", type=int, default=size.applications)
    parser.add_argument("--executions", type=int, default=size.executions, help="of each one")
    parser.add_argument("--quiet", action="store_true", help="nothing is active")
    options = parser.parse_args()
    size = Size(applications=options.applications, executions=options.executions)
    if options.quiet:
        size = Size(size.applications, size.executions, active=0, hidden=0, tasks=0)
    gate = FakeGate(make(size, int(time.time() * 1000)), options.latency, options.port)
    print(json.dumps({"port": gate.port}), flush=True)
    gate.run()


if __name__ == "__main__":
    main()
