"""How much the fake Gate can do, asked by bare sockets: `python -m bench.capacity PORT`.

A client that reads nothing but the length of an answer, with 16 connections in turn. Several
of these together keep the fake Gate busy; one process of it is still cheaper than the
cheapest real client by far.
"""

from __future__ import annotations

import json
import socket
import sys
import time

CONNECTIONS = 16


def ask(port: int, targets: list[bytes], seconds: float) -> tuple[int, float]:
    """How many answers were had, and in how many seconds."""
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    requests = [b"GET " + target + b" HTTP/1.1\r\nHost: gate\r\n\r\n" for target in targets]
    answers = turn = 0
    began = time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        for number, connection in enumerate(connections):
            connection.sendall(requests[(turn + number) % len(requests)])
        for connection in connections:
            _whole(connection)
        answers += CONNECTIONS
        turn += CONNECTIONS
    for connection in connections:
        connection.close()
    return answers, spent


def _whole(connection: socket.socket) -> None:
    data = connection.recv(1 << 18)
    head = data.index(b"\r\n\r\n") + 4
    start = data.index(b"Content-Length: ") + 16
    missing = head + int(data[start : data.index(b"\r", start)]) - len(data)
    while missing > 0:
        missing -= len(connection.recv(1 << 18))


if __name__ == "__main__":
    paths = (b"pipelines?statuses=RUNNING,PAUSED&limit=100&expand=false", b"tasks?statuses=RUNNING")
    mixed = [b"/applications/app-%04d/%s" % (app, path) for app in range(500) for path in paths]
    count, wall = ask(int(sys.argv[1]), mixed, float(sys.argv[2]))
    print(json.dumps({"answers": count, "seconds": wall}))
