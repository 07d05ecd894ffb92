"""Answers that are nearly right: recorded ones with something dropped, changed or broken."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**30, "", "RUNNING", "\u202e", "x" * 300),
    *([], {}, [None], [[]], {"name": None}, {"id": "1"}),
)


@st.composite
def documents(draw: st.DrawFn, originals: list[Any]) -> Any:
    """One of the originals with a few things in it dropped, replaced or doubled."""
    document = copy.deepcopy(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(0, 4))):
        _change(draw, document)
    return document


@st.composite
def bodies(draw: st.DrawFn, originals: list[Any]) -> bytes:
    """A mutated document as bytes, with junk in it, cut off, or both."""
    body = json.dumps(draw(documents(originals)), ensure_ascii=draw(st.booleans())).encode()
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(body)))
        body = body[:at] + draw(st.binary(max_size=3)) + body[at + draw(st.integers(0, 2)) :]
    return body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body


def _change(draw: st.DrawFn, document: Any) -> None:
    """Change something at any depth, in place."""
    place = document
    while isinstance(place, (dict, list)) and place:
        key = draw(st.sampled_from(sorted(place))) if isinstance(place, dict) else None
        if key is None:
            key = draw(st.integers(0, len(place) - 1))
        if isinstance(place[key], (dict, list)) and place[key] and draw(st.booleans()):
            place = place[key]
            continue
        match draw(st.sampled_from(["drop", "odd", "odd", "double"])):
            case "drop":
                del place[key]
            case "odd":
                place[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
            case _ if isinstance(place, list):
                place.insert(key, copy.deepcopy(place[key]))
            case _:
                place[f"{key}2"] = copy.deepcopy(place[key])
        return
