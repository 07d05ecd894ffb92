"""`quiesce help`: topics that fit a terminal and say what is true."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.program import quiesce

from quiesce.cli.commands import COMMANDS
from quiesce.cli.help import FOLDER, TOPICS, topic_text
from quiesce.cli.main import main
from quiesce.cli.options import FORMATS
from quiesce.config.auth import TYPES
from quiesce.config.keys import SOURCE_KEYS
from quiesce.render.shapes import LookDocument
from quiesce.sources import KINDS

SOURCE = Path(__file__).parents[2] / "src" / "quiesce"
DOCS = Path(__file__).parents[2] / "docs"

BY_OTHERS = {"SSL_CERT_FILE", "SSL_CERT_DIR", "BROWSER", "LANG", "LC_ALL"}
"""Read by OpenSSL and by Python, not by our code."""

BY_RULE = {"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"} | {
    f"QUIESCE_{name}_FILE" for name in ("USERNAME", "PASSWORD", "TOKEN")
}
"""Their names are put together while the program runs."""

BY_CLICK = {"_QUIESCE_COMPLETE", "COMP_WORDS", "COMP_CWORD"}

VARIABLE = re.compile(r"_?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")


def variables(tree: ast.AST) -> Iterator[str]:
    """The names in `env[NAME]`, `env.get(NAME)` and `NAME in env`, and all that is ours."""
    for node in ast.walk(tree):
        names: list[ast.expr] = []
        match node:
            case ast.Subscript(value=holder, slice=name):
                names = [name]
            case ast.Call(func=ast.Attribute(value=holder, attr="get"), args=[name, *_]):
                names = [name]
            case ast.Compare(left=name, ops=[ast.In() | ast.NotIn()], comparators=[holder]):
                names = [name]
            case ast.Constant(value=str(text)) if re.fullmatch(r"_?QUIESCE_[A-Z_]+[A-Z]", text):
                yield text
                continue
            case _:
                continue
        if ast.unparse(holder) in {"env", "environ", "os.environ", "environment"}:
            yield from (
                name.value
                for name in names
                if isinstance(name, ast.Constant) and isinstance(name.value, str)
            )


def test_every_variable_that_is_read_is_in_the_topic_and_no_other() -> None:
    read = {
        name
        for file in SOURCE.rglob("*.py")
        for name in variables(ast.parse(file.read_text(encoding="utf-8")))
        if VARIABLE.fullmatch(name)
    }
    text = topic_text("environment")
    named = {
        word for word in re.findall(r"\b_?[A-Z][A-Z_]*[A-Z]\b", text) if VARIABLE.fullmatch(word)
    }
    words = {"ASCII", "CGI", "KIND", "NAME", "URL", "UTF"}
    assert read <= named, f"not in the topic: {sorted(read - named)}"
    assert named - words <= read | BY_OTHERS | BY_RULE | BY_CLICK


@pytest.mark.parametrize("name", TOPICS)
def test_each_topic_is_plain_text_for_80_columns(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["help", name]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert max(map(len, told.out.splitlines())) <= 80
    assert "\t" not in told.out
    assert told.out.endswith("\n")


def test_the_list_names_every_topic_and_every_file_is_one(tmp_path: Path) -> None:
    told = quiesce("help", cwd=tmp_path)
    assert all(f"  {name} " in told.stdout for name in TOPICS)
    assert max(map(len, told.stdout.splitlines())) <= 80
    assert {file.stem for file in FOLDER.iterdir()} == set(TOPICS)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("exit-code",), "`quiesce help exit-codes`"),
        (("enviroment",), "`quiesce help environment`"),
        (("chekc",), "`quiesce help check`"),
        (("qqqq",), "see: quiesce help"),
        (("config", "pth"), "quiesce config --help"),
        (("config", "path", "x"), "quiesce config path --help"),
    ],
)
def test_an_unknown_topic_gets_the_nearest(
    words: tuple[str, ...], hint: str, tmp_path: Path
) -> None:
    told = quiesce("help", *words, cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert hint in told.stderr


def test_a_command_shows_its_help(tmp_path: Path) -> None:
    for words in (["check"], ["config"], ["sources", "test"]):
        shown = quiesce("help", *words, cwd=tmp_path).stdout
        if words != ["config"]:  # a topic of that name comes first
            assert shown == quiesce(*words, "--help", cwd=tmp_path).stdout
        else:
            assert shown == topic_text("config")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_in_the_topic(form: str) -> None:
    assert f"\n  -o {form} " in topic_text("output")


def test_every_key_of_the_document_is_in_the_topic() -> None:
    text = topic_text("output")
    optional = {"instant", "filters"}
    assert all(
        f"\n  {name} " in text for name in LookDocument.__struct_fields__ if name not in optional
    )


def test_every_key_sign_in_and_kind_is_in_its_topic() -> None:
    config, sources = topic_text("config"), topic_text("sources")
    assert all(re.search(rf"\b{key}\b", config) for key in SOURCE_KEYS)
    assert all(re.search(rf"\b{name}\b", config) for name in TYPES)
    assert all(f"\n  {kind} " in sources for kind in KINDS)


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "124", "130", "143"])
def test_every_exit_code_is_in_the_topic_the_page_and_the_readme(code: str) -> None:
    assert re.search(rf"^  {code} ", topic_text("exit-codes"), re.MULTILINE)
    for page in (DOCS / "exit-codes.md", DOCS.parent / "README.md"):
        assert f"\n| {code} |" in page.read_text(encoding="utf-8")


def test_the_page_of_exit_codes_names_every_command() -> None:
    page = (DOCS / "exit-codes.md").read_text()
    assert [name for name in COMMANDS if f"`{name}" not in page] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_each_command_leads_with_examples_and_has_its_exit_codes(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, "--help"]) == 0
    told = capsys.readouterr().out
    assert told.count(f"    quiesce {name}") + told.count("$(quiesce") >= 2
    assert "Examples:" in told
    assert re.search(r"\bExit\b", told)
