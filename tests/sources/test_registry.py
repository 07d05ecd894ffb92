"""Every kind in the registry has all that a kind must have: this says what is missing."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from quiesce.source import Kind
from quiesce.sources import KINDS

TESTS = Path(__file__).parent
SOURCES = TESTS.parents[1] / "src" / "quiesce" / "sources"
ASSUMPTIONS = [f"A{number}" for number in range(1, 19)]


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def test_every_folder_is_registered() -> None:
    folders = {path.parent.name for path in SOURCES.glob("*/__init__.py")}
    assert folders == set(KINDS)


def test_a_kind_has_its_files(kind: Kind) -> None:
    for path in ("__init__.py", "source.py", "parse.py", "README.md"):
        assert (SOURCES / kind.name / path).is_file(), path
    for path in ("fake.py", "test_contract.py", "test_cases.py"):
        assert (TESTS / kind.name / path).is_file(), path
    assert len(list((TESTS / kind.name / "cases").iterdir())) >= 20


def test_every_key_is_explained(kind: Kind) -> None:
    readme = (SOURCES / kind.name / "README.md").read_text(encoding="utf-8")
    for key in msgspec.structs.fields(kind.config):
        assert f"\n| `{key.name}` |" in readme, key.name


def test_each_assumption_holds_or_is_detected_or_is_blind(kind: Kind) -> None:
    readme = (SOURCES / kind.name / "README.md").read_text(encoding="utf-8")
    row = re.compile(r"^\| (A\d+) \|.*?\| (holds|detected|blind) \| (.+) \|$", re.MULTILINE)
    rows = row.findall(readme)
    assert [row[0] for row in rows] == ASSUMPTIONS
    assert all(len(row[2]) > 10 for row in rows)


def test_the_page_about_the_double_look_says_the_same(kind: Kind) -> None:
    """That page has a column for each kind, with the same word for each assumption."""
    page = (SOURCES.parents[2] / "docs" / "double-look.md").read_text(encoding="utf-8")
    readme = (SOURCES / kind.name / "README.md").read_text(encoding="utf-8")
    table = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("|")]
    (header,) = [row for row in table if row[1].strip() == "assumption"]
    column = [cell.strip() for cell in header].index(kind.title.split(" (")[0])
    rows = [row for row in table if re.fullmatch(r" A\d+ ", row[0])]
    assert {len(row) for row in rows} == {len(header)}
    words = [re.match(r" \*\*(\w+)\*\*", row[column]) for row in rows]
    there = [(row[0].strip(), word and word[1]) for row, word in zip(rows, words, strict=True)]
    here = re.findall(r"^\| (A\d+) \|[^|]*\| (\w+) \|", readme, re.MULTILINE)
    assert there == here


def test_the_longest_hand_over_is_told(kind: Kind) -> None:
    readme = (SOURCES / kind.name / "README.md").read_text(encoding="utf-8")
    assert f"{kind.settle:.0f} s" in readme


def test_every_word_of_the_system_is_in_the_readme(kind: Kind) -> None:
    parse = __import__(f"quiesce.sources.{kind.name}.parse", fromlist=["STATES"])
    readme = (SOURCES / kind.name / "README.md").read_text(encoding="utf-8")
    assert all(f"`{word}`" in readme for word in parse.STATES)
