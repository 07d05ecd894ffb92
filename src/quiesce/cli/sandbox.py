"""`quiesce sandbox`: a simulated Spinnaker and Mixpanel on loopback, to try things on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from quiesce.cli.loop import complete
from quiesce.cli.options import Duration
from quiesce.cli.screen import write
from quiesce.errors import ConfigError

if TYPE_CHECKING:
    from quiesce.sandbox import Sandbox

TEXT = """A simulated Spinnaker (Gate) and Mixpanel on 127.0.0.1, whose pipelines really live.

\b
Examples:
  quiesce sandbox
  quiesce sandbox --scenario bouncing --speed 10
  quiesce sandbox --scenario restarted-gate --gate-port 8084

\b
Exit codes: 0 when it ends, 2 usage, 130 interrupted."""

PORT = click.IntRange(0, 65_535)


@click.command("sandbox", help=TEXT, short_help="A simulated Spinnaker and Mixpanel.")
@click.option("--scenario", default="busy", show_default=True, metavar="NAME", help="What happens.")
@click.option(
    "--list", "listing", is_flag=True, help="List the scenarios and what is true in each."
)
@click.option("--seed", default=1, show_default=True, help="The same seed, the same world.")
@click.option("--speed", default=1.0, show_default=True, help="How much faster than in reality.")
@click.option(
    "--gate-port", type=PORT, default=0, help="Where Gate listens; 0 takes any free port."
)
@click.option("--mixpanel-port", type=PORT, default=0, help="Where Mixpanel listens.")
@click.option("--for", "duration", type=Duration(), help="End by itself after this long.")
def command(
    scenario: str,
    listing: bool,
    seed: int,
    speed: float,
    gate_port: int,
    mixpanel_port: int,
    duration: float | None,
) -> int:
    from quiesce.render.complaint import nearest
    from quiesce.sandbox import SCENARIOS, Sandbox  # aiohttp.web: only here

    if listing:
        for name, make in SCENARIOS.items():
            write(f"{name:16} {(make.__doc__ or '').strip().splitlines()[0]}\n")
        return 0
    if scenario not in SCENARIOS:
        near = nearest(scenario, list(SCENARIOS))
        hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(SCENARIOS)}"
        raise ConfigError(f"no scenario named `{scenario}`", hint=hint)
    if not 0 < speed < float("inf"):
        raise ConfigError("--speed must be a number above 0")
    box = Sandbox(
        scenario, seed=seed, speed=speed, gate_port=gate_port, mixpanel_port=mixpanel_port
    )
    try:
        complete(_serve(box, scenario, duration))
    except OSError as error:
        hint = "another program may listen there already; 0 takes any free port"
        raise ConfigError(f"the sandbox can't listen: {error.strerror}", hint=hint) from error
    return 0


async def _serve(box: Sandbox, scenario: str, duration: float | None) -> None:
    from quiesce.sandbox.company import PROJECT

    async with box:
        write(
            f"simulated, scenario {scenario}: nothing here is real\n"
            f"  gate      {box.gate_url}\n"
            f"  mixpanel  {box.mixpanel_url}\n\n"
            f"  quiesce check -s spinnaker+{box.gate_url}"
            f" -s 'mixpanel+{box.mixpanel_url}?project_id={PROJECT}'\n\nCtrl-C ends it.\n"
        )
        await asyncio.sleep(duration if duration is not None else float("inf"))
