"""Writes the pages and passages of the documentation that are made from the program itself.

python -m docs.generate            writes what is stale
python -m docs.generate --check    says what is stale, and exits with 1

docs/rules/<rule>.md is made from the rule's docstring and fixture. In README.md and docs/*.md the output of a
command stands between `<!-- $ command -->` and `<!-- end -->`.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from inspect import cleandoc
from pathlib import Path
from types import ModuleType

from scanner.model import Effect
from scanner.rules import RULES
from tests.rules.fixture import DIRECTORY, Example, read

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "rules"
SECTIONS = ("What it means", "Why it matters", "Example", "Instead", "Engines")
ENGINES = {"postgres": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB"}

_PASSAGE = re.compile(r"(<!-- \$ (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def main() -> int:
    """Writes or checks everything that is generated; the exit status."""
    stale = {
        path: text for path, text in generated().items() if not path.exists() or path.read_text() != text
    }
    left_over = set(PAGES.glob("*.md")) - set(generated_rules())
    if "--check" in sys.argv:
        for path in sorted({*stale, *left_over}):
            print(f"{path.relative_to(ROOT)} is stale: run make docs.")
        return 1 if stale or left_over else 0
    for path, text in stale.items():
        path.write_text(text)
    for path in left_over:
        path.unlink()
    return 0


def generated() -> dict[Path, str]:
    """Every generated file with the text it should have."""
    return generated_rules() | {
        path: _PASSAGE.sub(_output, path.read_text())
        for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
    }


def generated_rules() -> dict[Path, str]:
    """The page of each rule and their index."""
    modules = sorted((sys.modules[rule.__module__] for rule in RULES), key=lambda module: module.CODE)
    pages = {PAGES / f"{_name(module)}.md": _page(module) for module in modules}
    return pages | {PAGES / "README.md": _index(modules)}


def _name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def _page(module: ModuleType) -> str:
    title, body = _documentation(module)
    source = f"fixtures/rules/{_name(module)}.sql"
    return "\n\n".join([
        "<!-- Generated from the rule and its fixture: change those, then run make docs. -->",
        f"# {module.CODE} {_slug(module)}: {title}",
        body,
        "## Tested statements",
        f"The tests put these to the rule and to real servers ([{source}](../../{source})).",
        f"```sql\n{(ROOT / source).read_text().strip()}\n```",
    ]) + "\n"  # fmt: skip


def _documentation(module: ModuleType) -> tuple[str, str]:
    """The docstring's first line, and its sections as Markdown."""
    title, _, rest = cleandoc(module.__doc__ or "").partition("\n")
    heading = re.compile(rf"^({'|'.join(SECTIONS)})$", re.MULTILINE)
    return title.rstrip("."), heading.sub(r"## \1\n", rest.strip())


def _slug(module: ModuleType) -> str:
    return _name(module).replace("_", "-")


def _index(modules: list[ModuleType]) -> str:
    rows = [
        f"| [{module.CODE}]({_name(module)}.md) | {_slug(module)} | {title} | {_effects(module)} |"
        for module in modules
        for title, _ in [_documentation(module)]
    ]
    return "\n".join([
        "<!-- Generated from the rules and their fixtures: change those, then run make docs. -->",
        "# Rules",
        "",
        "A rule is one mechanism by which a new column reaches a query. Its code never changes.",
        "The effects are those that its fixture shows, with the engines that show them.",
        "",
        "| code | name | what happens | effects |",
        "| --- | --- | --- | --- |",
        *rows,
        "",
    ])  # fmt: skip


def _effects(module: ModuleType) -> str:
    """As in: breaks (MariaDB), changes-shape (PostgreSQL, MariaDB)."""
    found = read(DIRECTORY / f"{_name(module)}.sql")
    return ", ".join(
        f"{effect} ({', '.join(_engines(found, effect))})" for effect in Effect if _engines(found, effect)
    )


def _engines(found: list[Example], effect: Effect) -> list[str]:
    names = {example.situation.engine.name for example in found if example.effect is effect}
    return [title for name, title in ENGINES.items() if name in names]


def _output(passage: re.Match[str]) -> str:
    """The passage with what its command prints now."""
    program, *arguments = shlex.split(passage[2])
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    environment = os.environ | {"COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return f"{passage[1]}```text\n$ {passage[2]}\n{done.stdout.strip()}\n```\n{passage[3]}"


if __name__ == "__main__":
    sys.exit(main())
