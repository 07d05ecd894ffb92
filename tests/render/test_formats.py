"""Each format keeps its promise; the shapes are those of the schemas."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.render.samples import NOW, RAW, RUNS, busy, make_answer, make_run, make_source

import quiesce.render
from quiesce.errors import ConfigError
from quiesce.model import Question, State
from quiesce.render import Format, Screen, render, render_status, render_unknown
from quiesce.render.columns import BESIDE, FIELDS
from quiesce.render.complaint import complaint, to_line
from quiesce.render.names import name_of, parse_name
from quiesce.render.raw import raw_line
from quiesce.render.schemas import NAMES, SchemaName, schema, schema_text
from quiesce.summary import by_state

PIPE = Screen()
FOLDER = Path(quiesce.render.__file__).parent / "schema"


def document(form: Format = "json", **options: Any) -> Any:
    text = render(busy(), busy().look.runs, form, PIPE, NOW, judged=True, **options).out
    return json.loads(text) if form == "json" else [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_the_schemas_in_the_repository_are_those_of_the_types(name: SchemaName) -> None:
    """`python -m tests.render.schemas` writes them anew."""
    assert (FOLDER / f"{name}.schema.json").read_text(encoding="utf-8") == schema_text(name)


def test_no_schema_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.schema.json" for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_a_schema(name: SchemaName) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize(
    ("path", "bad"),
    [
        (("verdict",), "fine"),
        (("schema",), 2),
        (("runs", 0, "state"), "sleeping"),
        (("runs", 0, "type"), "cronjob"),
        (("sources", 0, "gaps", 0, "error"), "oops"),
        (("summary", "by_state"), {"sleeping": 1}),
        (("sources", 0, "parts_read"), "many"),
        (("filters",), {"states": []}),
    ],
)
def test_the_look_schema_is_closed_where_it_matters(path: tuple[Any, ...], bad: object) -> None:
    good = document()
    jsonschema.validate(good, schema("look"))
    place = good
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = bad
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(good, schema("look"))


@pytest.mark.parametrize("key", list(document()))
def test_every_key_is_promised(key: str) -> None:
    lacking = document()
    del lacking[key]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(lacking, schema("look"))


def test_the_document_is_the_documented_one() -> None:
    shape = document()
    assert list(shape) == [
        "schema", "verdict", "confirmed", "settled", "idle_for", "at", "reasons", "summary",
        "runs", "sources", "waived",
    ]  # fmt: skip
    assert list(shape["runs"][0]) == [
        "source", "application", "pipeline", "id", "type", "state", "native_state", "created_at",
        "started_at", "ended_at", "url", "started_by", "waiting_on", "details", "parent",
        "changed_at",
    ]  # fmt: skip
    assert list(shape["sources"][0]) == [
        "name", "kind", "verdict", "parts_read", "gaps", "requests", "bytes", "seconds",
    ]  # fmt: skip
    assert shape["sources"][0]["gaps"] == [
        {
            "part": "eks/tasks",
            "error": "refused",
            "why": "gate refused to list tasks: 403 Forbidden",
        }
    ]
    assert shape["summary"]["active"] == sum(shape["summary"]["by_state"].values()) == 4
    assert (*shape["runs"][0], *BESIDE) == FIELDS


def test_a_confirmed_document_has_its_instant() -> None:
    answer = make_answer(
        make_source(),
        verdict="quiet",
        looks=2,
        confirmed=True,
        idle_for=1.23456,
        instant=(NOW, NOW),
    )
    shape = json.loads(render(answer, (), "json", PIPE, NOW, judged=True).out)
    jsonschema.validate(shape, schema("look"))
    assert shape["instant"] == ["2026-11-22T08:00:00.123Z"] * 2
    assert shape["idle_for"] == 1.235


def test_the_summary_is_of_all_that_was_looked_at_and_runs_are_those_that_match() -> None:
    filters = Question(states=frozenset({State.PAUSED}))
    text = render(busy(), (), "json", PIPE, NOW, judged=False, filters=filters).out
    shape = json.loads(text)
    assert (shape["runs"], shape["summary"]["active"], shape["verdict"]) == ([], 4, "active")
    assert shape["filters"]["states"] == ["paused"]


def test_finished_runs_are_not_counted_as_active() -> None:
    ended = make_run(state=State.SUCCEEDED)
    shape = json.loads(
        render(make_answer(make_source(runs=(ended,))), (), "json", PIPE, NOW, judged=False).out
    )
    assert shape["summary"] == {"active": 0, "by_state": {}, "waived": 0}


def test_json_is_one_line_in_a_pipe_and_pretty_on_a_terminal() -> None:
    texts = [
        render(busy(), (), "json", screen, NOW, judged=True).out
        for screen in (PIPE, Screen(width=80, color=True))
    ]
    assert [text.count("\n") == 1 for text in texts] == [True, False]
    assert json.loads(texts[0]) == json.loads(texts[1])


def test_a_look_that_came_to_nothing_has_the_same_shape() -> None:
    shape = json.loads(render_unknown(["interrupted"], NOW, "json", PIPE).out)
    jsonschema.validate(shape, schema("look"))
    assert (shape["verdict"], shape["reasons"]) == ("unknown", ["interrupted"])
    line = json.loads(render_unknown(["interrupted"], NOW, "jsonl", PIPE).out)
    jsonschema.validate(line, schema("line"))
    assert line["type"] == "verdict"


def test_a_stream_ends_with_the_verdict() -> None:
    lines = document("jsonl")
    for line in lines:
        jsonschema.validate(line, schema("line"))
        assert line["schema"] == 1
    assert [line["type"] for line in lines] == ["run"] * 4 + ["gap", "verdict"]
    assert [line["run"] for line in lines[:4]] == document()["runs"]
    assert lines[4]["source"] == "gate"


def test_fields_narrow_streams_and_sheets_in_their_order() -> None:
    lines = document("jsonl", fields=("state", "id"))
    assert list(lines[0]["run"]) == ["state", "id"]
    text = render(
        busy(), busy().look.runs, "csv", PIPE, NOW, judged=True, fields=("state", "id")
    ).out
    assert text.splitlines()[0] == "state,id"


@pytest.mark.parametrize("form", ["json", "raw", "name", "nagios"])
def test_fields_that_would_have_no_effect_are_an_error(form: Format) -> None:
    with pytest.raises(ConfigError, match="no effect"):
        document(form, fields=("id",))


@pytest.mark.parametrize("form", ["table", "wide", "plain", "csv", "jsonl", "json"])
def test_a_field_that_no_run_has_is_an_error_in_every_format(form: Format) -> None:
    with pytest.raises(ConfigError, match="unknown field"):
        document(form, fields=("ids",))


def test_a_sheet_has_a_header_even_without_runs() -> None:
    text = render(make_answer(make_source()), (), "csv", PIPE, NOW, judged=False).out
    assert text == ",".join(FIELDS) + "\n"


def test_a_sheet_has_the_document_s_values() -> None:
    text = render(busy(), RUNS, "csv", PIPE, NOW, judged=False).out
    rows = list(csv.DictReader(io.StringIO(text)))
    for row, run in zip(rows, RUNS, strict=True):
        assert row["id"] == run.id
        assert json.loads(row["details"]) == run.details
    assert rows[0]["started_at"] == "2026-11-22T05:46:00.123Z"
    assert rows[0]["ended_at"] == ""


@given(st.lists(st.text(), min_size=4, max_size=4), st.booleans())
def test_names_can_be_given_back(pieces: list[str], ascii_only: bool) -> None:
    source, application, pipeline, ident = pieces
    run = make_run(source=source, application=application, pipeline=pipeline, id=ident)
    name = name_of(run, ascii_only=ascii_only)
    assert parse_name(name) == tuple(pieces)
    assert len(name.split()) == 1
    assert not name.startswith("-")
    assert name.isascii() or not ascii_only


def test_a_name_is_never_taken_for_an_option() -> None:
    name = name_of(make_run(source="-rf"))
    assert name.startswith("%2Drf/")
    assert parse_name(name) == ("-rf", "eks", "Deploy prod", make_run().id)


@pytest.mark.parametrize("text", ["", "Deploy", "gate/eks/Deploy", "a/b/c/d/e", "a/b/c/%FF"])
def test_what_is_not_a_name_is_none(text: str) -> None:
    assert parse_name(text) is None


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b'{"a": 1}', '{"a": 1}'),
        (b'{"a":\r\n\t1.50, "b": " x\\n "}', '{"a":1.50,"b":" x\\n "}'),
        (b'{"a":1e400,"a":2}', '{"a":1e400,"a":2}'),
        (b'"\\" \\\\"', '"\\" \\\\"'),
        ('{"é":"\u202e"}'.encode(), '{"é":"\\u202e"}'),
        (b'\n{"deep":\n{"\\\\":\n"\\""}}\n', '{"deep":{"\\\\":"\\""}}'),
    ],
)
def test_raw_keeps_every_letter_but_the_space_that_breaks_lines(raw: bytes, line: str) -> None:
    assert raw_line(make_run(raw=raw)) == line


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"{'a':1}", b"[NaN]", b'{"a":"\xff"}', b"<html>", b"[" * 100_000]
)
def test_raw_that_is_no_json_becomes_our_document(raw: bytes) -> None:
    shown = json.loads(raw_line(make_run(raw=raw)))
    assert (*shown, *BESIDE) == FIELDS


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from([None, 1, "\t"]),
)
def test_raw_never_changes_a_value(value: object, indent: int | str | None) -> None:
    raw = json.dumps(value, indent=indent, ensure_ascii=False).encode()
    line = raw_line(make_run(raw=raw))
    assert len(line.splitlines()) == 1
    assert json.loads(line) == value


def test_raw_of_a_system_is_printed_as_it_came() -> None:
    text = render(busy(), RUNS[:1], "raw", PIPE, NOW, judged=False).out
    assert json.loads(text) == json.loads(RAW)


def test_status_documents() -> None:
    ended = [make_run(id=str(number), state=State.SUCCEEDED) for number in range(2)]
    groups = by_state(ended, [State.FAILED])
    for summary in (False, True):
        text = render_status("Deploy", groups, busy().look, "json", PIPE, NOW, summary=summary).out
        shape = json.loads(text)
        jsonschema.validate(shape, schema("status"))
        more = ["summary", "gaps"] if summary else ["runs", "gaps", "pipelines"]
        assert list(shape) == ["schema", "pipeline", *more]
        assert shape["gaps"][0]["source"] == "gate"
        if summary:
            assert shape["summary"] == {"succeeded": 2, "failed": 0}
        else:
            assert {state: len(runs) for state, runs in shape["runs"].items()} == {
                "succeeded": 2,
                "failed": 0,
            }


@pytest.mark.parametrize("summary", [True, False])
def test_status_streams(summary: bool) -> None:
    groups = by_state([make_run(state=State.FAILED)])
    text = render_status("D", groups, busy().look, "jsonl", PIPE, NOW, summary=summary).out
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        jsonschema.validate(line, schema("line"))
    assert [line["type"] for line in lines] == ["summary" if summary else "run", "gap"]


def test_a_summary_as_a_sheet_and_in_no_other_format() -> None:
    groups = by_state([make_run(state=State.FAILED)])
    drawn = render_status("D", groups, busy().look, "csv", PIPE, NOW, summary=True)
    assert drawn.out == "state,runs\nfailed,1\n"
    for form in ("raw", "name", "nagios"):
        with pytest.raises(ConfigError, match="no format"):
            render_status("D", groups, busy().look, form, PIPE, NOW, summary=True)
    with pytest.raises(ConfigError, match="not a format"):
        render_status("D", groups, busy().look, "nagios", PIPE, NOW)


def test_the_error_line_is_as_its_schema_says() -> None:
    line = json.loads(to_line(complaint(ConfigError("x", hint="y")), 2))
    jsonschema.validate(line, schema("error"))


@pytest.mark.parametrize(
    ("form", "never"),
    [
        ("json", {"table", "columns", "fit", "sheet", "notes", "sentences", "names", "raw"}),
        ("table", {"encode", "jsonl", "sheet", "raw", "nagios", "document"}),
        ("nagios", {"table", "encode", "jsonl", "sheet"}),
    ],
)
def test_a_format_loads_only_what_it_needs(form: str, never: set[str]) -> None:
    script = (
        "import sys; from tests.render.samples import *; from quiesce.render import *\n"
        "answer = make_answer(make_source(runs=(make_run(),)))\n"
        f"render(answer, answer.look.runs, {form!r}, Screen(width=80), NOW, judged=True)\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not {f"quiesce.render.{name}" for name in never} & loaded
    assert not {"rich", "difflib", "asyncio", "aiohttp"} & loaded
