"""From words to values: which file is the configuration, what it says, and what is wrong in it.

`configure` does what a command needs in one call; `resolve` then fetches the secrets of one
source at the moment when it is opened. Nothing else here runs a program or opens a secret. No
system is known here: the kinds are handed in.

values.py    what comes out         find.py    which file          read.py     a file
build.py     one source             flags.py   -s                  auth.py     signing in
keys.py      the common keys        own.py     a kind's own keys   secret.py   references
units.py     times, sizes, rates    lines.py   line numbers        wording.py  complaints
show.py      `config show`          schema.py  JSON Schema         top.py     the file's own keys
"""

from __future__ import annotations

from quiesce.config.auth import resolve
from quiesce.config.find import config_home, find, nothing_found
from quiesce.config.flags import configure, from_flags, is_address, select
from quiesce.config.read import check, load
from quiesce.config.schema import schema
from quiesce.config.show import show
from quiesce.config.top import store_location, without_password
from quiesce.config.units import duration, duration_text
from quiesce.config.values import Config, Found, Problem, Setting, SignIn, SourceConfig

__all__ = [
    "Config",
    "Found",
    "Problem",
    "Setting",
    "SignIn",
    "SourceConfig",
    "check",
    "config_home",
    "configure",
    "duration",
    "duration_text",
    "find",
    "from_flags",
    "is_address",
    "load",
    "nothing_found",
    "resolve",
    "schema",
    "select",
    "show",
    "store_location",
    "without_password",
]
