"""Every key of a valid document is found on the line where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from quiesce.config.lines import key_lines

DOCUMENT = '''\
# a = 1
a = "x # y" # b = 2
[t."q.r"] # header
s = """
u = 1
""" # the key in the string is none
v = [
  "[not.a.table]", # c = 3
  { w = 1 },
]
x = { y = 1, z.z2 = [1, 2] }
  'lit' = 1979-05-27T07:32:00Z
"esc\\u0041" = \'\'\'it's ''fine'\'\'\'
dotted . key = 5
quotes = """a""""
more = [ """a"""", "b = [" ]
[[list]]
n = 1
[[list]]
n = 2
[last]
'''


def test_lines_of_every_form_of_key() -> None:
    assert key_lines(DOCUMENT) == {
        ("a",): 2,
        ("t",): 3,
        ("t", "q.r"): 3,
        ("t", "q.r", "s"): 4,
        ("t", "q.r", "v"): 7,
        ("t", "q.r", "x"): 11,
        ("t", "q.r", "x", "y"): 11,
        ("t", "q.r", "x", "z"): 11,
        ("t", "q.r", "x", "z", "z2"): 11,
        ("t", "q.r", "lit"): 12,
        ("t", "q.r", "escA"): 13,
        ("t", "q.r", "dotted"): 14,
        ("t", "q.r", "dotted", "key"): 14,
        ("t", "q.r", "quotes"): 15,
        ("t", "q.r", "more"): 16,
        ("list",): 17,
        ("list", "n"): 18,
        ("last",): 21,
    }


def paths(document: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in document.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from paths(value, (*above, key))


names = st.text(st.characters(codec="utf-8"), max_size=6)
scalars = st.integers() | st.booleans() | st.text(st.characters(codec="utf-8")) | st.datetimes()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)
)


@given(st.dictionaries(names, values, max_size=5))
def test_no_key_of_a_document_is_missed(document: dict[str, Any]) -> None:
    text = tomlkit.dumps(document)
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # tomlkit wrote what is not TOML
    found = key_lines(text)
    count = text.count("\n") + 1
    missed = [path for path in paths(read) if path not in found]
    assert not missed
    assert all(1 <= line <= count for line in found.values())


@given(st.text() | st.text(alphabet="[]{}=,.\"'#\\\n a1"))
def test_no_text_keeps_it_busy_for_ever(text: str) -> None:
    """Only valid documents come here; if another one does, it ends all the same."""
    try:
        key_lines(text)
    except tomllib.TOMLDecodeError:
        return
