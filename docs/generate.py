"""Writes the pages and passages of the documentation that are made from the program itself.

python -m docs.generate            writes what is stale
python -m docs.generate --check    says what is stale, and exits with 1

docs/rules/<rule>.md is made from the rule's docstring and fixture, docs/evidence.md and scanner/rules/evidence.json
from fixtures/engine, docs/constructs.md from fixtures/python, docs/cli.md, python-reference.md and json.md from the
commands, docstrings and JSON Schema.
In README.md and docs/*.md the output of a command stands between `<!-- $ command -->` (or
`<!-- $ command, in some/folder, first 20 lines -->`) and `<!-- end -->`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from docs import constructs, evidence, recipes, reference
from docs.evidence import ENGINES
from scanner.model import Effect
from scanner.rules import ALL_RULES, RULES, Rule
from tests.rules.fixture import DIRECTORY, Example, read

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "rules"
COUNTS = ROOT / "scanner" / "rules" / "evidence.json"

_PASSAGE = re.compile(
    r"(?P<head><!-- \$ (?P<command>.+?)(?:, in (?P<folder>\S+?))?(?:, first (?P<lines>\d+) lines)? -->\n)"
    r".*?(?P<end><!-- end -->)",
    re.DOTALL,
)


def main() -> int:
    """Writes or checks everything that is generated; the exit status."""
    stale = {path: text for path, text in generated().items() if not path.exists() or path.read_text() != text}
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
    written_by_hand = {ROOT / "README.md", *(ROOT / "docs").glob("*.md")}
    passages = {path: _PASSAGE.sub(_output, path.read_text()) for path in sorted(written_by_hand)}
    pages = {
        "evidence": evidence.page(),
        "cli": reference.cli_page(),
        "python-reference": reference.api_page(),
        "json": reference.json_page(),
        "recipes": recipes.page(),
        "constructs": constructs.page(),
    }
    written = {ROOT / "docs" / f"{name}.md": text for name, text in pages.items()}
    return passages | generated_rules() | written | {COUNTS: evidence.counted()}


def generated_rules() -> dict[Path, str]:
    """The page of each rule and their index."""
    rules = sorted(ALL_RULES, key=lambda rule: rule.code)
    return {PAGES / f"{_file(rule)}.md": _page(rule) for rule in rules} | {PAGES / "README.md": _index(rules)}


def _file(rule: Rule) -> str:
    return rule.name.replace("-", "_")


def _page(rule: Rule) -> str:
    title, sections = _documentation(rule)
    source = f"fixtures/rules/{_file(rule)}.sql"
    tested = (
        "## Tested statements",
        f"The tests put these to the rule and to real servers ([{source}](../../{source})).",
    )
    parts = [
        "<!-- Generated from the rule and its fixture: change those, then run make docs. -->",
        f"# {rule.code} {rule.name}: {title}",
        *(f"## {name}\n\n{_fenced(text) if name == 'Example' else text}" for name, text in sections.items()),
        *_evidence(rule),
        *((*tested, _fenced((ROOT / source).read_text().strip())) if rule in RULES else ()),
    ]
    return "\n\n".join(parts) + "\n"


def _evidence(rule: Rule) -> tuple[str, ...]:
    """On which engines the rule was seen at work, and where that stands."""
    counts = json.loads(evidence.counted()).get(rule.code)
    if not counts:
        return ()
    seen = ", ".join(f"{count} on {engine}" for engine, count in counts.items())
    links = ", ".join(f"[{name}](../../fixtures/engine/{name}.sql)" for name in evidence.files_of(rule.code))
    return (
        "## Evidence",
        f"[Cases](../evidence.md) in which it finds what the engine did: {seen}.",
        f"They are in {links}.",
    )


def _documentation(rule: Rule) -> tuple[str, dict[str, str]]:
    """The first line of the rule's docstring, and its sections: a name, and indented below it the text."""
    title, _, body = rule.page.strip().partition("\n")
    pieces = re.split(r"^(\S.*)\n", body, flags=re.MULTILINE)
    return title, {name: dedent(text).strip() for name, text in zip(pieces[1::2], pieces[2::2], strict=True)}


def _fenced(sql: str) -> str:
    return f"```sql\n{sql}\n```"


def _index(rules: list[Rule]) -> str:
    head = [
        "<!-- Generated from the rules and their fixtures: change those, then run make docs. -->",
        "# Rules",
        "",
        "A rule is one mechanism by which a new column reaches a query. Its code never changes.",
        "The effects are those that its fixture shows, with the engines that show them.",
        "",
        "| code | name | what happens | effects |",
        "| --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *map(_row, rules), ""])


def _row(rule: Rule) -> str:
    title, _ = _documentation(rule)
    return f"| [{rule.code}]({_file(rule)}.md) | {rule.name} | {title} | {_effects(rule)} |"


def _effects(rule: Rule) -> str:
    """As in: breaks (MariaDB), changes-shape (PostgreSQL, MariaDB)."""
    if rule not in RULES:
        return str(Effect.NEEDS_UPDATE)
    found = read(DIRECTORY / f"{_file(rule)}.sql")
    shown = ((effect, _engines(found, effect)) for effect in Effect)
    return ", ".join(f"{effect} ({', '.join(engines)})" for effect, engines in shown if engines)


def _engines(found: list[Example], effect: Effect) -> list[str]:
    names = {example.situation.engine.name for example in found if example.effect is effect}
    return [title for name, title in ENGINES.items() if name in names]


def _output(passage: re.Match[str]) -> str:
    """The passage with what its command prints now."""
    program, *arguments = shlex.split(passage["command"])
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    environment = os.environ | {"COLUMNS": "110", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}  # of this copy
    environment.pop("LINES", None)  # the height of this terminal is no part of it
    folder = ROOT / (passage["folder"] or "")
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    lines = done.stdout.strip().splitlines()
    shown = lines[: int(passage["lines"] or len(lines))] + ["…"] * bool(passage["lines"])
    return "\n".join([f"{passage['head']}```text", f"$ {passage['command']}", *shown, "```", passage["end"]])


if __name__ == "__main__":
    sys.exit(main())
