"""Which requests are sent to Gate, and in what order: I/O only.

The order matters for the double look. All windows (the marks) are read before any list, so
that no list is older than its mark; where the window already is the whole list, both come
out of one answer. See `docs/double-look.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import get_args

from msgspec.structs import replace

from quiesce.errors import Absent, Known, Misunderstood, SourceError, Unavailable
from quiesce.model import Question, Run
from quiesce.source import Fetch, Findings, Recollection
from quiesce.sources.spinnaker import Config, PartName, parse
from quiesce.sources.spinnaker.gate import is_full, larger, slim, together
from quiesce.sources.spinnaker.parse import ACTIVE_STATUSES, Listing
from quiesce.sources.spinnaker.recall import Recall

EVERYWHERE = "*"
"""Gate's name for all applications: it works in the search, and only there."""

FORBIDDEN = 403
"""What an account is told that may not search everywhere: then each application is searched."""


class Spinnaker:
    """One Gate."""

    def __init__(self, name: str, config: Config, fetch: Fetch) -> None:
        self._name = name
        self._config = config
        self._fetch = fetch

    async def survey(self, question: Question, findings: Findings) -> None:
        names = await self._applications(question.application, findings)
        if question.pipeline is not None:
            await self._history(question, question.pipeline, names, findings)
            return
        per_application: tuple[PartName, ...] = ("pipelines", "tasks")
        parts = [
            (name, part) for name in names for part in per_application if part in self._config.parts
        ]
        windows: dict[tuple[str, PartName], Listing | None] = {}
        if question.marks:
            results = await together(self._window(*part, question, findings) for part in parts)
            windows = dict(zip(parts, results, strict=True))
        listed = parts if question.lists or not question.marks else ()
        lists = (self._part(*part, windows.get(part), question, findings) for part in listed)
        if "search" not in self._config.parts:
            await together(lists)
            return
        scope = names[0] if question.application is not None else EVERYWHERE
        # First in line, as over a large Spinnaker it is by far the slowest call.
        search = (self._search(where, names, question, findings) for where in (scope,))
        await together(chain(search, lists))

    async def recall(self, runs: Sequence[Run], recollection: Recollection) -> None:
        await Recall(self._name, self._config, self._fetch, recollection).of(runs)

    async def aclose(self) -> None:
        """Nothing is held open here: the client belongs to whoever opened it."""

    def scope(self) -> str | None:
        """What `parts` leaves out, so that every answer can say so."""
        every = get_args(PartName)
        left_out = [part for part in every if part not in self._config.parts]
        if not left_out:
            return None
        return f"asked only {' and '.join(self._config.parts)}, not {' or '.join(left_out)}"

    async def _applications(self, scope: str | None, findings: Findings) -> Sequence[str]:
        """All applications, or the one that was asked for, in Gate's spelling."""
        if scope is not None and scope != EVERYWHERE:
            try:
                body = await self._fetch.get(("applications", scope.lower()))
                parse.must_be_application(body, scope)
            except SourceError as error:
                if error.status != 404:
                    raise
                # Gate says 404 as well while Front50 fails, so the list has the last word.
            else:
                return [scope.lower()]
        names, problems = parse.applications(await self._fetch.get(("applications",)))
        for problem in problems:
            findings.gap("applications", problem)
        if not names:
            raise Unavailable(
                f"{self._name} lists no applications at all",
                asked="GET /applications",
                hint="a Gate that has just been restarted says so until its cache fills,"
                " and so does one that lets this account read nothing",
            )
        if EVERYWHERE in names:
            # As an application it can't be asked for: Gate takes it for all, or for none.
            findings.gap(EVERYWHERE, Misunderstood(f"{self._name} has an application named `*`"))
            names = tuple(name for name in names if name != EVERYWHERE)
        if scope is None:
            return names
        known = [name for name in names if name.lower() == scope.lower()]
        if not known:
            raise Absent("application", scope, tuple(Known(name) for name in names))
        return known

    async def _window(
        self, application: str, part: PartName, question: Question, findings: Findings
    ) -> Listing | None:
        """The newest runs in every status: the mark, and a list of its own."""
        where = _part_name(application, part)
        try:
            listing = await self._listed(application, part, {"limit": self._config.window})
        except SourceError as error:
            findings.gap(where, error)
            return None
        self._report(where, listing, findings, ended=question.past)
        if not question.lists:
            findings.read(where, listing.mark)
        return replace(listing, runs=())  # thousands of windows are held until the lists are read

    async def _part(
        self,
        application: str,
        part: PartName,
        window: Listing | None,
        question: Question,
        findings: Findings,
    ) -> None:
        where = _part_name(application, part)
        # A window of tasks that is not full is the whole list. One of pipelines never is:
        # Gate drops what is older than 14 days from it unless it is asked by status.
        whole = window is not None and part == "tasks" and window.length < self._config.window
        if not whole:
            try:
                listing = await self._everything(application, part, question)
            except SourceError as error:
                findings.gap(where, error)
                return
            self._report(where, listing, findings, ended=question.past)
        findings.read(where, window.mark if window is not None else None)

    async def _everything(self, application: str, part: PartName, question: Question) -> Listing:
        """Every active run of a part: asked for again with more room while the list is full."""
        limit, before = self._config.limit, 0
        while True:
            query = {**_active(question), "limit": limit}
            listing = await self._listed(application, part, query)
            # Gate's limit is per pipeline for pipelines, and for the whole list for tasks.
            filled = listing.fullest if part == "pipelines" else listing.length
            if not is_full(self._name, filled, limit, before):
                return listing
            before, limit = limit, larger(limit)

    async def _listed(
        self, application: str, part: PartName, query: dict[str, str | int]
    ) -> Listing:
        path = ("applications", application, part)
        if part == "tasks":
            body = await self._fetch.get(path, query)
            return parse.tasks(body, self._name, application, self._config.deck_url)
        body = await slim(self._fetch, path, query)
        return parse.executions(body, self._name, application, self._config.deck_url)

    async def _search(
        self, application: str, names: Sequence[str], question: Question, findings: Findings
    ) -> None:
        """What the lists per application cut off: active runs older than 14 days.

        One call over everything where this account may do that, else one per application.
        Never by `startIndex`: Orca's paging loses rows from the second page on.
        """
        try:
            listing = await self._searched(application, _active(question))
        except SourceError as error:
            if application == EVERYWHERE and error.status == FORBIDDEN:
                await together(self._search(name, names, question, findings) for name in names)
            else:
                findings.gap(_search_part(application), error)
        else:
            self._report(_search_part(application), listing, findings)
            if "pipelines" not in self._config.parts:
                # Nothing else shows pipelines then, and the search has no mark to confirm by.
                findings.read(_search_part(application), None)

    async def _searched(self, application: str, query: dict[str, str | int]) -> Listing:
        size, before = self._config.search_size, 0
        path = ("applications", application, "executions", "search")
        while True:
            body = await slim(self._fetch, path, {**query, "size": size})
            owner = "" if application == EVERYWHERE else application
            listing = parse.executions(body, self._name, owner, self._config.deck_url)
            if not is_full(self._name, listing.length, size, before):
                return listing
            before, size = size, larger(size)

    def _report(
        self, part: str, listing: Listing, findings: Findings, *, ended: bool = False
    ) -> None:
        for run in listing.runs:
            if ended or run.state.active:
                findings.run(run)
        for problem in listing.problems:
            findings.gap(part, problem)

    async def _history(
        self, question: Question, pipeline: str, names: Sequence[str], findings: Findings
    ) -> None:
        """The recent runs of every pipeline of that name, in whatever application it is."""
        if "search" in self._config.parts:
            query: dict[str, str | int] = {"pipelineName": pipeline}
            found: Sequence[Run]
            scope = EVERYWHERE if question.application is None else names[0]
            try:
                found = await self._recent(scope, query, question, findings)
            except SourceError:  # forbidden everywhere, so asked of each
                each = (self._recent(name, query, question, findings) for name in names)
                found = [run for runs in await together(each) for run in runs]
            if any(run.pipeline == pipeline for run in found):
                return
        elif "pipelines" not in self._config.parts:
            raise Unavailable(
                f"{self._name} may only be asked for tasks, which have no history by name",
                hint="add `pipelines` or `search` to `parts` of this source",
            )
        await self._by_config(question, pipeline, names, findings)

    async def _recent(
        self, application: str, query: dict[str, str | int], question: Question, findings: Findings
    ) -> Sequence[Run]:
        """The newest runs that the search shows for a name, and every active one.

        A run that has been going on for long may have more than `limit` newer ones.
        """
        part = _search_part(application)
        path = ("applications", application, "executions", "search")
        try:
            body = await slim(self._fetch, path, {**query, "size": question.limit})
            owner = "" if application == EVERYWHERE else application
            listing = parse.executions(body, self._name, owner, self._config.deck_url)
            if listing.length >= question.limit:
                active = await self._searched(application, {**query, **_active(question)})
                self._report(part, active, findings)
        except SourceError as error:
            if application == EVERYWHERE and error.status == FORBIDDEN:
                raise
            findings.gap(part, error)
            return ()
        return self._keep(part, listing, findings)

    async def _by_config(
        self, question: Question, pipeline: str, names: Sequence[str], findings: Findings
    ) -> None:
        """Whether a pipeline or strategy of that name is configured anywhere at all.

        The search shows neither strategies nor pipelines that never ran.
        """
        each = (self._configured(name, findings) for name in names)
        by_application = dict(zip(names, await together(each), strict=True))
        homes = [name for name, known in by_application.items() if known and pipeline in known]
        if not homes:
            if all(known is not None for known in by_application.values()):
                pairs = [(name, its or ()) for name, its in by_application.items()]
                known = tuple(Known(name, where) for where, its in pairs for name in its)
                raise Absent("pipeline", pipeline, known)
            return
        for home in homes if "pipelines" in self._config.parts else ():
            part = _part_name(home, "pipelines")
            try:
                listing = await self._listed(home, "pipelines", {"limit": question.limit})
                if listing.fullest >= question.limit:
                    active = await self._everything(home, "pipelines", question)
                    self._report(part, active, findings)
            except SourceError as error:
                findings.gap(part, error)
            else:
                self._keep(part, listing, findings)

    async def _configured(self, application: str, findings: Findings) -> Sequence[str] | None:
        """The names of an application's pipelines and strategies; None where a gap is."""
        found: list[str] = []
        for kind in ("pipelineConfigs", "strategyConfigs"):
            part = _part_name(application, kind)
            try:
                names, problems = parse.config_names(
                    await self._fetch.get(("applications", application, kind))
                )
            except SourceError as error:
                findings.gap(part, error)
                return None
            for problem in problems:
                findings.gap(part, problem)
            found.extend(names)
        return found

    def _keep(self, part: str, listing: Listing, findings: Findings) -> Sequence[Run]:
        for run in listing.runs:
            findings.run(run)
        for problem in listing.problems:
            findings.gap(part, problem)
        findings.read(part, None)
        return listing.runs


def _active(question: Question) -> dict[str, str | int]:
    """The parameters that ask for active runs; `whole` ones come with their contexts."""
    wanted: dict[str, str | int] = {"statuses": ACTIVE_STATUSES}
    return {**wanted, "expand": "true"} if question.whole else wanted


def _part_name(application: str, part: str) -> str:
    """`application/part`, in which an application's own slash can't be taken for ours."""
    return f"{application.replace('/', '%2F')}/{part}"


def _search_part(application: str) -> str:
    return "search" if application == EVERYWHERE else _part_name(application, "search")
