"""One sandbox for all tests of a worker: a server a test would cost more than the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.sources.sandboxed import served

from quiesce.sandbox.server import Sandbox


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    with served() as box:
        yield box
