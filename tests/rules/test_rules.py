"""Every rule against its fixture, and what every rule must have."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import scanner
import scanner.rules
from scanner.rules import ALL_RULES, RULES, Rule
from scanner.verdict import Verdict, prepare
from tests.rules.fixture import DIRECTORY, Example, Situation, examples, read

EXAMPLES = examples()
NAMES = [rule.name.replace("-", "_") for rule in RULES]
PACKAGE = Path(scanner.rules.__file__).parent
SECTIONS = ("What it means", "Why it matters", "Example", "Instead", "Engines")


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_statement_of_a_fixture(example: Example) -> None:
    verdict = assess(example.situation, example.sql)
    assert verdict.unresolved is None, verdict.unresolved
    name = example.situation.rule.replace("_", "-")
    effects = {finding.effect for finding in verdict.findings if finding.name == name}
    assert effects == ({example.effect} if example.effect else set())


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_schema_of_a_fixture_is_read_whole(example: Example) -> None:
    schema = scanner.Schema.from_ddl(example.situation.schema, engine=example.situation.engine)
    assert schema.skipped == ()


def test_every_file_is_registered_once() -> None:
    files = [path.stem for path in PACKAGE.glob("*.py") if "\nCODE = " in path.read_text()]
    assert sorted(files) == sorted(rule.name.replace("-", "_") for rule in ALL_RULES)


def test_codes_are_well_formed() -> None:
    assert [rule.code for rule in ALL_RULES if not re.fullmatch(r"SC\d{3}", rule.code)] == []


def test_a_code_has_one_meaning() -> None:
    """Also where findings are made that no rule of a statement makes."""
    files = Path(scanner.__file__).parent.rglob("*.py")
    constants = (
        node for file in files for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)
    )
    codes = Counter(node.value for node in constants if re.fullmatch(r"SC\d{3}", str(node.value)))
    assert {code: count for code, count in codes.items() if count > 1} == {}


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.name)
def test_a_rule_is_documented_in_its_sections(rule: Rule) -> None:
    title, *lines = rule.page.splitlines()
    assert title
    assert not title.endswith(".")
    assert [line for line in lines if line and not line.startswith("    ")] == list(SECTIONS)


@pytest.mark.parametrize("rule", NAMES)
def test_a_fixture_says_yes_and_no_for_each_of_its_engines(rule: str) -> None:
    found = read(DIRECTORY / f"{rule}.sql")
    engines = {example.situation.engine.name for example in found}
    assert engines
    for engine in engines:
        answers = {example.effect is not None for example in found if example.situation.engine.name == engine}
        assert answers == {True, False}, engine


def test_every_fixture_is_of_a_rule() -> None:
    assert {path.stem for path in DIRECTORY.glob("*.sql")} == set(NAMES)


def assess(situation: Situation, sql: str) -> Verdict:
    schema = scanner.Schema.from_ddl(situation.schema, engine=situation.engine)
    change = scanner.Change.parse(situation.change, engine=situation.engine)
    return prepare(change, schema).assess(sql, situation.session, row_uses=situation.row_uses)
