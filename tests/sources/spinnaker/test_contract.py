"""The promises of every source, kept by this one."""

from __future__ import annotations

import pytest
from tests.sources.spinnaker.fake import FakeGate

from quiesce.sandbox.server import Sandbox
from quiesce.testing import Fake, SourceContract


class TestFakeGate(SourceContract):
    """See `quiesce.testing.contract`."""

    @pytest.fixture
    def fake(self, box: Sandbox) -> Fake:
        return FakeGate(box)
