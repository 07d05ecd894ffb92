"""Each bad key of a source is answered with one exact sentence and a hint."""

from __future__ import annotations

from typing import Any

import pytest

from quiesce.config import load
from quiesce.errors import ConfigError

SEE = "see: quiesce config schema"
DURATION = 'a duration such as "90s" or "2h30m"'
SECRET = 'a text, best a reference such as "env:NAME", "file:PATH" or { cmd = ["…"] }'

IN_SOURCE = [
    (
        "expect_atleast = 3",
        "unknown key `expect_atleast` in [sources.prod], quiesce.toml:4",
        f"did you mean `expect_at_least`? {SEE}",
    ),
    ("qqq = 3", "unknown key `qqq` in [sources.prod], quiesce.toml:4", SEE),
    (
        "project_id = 3",  # another kind's key
        "unknown key `project_id` in [sources.prod], quiesce.toml:4",
        SEE,
    ),
    (
        "part = 3",
        "unknown key `part` in [sources.prod], quiesce.toml:4",
        f"did you mean `parts`? {SEE}",
    ),
    (
        '"\\u001b[31m" = 3',
        "unknown key `·[31m` in [sources.prod], quiesce.toml:4",
        SEE,
    ),
    (
        "deadline = 60",
        f"`deadline` in [sources.prod] must be {DURATION}, not the bare number 60, quiesce.toml:4",
        'did you mean "60s"?',
    ),
    (
        'deadline = "60"',
        f'`deadline` in [sources.prod] must be {DURATION}, not "60" without a unit, quiesce.toml:4',
        'did you mean "60s"?',
    ),
    (
        'deadline = "5mm"',
        f"`deadline` in [sources.prod] must be {DURATION}, not another text, quiesce.toml:4",
        "",
    ),
    (
        'deadline = "0s"',
        (
            f"`deadline` in [sources.prod] must be {DURATION}, from 100ms to 24h, not 0s,"
            " quiesce.toml:4"
        ),
        "",
    ),
    (
        'timeout = "25h"',
        (
            f"`timeout` in [sources.prod] must be {DURATION}, from 100ms to 24h, not 25h,"
            " quiesce.toml:4"
        ),
        "",
    ),
    (
        "settle = -1",
        f"`settle` in [sources.prod] must be {DURATION}, not the bare number -1, quiesce.toml:4",
        "",
    ),
    (
        "concurrency = 0",
        (
            "`concurrency` in [sources.prod] must be a whole number from 1 to 1024, not 0,"
            " quiesce.toml:4"
        ),
        "",
    ),
    (
        "concurrency = 1025",
        (
            "`concurrency` in [sources.prod] must be a whole number from 1 to 1024, not 1025,"
            " quiesce.toml:4"
        ),
        "",
    ),
    (
        "concurrency = true",
        (
            "`concurrency` in [sources.prod] must be a whole number from 1 to 1024, not true,"
            " quiesce.toml:4"
        ),
        "",
    ),
    (
        "attempts = 1.5",
        "`attempts` in [sources.prod] must be a whole number from 1 to 10, not 1.5, quiesce.toml:4",
        "",
    ),
    (
        f"attempts = {'9' * 400}",
        (
            "`attempts` in [sources.prod] must be a whole number from 1 to 10, not so long a"
            " number, quiesce.toml:4"
        ),
        "",
    ),
    (
        'allow_plaintext = "yes"',
        "`allow_plaintext` in [sources.prod] must be true or false, not a text, quiesce.toml:4",
        "",
    ),
    (
        "rate = 0",
        (
            "`rate` in [sources.prod] must be requests per second such as 5 or 0.5, or a text such"
            ' as "60/h", above 0 and at most 10000, not 0, quiesce.toml:4'
        ),
        "",
    ),
    (
        "rate = nan",
        (
            "`rate` in [sources.prod] must be requests per second such as 5 or 0.5, or a text such"
            ' as "60/h", not nan, quiesce.toml:4'
        ),
        "",
    ),
    (
        'max_body = "64 quid"',
        (
            '`max_body` in [sources.prod] must be a size such as "64MiB", or a whole number of'
            " bytes, not another text, quiesce.toml:4"
        ),
        "",
    ),
    (
        "max_body = 12",
        (
            '`max_body` in [sources.prod] must be a size such as "64MiB", or a whole number of'
            " bytes, from 1KiB to 4GiB, not 12B, quiesce.toml:4"
        ),
        "",
    ),
    (
        "ca = 2026-01-01",
        "`ca` in [sources.prod] must be the path of a PEM file, not a date or time, quiesce.toml:4",
        "",
    ),
    (
        'parts = ["pipelins"]',
        (
            "`parts` in [sources.prod] must be a list of `pipelines` or `tasks`, not `pipelins`,"
            " quiesce.toml:4"
        ),
        "did you mean `pipelines`?",
    ),
    (
        "parts = [3]",
        (
            "`parts` in [sources.prod] must be a list of `pipelines` or `tasks`,"
            " not a list with 3 in it, quiesce.toml:4"
        ),
        "",
    ),
    (
        "deck_url = { a = 1 }",
        "`deck_url` in [sources.prod] must be a text, not a table, quiesce.toml:4",
        "",
    ),
    (
        "window = 5",
        f"`window` in [sources.prod] must be {DURATION}, not the bare number 5, quiesce.toml:4",
        'did you mean "5s"?',
    ),
    (
        "recent = 0",
        "`recent` in [sources.prod] must be a whole number from 1 to 1000, not 0, quiesce.toml:4",
        "",
    ),
    (
        "strict = true\nparts = []",
        "`strict` needs `parts` in [sources.prod], quiesce.toml:1",
        "",
    ),
    (
        "weight = nan",
        "`weight` in [sources.prod] must be a number, not nan, quiesce.toml:4",
        "",
    ),
    (
        'auth = { type = "bearer", token = "cred:.." }',
        (
            "`auth.token` in [sources.prod] must be a file name without a folder after `cred:`,"
            " not another text, quiesce.toml:4"
        ),
        "",
    ),
    (
        'auth = "basic"',
        (
            '`auth` in [sources.prod] must be a table such as { type = "bearer", token ='
            ' "env:GATE_TOKEN" }, not a text, quiesce.toml:4'
        ),
        "",
    ),
    (
        "auth = {}",
        "`auth.type` is missing in [sources.prod], quiesce.toml:4",
        "it is one of `none`, `basic`, `bearer`, `headers`, `cookie` or `x509`",
    ),
    (
        'auth = { type = "baisc" }',
        (
            "`auth.type` in [sources.prod] must be `none`, `basic`, `bearer`, `headers`, `cookie`"
            " or `x509`, not a text, quiesce.toml:4"
        ),
        "did you mean `basic`?",
    ),
    (
        'auth = { type = "basic", username = "bob" }',
        "`auth.password` is missing in [sources.prod], quiesce.toml:4",
        '`basic` needs it; an empty one is written password = ""',
    ),
    (
        'auth = { type = "bearer", token = "env:X", tokn = "" }',
        "unknown key `auth.tokn` in [sources.prod], quiesce.toml:4",
        "did you mean `token`?",
    ),
    (
        'auth = { type = "bearer", token = 1234 }',
        f"`auth.token` in [sources.prod] must be {SECRET}, not 1234, quiesce.toml:4",
        "",
    ),
    (
        'auth = { type = "bearer", token = "${TOKEN}" }',
        f"`auth.token` in [sources.prod] must be {SECRET}, not a shell variable, quiesce.toml:4",
        'did you mean "env:TOKEN"? variables are not filled in',
    ),
    (
        'auth = { type = "bearer", token = "env:hunter 2" }',
        (
            "`auth.token` in [sources.prod] must be the name of an environment variable after"
            " `env:`, not another text, quiesce.toml:4"
        ),
        "",
    ),
    (
        'auth = { type = "bearer", token = "cmd:secret-tool lookup" }',
        (
            "`auth.token` in [sources.prod] must be a program and its arguments, a list of texts,"
            " as `cmd`, not another value, quiesce.toml:4"
        ),
        'write it as a list: { cmd = ["secret-tool", "lookup", "service", "gate"] }',
    ),
    (
        'auth = { type = "bearer", token = { cmdd = ["x"] } }',
        (
            f"`auth.token` in [sources.prod] must be {SECRET}, not a table with other keys than"
            " `cmd`, quiesce.toml:4"
        ),
        "did you mean `cmd`?",
    ),
    (
        'auth = { type = "bearer", token = "cred:../x" }',
        (
            "`auth.token` in [sources.prod] must be a file name without a folder after `cred:`,"
            " not another text, quiesce.toml:4"
        ),
        "",
    ),
    (
        'auth = { type = "headers", headers = { "X Y" = "env:A" } }',
        "`auth.headers.X Y` is not the name of a header in [sources.prod], quiesce.toml:4",
        "",
    ),
    (
        'auth = { type = "headers", headers = {} }',
        (
            "`auth.headers` in [sources.prod] must be a table such as"
            ' { X-Auth = "env:GATE_TOKEN" }, not an empty one, quiesce.toml:4'
        ),
        "",
    ),
    (
        'auth = { type = "x509", cert = "a.pem" }',
        "`auth.key` is missing in [sources.prod], quiesce.toml:4",
        "",
    ),
]


@pytest.mark.parametrize(("lines", "message", "hint"), IN_SOURCE)
def test_one_sentence_for_a_bad_key(
    write: Any, kinds: Any, lines: str, message: str, hint: str
) -> None:
    path = write(f'[sources.prod]\nkind = "gate"\nurl = "https://gate"\n{lines}\n')
    with pytest.raises(ConfigError) as caught:
        load(path, kinds)
    assert (caught.value.message, caught.value.hint) == (message, hint)
