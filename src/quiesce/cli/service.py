"""Telling systemd how a service does: ready, alive, ending (`sd_notify(3)`).

One datagram to the socket that `$NOTIFY_SOCKET` names; nothing where there is none, and no
error is ours to report: the service manager draws its own conclusions from silence.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


def tell(state: str, env: Mapping[str, str]) -> bool:
    """Send `READY=1`, `WATCHDOG=1`, `STOPPING=1` or `STATUS=…`; whether somebody is there."""
    address = env.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return False
    if address.startswith("@"):  # Linux's abstract names begin with a NUL
        address = "\0" + address[1:]
    with (
        suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line,
    ):
        line.setblocking(False)
        line.sendto(state.encode(), address)
        return True
    return False


def watchdog_every(env: Mapping[str, str]) -> float | None:
    """How often to send `WATCHDOG=1`, in seconds: half of what the unit allows; None for never."""
    wanted = env.get("WATCHDOG_USEC", "")
    if not wanted.isascii() or not wanted.isdigit() or int(wanted) == 0:
        return None
    if env.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return int(wanted) / 2e6
