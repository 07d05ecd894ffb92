"""Mixpanel's Data Pipelines. What is seen and what is not: README.md in this folder."""

from __future__ import annotations

from msgspec import Struct

from quiesce.source import Fetch, Kind, Source


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The key of `[sources.NAME]` that only Mixpanel has.

    `project_id` is required with a service account, and not with a project secret.
    """

    project_id: int | None = None


def _open(name: str, config: Config, fetch: Fetch) -> Source:
    from quiesce.sources.mixpanel.source import Mixpanel  # only when it is asked

    return Mixpanel(name, config, fetch)


KIND = Kind(
    name="mixpanel",
    title="Mixpanel (Data Pipelines)",
    config=Config,
    open=_open,
    settle=60.0,
    identity=("project_id",),
)
"""`settle`: nothing says how long a given-up attempt takes to come back as a new job; 60 s is
an assumption, and `settle` in the configuration overrides it."""
