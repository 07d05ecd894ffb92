"""A simulated Mixpanel that shows a `World`."""

from __future__ import annotations

from msgspec.structs import replace
from tests.sources.sandboxed import MILLISECONDS, USER, Sandboxed

from quiesce.access import Access, Basic, Secret
from quiesce.model import State
from quiesce.sandbox.projects import NEVER, Job, moment
from quiesce.sandbox.world import World as Truth
from quiesce.sources.mixpanel import KIND, Config
from quiesce.testing import Past, World

PROJECT = 9876543210


class FakeMixpanel(Sandboxed):
    """Each part is a pipeline of one project."""

    kind = KIND
    system = "mixpanel"
    states = frozenset(
        {State.PENDING, State.RUNNING, State.SUCCEEDED, State.FAILED}
        | {State.CANCELED, State.TIMED_OUT, State.RETRIED}
    )

    def config(self) -> Config:
        return Config(project_id=PROJECT)

    def show(self, world: World) -> None:
        truth = Truth(lambda: MILLISECONDS)
        truth.mixpanel.accounts[USER] = self.secret
        truth.mixpanel.add_project(PROJECT)
        for name, part in world.parts.items():
            truth.mixpanel.add_pipeline(PROJECT, name)
            for past in part.runs:
                truth.mixpanel.put(job(name, past), at=0)
            if not part.listed:
                truth.mixpanel.unlist_pipeline(PROJECT, name)
        self.load(truth, world, "/api/2.0/nessie/pipeline/status?*name={}")


class FakeMixpanelBySecret(FakeMixpanel):
    """Signed in to with the project's API secret, which is the user name."""

    def access(self) -> Access:
        return replace(super().access(), auth=Basic(self.secret, Secret("")))

    def config(self) -> Config:
        return Config()

    def show(self, world: World) -> None:
        super().show(world)
        self.box.world.mixpanel.accounts.clear()
        self.box.world.mixpanel.secrets[self.secret] = PROJECT


def job(name: str, past: Past) -> Job:
    """A run of a part as Mixpanel shows it; its window of data is what names it."""
    ended = past.ended_at
    return Job(
        project_id=PROJECT,
        name=name,
        state="levitating" if past.state is State.UNKNOWN else past.state.value,
        last_finish=NEVER if ended is None else moment(round(ended.timestamp() * 1000)),
        run_at=moment(round(past.started_at.timestamp() * 1000)),
        from_date=f"2026-01-01T00:00:00-08:00 {past.id}",
        to_date="2026-01-02T00:00:00-08:00",
    )
