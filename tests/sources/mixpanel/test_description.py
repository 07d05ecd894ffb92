"""Mixpanel's official description, mocked by Prism: what we send is valid, what comes is read.

Skipped where Prism or the description is not there: `tests/prism/install.sh` installs the one,
`QUIESCE_OPENAPI` names the other.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from quiesce.access import Access, Headers, Secret
from quiesce.http.client import Client
from quiesce.model import Question, SourceLook
from quiesce.sources.mixpanel import Config
from quiesce.sources.mixpanel.source import Mixpanel
from quiesce.survey import Subject, survey

ROOT = Path(__file__).parents[3]
PRISM = Path(os.environ.get("QUIESCE_PRISM", ROOT / "tests/prism/node_modules/.bin/prism"))
DESCRIPTION = Path(
    os.environ.get(
        "QUIESCE_OPENAPI",
        ROOT.parent / "shared" / "openapi" / "mixpanel-data-pipelines.openapi.yaml",
    )
)
SIGNED_IN = {"Authorization": "Basic " + b64encode(b"robot:secret").decode()}
NORMAL = Question()
NAMED = Question(pipeline="events-daily-bigquery-monoschema")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PRISM.exists(), reason="no Prism: run tests/prism/install.sh"),
    pytest.mark.skipif(
        not DESCRIPTION.exists(), reason="no description: QUIESCE_OPENAPI names the file"
    ),
]


@pytest.fixture(scope="module")
def prism() -> Iterator[str]:
    """Where the mock listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(PRISM), "mock", "-h", "127.0.0.1", "-p", str(port), str(DESCRIPTION)]
    mock = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, mock)
        yield f"http://127.0.0.1:{port}"
    finally:
        mock.terminate()
        mock.wait(10)


def _wait_for(port: int, mock: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and mock.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("Prism did not begin to listen")


class BelowBase:
    """Prism serves the paths of the description at its root: the base of a real one is cut off."""

    def __init__(self, client: Client, for_status: Client) -> None:
        self._client, self._for_status = client, for_status

    async def get(self, path: Sequence[str], query: Mapping[str, str | int] | None = None) -> bytes:
        assert tuple(path[:2]) == ("api", "2.0")
        client = self._for_status if path[-1] == "status" else self._client
        return await client.get(path[2:], query)


def asked(
    url: str,
    question: Question = NORMAL,
    *,
    config: Config | None = None,
    headers: Mapping[str, str] = SIGNED_IN,
    for_status: Mapping[str, str] | None = None,
) -> SourceLook:
    """What one look at the mock shows; a request that is not as described gets 422."""

    def client_with(headers: Mapping[str, str]) -> Client:
        secrets = Headers({name: Secret(value) for name, value in headers.items()})
        return Client(Access(name="mixpanel", url=url, auth=secrets, attempts=1), env={})

    async def look() -> SourceLook:
        client, other = client_with(headers), client_with(for_status or headers)
        own = config or Config(project_id=9876543210)
        source = Mixpanel("mixpanel", own, BelowBase(client, other))
        subject = Subject(
            name="mixpanel", kind="mixpanel", source=source, deadline=30, spent=lambda: (0, 0)
        )
        try:
            return (await survey([subject], question)).sources[0]
        finally:
            await client.aclose()
            await other.aclose()

    return asyncio.run(look())


def the_documented_answers_are_read(prism: str) -> None:
    """The description has no example of a state, so Prism invents the word `string`."""
    for question in (NORMAL, NAMED):
        found = asked(prism, question)
        assert found.absent is None
        assert {gap.part for gap in found.gaps} == {"events-daily-bigquery-monoschema"}
        assert {gap.error for gap in found.gaps} == {"misunderstood"}
        assert {run.native_state for run in found.runs} == {"string"}
        assert all(run.state.active for run in found.runs)


def whatever_the_description_allows_is_read_or_is_a_gap(prism: str) -> None:
    for question in [NORMAL, NAMED] * 6:
        found = asked(prism, question, for_status={**SIGNED_IN, "Prefer": "dynamic=true"})
        assert all(gap.error == "misunderstood" for gap in found.gaps), found.gaps
        assert found.parts or found.gaps


def a_request_that_is_not_as_described_would_be_told(prism: str) -> None:
    """The description requires `project_id`: without it Prism answers 422."""
    [gap] = asked(prism, config=Config()).gaps
    assert gap.error == "unavailable"
    assert "422" in gap.why


def documented_errors_are_refusals(prism: str) -> None:
    for code in (401, 403):
        [gap] = asked(prism, headers={**SIGNED_IN, "Prefer": f"code={code}"}).gaps
        assert gap.error == "refused"


def without_a_credential_nothing_is_seen(prism: str) -> None:
    [gap] = asked(prism, headers={}).gaps
    assert gap.error == "refused"


def test_the_official_description_holds(prism: str, subtests: pytest.Subtests) -> None:
    """One test, as each worker that has one of several would start a mock of its own."""
    for check in (
        the_documented_answers_are_read,
        whatever_the_description_allows_is_read_or_is_a_gap,
        a_request_that_is_not_as_described_would_be_told,
        documented_errors_are_refusals,
        without_a_credential_nothing_is_seen,
    ):
        with subtests.test(check.__name__):
            check(prism)
