"""`docs/commands.md` is what the commands say of themselves."""

from __future__ import annotations

from tests.cli.commands_page import PAGE, page

from quiesce.cli.commands import COMMANDS


def test_the_page_is_what_the_commands_say() -> None:
    kept = PAGE.read_text(encoding="utf-8")
    assert kept == page(), "run: python -m tests.cli.commands_page"


def test_the_page_has_every_command() -> None:
    text = page()
    assert all(f"\n## `quiesce {name}`\n" in text for name in COMMANDS)
    assert "\n### `quiesce sources test`\n" in text
