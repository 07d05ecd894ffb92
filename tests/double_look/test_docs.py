"""What `docs/double-look.md` says is what the model and the code say.

`python -m tests.double_look.test_docs` writes the model's tables into the page.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.double_look.cases import OURS, REMEMBERED, THEORY
from tests.double_look.states import Case

from quiesce.app.inspection import PAIRS
from quiesce.sources import KINDS, mixpanel, spinnaker
from quiesce.sources.spinnaker.gate import LARGEST
from quiesce.sources.spinnaker.parse import ACTIVE_STATUSES

PAGE = Path(__file__).parents[2] / "docs" / "double-look.md"
GROUPS = {"theory": THEORY, "ours": OURS, "remembered": REMEMBERED}


def section(name: str) -> str:
    found = re.search(
        rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", PAGE.read_text("utf-8"), re.DOTALL
    )
    assert found is not None
    return found[1]


def table(cases: tuple[Case, ...]) -> str:
    """The model's results, as the page shows them."""
    rows = [f"| {case.name} | {_word(case.instant)} | {_word(case.flight)} |" for case in cases]
    return "\n".join(["", "| case | instant | flight |", "|---|---|---|", *rows, "", ""])


def _word(holds: bool) -> str:
    return "holds" if holds else "**broken**"


@pytest.mark.parametrize("group", GROUPS)
def test_the_tables_are_what_the_model_finds(group: str) -> None:
    """`test_model.py` holds the cases to it; here they are held to the page."""
    assert section(group) == table(GROUPS[group]), "run: python -m tests.double_look.test_docs"


def assumptions() -> list[list[str]]:
    rows = [line.strip("| ").split(" | ") for line in section("assumptions").splitlines()]
    return [row for row in rows if re.fullmatch(r"A\d+", row[0])]


def test_every_assumption_has_a_row_and_every_kind_a_column() -> None:
    rows = assumptions()
    assert [row[0] for row in rows] == [f"A{number}" for number in range(1, 19)]
    assert {len(row) for row in rows} == {2 + len(KINDS)}
    header = section("assumptions").strip().splitlines()[0]
    titles = [kind.title.split(" (")[0] for kind in KINDS.values()]
    assert header.strip("| ").split(" | ")[1:] == titles


def test_every_cell_begins_with_its_word_and_has_a_sentence() -> None:
    for row in assumptions():
        for cell in row[2:]:
            assert re.match(r"\*\*(holds|detected|blind)\*\*: .{4,}", cell), cell


def test_the_figures_on_the_page_are_those_of_the_code() -> None:
    rows = {row[0]: row for row in assumptions()}
    assert f"gap at {LARGEST:,}" in rows["A1"][2]
    assert f"the {spinnaker.Config().window} newest runs" in rows["A7"][2]
    assert "all six" in rows["A10"][2]
    assert len(ACTIVE_STATUSES.split(",")) == 6
    assert f"waits for {spinnaker.KIND.settle:g} s" in rows["A15"][2]
    assert f"waits for {mixpanel.KIND.settle:g} s" in rows["A15"][3]
    page = " ".join(PAGE.read_text("utf-8").split())
    assert f"at most {PAIRS} in all" in page
    assert len(THEORY) == 31


def write() -> None:
    text = PAGE.read_text("utf-8")
    for group, cases in GROUPS.items():
        begin, end = f"<!-- {group} -->\n", f"<!-- /{group} -->"
        before, rest = text.split(begin)
        text = before + begin + table(cases) + end + rest.split(end)[1]
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    write()
