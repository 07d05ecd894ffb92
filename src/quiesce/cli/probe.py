"""Tries one source step by step, from its secrets to what it shows.

credential -> name -> connection -> certificate -> clock -> sign-in -> rights

Each step says what it found and how long it took. The first that fails ends the rest, which
are then skipped, except for the clock: not to know the time there hinders nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import Struct

from quiesce.access import Access
from quiesce.app import expectation
from quiesce.cli.reach import Line, certificate_of, clock_skew, connect, resolve_name, secured
from quiesce.config import Config, SourceConfig, resolve
from quiesce.errors import ConfigError, QuiesceError, SourceError, Unavailable
from quiesce.model import Look, Question
from quiesce.render.complaint import complaint
from quiesce.render.words import count
from quiesce.source import Fetch
from quiesce.sources import KINDS
from quiesce.survey import Subject, awake_clock, survey
from quiesce.verdict import judge

State = Literal["ok", "note", "failed", "skipped"]

STEPS = ("credential", "name", "connection", "certificate", "clock", "sign-in", "rights")
SKEW = 5.0
"""Seconds that two clocks may differ before it is worth a word."""


class Failure(Struct, frozen=True, kw_only=True):
    """What was wrong, as every other error is shown."""

    error: str
    message: str
    asked: str = ""
    cause: str = ""
    hint: str = ""


class Step(Struct, frozen=True, kw_only=True):
    """One step: `text` is what it found, `failure` why it failed, `seconds` what it took."""

    name: str
    state: State
    text: str = ""
    seconds: float = 0.0
    failure: Failure | None = None


class Trial(Struct, frozen=True, kw_only=True):
    """All steps of one source. `skew` is how many seconds its clock is ahead of ours."""

    name: str
    kind: str
    url: str
    proxy: str | None
    ok: bool
    skew: float | None
    parts_read: int | None
    gaps: int | None
    active: int | None
    steps: list[Step]


class _Failed(Exception):
    """A step has failed; it is noted already."""


class _Watched:
    """A `Fetch` that remembers what became of the first request, which is the sign-in.

    `signed_in` is when anything was answered for the first time.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._asked = False
        self.refusal: SourceError | None = None
        self.signed_in: float | None = None

    async def get(self, path: Sequence[str], query: Mapping[str, str | int] | None = None) -> bytes:
        first, self._asked = not self._asked, True
        try:
            body = await self._fetch.get(path, query)
        except SourceError as error:
            if first:
                self.refusal = error
            raise
        if self.signed_in is None:
            self.signed_in = time.monotonic()
        return body


async def tried(source: SourceConfig, config: Config, env: Mapping[str, str]) -> Trial:
    """Try one source, to the first step that fails."""
    attempt = _Attempt(source, config, env)
    with suppress(_Failed):
        await attempt.run()
    return attempt.trial()


class _Attempt:
    def __init__(self, source: SourceConfig, config: Config, env: Mapping[str, str]) -> None:
        self._source = source
        self._config = config
        self._env = env
        self._steps: list[Step] = []
        self._proxy: str | None = None
        self._skew: float | None = None
        self._look: Look | None = None

    def trial(self) -> Trial:
        done = {step.name for step in self._steps}
        failed = next((step for step in self._steps if step.state == "failed"), None)
        because = f"skipped, as the step `{failed.name}` failed" if failed else "skipped"
        rest = [
            Step(name=name, state="skipped", text=because) for name in STEPS if name not in done
        ]
        look = self._look.sources[0] if self._look else None
        return Trial(
            name=self._source.name,
            kind=self._source.kind,
            url=self._source.access.url,
            proxy=self._proxy,
            ok=failed is None,
            skew=self._skew,
            parts_read=None if look is None else len(look.parts),
            gaps=None if look is None else len(look.gaps),
            active=None if look is None else sum(run.state.active for run in look.runs),
            steps=self._steps + rest,
        )

    async def run(self) -> None:
        access = await self._step("credential", self._credential)
        line = await self._step("name", lambda: self._name(access))
        try:
            await self._step("connection", lambda: self._connection(line))
            await self._step("certificate", lambda: self._certificate(line, access))
            await self._step("clock", lambda: self._clock(line), needed=False)
        finally:
            line.close()
        await self._survey(access)

    async def _step(
        self,
        name: str,
        act: Callable[[], Awaitable[tuple[Any, str]]],
        *,
        needed: bool = True,
    ) -> Any:
        began = time.monotonic()
        try:
            value, text = await act()
        except QuiesceError as error:
            self._note(name, began, error, "failed" if needed else "note")
            if needed:
                raise _Failed from error
            return None
        self._steps.append(Step(name=name, state="ok", text=text, seconds=time.monotonic() - began))
        return value

    def _note(self, name: str, began: float, error: QuiesceError, state: State) -> None:
        shown = complaint(error, self._source.name)
        failure = Failure(
            error=shown.error,
            message=shown.what,
            asked=shown.asked,
            cause=shown.cause,
            hint=shown.hint,
        )
        self._steps.append(
            Step(
                name=name,
                state=state,
                text=error.message,
                seconds=time.monotonic() - began,
                failure=failure if state == "failed" else None,
            )
        )

    async def _credential(self) -> tuple[Access, str]:
        # A `cmd:` may take ten seconds, during which the other sources are tried.
        access = await asyncio.to_thread(resolve, self._source, self._env)
        sign_in = self._source.sign_in
        if sign_in.type == "none":
            return access, "none: nobody signs in"
        found = [
            f"{key} from {ref.label or 'the configuration'}" for key, ref in sign_in.secrets.items()
        ]
        found += [f"{key} {path}" for key, path in sign_in.files.items()]
        return access, f"{sign_in.type}: {', '.join(found)}"

    async def _name(self, access: Access) -> tuple[Line, str]:
        line = Line.to(access, self._env)
        through = ""
        if line.proxy is not None:
            self._proxy = line.proxy.url
            through = f"through the proxy {line.proxy.url} ({line.proxy.variable}): "
        addresses = await resolve_name(line)
        if addresses == [line.host]:
            return line, f"{through}{line.host} needs no resolving"
        return line, f"{through}{line.host} is {', '.join(addresses[:4])}"

    async def _connection(self, line: Line) -> tuple[None, str]:
        await connect(line)
        return None, f"{line.peer()}"

    async def _certificate(self, line: Line, access: Access) -> tuple[None, str]:
        if not line.secure:
            return None, "none: http:// is not encrypted"  # whether it may be is the client's rule
        await secured(line, access)
        return None, certificate_of(line, datetime.now(UTC))

    async def _clock(self, line: Line) -> tuple[None, str]:
        self._skew = await clock_skew(line)
        ahead = "ahead of" if self._skew > 0 else "behind"
        if abs(self._skew) < SKEW:
            return None, "in step with the clock here"
        raise Unavailable(
            f"{abs(self._skew):.0f} s {ahead} the clock here: ages and time-outs will look wrong"
        )

    async def _survey(self, access: Access) -> None:
        """The first request of a look is the sign-in; the whole of it shows the rights."""
        from quiesce.http import Client

        began = time.monotonic()
        try:
            client = Client(access, env=self._env)
        except ConfigError as error:
            self._note("sign-in", began, error, "failed")
            raise _Failed from error
        watched = _Watched(client)
        kind = KINDS[self._source.kind]
        source = kind.open(self._source.name, self._source.own, watched)
        subject = Subject(
            name=self._source.name,
            kind=self._source.kind,
            source=source,
            deadline=access.deadline,
            spent=lambda: (client.spent.requests, client.spent.bytes),
        )
        try:
            look = await survey([subject], Question())
        finally:
            await source.aclose()
            await client.aclose()
        if watched.refusal is not None:
            self._note("sign-in", began, watched.refusal, "failed")
            raise _Failed
        signed_in = watched.signed_in
        if signed_in is None:  # the deadline of the whole look came before any answer
            self._note("sign-in", began, _nothing_answered(look), "failed")
            raise _Failed
        text = "the first request was answered"
        if self._source.sign_in.type == "none":
            text += ", without a sign-in"
        self._steps.append(Step(name="sign-in", state="ok", text=text, seconds=signed_in - began))
        self._look = look
        await self._step("rights", lambda: self._rights(look))
        self._steps[-1] = _taking(self._steps[-1], time.monotonic() - signed_in)

    async def _rights(self, look: Look) -> tuple[None, str]:
        (seen,) = look.sources
        active = [run for run in look.runs if run.state.active]
        parts, runs = count(len(seen.parts), "part"), count(len(active), "active run")
        # Beside what is active: is everything seen that there is to see?
        beside = judge(
            [look],
            expectation(self._config),
            {run.reference: "" for run in active},
            awake_clock(),
            datetime.now(UTC),
        )
        if seen.gaps:
            worst = seen.gaps[0]
            more = f", and {len(seen.gaps) - 1} more" if len(seen.gaps) > 1 else ""
            raise _as_error(worst.error)(
                f"{parts} read, {count(len(seen.gaps), 'gap')}: {worst.part}{more}: {worst.why}",
                asked=worst.asked,
                cause=worst.cause,
                hint=worst.hint,
            )
        if beside.verdict != "quiet":
            reasons = [one for one in beside.reasons if one not in beside.waived]
            raise Unavailable(f"{parts} read: {'; '.join(reasons)}")
        return None, f"{parts} read, no gaps, {runs}{f'; {seen.scope}' if seen.scope else ''}"


def _taking(step: Step, seconds: float) -> Step:
    from msgspec.structs import replace

    return replace(step, seconds=seconds)


def _nothing_answered(look: Look) -> SourceError:
    """Why nothing was answered: what the look says of it."""
    for gap in look.gaps:
        return _as_error(gap.error)(gap.why, asked=gap.asked, cause=gap.cause, hint=gap.hint)
    return Unavailable("no request was answered")


def _as_error(name: str) -> type[SourceError]:
    """The class of an error by its name in a gap."""
    known = (kind for kind in SourceError.__subclasses__() if kind.name == name)
    return next(known, SourceError)
