"""Asking Gate for executions that no list shows any more: by their ids, and by their pipelines'.

What runs of a pipeline that was deleted is shown by `/executions?pipelineConfigIds=` alone, also
what nobody has seen before. But that is `200 []` where the account may not read, so only
`/pipelines/{id}` and `/tasks/{id}` can tell that an execution has ended, or is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

from msgspec.structs import replace

from quiesce.errors import Misunderstood, SourceError, Unavailable
from quiesce.model import Run
from quiesce.source import Fetch, Recollection
from quiesce.sources.spinnaker import Config, parse
from quiesce.sources.spinnaker.gate import is_full, larger, slim, together
from quiesce.sources.spinnaker.parse import ACTIVE_STATUSES, Listing

BATCH = 50
"""How many pipelines one request asks for: with their ids it stays well below 8 KiB."""

NOT_FOUND = 404


class Recall:
    """One question for what was active before."""

    def __init__(self, name: str, config: Config, fetch: Fetch, recollection: Recollection) -> None:
        self._name = name
        self._config = config
        self._fetch = fetch
        self._recollection = recollection

    async def of(self, runs: Sequence[Run]) -> None:
        """Ask for all of them side by side, so that what hangs keeps back nothing else."""
        known = {run.id: run for run in runs}
        configs: dict[str, Run] = {}
        for run in runs:
            config = run.details.get("pipeline_config_id")
            if config and "," not in config:  # else it could not be told from two
                configs.setdefault(config, run)
        batches = (self._of_configs(batch, known) for batch in _batches(configs))
        await together(chain((self._by_id(run) for run in runs), batches))

    async def _by_id(self, run: Run) -> None:
        place = "tasks" if run.type == "task" else "pipelines"
        try:
            body = await self._fetch.get((place, run.id))
            found, problem = parse.one(body, run, self._config.deck_url)
        except SourceError as error:
            if error.status == NOT_FOUND and says_not_there(error.cause, run.id):
                self._recollection.lost(run)
            else:
                self._recollection.gap(run, _explained(error))
            return
        self._recollection.run(found)
        if problem is not None:
            self._recollection.gap(run, problem)

    async def _of_configs(self, configs: Mapping[str, Run], known: Mapping[str, Run]) -> None:
        """Every active execution of these pipelines, whether or not they still exist."""
        first = next(iter(configs.values()))
        try:
            listing = await self._listed(",".join(configs))
        except SourceError as error:
            self._recollection.gap(first, error)
            return
        for run in listing.runs:
            if not run.state.active:
                continue
            if before := known.get(run.id):
                run = replace(run, application=before.application, url=before.url)  # noqa: PLW2901 - as it is known
            self._recollection.run(run)
        for problem in listing.problems:
            self._recollection.gap(first, problem)

    async def _listed(self, configs: str) -> Listing:
        limit, before = self._config.limit, 0
        query: dict[str, str | int] = {"pipelineConfigIds": configs, "statuses": ACTIVE_STATUSES}
        while True:
            body = await slim(self._fetch, ("executions",), {**query, "limit": limit})
            listing = parse.executions(body, self._name, "", self._config.deck_url)
            if not is_full(self._name, listing.fullest, limit, before):
                return listing
            before, limit = limit, larger(limit)


def says_not_there(cause: str, run_id: str) -> bool:
    """Whether a 404 is Spinnaker's own word on this execution.

    Gate says `Pipeline not found (id: …)`, or passes on Orca's `No PIPELINE found for …`. A proxy,
    or a Gate below another path, knows nothing of ids: at most it repeats what was asked, in
    whatever way it escapes that.
    """
    own = rf"\bfound (?:for|with id|\(id:) ?{re.escape(run_id)}(?![\w-])"
    return re.search(own, cause) is not None


def _explained(error: SourceError) -> SourceError:
    """Two answers of Gate that mean something else than they seem to."""
    if error.status == NOT_FOUND:
        return Unavailable(
            f"{error.message}, which says nothing of this execution",
            asked=error.asked,
            cause=error.cause,
            hint="if every page is missing, see the path in `url`",
            status=error.status,
        )
    if isinstance(error, Misunderstood) and error.message.endswith("is empty"):
        return Misunderstood(
            error.message,
            asked=error.asked,
            hint="Gate answers so where this account may not READ the application",
            status=error.status,
        )
    return error


def _batches(configs: Mapping[str, Run]) -> Iterator[dict[str, Run]]:
    rest = iter(configs.items())
    while batch := dict(islice(rest, BATCH)):
        yield batch
