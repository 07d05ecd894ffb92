"""Whatever a system calls things: every output stays whole, harmless and true."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import product
from typing import Any, get_args

import jsonschema
import pytest
from tests.render.samples import (
    HOSTILE,
    NOW,
    hostile_answer,
    hostile_run,
    make_answer,
    make_source,
    unguarded,
)

from quiesce.answer import Answer
from quiesce.model import Question, Run, State
from quiesce.render import (
    Format,
    Rendered,
    Screen,
    render,
    render_status,
    render_unknown,
    survivor_lines,
    waited_line,
)
from quiesce.render.clean import clean, harmless
from quiesce.render.names import parse_name
from quiesce.render.schemas import schema
from quiesce.render.stats import stats

FORMATS: tuple[Format, ...] = tuple(form for form in get_args(Format) if form != "mixpanel")
SCREENS = {
    "pipe": Screen(),
    "ascii pipe": Screen(unicode=False),
    "40": Screen(width=40),
    "80": Screen(width=80, color=True, hyperlinks=True),
    "200": Screen(width=200, unicode=False),
}
OWN = re.compile(r"\x1b\[\d*m|\x1b\]8;;[!-~]*\x1b\\")
"""The only escapes that are ours: colours, and links to addresses in printable ASCII."""


def drawn(answer: Answer, form: Format, screen: Screen) -> Rendered:
    return render(answer, answer.look.runs, form, screen, NOW, judged=True)


def status(run: Run, answer: Answer, form: Format, screen: Screen, name: str) -> Rendered:
    return render_status(name, {run.state: [run]}, answer.look, form, screen, NOW)


def lines(text: str) -> int:
    assert text == "" or text.endswith("\n")
    return text.count("\n")


def assert_harmless(text: str, screen: Screen, allowed: str = "\n") -> None:
    if screen.color:
        text = OWN.sub("", text)
    for char in set(text):
        assert char in allowed or harmless(char), repr(char)
    assert text.isascii() or screen.unicode


@pytest.mark.parametrize("form", FORMATS)
def test_no_control_reaches_any_output(form: Format) -> None:
    for name, screen in product(HOSTILE.values(), SCREENS.values()):
        allowed = "\n\t" if form == "plain" else "\n"
        answer = hostile_answer(name)
        made = [drawn(answer, form, screen), render_unknown([name], NOW, form, screen)]
        if form != "nagios":
            made.append(status(hostile_run(name), answer, "mixpanel", screen, name))
            made.append(status(hostile_run(name), answer, form, screen, name))
        for one in made:
            assert_harmless(one.out, screen, allowed)
            assert_harmless(one.err, screen)


@pytest.mark.parametrize("form", FORMATS)
def test_one_line_stays_one_line(form: Format) -> None:
    for screen in SCREENS.values():
        tame = drawn(hostile_answer("tame"), form, screen)
        for kind, name in HOSTILE.items():
            hostile = drawn(hostile_answer(name or "x"), form, screen)
            assert (kind, lines(hostile.out)) == (kind, lines(tame.out))
            assert (kind, lines(hostile.err)) == (kind, lines(tame.err))


def test_stats_are_harmless_too() -> None:
    for name, screen in product(HOSTILE.values(), SCREENS.values()):
        source = make_source(name, gaps=hostile_answer(name).look.gaps)
        text = stats(make_answer(source).look, screen)
        assert lines(text) == 1
        assert_harmless(text, screen)


def test_the_end_of_a_wait_is_harmless_too() -> None:
    for name, screen in product(HOSTILE.values(), SCREENS.values()):
        answer = hostile_answer(name or "x")
        ended = make_answer(make_source(), verdict="quiet")
        said = [waited_line(one, answer.look.runs, 1.0, screen) for one in (answer, ended)]
        for text in [*said, *survivor_lines(answer, screen)]:
            assert lines(text + "\n") == 1
            assert_harmless(text, screen)


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("unicode", [True, False])
def test_documents_hold_the_very_same_value(kind: str, unicode: bool) -> None:
    name = HOSTILE[kind]
    answer = hostile_answer(name)
    for screen in (Screen(unicode=unicode), Screen(width=80, unicode=unicode)):
        document = json.loads(drawn(answer, "json", screen).out)
        jsonschema.validate(document, schema("look"))
        run = document["runs"][0]
        assert {run[key] for key in ("application", "pipeline", "id", "waiting_on")} == {name}
        assert run["details"] == {name: name}
        assert document["reasons"] == [name]
        assert document["sources"][0]["scope"] == name
        assert document["sources"][0]["gaps"] == [{"part": name, "error": "refused", "why": name}]


@pytest.mark.parametrize("kind", HOSTILE)
def test_streams_and_status_hold_the_very_same_value(kind: str) -> None:
    name = HOSTILE[kind]
    answer = hostile_answer(name)
    stream = [json.loads(line) for line in drawn(answer, "jsonl", Screen()).out.splitlines()]
    for line in stream:
        jsonschema.validate(line, schema("line"))
    assert [line["type"] for line in stream] == ["run", "gap", "verdict"]
    assert stream[0]["run"]["pipeline"] == stream[1]["part"] == name
    document = json.loads(status(hostile_run(name), answer, "json", Screen(), name).out)
    jsonschema.validate(document, schema("status"))
    assert document["pipeline"] == document["runs"]["running"][0]["id"] == name


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_sheet_has_every_cell_and_no_formula(kind: str) -> None:
    name = HOSTILE[kind]
    text = drawn(hostile_answer(name), "csv", Screen()).out
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert len(rows) == 1
    for column in ("application", "pipeline", "id", "url", "native_state"):
        assert unguarded(rows[0][column]) == clean(name)
        assert not re.match(r"[\s\"']*[=+\-@|%]", rows[0][column].removeprefix("'")) or rows[0][
            column
        ].startswith("'")


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("unicode", [True, False])
def test_a_name_can_be_given_back(kind: str, unicode: bool) -> None:
    name = HOSTILE[kind]
    text = drawn(hostile_answer(name), "name", Screen(unicode=unicode)).out
    (line,) = text.splitlines()
    assert " " not in line
    assert parse_name(line) == ("gate", name, name, name)


@pytest.mark.parametrize("kind", HOSTILE)
def test_raw_is_the_system_s_own_value(kind: str) -> None:
    name = HOSTILE[kind]
    (line,) = drawn(hostile_answer(name), "raw", Screen()).out.splitlines()
    assert json.loads(line) == {"name": name, name: 1}


@pytest.mark.parametrize("kind", HOSTILE)
def test_figures_for_nagios_are_not_forged(kind: str) -> None:
    line = drawn(hostile_answer(HOSTILE[kind]), "nagios", Screen()).out
    assert line.count("|") == 1
    assert line.startswith("QUIESCE WARNING - ")
    assert line.endswith(
        "| active=1;;;0 gaps=1;;;0 parts=200;;;0 requests=213;;;0 seconds=0.8s;;;0 waived=0;;;0\n"
    )
    assert len(line.encode()) < 4_096


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_a_lone_surrogate_leaves_a_document_that_everybody_can_read(form: Format) -> None:
    name = "bad \udcff name"
    for one in (
        drawn(hostile_answer(name), form, Screen()),
        status(hostile_run(name), hostile_answer(name), form, Screen(), name),
        render_unknown([name], NOW, form, Screen()),
    ):
        for line in one.out.splitlines():
            assert_readable(json.loads(line))


def assert_readable(value: Any) -> None:
    assert json.loads(json.dumps(value, ensure_ascii=False).encode()) == value


def test_filters_of_any_name_are_shown_as_they_are() -> None:
    for name in HOSTILE.values():
        filters = Question(application=name, pipeline=name, states=frozenset({State.PAUSED}))
        answer = hostile_answer("tame")
        text = render(answer, (), "json", Screen(), NOW, judged=False, filters=filters).out
        assert json.loads(text)["filters"] == {
            "application": name,
            "pipeline": name,
            "states": ["paused"],
        }
        said = render(answer, (), "table", Screen(), NOW, judged=False, filters=filters)
        assert_harmless(said.err, Screen())
