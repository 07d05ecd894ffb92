"""`quiesce schema` prints schemas that are schemas, and that the documents fit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.cli.program import document, quiesce

from quiesce.cli.main import main
from quiesce.cli.schema import ABOUT
from quiesce.render.schemas import NAMES


@pytest.mark.parametrize("name", ABOUT)
def test_each_one_is_a_schema(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", name]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    Draft202012Validator.check_schema(json.loads(told.out))


def test_every_document_has_one() -> None:
    assert set(ABOUT) == {*NAMES, "config"}


def test_the_default_is_the_one_that_is_wanted_most(tmp_path: Path) -> None:
    assert document(quiesce("schema", cwd=tmp_path))["title"].startswith("quiesce look")


def test_config_is_the_same_by_both_names(tmp_path: Path) -> None:
    one, two = (
        quiesce(*words, cwd=tmp_path) for words in (["schema", "config"], ["config", "schema"])
    )
    assert one.stdout == two.stdout


def test_an_unknown_name_gets_the_nearest(tmp_path: Path) -> None:
    told = quiesce("schema", "lok", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert "did you mean `look`?" in told.stderr
