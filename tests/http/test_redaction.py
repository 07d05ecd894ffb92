"""No secret survives, whatever surrounds it and however it is written; no cursor moves."""

from __future__ import annotations

import html
import json
import time
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from quiesce.access import Secret
from quiesce.http import Redactor
from quiesce.http.redact import clean

SECRET = st.text(min_size=4, max_size=40)
AROUND = st.text(max_size=60)
NOISE = st.text(alphabet="\x1b[0m\x00\u202e\u200b\r\n\t* ***@:/abc", max_size=20)


@given(AROUND | NOISE, SECRET, AROUND | NOISE)
@example("a", "a***", "")
@example("*", "****", "*")
@example("", "pass word", "")
@example("Bearer ", "****", "")
@example("://", "@***@", "@")
def test_no_surroundings_let_a_secret_through(before: str, secret: str, after: str) -> None:
    assert secret not in Redactor([secret])(before + secret + after)
    assert secret not in Redactor([secret]).brief(before + secret + after)


@given(AROUND, SECRET, AROUND)
@example("", "a b<c>&\"d'/é\\%+", "")
@pytest.mark.parametrize(
    "written",
    [
        quote,
        lambda s: quote(s, safe=""),
        lambda s: quote_plus(s).lower(),
        lambda s: json.dumps(s)[1:-1],
        lambda s: json.dumps(s, ensure_ascii=False)[1:-1].replace("/", "\\/"),
        lambda s: json.dumps(json.dumps(s)[1:-1])[1:-1],
        html.escape,
        repr,
        lambda s: b64encode(s.encode()).decode(),
        lambda s: b64encode(f"user:{s}".encode()).decode(),
        lambda s: b64encode(f"jürgen:{s}".encode()).decode(),
        lambda s: urlsafe_b64encode(f"ab:{s}".encode()).decode(),
    ],
)
def test_no_way_of_writing_lets_a_secret_through(
    written: object, before: str, secret: str, after: str
) -> None:
    assert callable(written)
    form = written(secret)
    assume(form not in before + after)
    assert form not in Redactor([secret])(f"{before} {form} {after}")


@given(st.lists(SECRET, min_size=1, max_size=4), AROUND)
def test_secrets_that_overlap_all_go(secrets: list[str], text: str) -> None:
    shown = Redactor(secrets)(text.join(secrets))
    assert not [secret for secret in secrets if secret in shown]


@given(SECRET, st.integers(1, 39), NOISE)
def test_control_characters_cannot_smuggle_a_secret(secret: str, at: int, noise: str) -> None:
    noise = "".join(c for c in noise if not c.isprintable() and not c.isspace())
    assert secret not in Redactor([secret])(secret[:at] + noise + secret[at:])


@given(st.text() | NOISE)
def test_what_is_shown_stays_on_its_line(text: str) -> None:
    shown = Redactor([])(text)
    assert shown.isprintable()
    assert "  " not in shown
    assert clean(shown) == shown


@given(st.integers(4000, 4200), st.sampled_from([" ", "\n", "\0", " \n"]))
@example(4096, " ")
@example(4100, "\0")
def test_a_long_text_is_never_cut_within_a_secret(length: int, filler: str) -> None:
    """What is looked at ends somewhere: a secret that begins before that must not be halved."""
    shown = Redactor(["hunter22"]).brief((filler * length)[:length] + "hunter22" + "x" * 9000)
    assert len(shown) <= 200
    assert "hunt" not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: ***"),
        ("sent authorization=Digest username=x, response=y", "sent authorization=***"),
        ('{"Authorization": "Bearer abc.def"}', '{"Authorization": ***'),
        ("Proxy-Authorization: Basic abcdefgh\r\nnext", "Proxy-Authorization: ***"),
        ("token Bearer eyJhbGciOi.J9 is old", "token Bearer *** is old"),
        ("basic dXNlcjpwYXNz!", "basic ***"),
        ("Basic authentication is required", "Basic authentication is required"),
        ("a Bearer token is missing", "a Bearer token is missing"),
        ("see https://user:pass@host/x", "see https://***@host/x"),
        ("mail me@host or ask http://host/@me", "mail me@host or ask http://host/@me"),
        ("ok\x1b]0;title\x07 \x1b[1;31mred\x1b[0m\x1b", "ok red"),
        ("a\u202eb\u200bc\u2028d\x85e\xa0f\xadg", "abc d e fg"),
        ("grün – 日本 ✔", "grün – 日本 ✔"),
        ("hunter22 HUNTER22 xhunter22x", "*** *** x***x"),
        ("pw is abc", "pw is abc"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert Redactor(["hunter22", Secret("abc"), ""])(text) == shown


def test_an_escape_cannot_eat_the_beginning_of_a_secret() -> None:
    assert Redactor(["31mhunter22"])("\x1b[31mhunter22") == "***"


def test_a_secret_of_our_own_type_is_revealed_to_be_hidden() -> None:
    assert Redactor([Secret("hunter22")])("it is hunter22") == "it is ***"


def test_a_redactor_does_not_show_what_it_hides() -> None:
    assert "hunter22" not in repr(Redactor(["hunter22"]))


@pytest.mark.parametrize(
    "text",
    ["<" * 65536, "a" * 65536, "\x1b]" * 32768, "://" * 20000, "Bearer " * 9000, "%" * 65536],
)
def test_a_hostile_text_costs_little(text: str) -> None:
    redactor = Redactor(["hunter22", "%" * 30, "a" * 3000])
    began = time.process_time()
    redactor.brief(text)
    assert time.process_time() - began < 1
