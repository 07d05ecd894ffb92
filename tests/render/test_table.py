"""Tables fit a terminal and are whole in a pipe."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.render.samples import HOSTILE, NOW, RUNS, make_run

from quiesce.errors import ConfigError
from quiesce.model import Run, State
from quiesce.render.columns import FIELDS, check_fields, link
from quiesce.render.fit import cut_end, cut_middle, width
from quiesce.render.screen import COLORS, GLYPHS, Screen
from quiesce.render.table import ID_PREFIX, plain, table

names = st.text(max_size=60) | st.sampled_from(list(HOSTILE.values()))
some_runs = st.lists(
    st.builds(
        make_run,
        source=st.text("abc", max_size=12),
        application=names,
        pipeline=names,
        id=st.text("0123456789ABCDEF", min_size=1, max_size=40),
        state=st.sampled_from(State),
        started_at=st.none() | st.integers(0, 10**8).map(lambda s: NOW - timedelta(seconds=s)),
        waiting_on=st.none() | names,
        started_by=st.none() | names,
    ),
    min_size=1,
    max_size=4,
)


@given(some_runs, st.integers(44, 250), st.booleans(), st.booleans())
def test_no_line_is_wider_than_the_terminal(
    runs: list[Run], cells: int, wide: bool, unicode: bool
) -> None:
    text = table(runs, Screen(width=cells, unicode=unicode), NOW, wide=wide and cells >= 80)
    assert max(map(width, text.splitlines())) <= cells
    assert text.isascii() or unicode


@given(some_runs, st.integers(44, 250))
def test_state_age_and_the_id_s_beginning_always_stay(runs: list[Run], cells: int) -> None:
    text = table(runs, Screen(width=cells), NOW)
    for run in runs:
        assert run.state in text
        assert run.id[:ID_PREFIX] in text


@given(some_runs)
def test_in_a_pipe_nothing_is_cut_and_each_run_is_one_line(runs: list[Run]) -> None:
    screen = Screen()
    lines = table(runs, screen, NOW).splitlines()
    assert len(lines) == len(runs) + 1
    for run, line in zip(runs, lines[1:], strict=True):
        for text in (run.application, run.pipeline, run.id):
            assert screen.text(text) in line


def test_below_sixty_columns_a_run_has_two_lines() -> None:
    assert len(table(RUNS, Screen(width=59), NOW).splitlines()) == 2 * len(RUNS)
    assert len(table(RUNS, Screen(width=60), NOW).splitlines()) == 1 + len(RUNS)


def test_details_give_way_before_names_do() -> None:
    run = make_run(details={"key": "v" * 60})
    text = table([run], Screen(width=200), NOW, wide=True)
    assert "Deploy prod" in text
    assert run.id in text
    assert "v" * 60 not in text


def test_an_address_is_whole_or_not_there() -> None:
    for cells in range(60, 300):
        text = table([make_run()], Screen(width=cells), NOW, wide=True)
        assert ("https://" in text) == (str(make_run().url) in text)


def test_a_giant_name_pushes_its_own_line_only() -> None:
    lines = table([make_run(pipeline="N" * 10_000), make_run()], Screen(), NOW).splitlines()
    assert "N" * 10_000 in lines[1]
    assert len(lines[2]) < 400


def test_without_runs_there_is_no_header() -> None:
    assert table([], Screen(width=80), NOW) == ""
    assert table([], Screen(), NOW) == ""


def test_named_columns_are_drawn_in_their_order_and_never_go() -> None:
    fields = list(FIELDS)[::-1]
    assert table([make_run()], Screen(), NOW, fields=fields).split("\n")[0].split() == [
        field.upper() for field in fields
    ]
    head = table([make_run()], Screen(width=80), NOW, fields=("url", "details", "id"))
    assert len(head.splitlines()[0].split()) == 3


def test_plain_has_one_tab_between_columns_on_every_screen() -> None:
    for screen in (Screen(), Screen(width=40, color=True)):
        lines = plain(RUNS, screen, NOW).splitlines()
        assert [line.count("\t") for line in lines] == [7] * len(RUNS)


def test_an_unknown_field_is_an_error_with_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        check_fields(("id", "pipelin"))
    assert caught.value.message == "unknown field `pipelin`"
    assert "did you mean `pipeline`" in caught.value.hint
    assert all(field in caught.value.hint for field in FIELDS)


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_shape_in_both_alphabets(state: State) -> None:
    unicode, ascii_ = GLYPHS[state]
    assert width(unicode) == width(ascii_) == 1
    assert ascii_.isascii()


def test_shapes_tell_states_apart_without_colour() -> None:
    for alphabet in (0, 1):
        shapes = [GLYPHS[state][alphabet] for state in State]
        assert len(set(shapes)) == len(shapes)


def test_red_is_for_failed_and_unknown_and_green_for_quiet_alone() -> None:
    assert {word for word, color in COLORS.items() if color == "31"} == {"failed", "unknown"}
    assert {word for word, color in COLORS.items() if color == "32"} == {"quiet"}
    # No background, and neither white nor black nor a shade that a theme may hide.
    assert set(COLORS.values()) <= {"31", "32", "33", "35", "36"}


def test_colours_change_nothing_but_colours() -> None:
    colored = table(RUNS, Screen(width=80, color=True), NOW)
    assert re.sub(r"\x1b\[\d*m", "", colored) == table(RUNS, Screen(width=80), NOW)
    assert "\x1b" in colored


def test_links_lead_to_the_web_alone() -> None:
    assert link("https://deck.example.com/#/a") == "https://deck.example.com/#/a"
    for bad in (None, "", "javascript:alert(1)", "file:///etc/passwd", "http://a\x1b\\b",
                "https://a b", "https://é", "https://a/" + "b" * 2_000):  # fmt: skip
        assert link(bad) == ""


def test_an_id_is_a_link_only_where_the_terminal_knows_links() -> None:
    assert "\x1b]8;;https://deck" in table(RUNS, Screen(width=80, hyperlinks=True), NOW)
    assert "\x1b" not in table(RUNS, Screen(width=80), NOW)


@given(names, st.integers(1, 80))
def test_cuts_fit_and_keep_what_fits(text: str, cells: int) -> None:
    shown = Screen().text(text)
    for cut in (cut_end, cut_middle):
        assert width(cut(shown, cells, "…")) <= cells
        if width(shown) <= cells:
            assert cut(shown, cells, "…") == shown


def test_a_cut_in_the_middle_keeps_both_ends() -> None:
    assert cut_middle("checkout-frontend-europe", 12, "…") == "checko…urope"
    assert cut_end("checkout-frontend-europe", 12, "…") == "checkout-fr…"
    assert cut_middle("日本語のパイプライン", 10, "…") == "日本…イン"
