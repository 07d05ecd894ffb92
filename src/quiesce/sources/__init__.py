"""The systems that quiesce can ask: one folder and one line here for each."""

from __future__ import annotations

from collections.abc import Mapping

from quiesce.source import Kind
from quiesce.sources import mixpanel, spinnaker

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (spinnaker.KIND, mixpanel.KIND)}
