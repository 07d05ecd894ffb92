"""What a store grows by is measured by keeping looks as a collector does."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.store_growth import Site, grown, main

SITE = Site(active=4, pipelines=3, minutes=5, every=10, hours=0.5)


def test_what_goes_on_all_the_time_costs_a_few_predictions(tmp_path: Path) -> None:
    """At 0, 1, 2, 4, 8 and 16 minutes, of each run and of all together."""
    still = grown(tmp_path / "still.db", SITE, moving=False)
    assert (still.looks, still.runs, still.predictions) == (180, 4, 6 * 5)


def test_what_begins_and_ends_costs_more(tmp_path: Path) -> None:
    moving = grown(tmp_path / "moving.db", SITE, moving=True)
    assert 15 < moving.runs < 45
    assert moving.bytes > grown(tmp_path / "still.db", SITE, moving=False).bytes


def test_a_day_is_told_from_the_hours_that_were_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--active=4", "--pipelines=3", "--minutes=5", "--hours=0.5"]) == 0
    assert "a day: 8,640 looks" in capsys.readouterr().out
