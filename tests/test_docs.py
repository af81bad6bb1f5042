"""What the documentation says exists: links, commands, options, make targets."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

import scanner
from docs.generate import generated
from scanner.cli import commands
from scanner.config import toml
from scanner.render.verdict import headline

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("**/*.md")),
]


def _shell_lines(page: Path) -> list[str]:
    """The commands of a page's `sh` blocks and of its inline code."""
    text = page.read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return lines + re.findall(r"`((?:scanner|make) [^`]+)`", text)


COMMANDS = [
    pytest.param(line, id=f"{page.name}: {line}")
    for page in PAGES
    for line in _shell_lines(page)
    if line.startswith("scanner ")
]
TARGETS = sorted(
    {name for page in PAGES for line in _shell_lines(page) for name in re.findall(r"^make ([\w ]+)", line)}
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_are_understood(line: str) -> None:
    _, *words = shlex.split(line, comments=True)
    command = commands.get_command(click.Context(commands), words[0]) if words[0][0] != "-" else commands
    assert command is not None, words[0]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
    assert [word for word in words if re.match(r"--?[a-z]", word) and word not in known] == []


@pytest.mark.parametrize("targets", TARGETS)
def test_make_targets_exist(targets: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert [name for name in targets.split() if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []


def test_generated_pages_are_current() -> None:
    stale = [path.name for path, text in generated().items() if not path.exists() or path.read_text() != text]
    assert stale == [], "run make docs"


def test_the_architecture_names_every_module() -> None:
    modules = {
        path.stem for path in (ROOT / "scanner").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    text = (ROOT / "docs" / "architecture.md").read_text()
    assert {name for name in modules - {"__init__"} if f"`{name}`" not in text} == set()


def test_the_page_on_scanner_toml_names_every_key() -> None:
    keys = {key for name, value in vars(toml).items() if re.fullmatch(r"_[A-Z]+_KEYS|_SECTIONS", name) for key in value}
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert len(keys) > 20
    assert {key for key in keys if not re.search(rf"^\[*{key}\b|`{key}`|{{ {key} = ", text, re.MULTILINE)} == set()


def test_every_page_can_be_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert {name for name in pages if f"({name})" not in index} == set()


def test_the_tutorials_scanner_toml_answers_as_its_command_line(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "tutorial.md").read_text()
    shutil.copytree(ROOT / "fixtures" / "tutorial", tmp_path, dirs_exist_ok=True)
    (tmp_path / "scanner.toml").write_text(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[0])
    impact = scanner.scan(tmp_path / "scanner.toml").impact("ALTER TABLE orders ADD COLUMN status text NOT NULL")
    assert headline(impact.report, brief=True) in " ".join(page.split())


def test_the_tutorials_code_is_mended_as_it_says() -> None:
    folder = ROOT / "fixtures" / "tutorial"
    page = (ROOT / "docs" / "tutorial.md").read_text()
    (before, after), *_ = re.findall(r"^-( .*)\n\+( .*)$", page, re.MULTILINE)
    assert (folder / "shop" / "orders.py").read_text().replace(before, after) == (
        folder / "mended" / "orders.py"
    ).read_text()


def test_every_reason_why_there_is_no_answer_is_told() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "scanner").rglob("*.py"))
    given = set(re.findall(r'Unresolved\("([^"]+)"', sources)) - {"no body", "not asked"}  # which no answer carries
    page = (ROOT / "docs" / "python-api.md").read_text()
    assert len(given) > 8
    assert [reason for reason in sorted(given) if f"`{reason}`" not in page] == []
