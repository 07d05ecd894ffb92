"""Errors say what, asked, cause and hint, in this order, on plain lines."""

from __future__ import annotations

import json

import pytest
from tests.render.samples import HOSTILE

from quiesce.errors import (
    ConfigError,
    Known,
    Misunderstood,
    QuiesceError,
    Refused,
    SourceError,
    Truncated,
    Unavailable,
)
from quiesce.render.complaint import (
    complaint,
    nearest,
    nearest_hint,
    to_line,
    to_text,
)

REFUSED = Refused(
    "gate (prod) refused to list applications: 401 Unauthorized",
    asked="GET https://gate.example.com:8084/applications",
    cause="Full authentication is required",
    hint="the token in env:SPIN_TOKEN was sent; it may have expired\n"
    "check it alone with: quiesce sources test prod",
    status=401,
)


def test_the_lines_for_people() -> None:
    assert to_text(complaint(REFUSED)) == (
        "error: gate (prod) refused to list applications: 401 Unauthorized\n"
        "  asked: GET https://gate.example.com:8084/applications\n"
        '  cause: "Full authentication is required"\n'
        "  hint: the token in env:SPIN_TOKEN was sent; it may have expired\n"
        "        check it alone with: quiesce sources test prod\n"
    )


def test_what_is_not_known_has_no_line() -> None:
    assert to_text(complaint(ConfigError("unknown key `x`"))) == "error: unknown key `x`\n"


def test_a_long_cause_is_cut_and_nothing_is_wrapped() -> None:
    text = to_text(complaint(Unavailable("m" * 500, cause="c" * 900)))
    first, second = text.splitlines()
    assert first == "error: " + "m" * 500
    assert second == f'  cause: "{"c" * 200}..."'


def test_the_line_for_programs() -> None:
    line = to_line(complaint(REFUSED, "gate"), 3)
    assert line.endswith("\n")
    assert json.loads(line) == {
        "type": "error",
        "code": 3,
        "error": "refused",
        "source": "gate",
        "message": REFUSED.message,
        "hint": REFUSED.hint,
    }


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (REFUSED, "refused"),
        (Unavailable("x"), "unavailable"),
        (Misunderstood("x"), "misunderstood"),
        (Truncated("x"), "truncated"),
        (SourceError("x"), "unexpected"),
        (ConfigError("x"), "config"),
        (QuiesceError("x"), "unexpected"),
    ],
)
def test_every_error_has_a_name(error: QuiesceError, name: str) -> None:
    assert complaint(error).error == name


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_on_its_line(name: str) -> None:
    bad = HOSTILE[name]
    shown = complaint(Refused(bad, asked=bad or "x", cause=bad or "x", hint="see"), bad)
    text = to_text(shown)
    assert len(text.splitlines()) == 4
    assert all(line.isprintable() or "\u3000" in line for line in text.splitlines())
    line = to_line(shown, 3)
    assert line.isascii()
    assert json.loads(line)["message"] == bad


def test_the_nearest_come_with_where_they_are() -> None:
    known = (Known("Deploy Prod", "eks"), Known("Deploy Prod", "checkout"), Known("Deploy QA"))
    assert nearest_hint("Deploy Prdo", known) == (
        "nearest: `Deploy Prod` (eks), `Deploy Prod` (checkout), `Deploy QA`"
    )


def test_nothing_near_is_no_hint() -> None:
    assert nearest_hint("zzz", [Known("Deploy")]) == ""
    assert nearest_hint("ek", [Known("eks"), Known("eks")]) == "nearest: `eks`", "each once"


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("runing", ["running", "paused"], ["running"]),
        ("DEPLOY", ["deploy", "other"], ["deploy"]),
        ("", ["deploy"], []),
        ("prod", ["checkout-prod-europe-1"], ["checkout-prod-europe-1"]),
        ("aaaa", ["aaab", "aaac", "aaad", "aaae"], ["aaae", "aaad", "aaac"]),
    ],
)
def test_the_nearest_names(name: str, known: list[str], near: list[str]) -> None:
    assert nearest(name, known) == near


def test_giant_names_cost_no_more_than_others() -> None:
    giants = ["N" * 10_000 + str(number) for number in range(1_000)]
    assert nearest("N" * 10_000, giants) == [giants[0]]
