"""The promises of every source, kept by this one."""

from __future__ import annotations

import pytest
from tests.sources.mixpanel.fake import FakeMixpanel, FakeMixpanelBySecret

from quiesce.sandbox.server import Sandbox
from quiesce.testing import Fake, SourceContract


class TestFakeMixpanel(SourceContract):
    """See `quiesce.testing.contract`."""

    @pytest.fixture
    def fake(self, box: Sandbox) -> Fake:
        return FakeMixpanel(box)


class TestFakeMixpanelBySecret(SourceContract):
    """The same with the project's API secret: then the user name is what must not be seen."""

    @pytest.fixture
    def fake(self, box: Sandbox) -> Fake:
        return FakeMixpanelBySecret(box)
